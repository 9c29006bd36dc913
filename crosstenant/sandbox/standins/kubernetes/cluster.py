"""The cluster of a provider: what its resources ask of it, and how refusals are told."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from crosstenant.errors import OperatorError
from crosstenant.sandbox.standins.kubernetes.api import Api, ApiError, Json, Place, Sleep, Unreachable
from crosstenant.sandbox.standins.kubernetes.awaiting import annotation
from crosstenant.sandbox.standins.kubernetes.documents import has_unknown

_CONFLICT = (
    "Server-Side Apply field conflict detected. See https://www.pulumi.com/registry/packages/kubernetes/how-to-guides/"
    "managing-resources-with-server-side-apply/#handle-field-conflicts-on-existing-resources for troubleshooting help."
)
_ATTEMPTS = 5


@dataclass
class Cluster:
    """What the resources of a provider share."""

    api: Api | None
    """``None`` where the kubeconfig is not known yet."""
    namespace: str = ""
    config_maps_change: bool = False
    secrets_change: bool = False
    upserts: bool = False
    lets_go: bool = False
    """Whether objects of a cluster that cannot be reached count as deleted."""
    renders: bool = False
    """Whether ``api`` is a folder, in which nothing becomes ready."""
    sleep: Sleep = asyncio.sleep

    @property
    def reached(self) -> Api:
        """The API.

        :raises OperatorError: There is no kubeconfig.
        """
        if self.api is None:
            raise OperatorError(
                "configured Kubernetes cluster is unreachable: unable to load Kubernetes client configuration from "
                "kubeconfig file; set the provider's 'kubeconfig'"
            )
        return self.api

    async def exists(self, place: Place) -> bool:
        """Whether there is an object."""
        try:
            await self.reached.get(place)
        except ApiError as error:
            if error.status == 404:
                return False
            raise
        return True

    async def apply(self, place: Place, inputs: Json, manager: str, *, dry_run: bool = False) -> Json:
        """Applies an object; waits for what the same update makes a moment before.

        :param place: The object.
        :param inputs: What the program gives.
        :param manager: The field manager.
        :param dry_run: Whether the API server only says what would become of it.
        :raises OperatorError: The API server refuses, or another field manager owns a part of it.
        """
        force = annotation(inputs, "patchForce") == "true"
        attempt = 0
        while True:
            try:
                return await self.reached.apply(place, inputs, manager, force=force, dry_run=dry_run)
            except ApiError as error:
                if error.status == 409:
                    raise OperatorError(
                        f'{_CONFLICT} The resource managed by field manager "{manager}" had an apply conflict: {error}'
                    ) from None
                attempt += 1
                # A namespace or a kind that was made a moment ago.
                if error.status != 404 or dry_run or attempt == _ATTEMPTS:
                    raise
            await self.sleep(2**attempt / 8)

    async def dry_run(self, place: Place, inputs: Json, manager: str) -> None:
        """Asks the API server whether it accepts an object, where that can be known before the update."""
        if self.api is None or has_unknown(inputs):
            return
        try:
            await self.apply(place, inputs, manager, dry_run=True)
        except Unreachable:
            return
        except ApiError as error:
            # Its namespace or its kind is made by the same update; or it is replaced, which a dry run cannot do.
            if error.status == 404 or "field is immutable" in str(error):
                return
            raise
