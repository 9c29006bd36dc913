"""``checkSignIn``: whether the provider's credential signs in to its tenant, asked before anything else of the tenant.

Wrong credentials are found by whichever provider of the tenant signs in first. Only here does the answer name the
argument that is wrong, so a component asks this before it declares anything of the tenant. It is not part of the
provider's own check of its arguments, because the engine ends the program when that check fails.
"""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, Final

from crosstenant.azure.sign_in.tenant import Tenant
from crosstenant.model.credentials.arguments import camel
from crosstenant.model.credentials.kinds import AzureCli, Credential
from crosstenant.plugin.context import Context
from crosstenant.provider_kit.declared import DeclaredFunction
from crosstenant.provider_kit.fields import Field, Fields
from crosstenant.provider_kit.resource import Properties


class CheckSignIn(DeclaredFunction[Context]):
    """Signs in; the token serves the tenant's later requests."""

    token: ClassVar[str] = "crosstenant:index:checkSignIn"  # noqa: S105
    inputs: ClassVar[Fields] = {
        "by": Field(
            "string", "`azuread`: whether this provider can sign in as well, which asks the Azure CLI otherwise."
        )
    }
    outputs: ClassVar[Fields] = {
        "argument": Field(
            "string", "The argument that is wrong, `clientSecret`; empty if the sign-in succeeded.", required=True
        ),
        "problem": Field(
            "string", "What is wrong with it and what to do; empty if the sign-in succeeded.", required=True
        ),
    }

    async def answer(self, inputs: Properties) -> Properties:
        """Signs in; that it fails is an answer, not an error."""
        from azure.core.exceptions import AzureError

        tenant = self.context.tenant
        try:
            await tenant.credential().get_token(tenant.cloud.arm_scope)
        except AzureError as error:
            argument, problem = _problem(error, tenant)
            return {"argument": argument, "problem": problem}
        problem = await _problem_of_azuread(tenant) if inputs.get("by") == "azuread" else ""
        return {"argument": camel("tenant_id") if problem else "", "problem": problem}


async def _problem_of_azuread(tenant: Tenant) -> str:
    """Why the azuread provider cannot sign in where this plugin can: the Azure CLI has another account for it.

    It asks the Azure CLI by tenant alone: hashicorp/go-azure-sdk, sdk/auth/azure_cli_authorizer.go, which takes a
    subscription for Resource Manager only.
    """
    if not isinstance(tenant.credentials, AzureCli) or not tenant.subscription_id:
        return ""
    from azure.core.exceptions import AzureError

    from crosstenant.azure.refusals.refusals import take_apart

    as_azuread = replace(tenant, subscription_id=None, _made=[])
    try:
        await as_azuread.credential().get_token(f"https://{tenant.cloud.graph_host}/.default")
    except AzureError as error:
        return (
            f"the account that sees subscription {tenant.subscription_id} signs in to tenant {tenant.tenant_id},"
            " but the"
            " azuread provider asks the Azure CLI for its current account, which does not: make that account the"
            f" current one ('az account set --subscription {tenant.subscription_id}'). Where each tenant has an account"
            " of its own, give one tenant another credential (client_id with client_secret, or OIDC), use consent mode,"
            " which needs no azuread in the registry tenant, or one user who is a guest in the other tenant. The Azure"
            f" CLI says: {take_apart(error).message}"
        )
    finally:
        await as_azuread.aclose()
    return ""


def _problem(error: Exception, tenant: Tenant) -> tuple[str, str]:
    from crosstenant.azure.refusals.refusals import explain, take_apart

    doing = "signing in"
    problem = explain(error, doing=doing, on="", tenant=tenant, secrets=tenant.credentials.secrets())
    # Beside the name of an argument the sentence speaks for itself.
    return _argument(take_apart(error).codes, tenant.credentials), problem.removeprefix(f"{doing}: ")


# https://learn.microsoft.com/entra/identity-platform/reference-error-codes
_ARGUMENTS: Final = {
    "AADSTS90002": "tenant_id",
    "AADSTS900021": "tenant_id",
    "AADSTS900023": "tenant_id",
    "AADSTS90038": "environment",
    "AADSTS900382": "environment",
    "AADSTS900432": "environment",
    "AADSTS700016": "client_id",
    "AADSTS7000112": "client_id",
    "AADSTS7000229": "client_id",
}


def _argument(codes: tuple[str, ...], credentials: Credential) -> str:
    found = next((_ARGUMENTS[code] for code in codes if code in _ARGUMENTS), None)
    return camel(found or credentials.blamed)
