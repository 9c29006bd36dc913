"""The managed way into the registry's tenant: the application's service principal there, made by the stack."""

from __future__ import annotations

import pulumi
import pulumi_azuread as azuread
from pulumi.resource_hooks import ResourceHook, ResourceHookArgs, ResourceHookBinding, ResourceHookOptions

from crosstenant.components.pieces.refusal_hints import hook_name, in_this_run, on_service_principal_error
from crosstenant.components.tenant import TenantProviders
from crosstenant.resources.internal_functions import service_principal_obstacle


def managed_service_principal(
    name: str, client_id: pulumi.Input[str], component: pulumi.Resource, providers: TenantProviders
) -> azuread.ServicePrincipal:
    """Declares the service principal; what can never work fails at preview, before azuread's provider tries it.

    :param name: The resource's name.
    :param client_id: Client ID (UUID) of the application.
    :param component: The component that it belongs to.
    :param providers: The providers of the registry's tenant.
    """
    invoked = pulumi.InvokeOptions(parent=component, provider=providers.crosstenant)

    async def refuse_what_cannot_work(created: ResourceHookArgs) -> None:
        known = (created.new_inputs or {}).get("clientId")
        obstacle = await service_principal_obstacle(known if isinstance(known, str) else None, invoked)
        if obstacle:
            raise pulumi.RunError(obstacle)

    # Asked for only when there is one to make: whoever only reads an existing one may do with fewer rights.
    before = ResourceHook(
        hook_name(name, "check"), in_this_run(refuse_what_cannot_work), ResourceHookOptions(on_dry_run=True)
    )
    on_error = on_service_principal_error(name, providers, component)
    return azuread.ServicePrincipal(
        name,
        client_id=client_id,
        opts=pulumi.ResourceOptions(
            parent=component,
            provider=providers.azuread,
            # The check before it is a call of this provider, which must not wait for its turn behind the check.
            depends_on=[providers.crosstenant],
            hooks=ResourceHookBinding(before_create=[before], on_error=[on_error]),
            # One that was made by hand may have owners; azuread's provider removes none where none are named.
            ignore_changes=["owners"],
        ),
    )
