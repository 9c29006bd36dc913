"""Locks: https://learn.microsoft.com/azure/azure-resource-manager/management/lock-resources.

A lock holds for its scope and all that is below it, role assignments included. ``CanNotDelete`` forbids deletions,
``ReadOnly`` every write, actions (``POST``) included. No lock forbids what a service does for itself.
"""

from __future__ import annotations

from typing import Final

from crosstenant.sandbox.arm import sources
from crosstenant.sandbox.arm.refusals import ArmRefusal
from crosstenant.sandbox.arm.roles.effective_roles import covers
from crosstenant.sandbox.world.state import State

_FORBIDDEN: Final = {"CanNotDelete": {"DELETE"}, "ReadOnly": {"DELETE", "PUT", "PATCH", "POST"}}


def check_locks(state: State, method: str, path: str) -> None:
    """Refuses a request that a lock forbids.

    :param method: The HTTP method.
    :param path: The address of the request.
    :raises ArmRefusal: A lock at the address or above it forbids the method (409).
    """
    locks: dict[str, dict[str, str]] = state.get("locks", {})
    locked = [it["scope"] for it in locks.values() if method in _FORBIDDEN[it["level"]] and covers(it["scope"], path)]
    if locked:
        operation = "delete" if method == "DELETE" else "write"
        raise ArmRefusal(
            409,
            "ScopeLocked",
            f"The scope '{path}' cannot perform {operation} operation because following scope(s) are locked: "
            f"'{','.join(locked)}'. Please remove the lock and try again.",
            source=sources.SCOPE_LOCKED,
        )
