"""The first record of an imported cluster."""

from __future__ import annotations

from crosstenant.azure.clusters.cluster_state import ClusterState
from crosstenant.errors import OperatorError
from crosstenant.model.arm_id import is_uuid
from crosstenant.model.modes import CredentialState
from crosstenant.plugin.service_principal_profile.record import Record
from crosstenant.provider_kit.resource import Observed, Properties


def imported(resource_id: str, state: ClusterState | None) -> Observed | None:
    """What an import finds; ``None`` where there is no cluster.

    :param resource_id: ARM ID of the cluster.
    :param state: The cluster.
    :raises OperatorError: The cluster has a managed identity.
    """
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
