"""Container registries in Azure Resource Manager.

The Azure SDK is loaded when a registry is read for the first time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from crosstenant.azure.arm import client_settings
from crosstenant.azure.connections.answer_forms import form_due
from crosstenant.azure.connections.documents import json_due
from crosstenant.azure.refusals.absence import is_absent
from crosstenant.model.arm_id import REGISTRY_TYPE, ArmId, parse_arm_id
from crosstenant.model.modes import RoleAssignmentMode
from crosstenant.model.roles import PULL_ROLES, Role

if TYPE_CHECKING:
    from azure.mgmt.containerregistry.models import Registry

    from crosstenant.azure.sign_in.tenant import Tenant

# The first version with the role assignment mode, set here so that it does not depend on the SDK's default.
_API_VERSION: Final = "2025-11-01"
_MODES: Final[dict[str, RoleAssignmentMode]] = {
    "legacyregistrypermissions": RoleAssignmentMode.LEGACY,
    "abacrepositorypermissions": RoleAssignmentMode.ABAC,
}


class UnknownModeError(Exception):
    """A registry has a role assignment mode that this package does not know."""


@dataclass(frozen=True)
class RegistryState:
    """The state of a registry, as far as a pull needs it."""

    registry_id: str
    """ARM ID."""
    name: str
    login_server: str
    """Host that clients pull from; not always ``<name>.azurecr.io``, as it may carry a hash."""
    role_assignment_mode: RoleAssignmentMode
    location: str
    sku: str
    """``Basic``, ``Standard`` or ``Premium``."""
    provisioning_state: str
    public_network_access: str
    """``Enabled`` or ``Disabled``."""
    network_default_action: str
    """The default action of its network rules: ``Allow`` or ``Deny``."""
    takes_arm_tokens: bool = True
    """Whether it takes Entra tokens whose audience is Resource Manager; those for registries it takes always."""

    @property
    def pull_role(self) -> Role:
        """The role for a pull in the registry's mode."""
        return PULL_ROLES[self.role_assignment_mode]


class Registries:
    """The registries that a tenant's caller can read."""

    def __init__(self, tenant: Tenant) -> None:
        """:param tenant: The tenant whose subscriptions hold the registries, with its credentials."""
        self._tenant = tenant

    async def get(self, registry_id: str) -> RegistryState | None:
        """Reads a registry; ``None`` if it does not exist.

        :param registry_id: ARM ID of a ``Microsoft.ContainerRegistry/registries``.
        :raises ValueError: The ID has another form.
        :raises UnknownModeError: The registry has an unknown role assignment mode.
        :raises azure.core.exceptions.AzureError: Sign-in failed, or ARM refused or could not be reached.
        """
        arm_id = parse_arm_id(registry_id, REGISTRY_TYPE)
        from azure.core.exceptions import ResourceNotFoundError
        from azure.mgmt.containerregistry.aio import ContainerRegistryManagementClient

        settings = client_settings(self._tenant)
        async with ContainerRegistryManagementClient(
            self._tenant.credential(), arm_id.subscription_id, api_version=_API_VERSION, **settings
        ) as client:
            try:
                with json_due() as hook:
                    found = await client.registries.get(arm_id.resource_group, arm_id.name, raw_response_hook=hook)
            except ResourceNotFoundError as error:
                # A missing subscription means a wrong ID or another tenant, not a missing registry.
                if not is_absent(error):
                    raise
                return None
        with form_due():
            return _state(arm_id, found)


def _state(arm_id: ArmId, found: Registry) -> RegistryState:
    properties = found.properties
    rules = properties.network_rule_set if properties else None
    policies = properties.policies if properties else None
    arm_tokens = policies.azure_ad_authentication_as_arm_policy if policies else None
    return RegistryState(
        registry_id=str(parse_arm_id(found.id, REGISTRY_TYPE) if found.id else arm_id),
        name=found.name or arm_id.name,
        login_server=((properties.login_server if properties else None) or "").lower(),
        role_assignment_mode=_mode(arm_id, properties.role_assignment_mode if properties else None),
        location=found.location,
        sku=_text(found.sku.name),
        provisioning_state=_text(properties.provisioning_state if properties else None),
        public_network_access=_text(properties.public_network_access if properties else None) or "Enabled",
        network_default_action=_text(rules.default_action if rules else None) or "Allow",
        # On where the policy is not named:
        # https://learn.microsoft.com/azure/container-registry/container-registry-disable-authentication-as-arm
        takes_arm_tokens=_text(arm_tokens.status if arm_tokens else None).lower() != "disabled",
    )


def _mode(arm_id: ArmId, value: str | None) -> RoleAssignmentMode:
    # Registries from before this property are in legacy mode.
    if not value:
        return RoleAssignmentMode.LEGACY
    try:
        return _MODES[_text(value).lower()]
    except KeyError:
        raise UnknownModeError(
            f"registry {arm_id} has role assignment mode '{_text(value)}', which this version does not know; "
            "it knows LegacyRegistryPermissions and AbacRepositoryPermissions"
        ) from None


def _text(value: str | None) -> str:
    # The SDK's enumerations are strings whose str() names the member, and unknown values arrive as plain strings.
    return str.__str__(value) if value else ""
