"""The images on a node, and the pull of those that are not there."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from crosstenant.sandbox.kubelet import runtime_words, sources
from crosstenant.sandbox.kubelet.cluster_api import ApiError
from crosstenant.sandbox.kubelet.fields import parts
from crosstenant.sandbox.kubelet.image_pull import Image, NodePullRefused, PullCredential, is_in_sandbox, pull_image
from crosstenant.sandbox.kubelet.pod_api import PodApi
from crosstenant.sandbox.kubelet.pull_secrets import credentials_for

Json = dict[str, Any]


@dataclass
class NodeImages:
    """The images of one node. Images of registries outside the sandbox count as present."""

    proxy: str
    """The sandbox's URL."""
    trusted: ssl.SSLContext
    """The authorities that the node trusts."""
    own_credential: Callable[[], PullCredential | None]
    """The node's own credential at the time of a pull."""
    unreachable: Callable[[str], str | None] = lambda _: None
    """How a registry cannot be reached from the node at the time of a pull: ``runtime_words.not_reached``."""
    present: set[str] = field(default_factory=set[str])
    """The images that have been pulled."""

    async def ensure(self, pod: Json, container: Json, pod_api: PodApi) -> None:
        """Pulls the image of a container, if its policy says so, with the pod's pull secrets or the node's credential.

        :raises NodePullRefused: The registry refuses every credential; ``runtime`` has the errors of all.
        """
        image, name = str(container["image"]), container["name"]
        if not is_in_sandbox(image):
            return
        policy = container.get("imagePullPolicy", "IfNotPresent")
        if policy != "Always" and image in self.present:
            await pod_api.event("Normal", "Pulled", f'Container image "{image}" already present on machine', name)
            return
        await pod_api.event("Normal", "Pulling", f'Pulling image "{image}"', name)
        refusals: list[NodePullRefused] = []
        began = time.monotonic()
        for credential in await self._credentials(pod, image, pod_api):
            try:
                pulled = await self._pull(image, credential)
            except NodePullRefused as error:
                refusals.append(error)
                continue
            self.present.add(image)
            took = f"{(time.monotonic() - began) * 1000:.0f}ms"
            message = f'Successfully pulled image "{image}" in {took} ({took} including waiting). Image size: '
            message += f"{pulled.blob_size} bytes."
            await pod_api.event("Normal", "Pulled", message, name)
            return
        words = runtime_words.together(one.runtime for one in refusals)
        raise NodePullRefused(str(refusals[-1]), runtime=words, source=refusals[-1].source)

    async def _pull(self, image: str, credential: PullCredential | None) -> Image:
        registry, _, rest = image.partition("/")
        how = self.unreachable(registry)
        try:
            if how is None:
                return await pull_image(image, credential, self.proxy, self.trusted)
        except aiohttp.ClientError as error:
            how = str(error)
        repository, _, reference = rest.partition("@") if "@" in rest else rest.partition(":")
        words = runtime_words.not_reached(image, registry, f"/v2/{repository}/manifests/{reference}", how)
        raise NodePullRefused(
            f"{registry} cannot be reached from the node: {how}", runtime=words, source=sources.NOT_REACHED
        )

    async def _credentials(self, pod: Json, image: str, pod_api: PodApi) -> list[PullCredential | None]:
        """The credentials in the kubelet's order: the pod's pull secrets, the node's own; anonymous without any."""
        secrets: list[Json] = []
        namespace = pod["metadata"]["namespace"]
        for reference in parts(pod["spec"], "imagePullSecrets"):
            try:
                secrets.append(await pod_api.api.get(f"/api/v1/namespaces/{namespace}/secrets/{reference['name']}"))
            except ApiError:
                message = (
                    f"Unable to retrieve some image pull secrets ({reference['name']}); attempting to pull the image "
                    "may not succeed."
                )
                await pod_api.event("Warning", "FailedToRetrieveImagePullSecret", message)
        own = self.own_credential()
        # Azure's credential provider adds an anonymous entry to the node's own one.
        return [*credentials_for(image, secrets), *([own, None] if own else [])] or [None]
