"""``POST .../managedClusters/{name}/resetServicePrincipalProfile``: a new credential for cluster and nodes.

https://learn.microsoft.com/rest/api/aks/managed-clusters/reset-service-principal-profile. ``settings.reset`` has the
duration of a reset, its polling interval, the status of its answer (202 or 200) and its outcome.
"""

from __future__ import annotations

from typing import Any, Final

from crosstenant.sandbox.arm import sources
from crosstenant.sandbox.arm.clusters.checks import (
    MANAGED_IDENTITY,
    check_idle,
    check_power,
    check_service_principal,
    client_id_of,
    missing_parameter,
    read_service_principal,
)
from crosstenant.sandbox.arm.clusters.operation_status import failure, links
from crosstenant.sandbox.arm.clusters.operations import RESET, begin
from crosstenant.sandbox.arm.ids import find_resource
from crosstenant.sandbox.arm.refusals import ArmRefusal
from crosstenant.sandbox.arm.request import Answer, ArmRequest

Json = dict[str, Any]

_DEFAULTS: Final[Json] = {
    "seconds": 2,
    "retry_after": 1,
    "status": 202,
    "outcome": "Succeeded",
    "error_code": "",
    "error_message": "",
}


def reset_service_principal_profile(request: ArmRequest) -> Answer:
    """Begins the operation, unless AKS refuses it at once."""
    cluster = find_resource(request.state, request.scope)
    client_id, secret = read_service_principal(request.body)
    if secret is None:
        raise missing_parameter("servicePrincipalProfile.secret")
    if client_id_of(cluster) == MANAGED_IDENTITY:
        raise not_on_managed_identity()
    check_idle(request.state, cluster)
    check_power(request, cluster, "resetting service principal profile")
    if cluster["properties"]["provisioningState"] == "Failed" and not cluster["_nodes"]:
        raise ArmRefusal(
            409,
            "OperationNotAllowed",
            f"Operation is not allowed because the managed cluster {cluster['name']} is in failed provisioning state "
            "and was never created. Please delete it and create it again.",
            source=sources.NEVER_CREATED,
        )
    check_service_principal(request.state, request.caller.tenant_id, client_id, secret)
    return _begin(request, cluster, {"clientId": client_id, "secret": secret})


def not_on_managed_identity() -> ArmRefusal:
    """A cluster with a managed identity cannot change to a service principal."""
    return ArmRefusal(
        400,
        "BadRequest",
        "Updating service principal profile is not allowed on MSI cluster.",
        source=sources.MANAGED_IDENTITY_CLUSTER,
    )


def _begin(request: ArmRequest, cluster: Json, credential: Json) -> Answer:
    settings: Json = _DEFAULTS | request.state["settings"].get("reset", {})
    at_once = int(settings["status"]) == 200
    error = {"code": settings["error_code"], "message": settings["error_message"]}
    operation_id = begin(
        request.state,
        RESET,
        cluster,
        request.time,
        0 if at_once else float(settings["seconds"]),
        retry_after=float(settings["retry_after"]),
        outcome=settings["outcome"],
        error=error,
        apply=credential,
    )
    if not at_once:
        return Answer(202, None, links(request.state, operation_id))
    operation = request.state["operations"][operation_id]
    if operation["outcome"] == "Succeeded":
        return Answer(200)
    # An answer and not an exception: the state must record that the cluster has failed.
    return Answer(400, {"error": failure(operation)})
