"""``checkSignIn``: whether the provider's credential signs in to its tenant, asked before anything else of the tenant.

Wrong credentials are found by whichever provider of the tenant signs in first. Only here does the answer name the
argument that is wrong, so a component asks this before it declares anything of the tenant. It is not part of the
provider's own check of its arguments, because the engine ends the program when that check fails.
"""

from __future__ import annotations

import os
from typing import ClassVar, Final, cast

from crosstenant.azure.sign_in.tenant import Tenant
from crosstenant.model.credentials.arguments import camel
from crosstenant.model.credentials.certificate_file import unreadable
from crosstenant.model.credentials.kinds import AzureCli, Credential, InlineCertificate, ManagedIdentity
from crosstenant.model.credentials.variables import Reader, overriding_variable
from crosstenant.plugin.context import Context
from crosstenant.provider_kit.declared import DeclaredFunction
from crosstenant.provider_kit.fields import Field, Fields
from crosstenant.provider_kit.resource import Properties


class CheckSignIn(DeclaredFunction[Context]):
    """Signs in; the token serves the tenant's later requests."""

    token: ClassVar[str] = "crosstenant:index:checkSignIn"  # noqa: S105
    inputs: ClassVar[Fields] = {
        "by": Field(
            "string",
            "`azuread` or `azure-native`: whether this provider, which asks the Azure CLI otherwise, signs in as well.",
        )
    }
    outputs: ClassVar[Fields] = {
        "argument": Field(
            "string",
            "The argument that is wrong, `clientSecret`; empty if none is, or if an environment variable is wrong.",
            required=True,
        ),
        "problem": Field(
            "string", "What is wrong with it and what to do; empty if the sign-in succeeded.", required=True
        ),
    }

    async def answer(self, inputs: Properties) -> Properties:
        """Signs in; that it fails is an answer, not an error."""
        from azure.core.exceptions import AzureError

        tenant = self.context.tenant
        # The engine gives each provider the same environment; the program may have another.
        if by := cast("Reader | None", inputs.get("by")):
            overriding = overriding_variable(tenant.credentials.values(), by, os.environ)
            if overriding:
                return {"argument": "", "problem": overriding.refusal}
        try:
            await tenant.credential().get_token(tenant.cloud.arm_scope)
        except AzureError as error:
            argument, problem = _problem(error, tenant)
            return {"argument": argument, "problem": problem}
        argument = problem = ""
        if by == "azuread":
            if problem := _file_for_azuread(tenant.credentials) or _identity_for_azuread(tenant.credentials):
                argument = tenant.credentials.told_by
            elif problem := await _account_for_azuread(tenant):
                argument = "tenant_id"
        elif by == "azure-native" and (problem := _account_for_azure_native(tenant)):
            argument = "tenant_id"
        return {"argument": camel(argument), "problem": problem}


def _file_for_azuread(credential: Credential) -> str:
    """Why the azuread provider cannot read a certificate that is an argument itself, and this plugin can.

    One in a file is checked by the program (``check_files``); this one is often not known there.
    """
    if not isinstance(credential, InlineCertificate):
        return ""
    from base64 import b64decode

    data, with_password = b64decode(credential.client_certificate), bool(credential.client_certificate_password)
    reason = unreadable(data, "cert.pfx", "azuread", with_password=with_password)
    return f"cannot be used: {reason}" if reason else ""


def _identity_for_azuread(credential: Credential) -> str:
    """Why the azuread provider does not sign in with the managed identity by which this plugin does.

    It asks a virtual machine's metadata service alone: hashicorp/go-azure-sdk, sdk/auth/managed_identity_authorizer.go.
    This plugin and azure-native ask the platform's endpoint, which such a variable names.
    """
    variable = next((it for it in ("IDENTITY_ENDPOINT", "MSI_ENDPOINT") if os.environ.get(it)), "")
    if not isinstance(credential, ManagedIdentity) or not variable:
        return ""
    return (
        f"is true, and the platform gives its managed identity's token at an address of its own ({variable} is set),"
        " where the azuread provider does not ask: it knows a virtual machine's metadata service only. Give this tenant"
        " another kind of credential (client_id with OIDC or client_secret); for a registry tenant consent mode needs"
        " no azuread"
    )


async def _account_for_azuread(tenant: Tenant) -> str:
    """Why the azuread provider cannot sign in where this plugin can: the Azure CLI has another account for it."""
    if not isinstance(tenant.credentials, AzureCli):
        return ""
    from azure.core.exceptions import AzureError

    from crosstenant.azure.refusals.refusals import take_apart
    from crosstenant.azure.sign_in.azure_cli import as_azuread_asks, is_cloud_shell
    from crosstenant.azure.sign_in.own_tenant import OwnTenantCredential

    in_cloud_shell = is_cloud_shell(os.environ)
    if not (tenant.subscription_id or in_cloud_shell):
        return ""
    as_azuread = OwnTenantCredential(tenant.tenant_id, as_azuread_asks(tenant.tenant_id, os.environ))
    try:
        await as_azuread.get_token(f"https://{tenant.cloud.graph_host}/.default")
    except AzureError as error:
        said = take_apart(error).message
        return _in_cloud_shell(tenant, said) if in_cloud_shell else _with_current_account(tenant, said)
    finally:
        await as_azuread.close()
    return ""


def _in_cloud_shell(tenant: Tenant, said: str) -> str:
    return (
        f"the Azure CLI has a token for tenant {tenant.tenant_id}, but in Cloud Shell the azuread provider names no"
        f" tenant to the Azure CLI and takes the token of its current account ({said}): run 'az login --tenant"
        f" {tenant.tenant_id}' and 'unset AZUREPS_HOST_ENVIRONMENT', by which azuread knows Cloud Shell, or give this"
        " tenant another credential (client_id with client_secret, or OIDC)"
    )


def _with_current_account(tenant: Tenant, said: str) -> str:
    return (
        f"the account that sees subscription {tenant.subscription_id} signs in to tenant {tenant.tenant_id},"
        " but the azuread provider asks the Azure CLI for its current account, which does not: make that account the"
        f" current one ('az account set --subscription {tenant.subscription_id}'). Where each tenant has an account"
        " of its own, give one tenant another credential (client_id with client_secret, or OIDC), use consent mode,"
        " which needs no azuread in the registry tenant, or one user who is a guest in the other tenant. The Azure"
        f" CLI says: {said}"
    )


def _account_for_azure_native(tenant: Tenant) -> str:
    """Why the azure-native provider cannot sign in where this plugin can: it asks the Azure CLI by subscription alone.

    It takes a token of whichever tenant: pulumi/pulumi-azure-native, provider/pkg/provider/auth_azidentity.go.
    A delegation does not permit a role assignment for an application:
    https://learn.microsoft.com/azure/lighthouse/concepts/tenants-users-roles
    """
    if not tenant.has_missed_subscription:
        return ""
    return (
        f"the Azure CLI has a token for tenant {tenant.tenant_id}, but none of its accounts sees subscription"
        f" {tenant.subscription_id} in that tenant, and by it the azure-native provider selects the account: run"
        f" 'az login --tenant {tenant.tenant_id}' again with an account that has a role in the subscription (one that"
        " got the role since its login does not see it yet), or check subscription_id"
    )


def _problem(error: Exception, tenant: Tenant) -> tuple[str, str]:
    from crosstenant.azure.refusals.refusals import explain, take_apart

    doing = "signing in"
    problem = explain(error, doing=doing, on="", tenant=tenant)
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
