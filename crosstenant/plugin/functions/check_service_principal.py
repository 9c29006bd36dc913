"""``checkServicePrincipal``: whether an application of another tenant can get a service principal in this one.

It runs before the azuread provider creates the service principal, which waits nine minutes for an impossible one.
"""

from __future__ import annotations

from typing import ClassVar

from crosstenant.azure.directory.directory_rights import OWNED_BY, is_single_tenant, owns_only
from crosstenant.azure.refusals.explained import explained
from crosstenant.plugin import forms
from crosstenant.plugin.context import Context
from crosstenant.provider_kit.declared import DeclaredFunction
from crosstenant.provider_kit.fields import Field, Fields
from crosstenant.provider_kit.resource import Properties


class CheckServicePrincipal(DeclaredFunction[Context]):
    """Looks for what makes it impossible."""

    token: ClassVar[str] = "crosstenant:index:checkServicePrincipal"  # noqa: S105
    inputs: ClassVar[Fields] = {
        "clientId": Field(
            "string", "Client ID (UUID) of the application, where it is known already.", refusal=forms.client_id
        )
    }
    outputs: ClassVar[Fields] = {
        "obstacle": Field("string", "The obstacle and what to do; empty if none is known.", required=True)
    }

    async def answer(self, inputs: Properties) -> Properties:
        """Answers with the first obstacle. Without one, Microsoft Graph may still refuse."""
        return {"obstacle": await self._obstacle(inputs.get("clientId"))}

    async def _obstacle(self, client_id: str | None) -> str:
        tenant = self.context.tenant
        with explained("asking for the caller's Microsoft Graph permissions", "", tenant):
            powerless = await owns_only(tenant)
        if powerless:
            return (
                f"{tenant.caller} has the Microsoft Graph permission {OWNED_BY} in tenant {tenant.tenant_id}, which "
                "never makes the service principal of another tenant's application: give it Application.ReadWrite.All "
                "there, or set service_principal (registry_service_principal of CrossTenantPull) to 'consented', which "
                "needs no right in the directory"
            )
        if client_id and await is_single_tenant(tenant.cloud, client_id):
            return (
                f"application {client_id} is single-tenant, so no other tenant can have a service principal of it: set "
                "its sign-in audience to AzureADMultipleOrgs in its own tenant ('az ad app update --id "
                f"{client_id} --sign-in-audience AzureADMultipleOrgs')"
            )
        return ""
