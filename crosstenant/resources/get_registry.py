"""The function ``get_registry``: a registry's host and pull role, for a plan."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import pulumi

from crosstenant.model.modes import RoleAssignmentMode
from crosstenant.resources.invoking import Answer, Refuse, call, call_now


@dataclass(frozen=True)
class GetRegistryResult:
    """A container registry in Azure Resource Manager."""

    registry_id: str
    """ARM ID, as Azure spells it."""
    name: str
    """The registry's name."""
    login_server: str
    """Its host, ``fabrikamimages.azurecr.io``."""
    role_assignment_mode: RoleAssignmentMode
    """Its permission mode: ``legacy`` (a pull needs AcrPull) or ``abac`` (a pull needs a repository role)."""
    pull_role_name: str
    """Name of the role that permits pulls in that mode."""
    pull_role_definition_id: str
    """GUID of that role's definition."""
    public_network_access: str
    """``Enabled`` or ``Disabled``."""
    location: str
    """Azure region."""
    takes_arm_tokens: bool = True
    """Whether it takes Entra tokens whose audience is Resource Manager; those for registries it takes always."""


class AwaitableGetRegistryResult(GetRegistryResult):
    """The same result, for programs that await it."""

    def __await__(self) -> Generator[None, None, GetRegistryResult]:
        yield from ()
        return GetRegistryResult(**vars(self))


def get_registry(registry_id: str, opts: pulumi.InvokeOptions | None = None) -> AwaitableGetRegistryResult:
    """Reads a registry, in the tenant of the provider in ``opts``.

    :param registry_id: ARM ID of the registry.
    :param opts: Invoke options with a ``crosstenant.Provider`` of the registry's tenant.
    :raises pulumi.RunError: The registry does not exist or belongs to another tenant, or the caller may not read it
        (``Microsoft.ContainerRegistry/registries/read``).
    """
    answer = call_now("getRegistry", {"registryId": registry_id}, opts)
    return AwaitableGetRegistryResult(**vars(_result(answer)))


def get_registry_output(
    registry_id: pulumi.Input[str], opts: pulumi.InvokeOptions | None = None
) -> pulumi.Output[GetRegistryResult]:
    """``get_registry`` for an ID that is an output.

    :param registry_id: ARM ID of the registry.
    :param opts: Invoke options with a ``crosstenant.Provider`` of the registry's tenant.
    """
    return look_up_registry(registry_id, opts, pulumi.RunError)


def look_up_registry(
    registry_id: pulumi.Input[str], opts: pulumi.InvokeOptions | None, refuse: Refuse
) -> pulumi.Output[GetRegistryResult]:
    """The same for a component, which names its argument in the error.

    :param refuse: Makes the error that ends the run from the sentence that says why.
    """
    return call("getRegistry", {"registryId": registry_id}, opts, refuse).apply(_result)


def _result(answer: Answer) -> GetRegistryResult:
    return GetRegistryResult(
        registry_id=answer["registryId"],
        name=answer["name"],
        login_server=answer["loginServer"],
        role_assignment_mode=RoleAssignmentMode(answer["roleAssignmentMode"]),
        pull_role_name=answer["pullRoleName"],
        pull_role_definition_id=answer["pullRoleDefinitionId"],
        public_network_access=answer["publicNetworkAccess"],
        location=answer["location"],
        takes_arm_tokens=answer["takesArmTokens"],
    )
