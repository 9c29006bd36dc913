"""Advice about a pull role that an application or identity has by an assignment of another name."""

from __future__ import annotations

from uuid import UUID

from crosstenant.components.pieces.hooks import Failure
from crosstenant.model.arm_id import RoleAssignmentId
from crosstenant.model.shell_words import shell_word


def assigned_already(failure: Failure, existing: str | None, called: str) -> str:
    """How the stack takes the assignment over.

    :param failure: Azure's refusal of another assignment.
    :param existing: Name (UUID, with hyphens or without) of the assignment, where the refusal has it.
    :param called: Who pulls: ``the application``.
    """
    scope = failure.inputs.get("scope")
    told = f"{called} has this role on the registry already, by an assignment of another name"
    if existing is None:
        return (
            f"{told}, which Azure's answer omits: list it, 'az role assignment list --scope {shell_word(scope)}"
            f" --assignee {failure.inputs.get('principalId')}', and give the registry its name (UUID) as"
            " role_assignment_name; the next update takes it over (imports it). Or remove it"
        )
    name = str(UUID(existing))
    return (
        f"{told}: {RoleAssignmentId(str(scope), name)}. Give the registry"
        f" role_assignment_name='{name}', and the next update takes it over (imports it); or remove it"
    )
