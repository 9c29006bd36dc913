"""``getRegistry``: what a plan must know of a registry before it runs, above all which role lets a principal pull."""

from __future__ import annotations

from typing import ClassVar, Final

from crosstenant.azure.registries.lookup import read_registry
from crosstenant.model.modes import RoleAssignmentMode
from crosstenant.plugin import forms
from crosstenant.plugin.context import Context
from crosstenant.provider_kit.declared import DeclaredFunction
from crosstenant.provider_kit.fields import Field, Fields
from crosstenant.provider_kit.resource import Properties

_INPUTS: Final[Fields] = {
    "registryId": Field(
        "string",
        "ARM ID of the registry, in a subscription of the provider's tenant.",
        required=True,
        refusal=forms.registry_id,
    )
}
_OUTPUTS: Final[Fields] = {
    "registryId": Field("string", "ARM ID of the registry, as Azure spells it.", required=True),
    "name": Field("string", "Name of the registry.", required=True),
    "loginServer": Field("string", "Host that clients pull from.", required=True),
    "roleAssignmentMode": Field(
        "string",
        "How the registry decides who may pull: `legacy` (AcrPull permits pulls from the whole registry) or `abac` "
        "(repository roles do, which a condition can narrow to some repositories; AcrPull does not count).",
        required=True,
        choices=RoleAssignmentMode,
    ),
    "pullRoleName": Field(
        "string",
        "The least role that lets a principal pull: `AcrPull` or `Container Registry Repository Reader`.",
        required=True,
    ),
    "pullRoleDefinitionId": Field("string", "GUID of that role's definition.", required=True),
    "publicNetworkAccess": Field(
        "string",
        "`Enabled` or `Disabled`: whether it can be reached from outside its private endpoints at all.",
        required=True,
    ),
    "location": Field("string", "Azure region.", required=True),
    "takesArmTokens": Field(
        "boolean",
        "Whether the registry takes Entra tokens whose audience is Resource Manager (its policy "
        "`azureADAuthenticationAsArmPolicy`); those for registries it takes always.",
        required=True,
    ),
}


class GetRegistry(DeclaredFunction[Context]):
    """Reads a registry of the provider's tenant."""

    token: ClassVar[str] = "crosstenant:index:getRegistry"  # noqa: S105
    description: ClassVar[str] = (
        "Reads a container registry: its login server, how it decides who may pull, and the role that it takes. The "
        "provider's caller needs `Microsoft.ContainerRegistry/registries/read` on it (the role Reader)."
    )
    inputs: ClassVar[Fields] = _INPUTS
    outputs: ClassVar[Fields] = _OUTPUTS

    async def answer(self, inputs: Properties) -> Properties:
        """Reads the registry."""
        registry = await read_registry(self.context.tenant, inputs["registryId"])
        return {
            "registryId": registry.registry_id,
            "name": registry.name,
            "loginServer": registry.login_server,
            "roleAssignmentMode": RoleAssignmentMode(registry.role_assignment_mode.lower()).value,
            "pullRoleName": registry.pull_role.name,
            "pullRoleDefinitionId": registry.pull_role.guid,
            "publicNetworkAccess": registry.public_network_access,
            "location": registry.location,
            "takesArmTokens": registry.takes_arm_tokens,
        }
