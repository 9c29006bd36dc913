"""The links of one registry that need no secret: the registry itself, its network rules, and the role for a pull."""

from __future__ import annotations

from typing import cast

from crosstenant.azure.arm import Arm
from crosstenant.azure.pull.pull_advice import assignment_command
from crosstenant.azure.registries.registries import RegistryState
from crosstenant.azure.role_assignments import RoleAssignment, roles_of
from crosstenant.azure.sign_in.tenant import Tenant
from crosstenant.cli.check.chain import NETWORK, REGISTRY, ROLE, Link, LinkState, Tenancy
from crosstenant.cli.check.reading import Unseen, look
from crosstenant.model.modes import RoleAssignmentMode


def absent_registry(name: str, registry_id: str) -> Link:
    """The link of a registry that does not exist.

    :param name: Its name.
    :param registry_id: Its ARM ID.
    """
    remedy = "create it again, or remove it from the stack"
    return Link(Tenancy.REGISTRY, REGISTRY, name, LinkState.BROKEN, f"there is no {registry_id}", remedy)


def registry_link(name: str, registry: RegistryState) -> Link:
    """The registry's login server, mode and state.

    :param name: Its name.
    :param registry: Its state.
    """
    mode = "per repository (ABAC)" if registry.role_assignment_mode is RoleAssignmentMode.ABAC else "registry-wide"
    what = f"{registry.login_server}, {registry.sku}; its roles are {mode}"
    if registry.provisioning_state != "Succeeded":
        what = f"{what}; provisioning state {registry.provisioning_state}"
        return Link(Tenancy.REGISTRY, REGISTRY, name, LinkState.NOTE, what, "check 'az acr show'")
    return Link(Tenancy.REGISTRY, REGISTRY, name, LinkState.OK, what)


def network_link(name: str, registry: RegistryState) -> Link:
    """From where the registry can be reached.

    :param name: Its name.
    :param registry: Its state.
    """
    advice = "make sure that the rules allow the nodes' addresses, or that the nodes have a private endpoint"
    if registry.public_network_access != "Enabled":
        return Link(Tenancy.REGISTRY, NETWORK, name, LinkState.NOTE, "open to private endpoints only", advice)
    if registry.network_default_action != "Allow":
        return Link(Tenancy.REGISTRY, NETWORK, name, LinkState.NOTE, "open only to the addresses in its rules", advice)
    return Link(Tenancy.REGISTRY, NETWORK, name, LinkState.OK, "open to all networks")


class RoleLinks:
    """The roles of one principal on registries."""

    def __init__(self, tenant: Tenant, arm: Arm, principal_id: str | None, without_principal: str) -> None:
        """
        :param tenant: The registry tenant.
        :param arm: Its Resource Manager.
        :param principal_id: Object ID (UUID) of the service principal; none if there is none or it could not be read.
        :param without_principal: The finding then.
        """
        self._tenant = tenant
        self._arm = arm
        self._principal_id = principal_id
        self._without_principal = without_principal

    async def link(self, name: str, registry: RegistryState, *, pulls: bool = False) -> Link:
        """The role for a pull from a registry.

        :param name: The registry's name.
        :param registry: Its state.
        :param pulls: Whether a pull was proved, whatever the roles.
        """
        if self._principal_id is None:
            return Link(Tenancy.REGISTRY, ROLE, name, LinkState.SKIPPED, self._without_principal)
        held = await look(
            roles_of(self._arm, registry.registry_id, self._principal_id),
            "reading the role assignments on",
            registry.registry_id,
            self._tenant,
        )
        if isinstance(held, Unseen):
            return Link(Tenancy.REGISTRY, ROLE, name, LinkState.UNSEEN, held.reason)
        return await self._of_roles(name, registry, held, self._principal_id, pulls)

    async def _of_roles(
        self, name: str, registry: RegistryState, held: list[RoleAssignment], principal_id: str, pulls: bool
    ) -> Link:
        wanted = registry.pull_role
        right = [one for one in held if one.role_guid == wanted.guid]
        others = [await self._name(registry, one) for one in held if one.role_guid != wanted.guid]
        beside = f"; beside it {', '.join(others)}" if others else ""
        if right:
            condition = ", under a condition" if all(one.condition for one in right) else ""
            what = f"{wanted.name}{condition}{beside}"
            if others:
                remedy = "remove the roles that a pull does not need"
                return Link(Tenancy.REGISTRY, ROLE, name, LinkState.NOTE, what, remedy)
            return Link(Tenancy.REGISTRY, ROLE, name, LinkState.OK, what)
        what = f"{wanted.name} is not assigned" + (f", only {', '.join(others)}" if others else "")
        remedy = f"run 'pulumi up --refresh', or '{assignment_command(registry, principal_id)}'"
        if pulls:
            what = f"{what}; it pulls with another role, for example a group's"
            return Link(Tenancy.REGISTRY, ROLE, name, LinkState.NOTE, what, remedy)
        return Link(Tenancy.REGISTRY, ROLE, name, LinkState.BROKEN, what, remedy)

    async def _name(self, registry: RegistryState, assignment: RoleAssignment) -> str:
        # At the registry, because the caller may have roles only there.
        path = f"{registry.registry_id}/providers/Microsoft.Authorization/roleDefinitions/{assignment.role_guid}"
        found = await look(self._arm.get(path, "2022-04-01"), "reading role", assignment.role_guid, self._tenant)
        if isinstance(found, Unseen):
            return assignment.role_guid
        properties: object = found.get("properties")
        name = cast("dict[str, object]", properties).get("roleName") if isinstance(properties, dict) else None
        return str(name or assignment.role_guid)
