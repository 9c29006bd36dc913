"""The resource ``ServicePrincipalProfile``: the AKS credential of one cluster.

``credential_reset`` does a reset; this module decides when one happens, and answers the engine.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import ClassVar

from crosstenant.azure.clusters.cluster_fitness import refuse_unfit
from crosstenant.azure.clusters.cluster_state import ClusterState
from crosstenant.azure.clusters.clusters import RESET_ACTION, Clusters
from crosstenant.azure.refusals.refusal_table import ROLES_BY_ACTION
from crosstenant.azure.sign_in.secret_proof import prove_secret
from crosstenant.azure.waiting import Clock
from crosstenant.errors import OperatorError
from crosstenant.model.arm_id import CLUSTER_TYPE, ArmId, is_uuid, parse_arm_id
from crosstenant.model.modes import CredentialState
from crosstenant.plugin.context import Context
from crosstenant.plugin.service_principal_profile.credential_reset import CredentialReset, Prove
from crosstenant.plugin.service_principal_profile.fields import DESCRIPTION, INPUTS, OUTPUTS
from crosstenant.plugin.service_principal_profile.missing_cluster import refuse_missing
from crosstenant.plugin.service_principal_profile.record import Record, needs_reset
from crosstenant.plugin.service_principal_profile.reset_request import ResetRequest
from crosstenant.provider_kit.declared import DeclaredResource
from crosstenant.provider_kit.fields import Fields
from crosstenant.provider_kit.resource import Change, Diff, Difference, Observed, Properties
from crosstenant.provider_kit.values import UNKNOWN

DEFAULT_TIMEOUT = 90 * 60.0
"""The time limit of a create or update in seconds: the time that a reset of a large cluster needs."""


class ServicePrincipalProfile(DeclaredResource[Context]):
    """Gives an AKS cluster the credential of an application of its tenant."""

    token: ClassVar[str] = "crosstenant:index:ServicePrincipalProfile"  # noqa: S105
    description: ClassVar[str] = DESCRIPTION
    inputs: ClassVar[Fields] = INPUTS
    outputs: ClassVar[Fields] = OUTPUTS

    def __init__(
        self,
        context: Context,
        clusters: Clusters | None = None,
        prove: Prove = prove_secret,
        clock: Clock | None = None,
    ) -> None:
        """
        :param context: The cluster's tenant and the line to the terminal.
        :param clusters: The tenant's clusters; those that Azure tells of if not given.
        :param prove: Signs in with a secret.
        :param clock: The clock; the machine's if not given.
        """
        super().__init__(context)
        self._clock = clock or Clock()
        self._clusters = clusters or Clusters(context.tenant, self._clock)
        self._reset = CredentialReset(context, self._clusters, prove, self._clock)

    async def diff(
        self, urn: str, resource_id: str, old_inputs: Properties, olds: Properties, news: Properties
    ) -> Diff:
        """Compares; a credential that the cluster may not have differs even if the program has not changed."""
        found = dict((await super().diff(urn, resource_id, old_inputs, olds, news)).differences)
        if not found.keys() & {"clusterId", "clientId", "secret"}:
            found |= await self._not_on_the_cluster(olds)
        return Diff(found)

    async def preview_create(self, urn: str, inputs: Properties) -> Properties:
        """Refuses a cluster that cannot be reset, and announces the reset of any other."""
        return await self._preview(urn, None, inputs)

    async def create(self, urn: str, inputs: Properties, timeout: float) -> tuple[str, Properties]:
        """Gives the cluster the credential, or records it for a cluster that the program creates."""
        record = await self._apply(urn, None, Record.of_inputs(inputs), timeout)
        return record.cluster_id, record.outputs()

    async def read(self, urn: str, resource_id: str, inputs: Properties, olds: Properties) -> Observed | None:
        """Observes the cluster; its secret cannot be read."""
        state = await self._reset.look(_parsed(resource_id))
        if not olds:
            return _imported(resource_id, state)
        record = Record.of_outputs(olds)
        if state is None:
            return Observed(resource_id, inputs, olds) if record.credential_state is CredentialState.PENDING else None
        record = await self._reset.settled(record, state)
        if not state.uses(record.client_id):
            # A reset that is still running may be the one that this resource stopped waiting for.
            operation = None if state.is_idle else record.pending_operation
            ours_failed = state.has_failed and record.may_have_failed_the_cluster
            record = record.with_state(CredentialState.FAILED if ours_failed else CredentialState.UNKNOWN, operation)
            return Observed(
                resource_id,
                inputs | {"clientId": state.client_id},
                record.seeing(state).outputs() | {"clientId": state.client_id},
            )
        # Drift of an earlier refresh may have been repaired since.
        inputs = inputs if state.uses(inputs.get("clientId", "")) else inputs | {"clientId": record.client_id}
        return Observed(resource_id, inputs, record.seeing(state).outputs())

    async def preview_update(self, urn: str, resource_id: str, olds: Properties, news: Properties) -> Properties:
        """As for a create, for what the update would do."""
        return await self._preview(urn, Record.of_outputs(olds), news)

    async def update(
        self, urn: str, resource_id: str, olds: Properties, news: Properties, timeout: float
    ) -> Properties:
        """Gives the cluster the credential if it may not have it; other arguments only change the record."""
        old = Record.of_outputs(olds)
        record = replace(Record.of_inputs(news), reset_at=old.reset_at)
        return (await self._apply(urn, old, record, timeout)).outputs()

    async def delete(self, urn: str, resource_id: str, olds: Properties, timeout: float) -> None:
        """Removes the record, unless the cluster still uses the application."""
        record = Record.of_outputs(olds)
        if record.abandon_on_delete:
            return
        cluster_id = _parsed(record.cluster_id)
        state = await self._reset.look(cluster_id)
        if state is not None and state.is_being_deleted:
            deadline = self._clock.now() + (timeout or DEFAULT_TIMEOUT)
            state = await self._reset.idle(urn, cluster_id, deadline)
        if state is not None and state.uses(record.client_id):
            raise OperatorError(_still_in_use(cluster_id, state.client_id))

    async def _not_on_the_cluster(self, olds: Properties) -> dict[str, Difference]:
        """The differences that the state records about the cluster.

        ``pending`` alone is not a difference: the cluster takes the credential with its own creation, and a second run
        should find nothing to do. It is one if the cluster came to be with another application.
        """
        record = Record.of_outputs(olds)
        # A state of before 1.0 has it under another name: an update writes it anew, without a reset.
        if (
            record.credential_state in (CredentialState.UNKNOWN, CredentialState.FAILED)
            or "credentialState" not in olds
        ):
            return {"credentialState": Difference(Change.UPDATE, is_input=False)}
        if record.credential_state is CredentialState.PENDING:
            state = await self._reset.look(_parsed(record.cluster_id))
            if state is not None and not state.uses(record.client_id):
                return {"clientId": Difference(Change.UPDATE, is_input=False)}
        return {}

    async def _preview(self, urn: str, old: Record | None, news: Properties) -> Properties:
        client_id, secret = news.get("clientId"), news.get("secret")
        shape = Record.of_inputs(news) if old is None else replace(Record.of_inputs(news), reset_at=old.reset_at)
        outputs = shape.outputs() | {"servicePrincipalProfile": {"clientId": client_id, "secret": secret}}
        if news.get("clusterId") is UNKNOWN:
            return outputs | dict.fromkeys(_OBSERVED, UNKNOWN)
        cluster_id = _parsed(news["clusterId"])
        state = await self._reset.look(cluster_id)
        if state is None:
            refuse_missing(shape)
            await self.context.log.info(
                urn,
                f"cluster {cluster_id} does not exist yet: the credential is recorded, and the cluster takes it from"
                " the output servicePrincipalProfile",
            )
            return outputs
        old = old and await self._reset.settled(old, state)
        if not needs_reset(old, state, client_id, secret):
            return replace(shape, credential_state=CredentialState.APPLIED).seeing(state).outputs()
        refuse_unfit(state, failed_is_ours=old is not None and old.may_have_failed_the_cluster)
        if await self._clusters.may_reset(cluster_id) is False:
            raise OperatorError(_not_permitted(cluster_id, self.context.tenant.caller))
        goes_on = old is not None and old.is_running(client_id, secret) and not state.is_idle
        await self.context.log.warning(urn, _going_on(state) if goes_on else _announcement(state))
        seen = {"nodePools": [pool.name for pool in state.node_pools]}
        return outputs | dict.fromkeys(_OBSERVED, UNKNOWN) | seen

    async def _apply(self, urn: str, old: Record | None, record: Record, timeout: float) -> Record:
        if not record.secret:
            raise OperatorError(f"cluster {record.cluster_id}: secret is missing: a secret of {record.client_id}")
        deadline = self._clock.now() + (timeout or DEFAULT_TIMEOUT)
        request = ResetRequest(urn, _parsed(record.cluster_id), record, record.secret, deadline)
        try:
            return await self._reset.apply(request, old)
        except asyncio.CancelledError:
            raise OperatorError(f"cancelled before cluster {record.cluster_id} was touched") from None


_OBSERVED = ("credentialState", "clusterClientId", "provisioningState", "resetAt")


def _parsed(cluster_id: str) -> ArmId:
    try:
        return parse_arm_id(cluster_id, CLUSTER_TYPE)
    except ValueError as error:
        raise OperatorError(str(error)) from None


def _not_permitted(cluster_id: ArmId, caller: str) -> str:
    return (
        f"{caller} may read cluster {cluster_id}, but not reset its credential ({RESET_ACTION}): assign the role"
        f" '{ROLES_BY_ACTION[RESET_ACTION.lower()]}' on the cluster, or sign in as a caller who has it; a new"
        " assignment takes some minutes to count"
    )


def _still_in_use(cluster_id: ArmId, client_id: str) -> str:
    arguments = f"-g {cluster_id.resource_group} -n {cluster_id.name}"
    return (
        f"cluster {cluster_id} still acts as application {client_id}, and would lose its identity with it."
        " Either move the cluster to another application or to a managed identity"
        f" ('az aks update-credentials {arguments} --reset-service-principal ...' or"
        f" 'az aks update {arguments} --enable-managed-identity') and run again; or give it abandon_on_delete=True,"
        " run 'pulumi up', and then delete"
    )


def _imported(resource_id: str, state: ClusterState | None) -> Observed | None:
    if state is None:
        return None
    if not is_uuid(state.client_id):
        raise OperatorError(
            f"cluster {state.cluster_id} has a managed identity: there is no service principal profile to import"
        )
    inputs: Properties = {"clusterId": resource_id, "clientId": state.client_id}
    record = Record.of_inputs(inputs, CredentialState.UNKNOWN).seeing(state)
    outputs = record.outputs()
    defaults = {name: outputs[name] for name in ("abandonOnDelete", "waitForPrincipalSeconds")}
    return Observed(resource_id, inputs | defaults, outputs)


def _announcement(state: ClusterState) -> str:
    pools = "node pool" if len(state.node_pools) == 1 else "node pools"
    nodes = "node" if state.node_count == 1 else "nodes"
    text = (
        f"this resets the credential of cluster {state.cluster_id}: AKS drains and reimages its"
        f" {len(state.node_pools)} {pools} ({state.node_count} {nodes}), one node after another"
    )
    return text if state.is_idle else f"{text}, when the operation that is running there now has ended"


def _going_on(state: ClusterState) -> str:
    return (
        f"a reset of cluster {state.cluster_id} for which this resource stopped waiting goes on in AKS: the update"
        " waits for its end, and repeats it only if it failed"
    )
