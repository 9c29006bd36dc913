"""As whom a run-command asks the cluster: as an administrator, or as the caller where the cluster is Entra-integrated.

https://learn.microsoft.com/azure/aks/access-private-cluster. An API server of the sandbox does not know Entra: a caller
with a valid token is impersonated, and one with another token shows it to the API server, which refuses it. With Azure
RBAC for Kubernetes the sandbox knows one role, that of a cluster's administrator; other rights are bindings in the
cluster, of the object ID.
"""

from __future__ import annotations

from typing import Any, Final

import jwt

from crosstenant.sandbox.arm import sources
from crosstenant.sandbox.arm.refusals import ArmRefusal
from crosstenant.sandbox.arm.request import ArmRequest
from crosstenant.sandbox.arm.roles.effective_roles import is_data_allowed
from crosstenant.sandbox.entra.audiences import KUBERNETES_AUDIENCE
from crosstenant.sandbox.entra.tokens import read
from crosstenant.sandbox.kubernetes.command_job import CommandUser

Json = dict[str, Any]

_ANYTHING: Final = "Microsoft.ContainerService/managedClusters/anything"
"""A data action that only a role with all of a cluster's has."""


def command_user(request: ArmRequest, cluster: Json) -> CommandUser:
    """The user of a command.

    :raises ArmRefusal: The cluster is Entra-integrated, and the request has no cluster token (400).
    """
    profile: Json = cluster["properties"].get("aadProfile") or {}
    if not profile.get("managed"):
        return CommandUser()
    token = request.body.get("clusterToken")
    if not token:
        raise ArmRefusal(
            400,
            "MissingAADClusterToken",
            "This cluster have Azure Active Directory enabled, .clusterToken is required.",
            source=sources.CLUSTER_TOKEN_MISSING,
        )
    claims = _claims(request, token)
    if claims is None:
        return CommandUser(token=token)
    oid = str(claims["oid"])
    groups = ("system:masters",) if _is_administrator(request, cluster, profile, oid) else ()
    return CommandUser(oid, ("system:authenticated", *groups))


def _claims(request: ArmRequest, token: str) -> Json | None:
    """The claims of a token that the cluster accepts; None for any other."""
    try:
        claims = read(request.state, token)
    except jwt.InvalidTokenError:
        return None
    tenant = request.caller.tenant_id
    valid = claims.get("aud") == KUBERNETES_AUDIENCE and claims.get("tid") == tenant
    return claims if valid and float(claims["exp"]) > request.time else None


def _is_administrator(request: ArmRequest, cluster: Json, profile: Json, object_id: str) -> bool:
    # The sandbox's directory has no groups; a service principal stands here in a group's place.
    if object_id in (profile.get("adminGroupObjectIDs") or []):
        return True
    return bool(profile.get("enableAzureRBAC")) and is_data_allowed(
        request.state, cluster["id"], object_id, request.time, _ANYTHING
    )
