"""What the registry's tenant gives: a service principal of the application, its pull roles, and the proof of a pull."""

from functools import partial

import pulumi
from typing_extensions import NotRequired, TypedDict

from crosstenant.components.argument_error import ArgumentError
from crosstenant.components.pieces.arguments import checked
from crosstenant.components.pieces.managed_service_principal import managed_service_principal
from crosstenant.components.pieces.pull_grant import Puller, grant_pull
from crosstenant.components.pieces.registry_args import RegistryArgs, check_mode, check_registries
from crosstenant.components.tenant import TenantArgs, TenantProviders
from crosstenant.model.consent import consent_url
from crosstenant.resources.consent import FORMER_TYPE, Consent
from crosstenant.resources.get_registry import look_up_registry
from crosstenant.resources.pull_check import PullCheck

MANAGED = "managed"
CONSENTED = "consented"


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
    consent page; until then an update waits (``consent_timeout_seconds``) or fails with the page's address."""

    consent_timeout_seconds: NotRequired[int]
    """In consent mode: for how many seconds an update waits for the administrator. Default: 0, it fails at once; the
    next update goes on from there."""

    redirect_uri: NotRequired[str]
    """Where the consent page goes when it is done: one of the application's redirect URIs. Default: its own."""


class RegistryAccess(pulumi.ComponentResource):
    """Lets an application of another tenant pull from registries of this one, and proves that it can.

    The role follows each registry's mode: AcrPull where role assignments are registry-wide, Container Registry
    Repository Reader where they are per repository (ABAC), which ignores AcrPull.
    """

    service_principal_id: pulumi.Output[str]
    """Object ID (UUID) of the application's service principal in this tenant."""

    consent_url: pulumi.Output[str]
    """The page on which an administrator of this tenant can consent to the application."""

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
        args = checked(owner, "", RegistryAccessArgs, args)
        ids = check_registries(owner, args["registries"])
        consented = check_service_principal(owner, "service_principal", args.get("service_principal")) == CONSENTED
        providers = registry_providers or TenantProviders(
            f"{name}-registry-tenant",
            args["tenant"],
            default_subscription_id=ids[0].subscription_id,
            component=owner,
            opts=pulumi.ResourceOptions(parent=self),
        )
        # Before the service principal: what the registries cannot do is refused before a consent is asked for.
        found = [
            look_up_registry(
                providers.signed_in_tenant_id.apply(lambda _, registry_id=registry_id: str(registry_id)),
                pulumi.InvokeOptions(parent=self, provider=providers.crosstenant),
                partial(ArgumentError, owner, f"registries[{index}].registry_id"),
            ).apply(lambda it, registry=registry: check_mode(owner, registry, it))
            for index, (registry, registry_id) in enumerate(zip(args["registries"], ids, strict=True))
        ]

        if consented:
            self.service_principal_id = Consent(
                f"{name}-consent",
                client_id=args["client_id"],
                secret=args["secret"],
                redirect_uri=args.get("redirect_uri"),
                timeout_seconds=args.get("consent_timeout_seconds"),
                opts=pulumi.ResourceOptions(
                    parent=self,
                    provider=providers.crosstenant,
                    aliases=[pulumi.Alias(name=f"{name}-registry-service-principal", type_=FORMER_TYPE)],
                ),
            ).object_id
        else:
            principal = managed_service_principal(
                f"{name}-registry-service-principal", args["client_id"], self, providers
            )
            self.service_principal_id = principal.object_id

        puller = Puller(args["client_id"], args["secret"], self.service_principal_id)
        grants = [
            grant_pull(name, registry, registry_id, info, puller, self, providers)
            for registry, registry_id, info in zip(args["registries"], ids, found, strict=True)
        ]
        self.pull_checks: list[PullCheck] = [it.check for it in grants]
        """The proofs, in the order of the registries: what needs the pull depends on them."""

        self.consent_url = pulumi.Output.from_input(args["client_id"]).apply(
            lambda it: consent_url(providers.cloud, providers.tenant_id, it, args.get("redirect_uri"))
        )
        self.login_servers = pulumi.Output.all(*(info.apply(lambda it: it.login_server) for info in found))
        self.role_assignment_ids = pulumi.Output.all(*(it.assignment.id for it in grants))
        self.pull_results = pulumi.Output.all(*(it.check.result for it in grants))
        self.register_outputs(
            {
                "servicePrincipalId": self.service_principal_id,
                "consentUrl": self.consent_url,
                "loginServers": self.login_servers,
                "roleAssignmentIds": self.role_assignment_ids,
                "pullResults": self.pull_results,
            }
        )


def check_service_principal(owner: str, path: str, mode: str | None) -> str:
    """How the application gets a service principal: ``mode``, or ``managed`` where the program does not say.

    :param owner: The component's type and name, for the message.
    :param path: The argument that holds it.
    :param mode: What the program gave.
    :raises ArgumentError: It is neither.
    """
    if mode not in (None, MANAGED, CONSENTED):
        raise ArgumentError(owner, path, f"must be '{MANAGED}' or '{CONSENTED}', not '{mode}'")
    return mode or MANAGED
