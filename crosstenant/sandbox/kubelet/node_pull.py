"""Pulls an image as a cluster's node does: with the node's credential, by the docker token flow.

The kubelet's credential provider for Azure hands the service principal of ``azure.json`` to each registry as basic
credentials, and the container runtime trades them for a token at the registry
(https://distribution.github.io/distribution/spec/auth/token/).
"""

from __future__ import annotations

import hashlib
import json
import re
from base64 import b64encode
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

import aiohttp

from crosstenant.sandbox.kubelet import sources
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

    def __init__(self, message: str, *, source: Source) -> None:
        """
        :param message: The refusal.
        :param source: How it is known that a node is refused so.
        """
        super().__init__(message)
        self.source = source


@dataclass(frozen=True)
class Pulled:
    """An image that a node has pulled."""

    node: str
    client_id: str
    registry: str
    repository: str
    digest: str
    blob: str
    blob_size: int


def nodes_of(cluster: Json, name: str | None) -> list[Json]:
    """The nodes of a cluster document.

    :param name: The name of one node, ``all``, or None for the first.
    :raises LookupError: The node does not exist.
    """
    nodes: list[Json] = cluster["_nodes"]
    if name == "all":
        return nodes
    found = [node for node in nodes if name in (None, node["name"])][:1]
    if not found:
        raise LookupError(f"cluster {cluster['name']} has no node '{name}': {', '.join(one['name'] for one in nodes)}")
    return found


async def pull(image: str, node: Json, proxy: str) -> Pulled:
    """Fetches an image's manifest and its first layer, and checks both against their digests.

    :param image: ``registry/repository[:tag][@digest]``.
    :param node: A node of a cluster document.
    :param proxy: The sandbox's URL. The node's secret goes nowhere else.
    :raises NodePullRefused: The registry refuses the pull, or the node has no service principal.
    """
    match = _IMAGE.fullmatch(image)
    if match is None or service_of(match["registry"]) != "registry":
        raise NodePullRefused(
            f"'{image}' must be an image of a registry in the sandbox: <name>.azurecr.io/<repository>:<tag>, or "
            "azurecr.us or azurecr.cn in the other clouds",
            source=sources.IMAGE_FORM,
        )
    if not node["secret"]:
        raise NodePullRefused(
            f"node {node['name']} has no service principal: its cluster uses a managed identity, which cannot sign in "
            "to another tenant; pods there need an image pull secret",
            source=sources.NO_SERVICE_PRINCIPAL,
        )
    registry, repository = match["registry"], match["repository"]
    async with aiohttp.ClientSession(f"https://{registry}", proxy=proxy) as session:
        client = _Client(session, registry, node)
        manifests = f"/v2/{repository}/manifests"
        reference = match["digest"] or match["tag"] or "latest"
        kind, content, digest = await client.fetch(f"{manifests}/{reference}", _INDEXES + _MANIFESTS)
        if kind in _INDEXES:
            digest = _for_linux(json.loads(content))
            _, content, _ = await client.fetch(f"{manifests}/{digest}", _MANIFESTS, digest)
        layer = json.loads(content)["layers"][0]["digest"]
        _, blob, _ = await client.fetch(f"/v2/{repository}/blobs/{layer}", ("*/*",), layer)
    return Pulled(node["name"], node["clientId"], registry, repository, digest, layer, len(blob))


class _Client:
    """A container runtime at a registry: gets a token when the registry demands one, and checks digests."""

    def __init__(self, session: aiohttp.ClientSession, registry: str, node: Json) -> None:
        self._session = session
        self._registry = registry
        self._node = node
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
                    raise self._refusal(path, answer.status, content)
            self._token = await self._sign_in(dict(_CHALLENGE.findall(challenge)))
        raise AssertionError("a second challenge is a refusal")

    async def _sign_in(self, challenge: dict[str, str]) -> str:
        query = urlencode({name: challenge[name] for name in ("service", "scope") if name in challenge})
        url = f"{challenge['realm']}?{query}"
        basic = b64encode(f"{self._node['clientId']}:{self._node['secret']}".encode()).decode()
        async with self._session.get(url, headers={"Authorization": f"Basic {basic}"}) as answer:
            content = await answer.read()
            if answer.status != 200:
                raise self._refusal("/oauth2/token", answer.status, content)
            return json.loads(content)["access_token"]

    def _refusal(self, where: str, status: int, content: bytes) -> NodePullRefused:
        return NodePullRefused(
            f"node {self._node['name']}, application {self._node['clientId']}: {self._at(where)} answers "
            f"{status}: {content.decode('utf-8', 'replace').strip()[:600]}",
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
