"""The clusters as a program describes them, with the roles that they need, and what of that is refused at preview."""

import re
from dataclasses import dataclass

import pulumi
from typing_extensions import NotRequired, TypedDict

from crosstenant.components.argument_error import ArgumentError
from crosstenant.model.arm_id import CLUSTER_TYPE, ArmId, is_uuid, parse_arm_id

_SCOPE = re.compile(
    r"/subscriptions/(?P<subscription>[^/]+)(/resourceGroups/[^/]+(/providers/[^/]+(/[^/]+/[^/]+)+)?)?", re.IGNORECASE
)
_ROLE = re.compile(
    r"(/subscriptions/[^/]+)?/providers/Microsoft\.Authorization/roleDefinitions/(?P<guid>[^/]+)", re.IGNORECASE
)


class ClusterArgs(TypedDict):
    """One cluster that shall pull."""

    cluster_id: str
    """ARM ID of the cluster, as a plain string. It uses a service principal, not a managed identity."""

    name: NotRequired[str]
    """What the cluster is called in this stack, in the name of its resource. Default: the cluster's own name. Give one
    where clusters of two groups share theirs."""

    abandon_on_delete: NotRequired[bool]
    """Let go of the cluster when it is taken out of the program although it still uses the application. Default:
    refused then, since it would lose its identity."""

    reset_timeout_minutes: NotRequired[int]
    """How long a reset of its credential may take, in minutes; 90 by default."""


class ClusterRoleArgs(TypedDict):
    """A role that the application needs in the clusters' tenant, where it is the clusters' whole identity."""

    scope: str
    """ARM ID of what the role is for: a subnet, route table, private DNS zone, registry or resource group of the
    clusters' tenant, or one of its subscriptions."""

    role: str
    """The role: GUID of its definition, ``4d97b98b-1d4f-4787-a291-c67834d212e7`` for Network Contributor, or the whole
    ARM ID of one of your own."""


@dataclass(frozen=True)
class ClusterRole:
    """A role as Azure Resource Manager takes it."""

    scope: str
    guid: str
    """Of the role's definition."""
    subscription_id: str

    @property
    def definition_id(self) -> str:
        """ARM ID of the role's definition, spelled as ARM answers it."""
        return f"/subscriptions/{self.subscription_id}/providers/Microsoft.Authorization/roleDefinitions/{self.guid}"


def check_clusters(owner: str, clusters: list[ClusterArgs]) -> list[ArmId]:
    """Reads the clusters' IDs.

    :raises ArgumentError: One is malformed or given twice, shares its name with another, or a time limit is none.
    """
    ids: list[ArmId] = []
    names: list[str] = []
    for index, cluster in enumerate(clusters):
        path = f"clusters[{index}]"
        try:
            parsed = parse_arm_id(cluster["cluster_id"], CLUSTER_TYPE)
        except ValueError as error:
            raise ArgumentError(owner, f"{path}.cluster_id", str(error)) from None
        if any(parsed.key == earlier.key for earlier in ids):
            raise ArgumentError(owner, f"{path}.cluster_id", f"'{parsed.name}' is given twice: remove one")
        called = name_of(cluster, parsed)
        if called in names:
            raise ArgumentError(
                owner,
                f"{path}.name",
                f"clusters[{names.index(called)}] is called '{called}' as well: give this one another name",
            )
        names.append(called)
        minutes = cluster.get("reset_timeout_minutes")
        if minutes is not None and minutes <= 0:
            raise ArgumentError(
                owner, f"{path}.reset_timeout_minutes", f"{minutes} is no time: write 1 or more minutes"
            )
        ids.append(parsed)
    return ids


def check_cluster_roles(owner: str, roles: list[ClusterRoleArgs], registry_ids: list[ArmId]) -> list[ClusterRole]:
    """Reads the roles that the application needs in the clusters' tenant.

    :param owner: The component's type and name, for the message.
    :param roles: The roles.
    :param registry_ids: The registries, which are another tenant's.
    :raises ArgumentError: A scope or role is malformed, given twice, or the registries' tenant's.
    """
    found: list[ClusterRole] = []
    for index, given in enumerate(roles):
        path = f"cluster_role_assignments[{index}]"
        scope, role = given["scope"].rstrip("/"), given["role"]
        match = _SCOPE.fullmatch(scope)
        if match is None or not is_uuid(match["subscription"]):
            raise ArgumentError(
                owner,
                f"{path}.scope",
                f"'{scope}' is no ARM ID: its form is /subscriptions/<subscription ID>, with"
                " /resourceGroups/<group> and /providers/<type>/<name> behind it as needed",
            )
        subscription_id = match["subscription"].lower()
        if subscription_id in {it.subscription_id for it in registry_ids}:
            raise ArgumentError(
                owner,
                f"{path}.scope",
                f"subscription {subscription_id} holds a registry and so belongs to the registries' tenant: roles there"
                " follow from registries, write one of the clusters' tenant here",
            )
        definition = _ROLE.fullmatch(role)
        guid = (definition["guid"] if definition else role).lower()
        if not is_uuid(guid):
            raise ArgumentError(
                owner,
                f"{path}.role",
                f"'{role}' is no role definition: write its GUID ('az role definition list --name \"{role}\" --query"
                " [].name') or its whole ARM ID",
            )
        if any((scope.lower(), guid) == (it.scope.lower(), it.guid) for it in found):
            raise ArgumentError(owner, path, f"role {guid} is given twice at '{scope}': remove one")
        found.append(ClusterRole(scope, guid, subscription_id))
    return found


def name_of(cluster: ClusterArgs, cluster_id: ArmId) -> str:
    """What a cluster is called in the stack."""
    return cluster.get("name") or cluster_id.name


def reset_timeouts(cluster: ClusterArgs) -> pulumi.CustomTimeouts | None:
    """The time limits of the cluster's ``ServicePrincipalProfile``; nothing for its own."""
    minutes = cluster.get("reset_timeout_minutes")
    return pulumi.CustomTimeouts(create=f"{minutes}m", update=f"{minutes}m") if minutes else None
