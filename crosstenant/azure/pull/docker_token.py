"""Proves a pull with the requests of a node: challenge, token, manifest.

https://distribution.github.io/distribution/spec/auth/token/ is the protocol, and
https://github.com/Azure/acr/blob/main/docs/Token-BasicAuth.md how a container registry implements it. The secret
goes only to the registry's own login server, over TLS: no redirect is followed, and a challenge that names another host
ends the exchange before the secret is sent.
"""

from __future__ import annotations

import asyncio
import re
from base64 import b64encode
from dataclasses import dataclass
from typing import Any, Final, cast
from urllib.parse import urlsplit

import aiohttp
from yarl import URL

from crosstenant.azure.connections.addresses import is_at
from crosstenant.azure.connections.documents import page_in, read_json
from crosstenant.azure.connections.proxies import proxy_options
from crosstenant.azure.pull.pull_verdict import PullProof, PullRefused, Reason
from crosstenant.azure.pull.token_challenge import parse_challenge
from crosstenant.azure.refusals.masking import hide
from crosstenant.azure.sign_in.token_claims import claims_of
from crosstenant.model.credentials.kinds import AppCredential
from crosstenant.model.matched_texts.registry_texts import (
    NETWORK_RULE,
    PRINCIPAL_DISABLED,
    PRINCIPAL_MISSING,
    REQUESTED_ACCESS,
    ROLE_MISSING,
    SECRET_EXPIRED,
    SECRET_WRONG,
)

_MANIFEST_TYPES: Final = ", ".join(
    (
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    )
)
_HOST: Final = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+", re.IGNORECASE)
_LARGEST_ANSWER: Final = 256 * 1024
_LONGEST_DETAIL: Final = 300


def registry_session() -> aiohttp.ClientSession:
    """A session for ``prove_pull``, which trusts ``SSL_CERT_FILE`` and reads no ``.netrc``."""
    timeout = aiohttp.ClientTimeout(total=30, connect=15)
    return aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar())


async def prove_pull(
    session: aiohttp.ClientSession,
    login_server: str,
    credential: AppCredential,
    repository: str,
    reference: str | None = None,
) -> PullProof:
    """Asks for a token to pull from ``repository``, and with it for the manifest of ``reference``.

    A registry may refuse a missing role at the token, in the actions that the token lists, or at the manifest, so all
    three are checked. Without a reference the repository need not exist: a registry grants actions by name.

    :param session: From ``registry_session``.
    :param login_server: Host of the registry, ``name.azurecr.io``, as ARM reports it.
    :param credential: The application and its secret.
    :param repository: Name of a repository.
    :param reference: A tag or digest of it.
    :raises PullRefused: The registry refuses the pull, or cannot be reached.
    """
    if not _HOST.fullmatch(login_server):
        raise PullRefused(Reason.UNEXPECTED, f"'{login_server}' is not a host name: nothing was sent")
    registry = _Registry(session, login_server, credential)
    token = await registry.token(await registry.token_url(), repository)
    actions = granted_actions(token, repository)
    if reference is not None:
        return PullProof(actions, await registry.manifest_digest(token, repository, reference))
    if actions is not None and not {"pull", "*"}.intersection(actions):
        granted = ", ".join(actions) or "nothing"
        raise PullRefused(Reason.ROLE_MISSING, f"the token for '{repository}' grants {granted}, not pull")
    return PullProof(actions, None)


def granted_actions(token: str, repository: str) -> tuple[str, ...] | None:
    """The actions on ``repository`` that a registry's access token lists; ``None`` if it is not a readable JWT."""
    claims = claims_of(token)
    if claims is None:
        return None
    access: Any = claims.get("access") or []
    try:
        actions: set[str] = set()
        for entry in access:
            if entry.get("type") == "repository" and entry.get("name") == repository:
                actions.update(map(str, entry.get("actions") or []))
        return tuple(sorted(actions))
    except (AttributeError, TypeError):
        return None


@dataclass(frozen=True)
class _Answer:
    status: int
    headers: Any
    body: str

    @property
    def errors(self) -> list[tuple[str, str]]:
        """Codes and messages of an error in the form of the distribution specification."""
        try:
            errors = cast("list[dict[str, Any]]", read_json(self.body)["errors"])
            return [(str(item.get("code") or ""), str(item.get("message") or "")) for item in errors]
        except (ValueError, KeyError, TypeError, AttributeError):
            return []

    @property
    def page(self) -> str:
        """What it holds in place of a registry's JSON; empty for JSON, and for nothing."""
        return page_in(self.body)

    @property
    def retry_after(self) -> float | None:
        text = str(self.headers.get("Retry-After", ""))
        return float(text) if text.isdecimal() else None


class _Registry:
    """One exchange with one registry."""

    def __init__(self, session: aiohttp.ClientSession, host: str, credential: AppCredential) -> None:
        self._session = session
        self._host = host
        self._credential = credential

    async def token_url(self) -> URL:
        """The address of the registry's token service, and the ``service`` parameter for it."""
        answer = await self._ask("GET", self._url("/v2/"))
        if answer.status != 401:
            raise self._refusal(answer, "the challenge")
        try:
            challenge = parse_challenge(answer.headers.getall("Www-Authenticate", []))
        except ValueError as error:
            raise PullRefused(
                Reason.UNEXPECTED, f"{self._host} answered 401 with no usable challenge: {error}"
            ) from None
        if not is_at(self._host, challenge.realm):
            raise PullRefused(
                Reason.UNEXPECTED,
                f"{self._host} names '{self._clean(challenge.realm)}' as its token service: the secret goes to the "
                "registry's own login server over https only, so it was not sent",
            )
        return self._url(urlsplit(challenge.realm).path or "/").with_query(service=challenge.service)

    async def token(self, token_url: URL, repository: str) -> str:
        """An access token to pull from ``repository``."""
        basic = b64encode(f"{self._credential.client_id}:{self._credential.secret}".encode()).decode()
        url = token_url.update_query(scope=f"repository:{repository}:pull")
        answer = await self._ask("GET", url, headers={"Authorization": f"Basic {basic}"})
        if answer.status != 200:
            raise self._refusal(answer, "the token")
        try:
            content = read_json(answer.body)
            token = content.get("access_token") or content.get("token")
        except (ValueError, AttributeError):
            token = None
        if not token or not isinstance(token, str) or not token.isascii() or not token.isprintable():
            raise PullRefused(
                Reason.UNEXPECTED, f"{self._host} answered {answer.status} with no token where one was due"
            )
        return token

    async def manifest_digest(self, token: str, repository: str, reference: str) -> str:
        """The digest of a manifest, which proves that ``token`` may fetch it."""
        url = self._url(f"/v2/{repository}/manifests/{reference}")
        headers = {"Authorization": f"Bearer {token}", "Accept": _MANIFEST_TYPES}
        answer = await self._ask("HEAD", url, headers=headers)
        if answer.status >= 400 and answer.status not in (429, 503):
            # Only a GET says why, HEAD having no body.
            answer = await self._ask("GET", url, headers=headers)
        if answer.status != 200:
            raise self._refusal(answer, f"the manifest of '{repository}', '{reference}'")
        digest = str(answer.headers.get("Docker-Content-Digest", ""))
        if not re.fullmatch(r"[a-z0-9]+:[0-9a-f]{32,}", digest):
            raise PullRefused(Reason.UNEXPECTED, f"{self._host} served a manifest of '{repository}' without its digest")
        return digest

    def _url(self, path: str) -> URL:
        return URL.build(scheme="https", host=self._host, path=path)

    async def _ask(self, method: str, url: URL, **options: Any) -> _Answer:
        try:
            options.update(proxy_options(str(url)))
        except ValueError as error:
            raise PullRefused(Reason.UNREACHABLE, str(error)) from None
        try:
            async with self._session.request(method, url, allow_redirects=False, **options) as response:
                body = bytearray()
                async for chunk in response.content.iter_chunked(_LARGEST_ANSWER):
                    body += chunk
                    if len(body) >= _LARGEST_ANSWER:
                        break
                return _Answer(response.status, response.headers, body.decode(errors="replace"))
        except aiohttp.ClientHttpProxyError as error:
            detail = f"the proxy answered {error.status} to a connection to {self._host}"
        except aiohttp.ClientConnectorCertificateError as error:
            # Its text holds the host and the verdict alone.
            detail = f"the certificate of {self._host} is not trusted here: {error.certificate_error}"
        except aiohttp.ClientConnectorDNSError:
            detail = f"{self._host} has no address in this machine's DNS"
        except asyncio.TimeoutError:
            detail = f"{self._host} did not answer in time"
        except (aiohttp.ClientError, OSError) as error:
            detail = f"the connection to {self._host} failed ({type(error).__name__})"
        raise PullRefused(Reason.UNREACHABLE, detail)

    def _refusal(self, answer: _Answer, wanted: str) -> PullRefused:
        said = "; ".join(": ".join(filter(None, error)) for error in answer.errors)
        detail = f"{self._host} answered {answer.status} where {wanted} was due"
        if said:
            detail += f": {said}"
        elif answer.page:
            detail += f", with {answer.page} that is not a registry's answer"
        if 300 <= answer.status < 400:
            detail += "; redirects are not followed"
        reason = _reason(answer, at_manifest=wanted.startswith("the manifest"))
        return PullRefused(reason, self._clean(detail), answer.retry_after)

    def _clean(self, text: str) -> str:
        text = " ".join(hide(text, [self._credential.secret]).split())
        return text if len(text) <= _LONGEST_DETAIL else f"{text[:_LONGEST_DETAIL]}..."


def _reason(answer: _Answer, at_manifest: bool) -> Reason:
    if answer.status in (429, 503):
        return Reason.THROTTLED
    # A proxy, a firewall or a gateway answers with a page: it says nothing about network rules, roles or tags.
    if answer.status >= 500 or (answer.status >= 400 and answer.page):
        return Reason.UNREACHABLE
    codes = {code.upper() for code, _ in answer.errors}
    said = " ".join(message for _, message in answer.errors).lower()
    if answer.status == 403:
        # "client with IP '...' is not allowed access": https://aka.ms/acr/firewall.
        of_role = at_manifest or REQUESTED_ACCESS.is_in(said)
        blocked = not of_role or NETWORK_RULE.is_in(said)
        return Reason.NETWORK_BLOCKED if blocked else Reason.ROLE_MISSING
    if answer.status == 404 and at_manifest:
        return Reason.REPOSITORY_ABSENT if "NAME_UNKNOWN" in codes else Reason.TAG_ABSENT
    if answer.status in (400, 401):
        for text, reason in _SAID:
            if text.is_in(said):
                return reason
        if at_manifest:
            return Reason.ROLE_MISSING
    return Reason.UNEXPECTED


# Sign-in errors come in the registry's own words or with Entra's code
# (https://learn.microsoft.com/entra/identity-platform/reference-error-codes). The first that matches counts: a wrong
# secret may be called "expired or wrong" only by its code. A principal without any role gets no token at all.
_SAID: Final = (
    (SECRET_EXPIRED, Reason.SECRET_EXPIRED),
    (SECRET_WRONG, Reason.SECRET_WRONG),
    (PRINCIPAL_DISABLED, Reason.SERVICE_PRINCIPAL_DISABLED),
    (PRINCIPAL_MISSING, Reason.SERVICE_PRINCIPAL_MISSING),
    (ROLE_MISSING, Reason.ROLE_MISSING),
)
