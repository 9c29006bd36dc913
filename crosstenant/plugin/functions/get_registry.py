"""``getRegistry``: what a plan must know of a registry before it runs, above all which role lets a principal pull."""

from __future__ import annotations

from typing import Any, ClassVar

from crosstenant.azure.refusals.plain_errors import plainly
from crosstenant.azure.registries.registries import Registries, RegistryState, UnknownModeError
from crosstenant.azure.sign_in.tenant import Tenant
from crosstenant.model.arm_id import REGISTRY_TYPE, parse_arm_id
from crosstenant.provider_kit.resource import Context, Failure, Function, Properties
from crosstenant.provider_kit.serving import ProviderError


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
        """Reads the registry; a malformed ID is a failure of the argument, all else a ``ProviderError``."""
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


async def read_registry(tenant: Tenant, registry_id: str) -> RegistryState:
    """A registry that is there and that a pull secret may be sent to.

    :param tenant: The registry's tenant.
    :param registry_id: ARM ID of the registry.
    :raises ProviderError: As ``find_registry``, and if there is none.
    """
    registry = await find_registry(tenant, registry_id)
    if registry is None:
        raise ProviderError(
            f"there is no registry {registry_id} that {tenant.caller} can see in tenant {tenant.tenant_id}: check the "
            "ID, or create the registry first"
        )
    return registry


async def find_registry(tenant: Tenant, registry_id: str) -> RegistryState | None:
    """A registry that a pull secret may be sent to; ``None`` if there is no registry of that ID.

    :param tenant: The registry's tenant.
    :param registry_id: ARM ID of the registry.
    :raises ProviderError: It cannot be read, or its login server is none of the tenant's cloud, or its role assignment
        mode is unknown here.
    """
    try:
        with plainly("reading registry", registry_id, tenant):
            registry = await Registries(tenant).get(registry_id)
    except UnknownModeError as error:
        raise ProviderError(f"{error}: use a newer version of this package, or another registry") from None
    except ValueError as error:
        raise ProviderError(str(error)) from None
    if registry is None:
        return None
    if not registry.login_server:
        raise ProviderError(
            f"registry {registry.registry_id} has no login server yet (provisioning state "
            f"'{registry.provisioning_state}'): run again when it is provisioned"
        )
    if not tenant.cloud.owns_login_server(registry.login_server):
        suffixes = " or ".join(f"<name>.{suffix}" for suffix in tenant.cloud.registry_suffixes)
        raise ProviderError(
            f"registry {registry.registry_id} has login server '{registry.login_server}', but the login servers of "
            f"cloud '{tenant.cloud.name}' are {suffixes}: no secret is sent anywhere else; check 'environment' of the "
            f"provider for tenant {tenant.tenant_id}"
        )
    return registry
