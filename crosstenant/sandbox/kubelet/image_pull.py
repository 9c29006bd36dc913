"""Pulls an image as a container runtime does: a manifest and its first layer, by the docker token flow.

https://distribution.github.io/distribution/spec/auth/token/
"""

from __future__ import annotations

import hashlib
import json
import re
import ssl
from base64 import b64encode
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

import aiohttp

from crosstenant.sandbox.kubelet import runtime_words, sources
from crosstenant.sandbox.world.hosts import service_of
from crosstenant.sandbox.world.provenance import Source

Json = dict[str, Any]

_INDEXES: Final = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
_MANIFESTS: Final = (
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
_IMAGE: Final = re.compile(
    r"(?P<registry>[^/@:]+)/(?P<repository>[^@:]+)(?::(?P<tag>[\w.-]+))?(?:@(?P<digest>sha256:[0-9a-f]{64}))?"
)
_CHALLENGE: Final = re.compile(r'(\w+)="([^"]*)"')


class NodePullRefused(Exception):
    """The image was not pulled; the message holds the refusal and who refused."""

    def __init__(self, message: str, *, runtime: str = "", source: Source) -> None:
        """
        :param message: The refusal, and who refused whom.
        :param runtime: The words of the node's container runtime, which a pod shows; by default the message.
        :param source: How it is known that a node is refused so.
        """
        super().__init__(message)
        self.runtime = runtime or message
        self.source = source


@dataclass(frozen=True)
class PullCredential:
    """What a registry is shown at a pull."""

    username: str
    password: str = field(repr=False)
    holder: str
    """Whose credential it is, for a message: ``pull secret apps/registry-pull``."""


@dataclass(frozen=True)
class Image:
    """An image that has been pulled."""

    registry: str
    repository: str
    digest: str
    blob: str
    blob_size: int


def is_in_sandbox(image: str) -> bool:
    """Whether an image is in a registry of the sandbox, where it can be pulled.

    :param image: ``registry/repository[:tag][@digest]``.
    """
    match = _IMAGE.fullmatch(image)
    return match is not None and service_of(match["registry"]) == "registry"


async def pull_image(
    image: str, credential: PullCredential | None, proxy: str, trusted: ssl.SSLContext | None = None
) -> Image:
    """Fetches an image's manifest and its first layer, and checks both against their digests.

    :param image: ``registry/repository[:tag][@digest]``.
    :param credential: What the registry is shown; None for an anonymous pull.
    :param proxy: The sandbox's URL. The credential goes nowhere else.
    :param trusted: The authorities that are trusted; by default those of the process.
    :raises NodePullRefused: The registry refuses the pull, or is not in the sandbox.
    """
    match = _IMAGE.fullmatch(image)
    if match is None or service_of(match["registry"]) != "registry":
        raise NodePullRefused(
            f"'{image}' must be an image of a registry in the sandbox: <name>.azurecr.io/<repository>:<tag>, or "
            "azurecr.us or azurecr.cn in the other clouds",
            source=sources.IMAGE_FORM,
        )
    registry, repository = match["registry"], match["repository"]
    connector = aiohttp.TCPConnector(ssl=trusted if trusted is not None else True)
    async with aiohttp.ClientSession(f"https://{registry}", proxy=proxy, connector=connector) as session:
        client = _Client(session, registry, credential, image)
        manifests = f"/v2/{repository}/manifests"
        reference = match["digest"] or match["tag"] or "latest"
        kind, content, digest = await client.fetch(f"{manifests}/{reference}", _INDEXES + _MANIFESTS)
        if kind in _INDEXES:
            digest = _for_linux(json.loads(content))
            _, content, _ = await client.fetch(f"{manifests}/{digest}", _MANIFESTS, digest)
        layer = json.loads(content)["layers"][0]["digest"]
        _, blob, _ = await client.fetch(f"/v2/{repository}/blobs/{layer}", ("*/*",), layer)
    return Image(registry, repository, digest, layer, len(blob))


class _Client:
    """A container runtime at a registry: gets a token when the registry demands one, and checks digests."""

    def __init__(
        self, session: aiohttp.ClientSession, registry: str, credential: PullCredential | None, image: str
    ) -> None:
        self._session = session
        self._registry = registry
        self._credential = credential
        self._image = image
        self._token: str | None = None

    async def fetch(self, path: str, accept: tuple[str, ...], digest: str | None = None) -> tuple[str, bytes, str]:
        """Media type, content and digest of the manifest or blob at ``path``."""
        for _ in range(2):
            headers = {"Accept": ", ".join(accept)}
            if self._token:
                headers["Authorization"] = f"Bearer {self._token}"
            async with self._session.get(path, headers=headers) as answer:
                content = await answer.read()
                if answer.status == 200:
                    found = f"sha256:{hashlib.sha256(content).hexdigest()}"
                    stated = digest or answer.headers.get("Docker-Content-Digest", found)
                    if found != stated:
                        raise NodePullRefused(
                            f"{self._at(path)} has digest {found} instead of {stated}", source=sources.WRONG_DIGEST
                        )
                    return answer.content_type, content, found
                challenge = answer.headers.get("WWW-Authenticate", "")
                if answer.status != 401 or self._token or not challenge.startswith("Bearer "):
                    raise self._refusal(path, answer.status, content, self._words(path, answer.status))
            self._token = await self._sign_in(dict(_CHALLENGE.findall(challenge)))
        raise AssertionError("a second challenge is a refusal")

    async def _sign_in(self, challenge: dict[str, str]) -> str:
        query = urlencode({name: challenge[name] for name in ("service", "scope") if name in challenge})
        url = f"{challenge['realm']}?{query}"
        headers: dict[str, str] = {}
        if self._credential is not None:
            basic = b64encode(f"{self._credential.username}:{self._credential.password}".encode()).decode()
            headers["Authorization"] = f"Basic {basic}"
        async with self._session.get(url, headers=headers) as answer:
            content = await answer.read()
            if answer.status != 200:
                words = runtime_words.no_token(url, answer.status, self._credential is None)
                raise self._refusal(
                    "/oauth2/token", answer.status, content, runtime_words.unresolved(self._image, words)
                )
            return json.loads(content)["access_token"]

    def _words(self, path: str, status: int) -> str:
        url = f"https://{self._registry}{path}"
        if "/blobs/" in path:
            return runtime_words.layer_refused(self._image, url, status)
        return runtime_words.manifest_refused(self._image, url, status)

    def _refusal(self, where: str, status: int, content: bytes, words: str) -> NodePullRefused:
        holder = self._credential.holder if self._credential else "no credential"
        return NodePullRefused(
            f"{holder}: {self._at(where)} answers {status}: {content.decode('utf-8', 'replace').strip()[:600]}",
            runtime=words,
            source=sources.REGISTRY_REFUSES,
        )

    def _at(self, where: str) -> str:
        return f"{self._registry}{where}"


def _for_linux(index: Json) -> str:
    """The digest of an index's image for the nodes' platform; of the first image without such."""
    images: list[Json] = index["manifests"]
    for image in images:
        platform = image.get("platform", {})
        if (platform.get("os"), platform.get("architecture")) == ("linux", "amd64"):
            return image["digest"]
    return images[0]["digest"]
