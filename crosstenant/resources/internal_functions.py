"""Functions of the plugin that the components alone call; they are not in the package's schema."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

import pulumi

from crosstenant.resources.invoking import call_async


@dataclass(frozen=True)
class SignInProblem:
    """Why a provider's credential does not sign in."""

    argument: str
    """The argument that is wrong, as Python spells it: ``client_secret``."""
    text: str
    """What is wrong with it and what to do."""


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
