"""The command that takes an existing object of Azure into the stack, as a child of its component."""

from __future__ import annotations

from shlex import quote

import pulumi


async def import_command(
    kind: str, name: str, resource_id: str, component: pulumi.Resource, provider: pulumi.ProviderResource
) -> str:
    """The whole command; after it, an update finds the object as if the stack had made it.

    :param kind: Type of the resource, ``azure-native:authorization:RoleAssignment``.
    :param name: The resource's name in the stack.
    :param resource_id: The object's ID, in the form that its provider imports.
    :param component: The component that the resource belongs to.
    :param provider: The provider of its tenant.
    """
    # They are awaited here, for an advice: an output of theirs would end nowhere.
    parent_urn, provider_urn = await component.urn.future(), await provider.urn.future()
    return (
        f"pulumi import {kind} {quote(name)} {quote(resource_id)} --generate-code=false --protect=false"
        f" --parent 'parent={parent_urn}' --provider 'provider={provider_urn}'"
    )
