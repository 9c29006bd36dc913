"""The functions of azure-native that this package and its examples use: a GET each, and who is signed in."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from crosstenant.provider_kit.field_schema import function_schema
from crosstenant.provider_kit.fields import Field
from crosstenant.provider_kit.resource import Failure, Function, Properties
from crosstenant.sandbox.standins.azure_native import managed_cluster, registry, resource_group
from crosstenant.sandbox.standins.azure_native.arm import Arm
from crosstenant.sandbox.standins.azure_native.resource import flattened
from crosstenant.sandbox.standins.unknown import does_not_know


class GetClientConfig(Function[Arm]):
    """Who the provider is signed in as."""

    token = "azure-native:authorization:getClientConfig"
    schema: ClassVar[dict[str, Any]] = {"outputs": {"type": "object", "properties": {"clientId": {"type": "string"}}}}

    async def call(self, args: Properties) -> tuple[Properties, list[Failure]]:
        """Answers from the token and the configuration."""
        claims = await self.context.claims()
        return {
            "clientId": claims["appid"],
            "objectId": claims["oid"],
            "tenantId": claims["tid"],
            "subscriptionId": self.context.subscription_id,
        }, []


class _Get(Function[Arm]):
    path: ClassVar[str]
    api_version: ClassVar[str]
    flat: ClassVar[bool] = True

    def __init_subclass__(cls) -> None:
        """Describes the arguments that the path has."""
        names = [name for name in re.findall(r"\{(\w+)\}", cls.path) if name != "subscriptionId"]
        arguments = {name: Field("string", required=True) for name in names}
        cls.schema = function_schema("azure-native", "", arguments, {"id": Field("string")})

    async def call(self, args: Properties) -> tuple[Properties, list[Failure]]:
        """Reads the resource; one that is not there is an error."""
        names: list[str] = self.schema["inputs"]["required"]
        unknown = [name for name in args if name not in names]
        if unknown:
            return {}, [Failure(name, does_not_know("azure-native", f"'{name}' of {self.token}")) for name in unknown]
        missing = [name for name in names if not isinstance(args.get(name), str)]
        if missing:
            return {}, [Failure(name, f"missing required property '{name}'") for name in missing]
        parts = {"subscriptionId": self.context.subscription_id, **args}
        path = re.sub(r"\{(\w+)\}", lambda part: str(parts[part[1]]).strip("/"), self.path)
        document = await self.context.get(path, self.api_version)
        found = flattened(document) if self.flat else document
        return {**found, "azureApiVersion": self.api_version}, []


class GetManagedCluster(_Get):
    """Reads a cluster."""

    token = "azure-native:containerservice:getManagedCluster"
    path = managed_cluster.PATH
    api_version = managed_cluster.API_VERSION


class GetRegistry(_Get):
    """Reads a registry, without its role assignment mode."""

    token = "azure-native:containerregistry:getRegistry"
    path = registry.PATH
    api_version = registry.API_VERSION


class GetResourceGroup(_Get):
    """Reads a resource group."""

    token = "azure-native:resources:getResourceGroup"
    path = resource_group.PATH
    api_version = resource_group.API_VERSION
    flat = False


class GetRoleAssignment(_Get):
    """Reads a role assignment."""

    token = "azure-native:authorization:getRoleAssignment"
    path = "/{scope}/providers/Microsoft.Authorization/roleAssignments/{roleAssignmentName}"
    api_version = "2022-04-01"


class GetRoleDefinition(_Get):
    """Reads a role."""

    token = "azure-native:authorization:getRoleDefinition"
    path = "/{scope}/providers/Microsoft.Authorization/roleDefinitions/{roleDefinitionId}"
    api_version = "2022-05-01-preview"


FUNCTIONS = (
    GetClientConfig,
    GetManagedCluster,
    GetRegistry,
    GetResourceGroup,
    GetRoleAssignment,
    GetRoleDefinition,
)
