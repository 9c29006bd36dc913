"""Warnings about other applications of the display name: one that is there before the stack's is made, and one that is
made with it."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi.resource_hooks import ResourceHook, ResourceHookArgs

from crosstenant.components.pieces.hooks import after_create, before_create
from crosstenant.components.pieces.import_command import import_command
from crosstenant.components.tenant import TenantProviders
from crosstenant.resources.internal_functions import namesakes


@dataclass(frozen=True)
class NamesakeWarnings:
    """The hooks that warn; none for an engine without hooks."""

    before_create: list[ResourceHook]
    """In the preview too."""

    after_create: list[ResourceHook]


def warn_of_namesakes(name: str, component: pulumi.Resource, providers: TenantProviders) -> NamesakeWarnings:
    """Hooks that warn: Entra makes a second application of a name without a word.

    An interrupted update may have made the application and not recorded it. Nothing tells whose an application is: what
    looks alike may be another stack's, so that the person decides. The azuread provider itself repeats a request that
    is answered with 5xx, though its work may be done: the stack has the last application then, and nothing the first.

    :param name: Name of the application's resource.
    :param component: The component that it belongs to.
    :param providers: The providers of its tenant.
    """
    invoked = pulumi.InvokeOptions(parent=component, provider=providers.crosstenant)
    known: set[str] = set()

    async def warn(created: ResourceHookArgs) -> None:
        display_name = (created.new_inputs or {}).get("displayName")
        if not isinstance(display_name, str):
            return
        for found in await namesakes(display_name, invoked):
            known.add(found.object_id)
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

    async def warn_of_a_second_one(created: ResourceHookArgs) -> None:
        made = created.new_outputs or {}
        display_name, own = made.get("displayName"), made.get("objectId")
        if not isinstance(display_name, str) or not isinstance(own, str):
            return
        for found in await namesakes(display_name, invoked):
            if found.object_id not in known | {own}:
                pulumi.log.warn(
                    f"a second application '{display_name}' was made in tenant {providers.tenant_id} during this"
                    f" update, client ID {found.client_id}. The azuread provider repeats a request that is answered"
                    f" with an error of the server, though the work may be done. The stack uses client ID"
                    f" {made.get('clientId')}. If no other stack made the second one, remove it:"
                    f" 'az ad app delete --id {found.client_id}'",
                    component,
                )

    return NamesakeWarnings(before_create(name, warn), after_create(name, warn_of_a_second_one))
