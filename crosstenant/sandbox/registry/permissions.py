"""The docker actions that a principal may do at a registry, according to its role assignments now.

The roles and their permissions: https://learn.microsoft.com/azure/container-registry/container-registry-rbac-built-in-roles-overview.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from crosstenant.sandbox.arm.roles.conditions import REPOSITORY_NAME
from crosstenant.sandbox.arm.roles.effective_roles import EffectiveRole, effective_roles
from crosstenant.sandbox.registry.login_server import Registry
from crosstenant.sandbox.world.state import State, now

_REGISTRIES: Final = "Microsoft.ContainerRegistry/registries"
_REPOSITORIES: Final = f"{_REGISTRIES}/repositories"

# Registry-wide pull includes listing: AcrPull has only this one action.
_LEGACY_ACTIONS: Final = {
    ("repository", "pull"): f"{_REGISTRIES}/pull/read",
    ("repository", "push"): f"{_REGISTRIES}/push/write",
    ("repository", "delete"): f"{_REGISTRIES}/artifacts/delete",
    ("repository", "metadata_read"): f"{_REGISTRIES}/pull/read",
    ("repository", "metadata_write"): f"{_REGISTRIES}/push/write",
    ("registry", "*"): f"{_REGISTRIES}/pull/read",
}
_ABAC_DATA_ACTIONS: Final = {
    ("repository", "pull"): f"{_REPOSITORIES}/content/read",
    ("repository", "push"): f"{_REPOSITORIES}/content/write",
    ("repository", "delete"): f"{_REPOSITORIES}/content/delete",
    ("repository", "metadata_read"): f"{_REPOSITORIES}/metadata/read",
    ("repository", "metadata_write"): f"{_REPOSITORIES}/metadata/write",
    ("registry", "*"): f"{_REGISTRIES}/catalog/read",
}
_ANONYMOUS: Final = {"pull", "metadata_read"}


def granted_actions(
    state: State, registry: Registry, object_id: str | None, scope_type: str, name: str, wanted: Iterable[str]
) -> list[str]:
    """The requested actions that a principal has.

    :param object_id: The object ID of a service principal; None for a client without credentials.
    :param scope_type: ``repository`` or ``registry``.
    :param name: The repository, or ``catalog`` of the registry.
    :param wanted: The requested actions: ``pull``, ``push``, ``delete``, ``metadata_read``,
        ``metadata_write``; for the catalog ``*``.
    """
    open_to_all = _ANONYMOUS if registry.anonymous_pull and scope_type == "repository" else set[str]()
    roles = effective_roles(state, registry.resource_id, object_id, now(state)) if object_id else []
    return [
        action
        for action in wanted
        if action in open_to_all or any(_gives(role, registry.abac, scope_type, name, action) for role in roles)
    ]


def _gives(role: EffectiveRole, abac: bool, scope_type: str, name: str, action: str) -> bool:
    needed = (_ABAC_DATA_ACTIONS if abac else _LEGACY_ACTIONS).get((scope_type, action))
    if needed is None or (scope_type == "registry" and name != "catalog"):
        return False
    attributes = {REPOSITORY_NAME: name} if scope_type == "repository" else {}
    return role.permits_data(needed, attributes) if abac else role.permits(needed, attributes)
