"""A registry that may receive a pull secret, or an error with the reason."""

from __future__ import annotations

from crosstenant.azure.refusals.explained import explained
from crosstenant.azure.registries.registries import Registries, RegistryState, UnknownModeError
from crosstenant.azure.sign_in.tenant import Tenant
from crosstenant.errors import OperatorError
from crosstenant.model.clouds import cloud_of_registry


async def read_registry(tenant: Tenant, registry_id: str) -> RegistryState:
    """An existing registry that may receive a pull secret.

    :param tenant: The registry's tenant.
    :param registry_id: ARM ID of the registry.
    :raises OperatorError: As for ``find_registry``, and if the registry does not exist.
    """
    registry = await find_registry(tenant, registry_id)
    if registry is None:
        raise OperatorError(
            f"there is no registry {registry_id} that {tenant.caller} can see in tenant {tenant.tenant_id}: check the "
            "ID, or create the registry first"
        )
    return registry


async def find_registry(tenant: Tenant, registry_id: str) -> RegistryState | None:
    """A registry that may receive a pull secret; ``None`` if it does not exist.

    :param tenant: The registry's tenant.
    :param registry_id: ARM ID of the registry.
    :raises OperatorError: It cannot be read, or its login server is not in the tenant's cloud, or its role assignment
        mode is unknown.
    """
    try:
        with explained("reading registry", registry_id, tenant):
            registry = await Registries(tenant).get(registry_id)
    except UnknownModeError as error:
        raise OperatorError(f"{error}: use a newer version of this package, or another registry") from None
    except ValueError as error:
        raise OperatorError(str(error)) from None
    if registry is None:
        return None
    if not registry.login_server:
        raise OperatorError(
            f"registry {registry.registry_id} has no login server yet (provisioning state "
            f"'{registry.provisioning_state}'): run again when it is provisioned"
        )
    if not tenant.cloud.owns_login_server(registry.login_server):
        suffixes = " or ".join(f"<name>.{suffix}" for suffix in tenant.cloud.registry_suffixes)
        other = cloud_of_registry(registry.login_server)
        remedy = (
            f"set 'environment' of both tenants to '{other.name}', the cloud of this registry"
            if other
            else f"check 'environment' of the provider for tenant {tenant.tenant_id}"
        )
        raise OperatorError(
            f"registry {registry.registry_id} has login server '{registry.login_server}', but the login servers of "
            f"cloud '{tenant.cloud.name}' are {suffixes}: no secret is sent anywhere else; {remedy}"
        )
    return registry
