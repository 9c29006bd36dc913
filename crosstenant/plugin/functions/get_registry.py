"""``getRegistry``: what a plan must know of a registry before it runs, above all which role lets a principal pull."""

from __future__ import annotations

from typing import Any, ClassVar

from crosstenant.azure.registries.lookup import read_registry
from crosstenant.model.arm_id import REGISTRY_TYPE, parse_arm_id
from crosstenant.plugin.context import Context
from crosstenant.provider_kit.resource import Failure, Function, Properties


class GetRegistry(Function[Context]):
    """Reads a registry of the provider's tenant."""

    token: ClassVar[str] = "crosstenant:index:getRegistry"  # noqa: S105
    schema: ClassVar[dict[str, Any]] = {
        "description": (
            "Reads a container registry: its login server, how it decides who may pull, and the role that it takes. "
            "The provider's caller needs `Microsoft.ContainerRegistry/registries/read` on it (the role Reader)."
        ),
        "inputs": {
            "type": "object",
            "properties": {
                "registryId": {
                    "type": "string",
                    "description": "ARM ID of the registry, in a subscription of the provider's tenant.",
                }
            },
            "required": ["registryId"],
        },
        "outputs": {
            "type": "object",
            "properties": {
                "registryId": {"type": "string", "description": "ARM ID of the registry, as Azure spells it."},
                "name": {"type": "string", "description": "Name of the registry."},
                "loginServer": {"type": "string", "description": "Host that clients pull from."},
                "roleAssignmentMode": {
                    "type": "string",
                    "description": (
                        "`legacy` (AcrPull grants pulls from the whole registry) or `abac` (repository roles do, which "
                        "a condition can narrow to some repositories; AcrPull counts for nothing)."
                    ),
                },
                "pullRoleName": {
                    "type": "string",
                    "description": "The least role that lets a principal pull: `AcrPull` or "
                    "`Container Registry Repository Reader`.",
                },
                "pullRoleDefinitionId": {"type": "string", "description": "GUID of that role's definition."},
                "publicNetworkAccess": {
                    "type": "string",
                    "description": "`Enabled` or `Disabled`: whether it can be reached from outside its private "
                    "endpoints at all.",
                },
                "location": {"type": "string", "description": "Azure region."},
            },
            "required": [
                "registryId",
                "name",
                "loginServer",
                "roleAssignmentMode",
                "pullRoleName",
                "pullRoleDefinitionId",
                "publicNetworkAccess",
                "location",
            ],
        },
    }

    async def call(self, args: Properties) -> tuple[Properties, list[Failure]]:
        """Reads the registry; a malformed ID is a failure of the argument, all else a ``OperatorError``."""
        registry_id = args.get("registryId")
        if not isinstance(registry_id, str):
            return {}, [Failure("registryId", "the ARM ID of a registry is required")]
        try:
            parse_arm_id(registry_id, REGISTRY_TYPE)
        except ValueError as error:
            return {}, [Failure("registryId", str(error))]
        registry = await read_registry(self.context.tenant, registry_id)
        return {
            "registryId": registry.registry_id,
            "name": registry.name,
            "loginServer": registry.login_server,
            "roleAssignmentMode": registry.role_assignment_mode.lower(),
            "pullRoleName": registry.pull_role.name,
            "pullRoleDefinitionId": registry.pull_role.guid,
            "publicNetworkAccess": registry.public_network_access,
            "location": registry.location,
        }, []
