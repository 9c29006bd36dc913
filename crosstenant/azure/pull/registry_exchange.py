"""The requests of a pull to one registry: challenge, token, tags, manifest, layer.

The secret goes only to the registry's own login server, over TLS. No redirect is followed but one: a registry keeps its
layers elsewhere (https://learn.microsoft.com/azure/container-registry/container-registry-dedicated-data-endpoints), and
that host gets neither the secret nor a token.
"""

from __future__ import annotations

import asyncio
import re
from base64 import b64encode
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp
from yarl import URL

from crosstenant.azure.connections.addresses import host_of, is_at
from crosstenant.azure.connections.documents import read_json
from crosstenant.azure.connections.proxies import proxy_options
from crosstenant.azure.pull.pull_verdict import Existence, PullRefused, Reason
from crosstenant.azure.pull.registry_answers import Answer, reason_of
from crosstenant.azure.pull.token_challenge import parse_challenge
from crosstenant.azure.refusals.masking import hide
from crosstenant.model.clouds import keeps_layers_of
from crosstenant.model.credentials.kinds import AppCredential

_MANIFEST_TYPES: Final = ", ".join(
    (
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    )
)
# https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-manifests: registries take 4 MiB.
_LARGEST_ANSWER: Final = 4 * 1024 * 1024
_LONGEST_DETAIL: Final = 300


class RegistryExchange:
    """One exchange with one registry."""

    def __init__(self, session: aiohttp.ClientSession, host: str, credential: AppCredential) -> None:
        """
        :param session: The session.
        :param host: The registry's login server.
        :param credential: The application and its secret.
        """
        self._session = session
        self._host = host
        self._credential = credential

    async def token_url(self) -> URL:
        """The address of the registry's token service, and the ``service`` parameter for it."""
        answer = await self._ask(self._url("/v2/"))
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
        answer = await self._ask(url, headers={"Authorization": f"Basic {basic}"})
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

    async def existence(self, token: str, repository: str) -> Existence:
        """Whether a repository has been pushed to, as far as ``token`` may know."""
        url = self._url(f"/v2/{repository}/tags/list").with_query(n="1")
        answer = await self._ask(url, headers={"Authorization": f"Bearer {token}"})
        if answer.status == 200:
            return Existence.PRESENT
        if answer.status == 404 and "NAME_UNKNOWN" in answer.codes:
            return Existence.ABSENT
        if answer.page or answer.status == 429 or answer.status >= 500:
            raise self._refusal(answer, f"the tags of '{repository}'")
        return Existence.UNKNOWN

    async def manifest(self, token: str, repository: str, reference: str) -> tuple[str, str]:
        """The digest and the text of a manifest, which prove that ``token`` may fetch it."""
        url = self._url(f"/v2/{repository}/manifests/{reference}")
        answer = await self._ask(url, headers={"Authorization": f"Bearer {token}", "Accept": _MANIFEST_TYPES})
        if answer.status != 200:
            refusal = self._refusal(answer, f"the manifest of '{repository}', '{reference}'", of_content=True)
            # A registry of Azure calls a manifest unknown also where the whole repository is.
            if refusal.reason is Reason.TAG_ABSENT and await self.existence(token, repository) is Existence.ABSENT:
                raise PullRefused(Reason.REPOSITORY_ABSENT, refusal.detail)
            raise refusal
        digest = str(answer.headers.get("Docker-Content-Digest", ""))
        if not re.fullmatch(r"[a-z0-9]+:[0-9a-f]{32,}", digest):
            raise PullRefused(Reason.UNEXPECTED, f"{self._host} served a manifest of '{repository}' without its digest")
        return digest, answer.body

    async def fetch_layer(self, token: str, repository: str, digest: str) -> None:
        """Fetches the first byte of a layer, which proves that this machine can fetch the layer."""
        url, headers = self._url(f"/v2/{repository}/blobs/{digest}"), {"Range": "bytes=0-0"}
        try:
            answer = await self._ask(url, headers={**headers, "Authorization": f"Bearer {token}"}, largest=4096)
            if answer.status not in (301, 302, 303, 307, 308):
                if answer.status not in (200, 206):
                    raise self._refusal(answer, f"a layer of '{repository}'", of_content=True)
                return
            address = self._layer_address(str(answer.headers.get("Location", "")))
            answer = await self._ask(address, headers=headers, largest=4096)
        except PullRefused as refusal:
            blocked = refusal.reason is Reason.UNREACHABLE
            raise PullRefused(Reason.LAYERS_BLOCKED, refusal.detail) if blocked else refusal from None
        if answer.status not in (200, 206):
            # The text is the storage's, and may repeat the signed address.
            busy = answer.status in (429, 503)
            raise PullRefused(
                Reason.THROTTLED if busy else Reason.LAYERS_BLOCKED,
                f"{address.host}, to which {self._host} redirects, answered {answer.status} where a layer was due",
                answer.retry_after,
            )

    def _layer_address(self, location: str) -> URL:
        """Where the registry keeps a layer. The address is signed: it goes into no message, but for its host."""
        host = host_of(location).strip("'")
        if not is_at(host, location) or not keeps_layers_of(self._host, host):
            raise PullRefused(
                Reason.UNEXPECTED,
                f"{self._host} redirects a layer to {host_of(location)}, which is neither its data endpoint nor a"
                " storage account of its cloud: nothing was sent there",
            )
        return URL(location, encoded=True)

    def _url(self, path: str) -> URL:
        return URL.build(scheme="https", host=self._host, path=path)

    async def _ask(self, url: URL, *, largest: int = _LARGEST_ANSWER, **options: Any) -> Answer:
        try:
            options.update(proxy_options(str(url)))
        except ValueError as error:
            raise PullRefused(Reason.UNREACHABLE, str(error)) from None
        try:
            async with self._session.get(url, allow_redirects=False, **options) as response:
                body = bytearray()
                async for chunk in response.content.iter_chunked(min(largest, 65536)):
                    body += chunk
                    if len(body) >= largest:
                        break
                return Answer(response.status, response.headers, body.decode(errors="replace"))
        except aiohttp.ClientHttpProxyError as error:
            detail = f"the proxy answered {error.status} to a connection to {url.host}"
        except aiohttp.ClientConnectorCertificateError as error:
            # Its text holds the host and the verdict alone.
            detail = f"the certificate of {url.host} is not trusted here: {error.certificate_error}"
        except aiohttp.ClientConnectorDNSError:
            detail = f"{url.host} has no address in this machine's DNS"
        except asyncio.TimeoutError:
            detail = f"{url.host} did not answer in time"
        except (aiohttp.ClientError, OSError) as error:
            detail = f"the connection to {url.host} failed ({type(error).__name__})"
        raise PullRefused(Reason.UNREACHABLE, detail)

    def _refusal(self, answer: Answer, wanted: str, *, of_content: bool = False) -> PullRefused:
        said = "; ".join(": ".join(filter(None, error)) for error in answer.errors)
        detail = f"{self._host} answered {answer.status} where {wanted} was due"
        if said:
            detail += f": {said}"
        elif answer.page:
            detail += f", with {answer.page} that is not a registry's answer"
        if answer.request_id:
            detail += f" (request ID {answer.request_id})"
        if answer.retry_after:
            detail += f"; it asks to wait {answer.retry_after:.0f} s"
        if 300 <= answer.status < 400:
            detail += "; redirects are not followed"
        return PullRefused(reason_of(answer, of_content=of_content), self._clean(detail), answer.retry_after)

    def _clean(self, text: str) -> str:
        text = " ".join(hide(text, [self._credential.secret]).split())
        return text if len(text) <= _LONGEST_DETAIL else f"{text[:_LONGEST_DETAIL]}..."
