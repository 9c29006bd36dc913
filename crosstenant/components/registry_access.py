"""The registry tenant's side: a service principal of the application, its pull roles, and the proof of a pull."""

from dataclasses import dataclass

import pulumi
from typing_extensions import NotRequired, TypedDict

from crosstenant.components.arguments.arg_path import ArgPath
from crosstenant.components.arguments.declared_form import checked
from crosstenant.components.arguments.id_arguments import default_subscription
from crosstenant.components.arguments.registry_args import RegistryArgs, RegistrySpec, read_registries
from crosstenant.components.arguments.replication_args import read_replication
from crosstenant.components.arguments.tenant_args import TenantArgs
from crosstenant.components.arguments.uuid_arguments import one_spelling
from crosstenant.components.output_objects import RegistryGrant, in_state
from crosstenant.components.pieces.pull_grant import PullingApplication, grant_pull
from crosstenant.components.pieces.pull_role import look_up
from crosstenant.components.pieces.registry_service_principal import consented_to, registry_service_principal
from crosstenant.components.pieces.tenants import tenant_providers
from crosstenant.components.tenant import TenantProviders
from crosstenant.model.consent import consent_url
from crosstenant.model.docker_config import docker_config
from crosstenant.model.modes import ServicePrincipalMode, ServicePrincipalModeText
from crosstenant.resources.pull_check import PullCheck

_TYPE = "crosstenant:index:RegistryAccess"


class RegistryAccessArgs(TypedDict):
    """The registries of one tenant from which an application pulls."""

    tenant: NotRequired[TenantArgs]
    """The registry tenant. Only a Python program that passes ``registry_providers`` may omit it."""

    client_id: pulumi.Input[str]
    """Client ID (UUID) of the application, which must be multi-tenant."""

    secret: pulumi.Input[str]
    """The application's secret, for the pull checks. Secret."""

    secret_made_at: NotRequired[pulumi.Input[str]]
    """When the secret was made, a UTC time (``secret_made_at`` of ``PullIdentity``): a refusal of a new secret then
    says to run again."""

    secret_expires_at: NotRequired[pulumi.Input[str]]
    """When the secret ends, a UTC time (``secret_expires_at`` of ``PullIdentity``): until then the answer that it has
    expired is taken for a lag of Entra."""

    registries: list[RegistryArgs]
    """The registries, all of this tenant."""

    service_principal: NotRequired[ServicePrincipalModeText]
    """How the application gets its service principal in this tenant. ``managed`` (default): the stack creates it, which
    needs the permission to create service principals there. ``consented``: an administrator of the tenant creates it on
    the consent page; until then an update waits (``consent_timeout_seconds``) or fails with the page's address."""

    consent_timeout_seconds: NotRequired[int]
    """In consent mode: the seconds for which an update waits for the administrator. Default: 0, the update fails at
    once. The next update continues where it ended."""

    replication_timeout_seconds: NotRequired[int]
    """How long an update waits until Entra and Azure know what it has just made (secret, service principals, role
    assignments), in seconds, 1 to 3600: in each resource that needs it. Default: 300 for a pull check and a cluster's
    credential, 120 for a role assignment and the consent. ``timeout_seconds`` of a pull check counts before it."""

    redirect_uri: NotRequired[str]
    """The redirect URI of the consent page: one of the application's redirect URIs. Default: the application's
    first."""


@dataclass(frozen=True)
class AccessSpec:
    """The registry tenant's side, whose description is checked."""

    client_id: pulumi.Input[str]
    secret: pulumi.Input[str]
    secret_made_at: pulumi.Input[str] | None
    secret_expires_at: pulumi.Input[str] | None
    replication_seconds: int | None
    registries: list[RegistrySpec]
    service_principal: ServicePrincipalMode
    consent_timeout_seconds: int | None
    redirect_uri: str | None


class RegistryAccess(pulumi.ComponentResource):
    """Permits an application of another tenant to pull from registries of this tenant, and proves the pull.

    The role follows each registry's mode: AcrPull where role assignments are registry-wide, Container Registry
    Repository Reader where they are per repository (ABAC), which ignores AcrPull.
    """

    service_principal_id: pulumi.Output[str]
    """Object ID (UUID) of the application's service principal in this tenant."""

    consent_url: pulumi.Output[str]
    """The page on which an administrator of this tenant can consent to the application."""

    registries: list[RegistryGrant]
    """The registries, in the order of the arguments: host, role assignment and result of the pull check."""

    image_pull_secret: pulumi.Output[str]
    """A docker config document for the registries: the content of ``.dockerconfigjson``. A pod or service account that
    pulls from registries of several tenants names one Kubernetes Secret for each. Secret."""

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
        :param registry_providers: Ready-made providers of the tenant, instead of ``args["tenant"]``.
        :raises ArgumentError: An argument is wrong; the message names it and the remedy.
        """
        at = ArgPath(f"RegistryAccess '{name}'")
        args = checked(at, RegistryAccessArgs, args)
        spec = AccessSpec(
            client_id=one_spelling(args["client_id"]),
            secret=args["secret"],
            secret_made_at=args.get("secret_made_at"),
            secret_expires_at=args.get("secret_expires_at"),
            replication_seconds=read_replication(
                at / "replication_timeout_seconds", args.get("replication_timeout_seconds")
            ),
            registries=read_registries(at / "registries", args["registries"]),
            service_principal=ServicePrincipalMode(args.get("service_principal", ServicePrincipalMode.MANAGED)),
            consent_timeout_seconds=args.get("consent_timeout_seconds"),
            redirect_uri=args.get("redirect_uri"),
        )
        super().__init__(_TYPE, name, {}, opts)
        providers = tenant_providers(
            at / "tenant",
            args.get("tenant"),
            registry_providers,
            keyword="registry_providers",
            name=f"{name}-registry-tenant",
            default_subscription_id=default_subscription([it.id for it in spec.registries]),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self._declare(name, spec, providers)

    @classmethod
    def of_spec(
        cls, name: str, spec: AccessSpec, providers: TenantProviders, opts: pulumi.ResourceOptions
    ) -> "RegistryAccess":
        """For this package's components, which have checked the arguments already.

        :param name: The component's name.
        :param spec: The application and the registries.
        :param providers: The providers of the registry tenant.
        :param opts: Resource options.
        """
        access = cls.__new__(cls)
        pulumi.ComponentResource.__init__(access, _TYPE, name, {}, opts)
        access._declare(name, spec, providers)
        return access

    def _declare(self, name: str, spec: AccessSpec, providers: TenantProviders) -> None:
        # Before the service principal: impossible arguments are refused before an administrator must consent.
        found = [look_up(registry, self, providers) for registry in spec.registries]
        if spec.service_principal is ServicePrincipalMode.CONSENTED:
            self.service_principal_id = consented_to(
                name,
                spec.client_id,
                spec.secret,
                secret_made_at=spec.secret_made_at,
                secret_expires_at=spec.secret_expires_at,
                secret_timeout_seconds=spec.replication_seconds,
                redirect_uri=spec.redirect_uri,
                timeout_seconds=spec.consent_timeout_seconds,
                component=self,
                providers=providers,
            ).object_id
        else:
            self.service_principal_id = registry_service_principal(
                f"{name}-registry-service-principal", spec.client_id, self, providers
            ).object_id

        application = PullingApplication(
            spec.client_id,
            spec.secret,
            self.service_principal_id,
            spec.secret_made_at,
            spec.secret_expires_at,
            spec.replication_seconds,
        )
        grants = [
            grant_pull(name, registry, info, application, self, providers)
            for registry, info in zip(spec.registries, found, strict=True)
        ]
        self.pull_checks: list[PullCheck] = [it.check for it in grants]
        """The pull checks, in the order of the registries. Resources that need the pull depend on them."""

        self.consent_url = pulumi.Output.from_input(spec.client_id).apply(
            lambda client_id: consent_url(providers.cloud, providers.tenant_id, client_id, spec.redirect_uri)
        )
        self.registries = [it.described for it in grants]
        self.image_pull_secret = pulumi.Output.secret(
            pulumi.Output.all(
                pulumi.Output.all(*(it.login_server for it in self.registries)), spec.client_id, spec.secret
            ).apply(lambda known: docker_config(*known))
        )
        self.register_outputs(
            {
                "servicePrincipalId": self.service_principal_id,
                "consentUrl": self.consent_url,
                "registries": [in_state(it) for it in self.registries],
                "imagePullSecret": self.image_pull_secret,
            }
        )
