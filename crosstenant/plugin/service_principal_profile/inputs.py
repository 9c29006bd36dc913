"""The inputs of a ``ServicePrincipalProfile``, checked before anything is made."""

from __future__ import annotations

from typing import Final

from crosstenant.model.arm_id import CLUSTER_TYPE, is_uuid, parse_arm_id
from crosstenant.plugin.service_principal_profile.record import DEFAULT_PRINCIPAL_SECONDS
from crosstenant.provider_kit.resource import Failure, Properties
from crosstenant.provider_kit.values import UNKNOWN, Plain

# https://learn.microsoft.com/azure/aks/kubernetes-service-principal: AKS takes no longer one.
LONGEST_SECRET_BYTES: Final = 190
_LONGEST_WAIT: Final = 3600
_NAMES: Final = ("clusterId", "clientId", "secret", "abandonOnDelete", "waitForPrincipalSeconds")


def check_profile(olds: Properties, news: Properties) -> tuple[Properties, list[Failure]]:
    """Validates the inputs and fills in the defaults.

    :param olds: The inputs in the state; empty for a new resource.
    :param news: The inputs of the program.
    :returns: The inputs to go on with, and what is wrong with them.
    """
    inputs = {name: news[name] for name in _NAMES if news.get(name) is not None}
    inputs.setdefault("abandonOnDelete", False)
    inputs.setdefault("waitForPrincipalSeconds", DEFAULT_PRINCIPAL_SECONDS)
    # An import has the engine check the inputs that `read` found, and those cannot have the secret.
    imported = bool(olds) and olds == news
    failures = [
        Failure(name, reason)
        for name, reason in (
            ("clusterId", _cluster_id(inputs.get("clusterId"))),
            ("clientId", _client_id(inputs.get("clientId"))),
            ("secret", "" if imported and "secret" not in inputs else _secret(inputs.get("secret"))),
            ("abandonOnDelete", _flag(inputs["abandonOnDelete"])),
            ("waitForPrincipalSeconds", _seconds(inputs["waitForPrincipalSeconds"])),
        )
        if reason
    ]
    return inputs, failures


def _cluster_id(value: Plain) -> str:
    if value is UNKNOWN:
        return ""
    if not isinstance(value, str):
        return (
            "give the ARM ID of the cluster, /subscriptions/<subscription ID>/resourceGroups/<group>/providers/"
            f"{CLUSTER_TYPE}/<name>"
        )
    try:
        parse_arm_id(value, CLUSTER_TYPE)
    except ValueError as error:
        return str(error)
    return ""


def _client_id(value: Plain) -> str:
    if value is UNKNOWN or (isinstance(value, str) and is_uuid(value)):
        return ""
    if not isinstance(value, str):
        return "give the client ID (UUID) of the application that the cluster is to act as"
    return f"'{value}' is no UUID: give the application's client ID, not its name or the cluster's 'msi'"


def _secret(value: Plain) -> str:
    if value is UNKNOWN:
        return ""
    if not isinstance(value, str) or not value:
        return "give a secret of the application (its value, which is shown once when it is made)"
    if value != value.strip():
        return "it begins or ends with white space, which is not part of the secret: give the value alone"
    length = len(value.encode())
    if length > LONGEST_SECRET_BYTES:
        return f"it has {length} bytes, and AKS takes {LONGEST_SECRET_BYTES} at most: give one that Entra generated"
    return ""


def _flag(value: Plain) -> str:
    return "" if value is UNKNOWN or isinstance(value, bool) else f"'{value}' is neither true nor false"


def _seconds(value: Plain) -> str:
    if value is UNKNOWN:
        return ""
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= _LONGEST_WAIT:
        return ""
    return f"'{value}' is no number of seconds from 0 to {_LONGEST_WAIT}"
