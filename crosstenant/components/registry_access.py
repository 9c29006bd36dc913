"""What the registry's tenant gives: a service principal of the application, its pull roles, and the proof of a pull."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

import pulumi
from typing_extensions import NotRequired, TypedDict

from crosstenant.components.argument_error import ArgumentError
from crosstenant.components.pieces.arguments import checked
from crosstenant.components.pieces.managed_service_principal import managed_service_principal
from crosstenant.components.pieces.pull_grant import Puller, PullGrant, grant_pull
from crosstenant.components.pieces.registry_args import RegistryArgs, check_mode, check_registries
from crosstenant.components.tenant import TenantArgs, TenantProviders
from crosstenant.model.consent import consent_message, consent_url
from crosstenant.resources.consented_service_principal import ConsentedServicePrincipal
from crosstenant.resources.functions import get_registry
from crosstenant.resources.pull_check import PullCheck

T = TypeVar("T")

MANAGED = "managed"
CONSENTED = "consented"
NOT_CONSENTED = "not consented"
"""The pull result of a registry whose tenant has not consented yet."""


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

    service_principal: NotRequired[str]
    """How the application gets its service principal in this tenant. ``managed`` (default): the stack makes it, which
    takes the right to make applications there. ``consented``: an administrator of the tenant makes it by opening the
    consent page; until then the stack assigns no role and ends with a warning that holds the page's address."""

    redirect_uri: NotRequired[str]
    """Where the consent page goes when it is done: one of the application's redirect URIs. Default: its own."""


class RegistryAccess(pulumi.ComponentResource):
    """Lets an application of another tenant pull from registries of this one, and proves that it can.

    The role follows each registry's mode: AcrPull where role assignments are registry-wide, Container Registry
    Repository Reader where they are per repository (ABAC), which ignores AcrPull.
    """

    service_principal_id: pulumi.Output[str]
    """Object ID (UUID) of the application's service principal in this tenant; empty before the consent."""

    login_servers: pulumi.Output[list[str]]
    """Hosts of the registries, in the order given."""

    role_assignment_ids: pulumi.Output[list[str]]
    """ARM IDs of the role assignments, in the order of the registries; none before the consent."""

    pull_results: pulumi.Output[list[str]]
    """What the pull checks proved, in the order of the registries; ``not consented`` before the consent."""

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
        args = checked(owner, "", RegistryAccessArgs, args)
        ids = check_registries(owner, args["registries"])
        consented = check_way(owner, "service_principal", args.get("service_principal")) == CONSENTED
        providers = registry_providers or TenantProviders(
            f"{name}-registry-tenant",
            args["tenant"],
            default_subscription_id=ids[0].subscription_id,
            component=owner,
            opts=pulumi.ResourceOptions(parent=self),
        )
        # Whichever the way, the registries are looked at: what they cannot do is refused before a consent is asked for.
        found = [
            get_registry(
                providers.signed_in_tenant_id.apply(lambda _, registry_id=registry_id: str(registry_id)),
                pulumi.InvokeOptions(parent=self, provider=providers.crosstenant),
                refuse=partial(ArgumentError, owner, f"registries[{index}].registry_id"),
            ).apply(lambda it, registry=registry: check_mode(owner, registry, it))
            for index, (registry, registry_id) in enumerate(zip(args["registries"], ids, strict=True))
        ]

        def grant(service_principal_id: pulumi.Output[str]) -> list[PullGrant]:
            puller = Puller(args["client_id"], args["secret"], service_principal_id)
            registries = zip(args["registries"], ids, found, strict=True)
            return [
                grant_pull(name, registry, registry_id, info, puller, self, providers)
                for registry, registry_id, info in registries
            ]

        principal_name = f"{name}-registry-service-principal"
        self._grants: list[PullGrant] | pulumi.Output[list[PullGrant]]
        if consented:
            lookup = ConsentedServicePrincipal(
                principal_name,
                client_id=args["client_id"],
                secret=args["secret"],
                opts=pulumi.ResourceOptions(parent=self, provider=providers.crosstenant),
            )
            self._tell(args, lookup, providers)
            self.service_principal_id = lookup.object_id
            # Declared before the consent too: what was granted by hand is imported through it.
            _ = providers.azure_native
            # The one place where resources are declared in an apply: there are none to declare before the consent.
            self._grants = lookup.object_id.apply(lambda object_id: grant(lookup.object_id) if object_id else [])
        else:
            principal = managed_service_principal(principal_name, args["client_id"], self, providers)
            self.service_principal_id = principal.object_id
            self._grants = grant(principal.object_id)

        self.login_servers = pulumi.Output.all(*(info.apply(lambda it: it.login_server) for info in found))
        self.role_assignment_ids = self._of_grants(lambda grants: [it.assignment.id for it in grants], [])
        self.pull_results = self._of_grants(
            lambda grants: [it.check.result for it in grants], [NOT_CONSENTED for _ in ids]
        )
        self.register_outputs(
            {
                "servicePrincipalId": self.service_principal_id,
                "loginServers": self.login_servers,
                "roleAssignmentIds": self.role_assignment_ids,
                "pullResults": self.pull_results,
            }
        )

    def once_granted(self, declare: Callable[[list[PullCheck]], list[T]]) -> pulumi.Output[list[T]]:
        """Declares what needs the pull: at once in the managed way, else not before the consent.

        :param declare: Declares it, given the pull checks, which it shall depend on.
        :returns: What ``declare`` returned; nothing before the consent.
        """
        if isinstance(self._grants, pulumi.Output):
            return self._grants.apply(lambda grants: declare([it.check for it in grants]) if grants else [])
        return pulumi.Output.from_input(declare([it.check for it in self._grants]))

    def _of_grants(
        self, read: Callable[[list[PullGrant]], list[pulumi.Output[str]]], otherwise: list[str]
    ) -> pulumi.Output[list[str]]:
        if isinstance(self._grants, pulumi.Output):
            return self._grants.apply(
                lambda grants: pulumi.Output.all(*read(grants)) if grants else pulumi.Output.from_input(otherwise)
            )
        return pulumi.Output.all(*read(self._grants))

    def _tell(self, args: RegistryAccessArgs, lookup: ConsentedServicePrincipal, providers: TenantProviders) -> None:
        """Warns, as long as the tenant has not consented."""

        def warn(known: list[str | bool]) -> None:
            client_id, object_id, exists = str(known[0]), str(known[1]), known[2]
            if not exists:
                url = consent_url(providers.cloud, providers.tenant_id, client_id, args.get("redirect_uri"))
                pulumi.log.warn(consent_message(providers.tenant_id, client_id, url, gone=bool(object_id)), self)

        pulumi.Output.all(args["client_id"], lookup.object_id, lookup.exists).apply(warn)


def check_way(owner: str, path: str, way: str | None) -> str:
    """``way`` of getting a service principal, the managed one by default.

    :param owner: The component's type and name, for the message.
    :param path: The argument that holds it.
    :param way: What the program gave.
    :raises ArgumentError: It is none.
    """
    if way not in (None, MANAGED, CONSENTED):
        raise ArgumentError(
            owner, path, f"'{way}' is no way to a service principal: write '{MANAGED}' or '{CONSENTED}'"
        )
    return way or MANAGED
