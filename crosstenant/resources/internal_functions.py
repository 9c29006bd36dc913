"""Functions of the plugin that the components alone call; they are not in the package's schema."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

import pulumi

from crosstenant.resources.invoking import Refuse, call, call_async


@dataclass(frozen=True)
class SignInProblem:
    """Why a provider's credential does not sign in."""

    argument: str
    """The argument that is wrong, as Python spells it: ``client_secret``."""
    text: str
    """What is wrong with it and what to do."""


@dataclass(frozen=True)
class Namesake:
    """An application of a tenant that has a display name already."""

    client_id: str
    object_id: str
    created_at: str
    """UTC time."""


async def sign_in_problem(opts: pulumi.InvokeOptions, by: Literal["azuread", ""] = "") -> SignInProblem | None:
    """Signs in with the provider in ``opts``; what is wrong if that fails.

    :param opts: Invoke options with a ``crosstenant.Provider``.
    :param by: The provider that is to sign in with the same arguments, if it does so in another manner.
    """
    answer = await call_async("checkSignIn", {"by": by} if by else {}, opts)
    # A provider whose arguments a preview does not know yet answers nothing.
    if not answer.get("problem"):
        return None
    argument = re.sub("[A-Z]", lambda letter: f"_{letter[0].lower()}", answer["argument"])
    return SignInProblem(argument, answer["problem"])


async def service_principal_obstacle(client_id: str | None, opts: pulumi.InvokeOptions) -> str:
    """What makes it impossible to make a service principal, in the tenant of the provider in ``opts``, of another
    tenant's application; empty if nothing is known to.

    :param client_id: The application's client ID (UUID), where it is known already.
    :param opts: Invoke options with a ``crosstenant.Provider`` of the tenant.
    """
    answer = await call_async("checkServicePrincipal", {"clientId": client_id} if client_id else {}, opts)
    # A provider whose arguments a preview does not know yet answers nothing.
    return answer.get("obstacle", "")


async def namesakes(display_name: str, opts: pulumi.InvokeOptions) -> list[Namesake]:
    """The newest applications with a display name, in the tenant of the provider in ``opts``.

    :param display_name: The display name.
    :param opts: Invoke options with a ``crosstenant.Provider`` of the tenant.
    """
    answer = await call_async("listNamesakes", {"displayName": display_name}, opts)
    return [Namesake(it["clientId"], it["objectId"], it["createdAt"]) for it in answer.get("applications", [])]


def role_assignment_exists(
    assignment_id: pulumi.Input[str], opts: pulumi.InvokeOptions, refuse: Refuse
) -> pulumi.Output[bool]:
    """Whether a role assignment exists, in the tenant of the provider in ``opts``; also true where that is not known.

    :param assignment_id: ARM ID of the role assignment.
    :param opts: Invoke options with a ``crosstenant.Provider`` of the tenant.
    :param refuse: Makes the error that ends the run from the sentence that says why.
    """
    return call("roleAssignmentExists", {"id": assignment_id}, opts, refuse).apply(lambda it: it.get("exists", True))
