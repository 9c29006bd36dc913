"""The check that no two components of a program sign in to two tenants as the one machine's managed identity."""

from __future__ import annotations

from typing import Final

from crosstenant.components.arguments.arg_path import ArgPath
from crosstenant.components.arguments.one_component import claims_of_program

_TENANT: Final = "tenant of the managed identity "


def of_one_tenant(at: ArgPath, tenant_id: str) -> None:
    """Claims the machine's managed identity for a tenant. The two tenants of one component are compared elsewhere.

    :param at: The argument that describes the tenant.
    :param tenant_id: UUID of the tenant.
    :raises ArgumentError: Another component signs in to another tenant with it.
    """
    claims = claims_of_program()
    if claims is None:
        return
    own = f"{_TENANT}{tenant_id}"
    claims.setdefault(own, [at])
    others = [first for key, (first, *_) in claims.items() if key.startswith(_TENANT) and key != own]
    if others and others[0].component != at.component:
        raise (at / "use_msi").error(
            f"is true in {others[0].component} for another tenant, and a machine's managed identity can sign in to its"
            " own tenant only: give one of the two another kind of credential"
        )
