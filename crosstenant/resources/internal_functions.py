"""Functions of the plugin that the components alone call; they are not in the package's schema."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import pulumi

from crosstenant.resources.invoking import Answer, Refuse, call, call_async


@dataclass(frozen=True)
class SignInProblem:
    """Why a provider's credential does not sign in."""

    argument: str
    """The argument that is wrong, as Python spells it: ``client_secret``; empty if the environment is."""
    text: str
    """What is wrong with it and what to do."""


@dataclass(frozen=True)
class Namesake:
    """An application of a tenant that has a display name already."""

    client_id: str
    object_id: str
    created_at: str
    """UTC time."""


@dataclass(frozen=True)
class PresentCredential:
    """A federated credential that an identity has in Azure."""

    name: str
    issuer: str
    subject: str


@dataclass(frozen=True)
class PresentIdentity:
    """A user-assigned managed identity in Azure; empty where there is none, or none that can be read."""

    is_known: bool = False
    """Whether it was looked for; not where a preview does not know the provider's arguments yet."""
    exists: bool = False
    client_id: str = ""
    principal_id: str = ""
    tenant_id: str = ""
    location: str = ""
    """Its region, or that of its resource group if it does not exist."""
    credentials: Sequence[PresentCredential] = field(default=())


SignsIn = Literal["azuread", "azure-native", ""]
"""The provider that is to sign in with the arguments of this package's own; that one alone where it is empty."""


async def sign_in_problem(opts: pulumi.InvokeOptions, by: SignsIn = "") -> SignInProblem | None:
    """Signs in with the provider in ``opts``; what is wrong if that fails.

    :param opts: Invoke options with a ``crosstenant.Provider``.
    :param by: The provider that is to sign in with the same arguments.
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


async def may_write_none(collection: Literal["applications", "servicePrincipals"], opts: pulumi.InvokeOptions) -> bool:
    """Whether the caller surely cannot create an application, or a service principal, in the tenant of the provider in
    ``opts``.

    :param collection: What is to be created.
    :param opts: Invoke options with a ``crosstenant.Provider`` of the tenant.
    """
    return (await call_async("mayWriteNone", {"collection": collection}, opts)).get("surely", False)


async def missing_actions(scope: str, actions: Sequence[str], opts: pulumi.InvokeOptions) -> list[str]:
    """The actions that the caller surely may not use on a scope, in the tenant of the provider in ``opts``.

    :param scope: ARM ID of a resource or resource group.
    :param actions: The actions.
    :param opts: Invoke options with a ``crosstenant.Provider`` of the tenant.
    """
    return (await call_async("missingActions", {"scope": scope, "actions": actions}, opts)).get("missing", [])


def role_assignment_exists(
    assignment_id: pulumi.Input[str], opts: pulumi.InvokeOptions, refuse: Refuse
) -> pulumi.Output[bool]:
    """Whether a role assignment exists, in the tenant of the provider in ``opts``; also true where that is not known.

    :param assignment_id: ARM ID of the role assignment.
    :param opts: Invoke options with a ``crosstenant.Provider`` of the tenant.
    :param refuse: Makes the error that ends the run from the sentence that says why.
    """
    return call("roleAssignmentExists", {"id": assignment_id}, opts, refuse).apply(lambda it: it.get("exists", True))


def present_identity(
    identity_id: pulumi.Input[str], opts: pulumi.InvokeOptions, refuse: Refuse, *, must_exist: bool
) -> pulumi.Output[PresentIdentity]:
    """A user-assigned managed identity, in the tenant of the provider in ``opts``.

    :param identity_id: ARM ID of the identity.
    :param opts: Invoke options with a ``crosstenant.Provider`` of the tenant.
    :param refuse: Makes the error that ends the run from the sentence that says why.
    :param must_exist: Whether it is an error that it cannot be read.
    """
    return call("findIdentity", {"id": identity_id, "mustExist": must_exist}, opts, refuse).apply(_identity)


def _identity(answer: Answer) -> PresentIdentity:
    return PresentIdentity(
        is_known="exists" in answer,
        exists=answer.get("exists", False),
        client_id=answer.get("clientId", ""),
        principal_id=answer.get("principalId", ""),
        tenant_id=answer.get("tenantId", ""),
        location=answer.get("location", ""),
        credentials=[PresentCredential(**it) for it in answer.get("credentials", [])],
    )
