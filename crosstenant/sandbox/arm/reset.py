"""``POST .../managedClusters/{name}/resetServicePrincipalProfile``: a new credential for cluster and nodes.

https://learn.microsoft.com/rest/api/aks/managed-clusters/reset-service-principal-profile. How a reset goes is set in
``settings.reset``: its time, how often to look, 202 or 200, and how it ends.
"""

from __future__ import annotations

from typing import Any, Final

from crosstenant.sandbox.arm.call import Answer, Call
from crosstenant.sandbox.arm.cluster_rules import (
    MANAGED_IDENTITY,
    check_idle,
    check_power,
    check_service_principal,
    client_id_of,
    missing_parameter,
    read_service_principal,
)
from crosstenant.sandbox.arm.errors import ArmError
from crosstenant.sandbox.arm.ids import find_resource
from crosstenant.sandbox.arm.operation_status import failure, links
from crosstenant.sandbox.arm.operations import RESET, begin

Json = dict[str, Any]

_DEFAULTS: Final[Json] = {
    "seconds": 2,
    "retry_after": 1,
    "status": 202,
    "outcome": "Succeeded",
    "error_code": "",
    "error_message": "",
}


def reset_service_principal_profile(call: Call) -> Answer:
    """Refuses what AKS refuses at once, else begins the operation."""
    cluster = find_resource(call.state, call.scope)
    client_id, secret = read_service_principal(call.body)
    if secret is None:
        raise missing_parameter("servicePrincipalProfile.secret")
    if client_id_of(cluster) == MANAGED_IDENTITY:
        raise not_on_managed_identity()
    check_idle(call.state, cluster)
    check_power(call, cluster, "resetting service principal profile")
    if cluster["properties"]["provisioningState"] == "Failed" and not cluster["_nodes"]:
        raise ArmError(
            409,
            "OperationNotAllowed",
            f"Operation is not allowed because the managed cluster {cluster['name']} is in failed provisioning state "
            "and was never created. Please delete it and create it again.",
        )
    check_service_principal(call.state, call.caller.tenant_id, client_id, secret)
    return _begin(call, cluster, {"clientId": client_id, "secret": secret})


def not_on_managed_identity() -> ArmError:
    """A cluster with a managed identity cannot go back to a service principal."""
    return ArmError(400, "BadRequest", "Updating service principal profile is not allowed on MSI cluster.")


def _begin(call: Call, cluster: Json, credential: Json) -> Answer:
    settings: Json = _DEFAULTS | call.state["settings"].get("reset", {})
    at_once = int(settings["status"]) == 200
    error = {"code": settings["error_code"], "message": settings["error_message"]}
    operation_id = begin(
        call.state,
        RESET,
        cluster,
        call.time,
        0 if at_once else float(settings["seconds"]),
        retry_after=float(settings["retry_after"]),
        outcome=settings["outcome"],
        error=error,
        apply=credential,
    )
    if not at_once:
        return Answer(202, None, links(call.state, operation_id))
    operation = call.state["operations"][operation_id]
    if operation["outcome"] == "Succeeded":
        return Answer(200)
    # An answer and not an exception: the cluster has failed, and the state must keep that.
    return Answer(400, {"error": failure(operation)})
