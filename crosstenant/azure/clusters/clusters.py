"""AKS clusters of a tenant: reading them, waiting for them, and resetting their credential.

https://learn.microsoft.com/rest/api/aks/managed-clusters/reset-service-principal-profile. A reset cordons, drains and
reimages every node, so a request that AKS may have accepted is never repeated before the cluster is read.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from crosstenant.azure.arm import Arm, client_settings
from crosstenant.azure.caller_rights import permits
from crosstenant.azure.clusters.cluster_state import ENDS, ClusterState, RunningOperation, from_model, running_operation
from crosstenant.azure.clusters.maintenance import Maintenance, maintenance_of
from crosstenant.azure.clusters.reset_operation import ResetOperation
from crosstenant.azure.connections.answer_forms import form_due
from crosstenant.azure.connections.documents import json_due, time_of
from crosstenant.azure.refusals.absence import is_absent
from crosstenant.azure.refusals.refusal_table import Retry
from crosstenant.azure.refusals.refusals import retry_of, take_apart
from crosstenant.azure.role_assignments import roles_of
from crosstenant.azure.sign_in.tenant import Tenant
from crosstenant.azure.waiting import Clock, OnWait, lasting
from crosstenant.model.arm_id import ArmId
from crosstenant.model.credentials.kinds import AppCredential
from crosstenant.model.matched_texts.registry_texts import SECRET_EXPIRED
from crosstenant.model.pauses import IDLE, RESET

if TYPE_CHECKING:
    from azure.mgmt.containerservice.aio import ContainerServiceClient

RESET_ACTION: Final = "Microsoft.ContainerService/managedClusters/resetServicePrincipalProfile/action"

"""Shows the progress to the person at the terminal."""

# Limit of repeated requests after temporary refusals: about five minutes with growing pauses. A
# running operation, and Entra's propagation, have deadlines of their own.
_ATTEMPTS = 8
# Of requests without an answer, to a cluster that does not change its application: each may have reimaged all nodes.
_UNANSWERED_ATTEMPTS = 2


class ClusterGone(Exception):
    """The cluster does not exist any longer."""


@dataclass
class Attempt:
    """The fate of the request for a reset, for the caller of an interrupted ``start_reset``; and what he knows."""

    maybe_accepted: bool = False
    """Whether a request was sent that AKS may have accepted."""
    secret_cannot_have_ended: bool = False
    """Whether the caller knows that the secret ends later: the answer that it has expired is a lag of Entra then."""


@dataclass(frozen=True)
class Ending:
    """The end of an operation."""

    status: str = ""
    """``Succeeded``, ``Failed`` or ``Canceled``; ``InProgress`` or another text before the end; empty if unknown."""
    ended: str = ""
    """UTC time, ``2026-01-31T12:00:00Z``; empty before the end."""
    is_hidden: bool = False
    """Whether Azure may have the status, and it cannot be read: a missing right, another host, a service that is
    unwell, an answer of another form."""

    @property
    def is_running(self) -> bool:
        """Whether Azure says that the operation has not ended."""
        return self.status not in ("", *ENDS)


class Clusters:
    """The clusters of a tenant. One client for each subscription, created at its first use."""

    def __init__(self, tenant: Tenant, clock: Clock | None = None) -> None:
        """
        :param tenant: The tenant whose subscriptions hold the clusters.
        :param clock: The clock; the machine's if not given.
        """
        self._tenant = tenant
        self._clock = clock or Clock()
        self._clients: dict[str, ContainerServiceClient] = {}
        self._arm = Arm(tenant)

    async def get(self, cluster_id: ArmId) -> ClusterState | None:
        """Reads a cluster; ``None`` if it does not exist.

        :raises azure.core.exceptions.AzureError: Sign-in failed, or Azure refused (a subscription of another tenant,
            a missing role) or could not be reached.
        """
        from azure.core.exceptions import ResourceNotFoundError

        client = self._client(cluster_id.subscription_id)
        times: list[datetime] = []

        def keep_time(answer: Any) -> None:
            hook(answer)
            times.extend(time_of(answer.http_response))

        try:
            with json_due() as hook:
                found = await client.managed_clusters.get(
                    cluster_id.resource_group, cluster_id.name, raw_response_hook=keep_time
                )
        except ResourceNotFoundError as error:
            if is_absent(error):
                return None
            raise
        with form_due():
            return from_model(found, times[-1] if times else None)

    async def maintenance(self, cluster_id: ArmId) -> Maintenance | None:
        """The maintenance configuration that counts for a reset; ``None`` if the cluster has none.

        :param cluster_id: The cluster.
        :raises azure.core.exceptions.AzureError: Azure refused, or could not be reached.
        """
        return await maintenance_of(self._arm, cluster_id)

    async def wait_until_idle(
        self,
        cluster_id: ArmId,
        *,
        deadline: float,
        on_progress: OnWait,
        running: RunningOperation | None = None,
    ) -> ClusterState | None:
        """Waits until no operation is changing the cluster; returns the cluster, or ``None`` if it was deleted.

        :param cluster_id: The cluster.
        :param deadline: When to stop waiting, on the clock.
        :param on_progress: Told which operation runs, and for how long.
        :param running: The operation, if AKS has named it.
        :raises TimeoutError: The deadline passed.
        :raises azure.core.exceptions.AzureError: The cluster could not be read.
        """
        began = self._clock.now()
        pauses = iter(IDLE)
        while True:
            state = await self.get(cluster_id)
            if state is None or state.is_idle:
                return state
            pause = next(pauses)
            what = self._described(state, running, self._clock.now() - began)
            if self._clock.now() + pause > deadline:
                raise TimeoutError(what)
            await on_progress(f"waiting for {what}")
            await self._clock.sleep(pause)

    async def start_reset(
        self,
        cluster_id: ArmId,
        credential: AppCredential,
        *,
        deadline: float,
        propagation_deadline: float,
        on_progress: OnWait,
        attempt: Attempt,
    ) -> ResetOperation:
        """Asks AKS to give a cluster another credential; repeats the request where that can help.

        :param cluster_id: The cluster.
        :param credential: The application and its secret.
        :param deadline: When to stop waiting for another operation, on the clock.
        :param propagation_deadline: When to stop waiting for replication in Entra.
        :param on_progress: Receives the reason for each pause.
        :param attempt: Updated with what AKS may have accepted.
        :returns: The accepted operation.
        :raises ClusterGone: The cluster does not exist, or was deleted meanwhile.
        :raises TimeoutError: Another operation was still running at the deadline.
        :raises azure.core.exceptions.AzureError: AKS refused.
        """
        from azure.core.exceptions import AzureError, ClientAuthenticationError

        from crosstenant.azure.connections.transport import NotSentError

        unsent = (NotSentError, ClientAuthenticationError)
        before = await self.get(cluster_id)
        pauses = iter(RESET)
        tries = lost = 0
        while True:
            unanswered = attempt.maybe_accepted
            attempt.maybe_accepted = True
            try:
                return await self._post_reset(cluster_id, credential)
            except AzureError as error:
                said = take_apart(error, [credential.secret])
                # A refusal decides about this request, but not about an earlier one without an answer.
                # Of an acceptance with a status that is not documented (201, 204), it is not known what AKS does.
                is_accepted = 200 <= said.status < 300 and not said.page
                is_lost = said.status == 0 and not isinstance(error, unsent)
                has_no_answer = is_lost or said.status >= 500 or is_accepted
                attempt.maybe_accepted = unanswered or has_no_answer
                lost += has_no_answer and before is not None and before.uses(credential.client_id)
                retry = Retry.THROTTLED if said.status == 0 else retry_of(error)
                if attempt.secret_cannot_have_ended and SECRET_EXPIRED.is_in(said.message):
                    retry = Retry.PROPAGATION
                running = running_operation(said.message) if retry is Retry.BUSY else None
                tries += retry is not Retry.PROPAGATION and running is None
                refusal = error
                pause = max(next(pauses), said.retry_after)
                latest = propagation_deadline if retry is Retry.PROPAGATION else deadline
                if (
                    retry is Retry.NEVER
                    or tries >= _ATTEMPTS
                    or lost >= _UNANSWERED_ATTEMPTS
                    or self._clock.now() + pause > latest
                ):
                    raise
            reason = _REASONS[retry] if said.status else "Azure does not answer"
            what = f"waiting for {self._named(running)}" if running else f"{reason} ({said.code})"
            await on_progress(f"{what}, asking again in {lasting(pause)}")
            await self._clock.sleep(pause)
            if retry is Retry.BUSY or attempt.maybe_accepted:
                state = await self.wait_until_idle(
                    cluster_id, deadline=deadline, on_progress=on_progress, running=running
                )
                if state is None:
                    raise ClusterGone
                # A request got no answer, and an operation on the cluster failed since: AKS accepted that request.
                was_well = before is not None and before.provisioning_state == "Succeeded"
                if attempt.maybe_accepted and was_well and state.provisioning_state != "Succeeded":
                    raise refusal
                # A request got no answer, and the cluster uses the application now: AKS accepted that request.
                if (
                    attempt.maybe_accepted
                    and state.uses(credential.client_id)
                    and before
                    and not before.uses(credential.client_id)
                ):
                    return ResetOperation()

    async def ending(self, url: str) -> Ending:
        """The end of an operation that was accepted earlier; an empty ``Ending`` if Azure no longer has its status.

        :param url: The operation's address, as ``ResetOperation.url`` gave it.
        """
        from azure.core.exceptions import AzureError

        try:
            found = await self._arm.get(url)
        except AzureError as error:
            said = take_apart(error)
            # Of an invisible subscription Azure says 404 as well, and so does a proxy, without a code of Azure.
            is_told = said.status == 404 and bool(said.codes) and said.code != "SubscriptionNotFound" and not said.page
            return Ending(is_hidden=not is_told)
        status, ended = found.get("status"), str(found.get("endTime") or "")
        if not isinstance(status, str) or not status:
            return Ending(is_hidden=True)
        known = next((it for it in ENDS if it.lower() == status.lower()), status)
        # Azure writes fractions of seconds or not: one form is enough.
        return Ending(known, f"{ended[:19]}Z" if ended else "")

    async def may_reset(self, cluster_id: ArmId) -> bool | None:
        """Whether the caller's roles permit a reset of the cluster; ``None`` if Azure does not tell."""
        return await permits(self._arm, str(cluster_id), RESET_ACTION)

    async def roles_on_node_group(self, cluster: ClusterState, object_id: str) -> int | None:
        """The number of roles of a principal on the node resource group; ``None`` if the caller may not read them.

        :param cluster: The cluster.
        :param object_id: Object ID of the service principal.
        """
        from azure.core.exceptions import AzureError

        scope = ArmId(cluster.arm_id.subscription_id, cluster.node_resource_group)
        try:
            return len(await roles_of(self._arm, str(scope), object_id))
        except AzureError:
            return None

    async def aclose(self) -> None:
        """Closes all connections."""
        while self._clients:
            await self._clients.popitem()[1].close()
        await self._arm.aclose()

    async def _post_reset(self, cluster_id: ArmId, credential: AppCredential) -> ResetOperation:
        from azure.core.exceptions import ServiceResponseError
        from azure.mgmt.containerservice.models import ManagedClusterServicePrincipalProfile

        from crosstenant.azure.clusters.watched_polling import WatchedPolling
        from crosstenant.azure.connections.transport import NOT_COMPRESSED

        polling = WatchedPolling(self._tenant.cloud.arm_host)
        clusters = self._client(cluster_id.subscription_id).managed_clusters
        try:
            poller = await clusters.begin_reset_service_principal_profile(
                cluster_id.resource_group,
                cluster_id.name,
                ManagedClusterServicePrincipalProfile(client_id=credential.client_id, secret=credential.secret),
                polling=polling,
                # azure-core would repeat a POST after a 500 or 503, although AKS may have accepted it.
                retry_total=0,
            )
        except zlib.error:  # The SDK reads this answer itself.
            raise ServiceResponseError(NOT_COMPRESSED) from None
        return ResetOperation(poller, polling)

    def _client(self, subscription_id: str) -> ContainerServiceClient:
        client = self._clients.get(subscription_id)
        if client is None:
            from azure.mgmt.containerservice.aio import ContainerServiceClient

            client = ContainerServiceClient(self._tenant.credential(), subscription_id, **client_settings(self._tenant))
            self._clients[subscription_id] = client
        return client

    def _described(self, state: ClusterState, running: RunningOperation | None, waited: float) -> str:
        if running is None:
            return f"the cluster, which is {state.provisioning_state} ({lasting(waited)})"
        return self._named(running, waited)

    def _named(self, running: RunningOperation, waited: float = 0) -> str:
        age = (self._clock.utc() - running.started).total_seconds() if running.started else waited
        return f"the operation '{running.name}' on the cluster, running for {lasting(max(age, 0))}"


_REASONS = {
    Retry.PROPAGATION: "AKS cannot sign in with the credential yet",
    Retry.BUSY: "the cluster is busy",
    Retry.THROTTLED: "Azure is busy",
}
