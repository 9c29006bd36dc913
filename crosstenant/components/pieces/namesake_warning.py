"""A warning before an application is made whose display name another application has."""

from __future__ import annotations

import pulumi
from pulumi.resource_hooks import ResourceHook, ResourceHookArgs

from crosstenant.components.pieces.hooks import before_create
from crosstenant.components.pieces.import_command import import_command
from crosstenant.components.tenant import TenantProviders
from crosstenant.resources.internal_functions import namesakes


def warn_of_namesakes(name: str, component: pulumi.Resource, providers: TenantProviders) -> list[ResourceHook]:
    """Hooks that warn, in the preview too. Entra makes a second application of a name without a word.

    An interrupted update may have made the application and not recorded it. Nothing tells whose an application is: what
    looks alike may be another stack's, so that the person decides.

    :param name: Name of the application's resource.
    :param component: The component that it belongs to.
    :param providers: The providers of its tenant.
    """
    invoked = pulumi.InvokeOptions(parent=component, provider=providers.crosstenant)

    async def warn(created: ResourceHookArgs) -> None:
        display_name = (created.new_inputs or {}).get("displayName")
        if not isinstance(display_name, str):
            return
        for found in await namesakes(display_name, invoked):
            command = await import_command(
                "azuread:index/application:Application",
                name,
                f"/applications/{found.object_id}",
                component,
                providers.azuread,
            )
            pulumi.log.warn(
                f"tenant {providers.tenant_id} has another application '{display_name}' already, client ID"
                f" {found.client_id}, of {found.created_at}. If an interrupted update of this stack left it, take it"
                f" over before this update ({command}), or remove it ('az ad app delete --id {found.client_id}'). If"
                " it is another's, give this one a display_name that tells them apart",
                component,
            )

    return before_create(name, warn)
