"""The OIDC issuer in a PUT of a cluster: it can be switched on and never off.

https://learn.microsoft.com/azure/aks/use-oidc-issuer: on by default in a new cluster from Kubernetes 1.34 on.
"""

from __future__ import annotations

from typing import Any, Final, cast

from crosstenant.sandbox.arm import sources
from crosstenant.sandbox.arm.refusals import ArmRefusal
from crosstenant.sandbox.arm.request import ArmRequest
from crosstenant.sandbox.world.cluster_issuers import issuer_url, switch_on

Json = dict[str, Any]

_DEFAULT_FROM: Final = (1, 34)


def check_issuer(cluster: Json, properties: Json) -> None:
    """Checks that a PUT does not switch the issuer of an existing cluster off.

    :raises ArmRefusal: It does (400).
    """
    if issuer_url(cluster) is not None and _given(properties) is False:
        raise ArmRefusal(
            400,
            "OIDCIssuerFeatureCannotBeDisabled",
            "OIDC issuer feature cannot be disabled.",
            source=sources.ISSUER_CANNOT_BE_DISABLED,
        )


def write_issuer(request: ArmRequest, cluster: Json, properties: Json, *, created: bool) -> None:
    """Switches the issuer on where the body of a PUT, or the default of a new cluster, says so.

    :param properties: The ``properties`` of the body.
    :param created: Whether the PUT creates the cluster.
    """
    wanted = _given(properties)
    if wanted is None:
        wanted = created and _version(cluster) >= _DEFAULT_FROM
    if wanted and issuer_url(cluster) is None:
        switch_on(request.state, cluster)


def _given(properties: Json) -> bool | None:
    profile = properties.get("oidcIssuerProfile")
    enabled = cast(Json, profile).get("enabled") if isinstance(profile, dict) else None
    return None if enabled is None else bool(enabled)


def _version(cluster: Json) -> tuple[int, ...]:
    parts = str(cluster["properties"].get("kubernetesVersion", "")).split(".")[:2]
    return tuple(int(part) for part in parts if part.isdigit())
