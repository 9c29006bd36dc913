"""``checkServicePrincipal``: whether an application of another tenant can get a service principal in this one.

Asked before azuread's provider tries to make it, since that waits nine minutes for what can never be.
"""

from __future__ import annotations

from typing import Any, ClassVar

from crosstenant.azure.directory.directory_rights import OWNED_BY, is_single_tenant, owns_only
from crosstenant.azure.refusals.plain_errors import plainly
from crosstenant.model.arm_id import is_uuid
from crosstenant.plugin.context import Context
from crosstenant.provider_kit.resource import Failure, Function, Properties


class CheckServicePrincipal(Function[Context]):
    """Looks for what makes it impossible."""

    token: ClassVar[str] = "crosstenant:index:checkServicePrincipal"  # noqa: S105
    schema: ClassVar[dict[str, Any]] = {
        "description": (
            "Tells why a service principal of another tenant's application can never be made in the provider's tenant "
            "as things are: the caller's Microsoft Graph permissions, or an application that is single-tenant. Writes "
            "nothing. No obstacle found is no promise that Microsoft Graph will make it."
        ),
        "inputs": {
            "type": "object",
            "properties": {
                "clientId": {
                    "type": "string",
                    "description": "Client ID (UUID) of the application, where it is known already.",
                }
            },
        },
        "outputs": {
            "type": "object",
            "properties": {
                "obstacle": {
                    "type": "string",
                    "description": "What stands in the way and what to do; empty if nothing is known to.",
                }
            },
            "required": ["obstacle"],
        },
    }

    async def call(self, args: Properties) -> tuple[Properties, list[Failure]]:
        """Answers with the first obstacle; a sign-in that fails is a ``OperatorError``."""
        client_id = args.get("clientId")
        if client_id is not None and not (isinstance(client_id, str) and is_uuid(client_id)):
            return {}, [Failure("clientId", "is no client ID: give the application's client ID, a UUID")]
        return {"obstacle": await self._obstacle(client_id)}, []

    async def _obstacle(self, client_id: str | None) -> str:
        tenant = self.context.tenant
        with plainly("asking for the caller's Microsoft Graph permissions", "", tenant):
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
