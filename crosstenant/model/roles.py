"""Azure's built-in roles that this package assigns, checks or names: by name and GUID, the same in every tenant.

https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from crosstenant.model.modes import RoleAssignmentMode


@dataclass(frozen=True)
class Role:
    """A built-in role."""

    name: str
    guid: str
    """Name of its role definition, in lower case."""


# Roles for images:
# https://learn.microsoft.com/azure/container-registry/container-registry-rbac-built-in-roles-directory-reference
ACR_PULL: Final = Role("AcrPull", "7f951dda-4ed3-4680-a7ca-43fe172d538d")
ACR_PUSH: Final = Role("AcrPush", "8311e382-0749-4cb8-b61a-304f252e45ec")
REPOSITORY_READER: Final = Role("Container Registry Repository Reader", "b93aa761-3e63-49ed-ac28-beffa264f7ac")

# Roles for resources of any kind:
# https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/general
READER: Final = Role("Reader", "acdd72a7-3385-48ef-bd42-f606fba81ae7")
CONTRIBUTOR: Final = Role("Contributor", "b24988ac-6180-42a0-ab88-20f7382dd24c")
OWNER: Final = Role("Owner", "8e3af657-a8ff-443c-a75c-2fe8c4bcb635")

# https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/networking
NETWORK_CONTRIBUTOR: Final = Role("Network Contributor", "4d97b98b-1d4f-4787-a291-c67834d212e7")

# Roles that permit role assignments:
# https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/privileged
RBAC_ADMINISTRATOR: Final = Role("Role Based Access Control Administrator", "f58310d9-a9f6-439a-9e8d-f62e7b41a168")

# https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/containers
AKS_CONTRIBUTOR: Final = Role("Azure Kubernetes Service Contributor Role", "ed7f3fbd-7b88-4dd4-9017-9adb7ce333f8")

ROLES: Final = (
    ACR_PULL,
    ACR_PUSH,
    REPOSITORY_READER,
    READER,
    CONTRIBUTOR,
    OWNER,
    NETWORK_CONTRIBUTOR,
    RBAC_ADMINISTRATOR,
    AKS_CONTRIBUTOR,
)
_BY_GUID: Final = {role.guid: role for role in ROLES}

PULL_ROLES: Final = {RoleAssignmentMode.LEGACY: ACR_PULL, RoleAssignmentMode.ABAC: REPOSITORY_READER}
"""The role for a pull in each permission mode: a registry ignores the role of the other mode."""


def built_in_role(guid: str) -> Role | None:
    """The built-in role of a role definition, if this package names it.

    :param guid: GUID of the role definition.
    """
    return _BY_GUID.get(guid.lower())
