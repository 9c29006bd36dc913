"""The checks that AKS makes before it begins an operation on a cluster, and their refusals.

Codes: https://learn.microsoft.com/troubleshoot/azure/azure-kubernetes/error-codes/.
"""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import Any, Final, cast

from crosstenant.sandbox.arm import sources
from crosstenant.sandbox.arm.clusters.operations import NAMES, running
from crosstenant.sandbox.arm.refusals import ArmRefusal
from crosstenant.sandbox.arm.request import ArmRequest
from crosstenant.sandbox.entra.clients import authenticate
from crosstenant.sandbox.entra.refusals import SignInRefusal
from crosstenant.sandbox.world.clouds import cloud_of
from crosstenant.sandbox.world.open_questions import AKS_SECRET_CODE, AKS_UNKNOWN_PRINCIPAL_STATUS
from crosstenant.sandbox.world.state import State, public
from crosstenant.sandbox.world.times import timestamp

Json = dict[str, Any]

MANAGED_IDENTITY: Final = "msi"
"""The client ID that a cluster with a managed identity shows."""
_LONGEST_SECRET: Final = 190  # bytes; https://learn.microsoft.com/azure/aks/kubernetes-service-principal
_NOT_A_PRINCIPAL: Final = ("AADSTS700016", "AADSTS7000229")


def client_id_of(cluster: Json) -> str:
    """The client ID that a cluster shows; ``msi`` for a managed identity."""
    return cluster["properties"]["servicePrincipalProfile"]["clientId"]


def etag_of(cluster: Json) -> str:
    """The entity tag of a cluster's present version."""
    text = json.dumps(public(cluster), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def check_etag(request: ArmRequest, cluster: Json | None) -> None:
    """Checks the ``If-Match`` and ``If-None-Match`` headers against the cluster.

    :raises ArmRefusal: The cluster has another version (412).
    """
    wanted = request.headers.get("if-match", "").strip('"')
    current = etag_of(cluster) if cluster else None
    if (wanted and wanted not in ("*", current)) or (wanted == "*" and cluster is None):
        raise ArmRefusal(
            412,
            "EtagMismatch",
            f"The etag '{wanted}' in the if-match header does not match the etag '{current}' of the managed cluster "
            f"'{request.part('name')}'. Please get the latest version of it and try again.",
            source=sources.ETAG_MISMATCH,
        )
    if request.headers.get("if-none-match") == "*" and cluster is not None:
        raise ArmRefusal(
            412,
            "EtagMismatch",
            f"The managed cluster '{cluster['name']}' already exists.",
            source=sources.CLUSTER_EXISTS,
        )


def check_idle(state: State, cluster: Json) -> None:
    """Checks that no operation is running on a cluster.

    :raises ArmRefusal: An operation is running (409).
    """
    found = running(state, cluster)
    if found is not None:
        operation_id, operation = found
        raise ArmRefusal(
            409,
            "OperationNotAllowed",
            f"Operation is not allowed because there's an in progress {NAMES[operation['kind']]} operation (operation "
            f"ID: {operation_id}) on the managed cluster {cluster['name']} started on UTC "
            f"{timestamp(operation['_start'])}. Please wait for it to finish before starting a new operation. See "
            "https://aka.ms/aks-pending-operation for more details",
            source=sources.OPERATION_IN_PROGRESS,
        )
    if cluster["properties"]["provisioningState"] in ("Creating", "Updating", "Deleting", "Starting", "Stopping"):
        raise ArmRefusal(
            409,
            "OperationNotAllowed",
            f"Operation is not allowed: Another operation ({cluster['properties']['provisioningState']}) is in "
            "progress, please wait for it to finish before starting a new operation. See "
            "https://aka.ms/aks-pending-operation for more details",
            source=sources.ANOTHER_OPERATION,
        )


def check_power(request: ArmRequest, cluster: Json, doing: str, expected: str = "Running") -> None:
    """Checks the power state of a cluster.

    :param doing: The requested operation as the message names it: ``stopping``.
    :param expected: The power state that the operation needs: ``Running`` or ``Stopped``.
    :raises ArmRefusal: The cluster has another power state (409).
    """
    properties = cluster["properties"]
    power = properties["powerState"]["code"]
    if power == expected:
        return
    since = max(
        (one["_end"] for one in request.state["operations"].values() if one["resource"] == cluster["id"].lower()),
        default=request.time,
    )
    raise ArmRefusal(
        409,
        "OperationNotAllowed",
        f"managed cluster is in Provisioning State({properties['provisioningState']}) and Power State({power}), "
        f"{doing} cannot be performed The previous operation started at '{timestamp(since)}' and elapsed time is: "
        f"'{timedelta(seconds=max(0, int(request.time - since)))}' (RFC3339 format)",
        source=sources.CLUSTER_STOPPED,
    )


def check_service_principal(state: State, tenant_id: str, client_id: str, secret: str) -> None:
    """Checks a service principal as AKS does: with a sign-in to the cluster's tenant.

    :raises ArmRefusal: The secret is too long, the service principal does not exist, or Entra refuses the secret (400).
    """
    if len(secret.encode()) > _LONGEST_SECRET:
        raise invalid_parameter(
            "servicePrincipalProfile.secret", f"The secret must not be longer than {_LONGEST_SECRET} bytes"
        )
    try:
        authenticate(state, tenant_id, client_id, secret)
    except SignInRefusal as error:
        if error.code in _NOT_A_PRINCIPAL:
            raise ArmRefusal(
                int(AKS_UNKNOWN_PRINCIPAL_STATUS.answer(state)),
                "ServicePrincipalNotFound",
                f"Service principal clientID: {client_id} not found in Active Directory tenant {tenant_id}, Please see "
                "https://aka.ms/aks-sp-help for more details.",
                source=sources.SERVICE_PRINCIPAL_NOT_FOUND,
            ) from None
        answer = json.dumps({"error": error.error, "error_description": f"{error.code}: {error.description}"})
        # The code is an open question; with the third one the sentence begins otherwise.
        code = AKS_SECRET_CODE.answer(state)
        message = (
            f"Customer auth is not valid for tenant: {tenant_id}: "
            if code == "InvalidClientSecret"
            else "The credentials in ServicePrincipalProfile were invalid. Please see https://aka.ms/aks-sp-help for "
            "more details. (Details: "
        )
        raise ArmRefusal(
            400,
            code,
            f"{message}adal: Refresh request failed. Status Code = '{error.status}'. Response body: {answer} "
            f"Endpoint https://{cloud_of(state).login_host}/{tenant_id}/oauth2/token?api-version=1.0)",
            source=sources.SERVICE_PRINCIPAL_VALIDATION_CLIENT_ERROR,
        ) from None


def read_service_principal(profile: Any) -> tuple[str, str | None]:
    """The client ID and the secret (None if missing) of the service principal profile in a body.

    :raises ArmRefusal: The client ID is missing, or a value is not a string (400).
    """
    found = cast(Json, profile) if isinstance(profile, dict) else {}
    client_id, secret = found.get("clientId"), found.get("secret")
    if not isinstance(client_id, str) or not client_id:
        raise missing_parameter("servicePrincipalProfile.clientId")
    if secret is not None and not isinstance(secret, str):
        raise invalid_parameter("servicePrincipalProfile.secret", "The value must be a string")
    return client_id, secret or None


def missing_parameter(name: str) -> ArmRefusal:
    """A required property is missing."""
    return ArmRefusal(
        400,
        "InvalidParameter",
        f"Required parameter {name} is missing (null).",
        target=name,
        source=sources.MISSING_PARAMETER,
    )


def invalid_parameter(name: str, why: str) -> ArmRefusal:
    """The value of a property is invalid."""
    message = f"The value of parameter {name} is invalid. Error details: {why}. Please see "
    return ArmRefusal(
        400,
        "InvalidParameter",
        f"{message}https://aka.ms/aks-naming-rules for more details.",
        target=name,
        source=sources.INVALID_PARAMETER,
    )
