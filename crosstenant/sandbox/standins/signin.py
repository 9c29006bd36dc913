"""Sign-in of a stand-in: an application with a secret, a certificate or a federated token, at the real login host.

Which of them is taken when several are set follows the real providers: certificate before secret before OIDC before
managed identity before Azure CLI, however explicit the later one was.
"""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, NoReturn, cast
from urllib.parse import parse_qsl, quote, urlencode

from crosstenant.errors import OperatorError
from crosstenant.sandbox.standins.certificate_file import Signer
from crosstenant.sandbox.standins.clouds import Cloud
from crosstenant.sandbox.standins.http import Answer, Http, Json, Sleep, retrying
from crosstenant.sandbox.standins.settings import Settings

_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_AUDIENCE = "api://AzureADTokenExchange"

Variables = Mapping[str, tuple[str, ...]]
"""The environment variables that a provider reads for an omitted argument, by the argument's schema name."""


@dataclass(frozen=True)
class Credential:
    """What a provider signs in with. ``method`` is ``certificate``, ``secret``, ``oidc``, ``msi`` or ``cli``."""

    method: str
    tenant_id: str
    client_id: str
    secret: str = ""
    certificate_path: str = ""
    certificate: bytes = b""
    certificate_password: str = ""
    oidc_token: str = ""
    oidc_token_path: str = ""
    oidc_request_url: str = ""
    oidc_request_token: str = ""
    oidc_audience: str = ""
    service_connection_id: str = ""
    """Of Azure DevOps."""
    strips_token_file: bool = True
    """Whether white space around the token in a file is dropped."""
    signer: Signer | None = None
    """The certificate, once its file has been read."""

    def certificate_data(self) -> bytes:
        """The certificate's file.

        :raises OperatorError: It cannot be read.
        """
        return self.certificate or read(self.certificate_path)


class SignInFailure(Exception):
    """Sign-in did not give a token: what went wrong, in one sentence."""


def read_credential(
    settings: Settings, variables: Variables, *, uses_oidc: bool, uses_msi: bool, strips_token_file: bool = True
) -> Credential:
    """The credential that the settings name.

    :param variables: What the provider reads from the environment.
    :param uses_oidc: Whether OIDC is switched on; both providers need that said.
    :param uses_msi: Whether managed identity is.
    :param strips_token_file: Whether the provider drops white space around the token in a file.
    :raises OperatorError: A file that holds part of it cannot be read, or contradicts another setting.
    """

    def text(name: str) -> str:
        return settings.text(name, *variables.get(name, ()))

    def text_or_file(name: str, called: str) -> str:
        path = text(f"{name}FilePath")
        if not path:
            return text(name)
        return agreed(text(name), read(path).decode().strip(), called, f"supplied {called} file contents")

    certificate_path, certificate = text("clientCertificatePath"), text("clientCertificate")
    secret = text_or_file("clientSecret", "Client Secret")
    if certificate_path or certificate:
        method = "certificate"
    elif secret:
        method = "secret"
    elif uses_oidc:
        method = "oidc"
    else:
        method = "msi" if uses_msi else "cli"
    return Credential(
        method,
        text("tenantId"),
        text_or_file("clientId", "Client ID"),
        secret,
        certificate_path,
        base64.b64decode(certificate),
        text("clientCertificatePassword"),
        oidc_token=text("oidcToken"),
        oidc_token_path=text("oidcTokenFilePath"),
        oidc_request_url=text("oidcRequestUrl"),
        oidc_request_token=text("oidcRequestToken"),
        oidc_audience=text("oidcAudience"),
        service_connection_id=text("adoPipelineServiceConnectionId"),
        strips_token_file=strips_token_file,
    )


def agreed(given: str, other: str, called: str, source: str) -> str:
    """A value that the settings and a file or the platform give, if they agree.

    :raises OperatorError: They differ.
    """
    if given and given != other:
        raise OperatorError(
            f"mismatch between supplied {called} and {source} - please either remove one or ensure they match"
        )
    return other


class SignIn:
    """Tokens of one credential, each kept until shortly before it expires.

    When a request for one is repeated, and how a refusal is worded, each provider's own class says.
    """

    waits: ClassVar[tuple[float, ...]] = ()
    """Seconds before each further try of a request."""
    heeds_zero: ClassVar[bool] = True
    """Whether a ``Retry-After`` of 0 means another try at once."""
    repeats_assertion_requests: ClassVar[bool] = False
    """Whether the requests for a federated token are repeated too."""
    replaces_audience: ClassVar[bool] = False
    """Whether the usual audience replaces the one in the address for requests of a federated token."""

    def __init__(self, http: Http, cloud: Cloud, credential: Credential, sleep: Sleep = asyncio.sleep) -> None:
        """Asks for nothing yet."""
        self.credential = credential
        self._http = http
        self._cloud = cloud
        self._sleep = sleep
        self._tokens: dict[str, tuple[str, float]] = {}
        self._asking = asyncio.Lock()

    async def token(self, scope: str) -> str:
        """An access token for ``scope``, ``https://graph.microsoft.com/.default``.

        :raises SignInFailure: Entra refused, or the credential is incomplete.
        """
        # Requests that come at once wait for one token, as azure-native's do (Azure/azure-sdk-for-go,
        # sdk/internal/temporal/resource.go); azuread has its token before the first of them.
        async with self._asking:
            token, expires = self._tokens.get(scope, ("", 0.0))
            if time.time() > expires - 120:
                token, expires = await self._request(scope)
                self._tokens[scope] = token, expires
            return token

    def is_repeated(self, answer: Answer) -> bool:
        """Whether an answer to a request makes the provider ask again."""
        return False

    def refuse(self, step: str, method: str, url: str, answer: Answer) -> NoReturn:
        """Words an answer that holds no token as the provider does.

        :param step: ``clientCredentialsToken``, ``githubAssertion`` or ``adoPipelineAssertion``.
        :raises SignInFailure: Always.
        """
        raise SignInFailure(refusal(answer))

    async def _request(self, scope: str) -> tuple[str, float]:
        credential = self.credential
        url = f"https://{self._cloud.login_host}/{credential.tenant_id}/oauth2/v2.0/token"
        form = {"client_id": credential.client_id, "grant_type": "client_credentials", "scope": scope}
        if credential.method == "secret":
            form["client_secret"] = credential.secret
        else:
            form["client_assertion_type"] = _ASSERTION_TYPE
            form["client_assertion"] = await self._assertion(url)
        answer = await self._ask("POST", url, form=form)
        found = answer.json
        if answer.status != 200 or "access_token" not in found:
            self.refuse("clientCredentialsToken", "POST", url, answer)
        return str(found["access_token"]), time.time() + float(found["expires_in"])

    async def _ask(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        repeats: bool = True,
    ) -> Answer:
        async def send() -> Answer:
            return await self._http.send(method, url, headers=headers, form=form)

        waits = iter(self.waits if repeats else ())
        return await retrying(send, self.is_repeated, waits, sleep=self._sleep, heeds_zero=self.heeds_zero)

    async def _assertion(self, audience: str) -> str:
        credential = self.credential
        if credential.signer is not None:
            return credential.signer.assertion(credential.client_id, audience)
        if credential.oidc_token:
            return credential.oidc_token
        if credential.oidc_token_path:
            token = read(credential.oidc_token_path).decode()
            return token.strip() if credential.strips_token_file else token
        if credential.service_connection_id and credential.oidc_request_url and credential.oidc_request_token:
            return await self._assertion_of_service_connection()
        if credential.oidc_request_url and credential.oidc_request_token:
            return await self._requested_assertion()
        raise SignInFailure("an OIDC token, or a request URL and token, must be configured for OIDC authentication")

    async def _requested_assertion(self) -> str:
        credential = self.credential
        address, _, query = credential.oidc_request_url.partition("?")
        asked = dict(parse_qsl(query))
        if self.replaces_audience or not asked.get("audience"):
            asked["audience"] = credential.oidc_audience or _AUDIENCE
        url = f"{address}?{urlencode(asked)}"
        headers = {"Authorization": f"Bearer {credential.oidc_request_token}", "Accept": "application/json"}
        answer = await self._ask("GET", url, repeats=self.repeats_assertion_requests, headers=headers)
        if answer.status != 200 or not answer.json.get("value"):
            self.refuse("githubAssertion", "GET", url, answer)
        return str(answer.json["value"])

    async def _assertion_of_service_connection(self) -> str:
        credential = self.credential
        joint = "&" if "?" in credential.oidc_request_url else "?"
        query = f"api-version=7.1&serviceConnectionId={quote(credential.service_connection_id, safe='')}"
        url = f"{credential.oidc_request_url}{joint}{query}"
        headers = {"Authorization": f"Bearer {credential.oidc_request_token}", "Accept": "application/json"}
        answer = await self._ask("POST", url, repeats=self.repeats_assertion_requests, headers=headers)
        token = answer.json.get("oidcToken")
        if 200 <= answer.status <= 299 and answer.is_object and not token:
            raise SignInFailure("ADOPipelineOIDCAuthorizer: nil JWT assertion received from ADOPipeline")
        if not token:
            self.refuse("adoPipelineAssertion", "POST", url, answer)
        return str(token)


def claims_of(token: str) -> Json:
    """The claims of a token, unverified: the provider only looks up who it is."""
    body = token.split(".")[1]
    return cast(Json, json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))))


def refusal(answer: Answer) -> str:
    """What Entra said, in its first line."""
    if answer.status == 0:
        return answer.text
    described = str(answer.json.get("error_description", answer.text)).splitlines()
    return described[0] if described else answer.reason


def read(path: str) -> bytes:
    """A file's content.

    :raises OperatorError: It cannot be read.
    """
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise OperatorError(f"reading {path}: {error.strerror}") from None
