"""What the registry's tenant gives: a service principal of the application, its pull roles, and the proof of a pull."""

import pulumi
import pulumi_azuread as azuread
from pulumi_azure_native import authorization
from typing_extensions import NotRequired, TypedDict

from crosstenant.arm_id import REGISTRY_TYPE, ArmId, parse_arm_id
from crosstenant.errors import ArgumentError
from crosstenant.functions import RegistryInfo, get_registry
from crosstenant.names import role_assignment_name
from crosstenant.pull_check import PullCheck
from crosstenant.repository_condition import CONDITION_VERSION, repository_condition, repository_within
from crosstenant.tenant import TenantArgs, TenantProviders


class PullCheckArgs(TypedDict):
    """How the pull from a registry is proved."""

    mode: NotRequired[str]
    """``require`` (default): no cluster is touched before the proof; ``warn``; or ``skip`` for runners that cannot
    reach a private registry."""

    repository: NotRequired[str]
    """A repository to prove, ``backend/api``."""

    reference: NotRequired[str]
    """A tag or digest in it, whose manifest must be there."""

    timeout_seconds: NotRequired[int]
    """How long to wait for a new grant to propagate, in seconds; 300 by default."""


class RegistryArgs(TypedDict):
    """One registry and what of it may be pulled."""

    registry_id: str
    """ARM ID of the registry."""

    repositories: NotRequired[list[str]]
    """Repositories that may be pulled, ``backend/api``; only for a registry in ABAC mode. Default: all."""

    repository_prefixes: NotRequired[list[str]]
    """Prefixes of repositories that may be pulled, with their slash, ``backend/``; only in ABAC mode."""

    pull_check: NotRequired[PullCheckArgs]
    """How the pull is proved."""


class RegistryAccessArgs(TypedDict):
    """Pull rights for one application on registries of one tenant."""

    tenant: TenantArgs
    """The registries' tenant."""

    client_id: pulumi.Input[str]
    """Client ID (UUID) of the application; it has to be multi-tenant."""

    secret: pulumi.Input[str]
    """The application's secret, for the pull checks. Secret."""

    registries: list[RegistryArgs]
    """The registries, all of this tenant."""


class RegistryAccess(pulumi.ComponentResource):
    """Lets an application of another tenant pull from registries of this one, and proves that it can.

    The role follows each registry's mode: AcrPull where role assignments are registry-wide, Container Registry
    Repository Reader where they are per repository (ABAC), which ignores AcrPull.
    """

    service_principal_id: pulumi.Output[str]
    """Object ID (UUID) of the application's service principal in this tenant."""

    login_servers: pulumi.Output[list[str]]
    """Hosts of the registries, in the order given."""

    role_assignment_ids: pulumi.Output[list[str]]
    """ARM IDs of the role assignments, in the order of the registries."""

    pull_results: pulumi.Output[list[str]]
    """What the pull checks proved, in the order of the registries."""

    def __init__(
        self,
        name: str,
        args: RegistryAccessArgs,
        opts: pulumi.ResourceOptions | None = None,
        *,
        registry_providers: TenantProviders | None = None,
    ) -> None:
        """
        :param name: The component's name; its children are named after it.
        :param args: The tenant, the application and the registries.
        :param opts: Resource options.
        :param registry_providers: Ready-made providers of the tenant, in place of those made from ``args["tenant"]``.
        :raises ArgumentError: An argument is wrong; the text names it and the remedy.
        """
        super().__init__("crosstenant:index:RegistryAccess", name, {}, opts)
        owner = f"RegistryAccess '{name}'"
        ids = check_registries(owner, args["registries"])
        providers = registry_providers or TenantProviders(
            f"{name}-registry-tenant",
            args["tenant"],
            default_subscription_id=ids[0].subscription_id,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self._tenant = providers

        principal = azuread.ServicePrincipal(
            f"{name}-registry-service-principal",
            client_id=args["client_id"],
            opts=pulumi.ResourceOptions(parent=self, provider=providers.azuread),
        )

        assignments: list[authorization.RoleAssignment] = []
        self.pull_checks: list[PullCheck] = []
        login_servers: list[pulumi.Output[str]] = []
        for registry, registry_id in zip(args["registries"], ids, strict=True):
            info = get_registry(
                str(registry_id), pulumi.InvokeOptions(parent=self, provider=providers.crosstenant)
            ).apply(lambda it, registry=registry: _check_mode(owner, registry, it))
            assignment = self._assign(name, registry, registry_id.name, info, principal)
            check = self._check(name, registry, registry_id.name, args, assignment)
            assignments.append(assignment)
            self.pull_checks.append(check)
            login_servers.append(info.apply(lambda it: it.login_server))

        self.service_principal_id = principal.object_id
        self.login_servers = pulumi.Output.all(*login_servers)
        self.role_assignment_ids = pulumi.Output.all(*(item.id for item in assignments))
        self.pull_results = pulumi.Output.all(*(item.result for item in self.pull_checks))
        self.register_outputs(
            {
                "servicePrincipalId": self.service_principal_id,
                "loginServers": self.login_servers,
                "roleAssignmentIds": self.role_assignment_ids,
                "pullResults": self.pull_results,
            }
        )

    def _assign(
        self,
        name: str,
        registry: RegistryArgs,
        registry_name: str,
        info: pulumi.Output[RegistryInfo],
        principal: azuread.ServicePrincipal,
    ) -> authorization.RoleAssignment:
        scope = registry["registry_id"]
        role_guid = info.apply(lambda it: it.pull_role_definition_id)
        repositories, prefixes = registry.get("repositories", []), registry.get("repository_prefixes", [])
        restricted = bool(repositories or prefixes)
        return authorization.RoleAssignment(
            f"{name}-{registry_name}-pull-role",
            role_assignment_name=pulumi.Output.all(principal.object_id, role_guid).apply(
                lambda it: role_assignment_name(scope, it[0], it[1])
            ),
            scope=scope,
            principal_id=principal.object_id,
            # The SDK's default is "User", which Azure refuses for a service principal that has not replicated yet.
            principal_type=authorization.PrincipalType.SERVICE_PRINCIPAL,
            role_definition_id=role_guid.apply(lambda guid: _role_definition_id(scope, guid)),
            condition=repository_condition(repositories, prefixes) if restricted else None,
            condition_version=CONDITION_VERSION if restricted else None,
            opts=pulumi.ResourceOptions(parent=self, provider=self._tenant.azure_native),
        )

    def _check(
        self,
        name: str,
        registry: RegistryArgs,
        registry_name: str,
        args: RegistryAccessArgs,
        assignment: authorization.RoleAssignment,
    ) -> PullCheck:
        check = registry.get("pull_check") or PullCheckArgs()
        repositories, prefixes = registry.get("repositories", []), registry.get("repository_prefixes", [])
        # A grant for some repositories says nothing about others: ask for one of those.
        granted = repository_within(repositories, prefixes, "probe") if repositories or prefixes else None
        return PullCheck(
            f"{name}-{registry_name}-pull-check",
            registry_id=registry["registry_id"],
            client_id=args["client_id"],
            secret=args["secret"],
            repository=check.get("repository") or granted,
            reference=check.get("reference"),
            mode=check.get("mode"),
            timeout_seconds=check.get("timeout_seconds"),
            triggers=[assignment.id],
            opts=pulumi.ResourceOptions(parent=self, provider=self._tenant.crosstenant, depends_on=[assignment]),
        )


def check_registries(owner: str, registries: list[RegistryArgs]) -> list[ArmId]:
    """Reads the registries' IDs.

    :raises ArgumentError: There is none, one is malformed or given twice, or a repository is not well named.
    """
    if not registries:
        raise ArgumentError(owner, "registries", "is empty: give at least one registry to pull from")
    ids: list[ArmId] = []
    for index, registry in enumerate(registries):
        path = f"registries[{index}]"
        try:
            registry_id = parse_arm_id(registry["registry_id"], REGISTRY_TYPE)
        except ValueError as error:
            raise ArgumentError(owner, f"{path}.registry_id", str(error)) from None
        if any(registry_id.key == earlier.key for earlier in ids):
            raise ArgumentError(owner, f"{path}.registry_id", f"'{registry_id.name}' is given twice: remove one")
        ids.append(registry_id)
        repositories, prefixes = registry.get("repositories", []), registry.get("repository_prefixes", [])
        if repositories or prefixes:
            try:
                repository_condition(repositories, prefixes)
            except ValueError as error:
                raise ArgumentError(owner, path, str(error)) from None
    return ids


def _check_mode(owner: str, registry: RegistryArgs, info: RegistryInfo) -> RegistryInfo:
    restricted = "repositories" if registry.get("repositories") else "repository_prefixes"
    if registry.get(restricted) and info.role_assignment_mode == "legacy":
        raise ArgumentError(
            owner,
            f"registries['{info.name}'].{restricted}",
            "the registry's role assignments are registry-wide, so a pull cannot be limited to repositories:"
            f" remove {restricted}, or switch the registry to 'RBAC Registry + ABAC Repository Permissions'",
        )
    return info


def _role_definition_id(scope: str, guid: str) -> str:
    subscription_id = parse_arm_id(scope, REGISTRY_TYPE).subscription_id
    return f"/subscriptions/{subscription_id}/providers/Microsoft.Authorization/roleDefinitions/{guid}"
