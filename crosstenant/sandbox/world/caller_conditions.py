"""Conditions that limit which roles a caller may assign, as docs/rights.md has them.

https://learn.microsoft.com/azure/role-based-access-control/delegate-role-assignments-examples
"""

from __future__ import annotations

_TYPE = "Microsoft.Authorization/roleAssignments"


def roles_for_service_principals(*guids: str) -> str:
    """A condition that permits to assign and remove these roles, for service principals only.

    :param guids: GUIDs of the role definitions.
    """
    return f"{_limit('write', 'Request', guids)}\nAND\n{_limit('delete', 'Resource', guids)}"


def _limit(verb: str, source: str, guids: tuple[str, ...]) -> str:
    roles = ", ".join(guids)
    return "\n".join(
        (
            "(",
            f" (!(ActionMatches{{'{_TYPE}/{verb}'}}))",
            " OR",
            " (",
            f"  @{source}[{_TYPE}:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {{{roles}}}",
            "  AND",
            f"  @{source}[{_TYPE}:PrincipalType] ForAnyOfAnyValues:StringEqualsIgnoreCase {{'ServicePrincipal'}}",
            " )",
            ")",
        )
    )
