"""Refusals, in a preview, of what the caller surely may not do.

Only of what is to be made, so that a plan without changes asks for nothing; and only in a preview: an update leaves the
answer to Azure, also for a right that was given in between.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, Literal

import pulumi
from pulumi.resource_hooks import ResourceHook, ResourceHookArgs

from crosstenant.components.pieces.hooks import before_create
from crosstenant.components.tenant import TenantProviders
from crosstenant.resources.internal_functions import may_write_none, missing_actions

ASSIGN: Final = "Microsoft.Authorization/roleAssignments/write"
"""What makes a role assignment."""

Scope = Callable[[Mapping[str, object]], pulumi.Input[str | None]]
"""Gives the scope (ARM ID), by the inputs of the resource; none where a preview does not know it."""


def refuse_without_actions(
    name: str,
    scope: Scope,
    actions: Sequence[str],
    refusal: Callable[[str], str],
    component: pulumi.Resource,
    providers: TenantProviders,
) -> list[ResourceHook]:
    """Hooks that refuse a resource for which the caller lacks an action of Resource Manager.

    :param name: The resource's name.
    :param scope: The scope on which the caller needs the actions.
    :param actions: The actions, ``Microsoft.Authorization/roleAssignments/write``.
    :param refusal: What to say, by the scope: who may not do what, and what to give.
    :param component: The component that the resource belongs to.
    :param providers: The providers of the scope's tenant.
    """
    invoked = pulumi.InvokeOptions(parent=component, provider=providers.crosstenant)

    async def refuse(created: ResourceHookArgs) -> None:
        asked = await pulumi.Output.from_input(scope(created.new_inputs or {})).future()
        if not pulumi.runtime.is_dry_run() or not isinstance(asked, str):
            return
        missing = await missing_actions(asked, actions, invoked)
        if missing:
            raise pulumi.RunError(f"{refusal(asked)} (missing: {', '.join(missing)})")

    return before_create(name, refuse)


def refuse_without_directory(
    name: str,
    collection: Literal["applications", "servicePrincipals"],
    refusal: str,
    component: pulumi.Resource,
    providers: TenantProviders,
) -> list[ResourceHook]:
    """Hooks that refuse an application or a service principal for which the caller has no right in the directory.

    :param name: The resource's name.
    :param collection: What it is.
    :param refusal: What to say: who may not do what, and what to give.
    :param component: The component that the resource belongs to.
    :param providers: The providers of the directory's tenant.
    """
    invoked = pulumi.InvokeOptions(parent=component, provider=providers.crosstenant)

    async def refuse(_: ResourceHookArgs) -> None:
        if pulumi.runtime.is_dry_run() and await may_write_none(collection, invoked):
            raise pulumi.RunError(refusal)

    return before_create(name, refuse)
