"""The identity for pulls: an application of the cluster tenant, its service principal there and its secret."""

from dataclasses import dataclass
from datetime import datetime, timezone

import pulumi
from typing_extensions import NotRequired, TypedDict

from crosstenant.components.arguments.application_details import ApplicationDetails, read_details
from crosstenant.components.arguments.arg_path import ArgPath
from crosstenant.components.arguments.declared_form import checked
from crosstenant.components.arguments.rotation_args import RotationArgs
from crosstenant.components.arguments.rotation_plan import SecretPlan, plan_secrets
from crosstenant.components.arguments.tenant_args import TenantArgs
from crosstenant.components.arguments.uuid_arguments import one_spelling
from crosstenant.components.pieces.application import ApplicationSpec, declare_application
from crosstenant.components.pieces.application_secret import ApplicationSecret
from crosstenant.components.pieces.tenants import tenant_providers
from crosstenant.components.tenant import TenantProviders
from crosstenant.model.consent import DEFAULT_REDIRECT_URI

_TYPE = "crosstenant:index:PullIdentity"


class PullIdentityArgs(TypedDict):
    """The application with which clusters of one tenant pull."""

    tenant: NotRequired[TenantArgs]
    """The cluster tenant, to which the application belongs. Only a Python program that passes ``cluster_providers`` may
    omit it."""

    display_name: NotRequired[str]
    """The application's display name. Default: the component's name and the stack's when the application is created,
    ``prod (dev)``, so that the applications of several stacks can be told apart; the name stays when the component is
    renamed."""

    owners: NotRequired[list[pulumi.Input[str]]]
    """Object IDs (UUIDs) of the application's owners. Default: the caller that creates it; later changes outside
    the stack are ignored. A caller with ``Application.ReadWrite.OwnedBy`` must be one of them."""

    service_management_reference: NotRequired[str]
    """The application's entry in a service or asset management database, as the directory wants it (often a UUID). Some
    directories refuse an application without one. Default: none."""

    notes: NotRequired[str]
    """Notes on the application for those who manage the directory. Default: none."""

    tags: NotRequired[list[str]]
    """The application's tags in the directory, which are not Azure's resource tags. Default: those that it has."""

    redirect_uri: NotRequired[str]
    """The application's redirect URI, to which the consent page redirects. Default: ``https://www.microsoft.com/``."""

    for_consent: NotRequired[bool]
    """Whether the application requests Microsoft Graph's ``User.Read``: without a permission the consent page may
    refuse the application (AADSTS650056, AADSTS90008). It is never used. Default: no."""

    rotation: NotRequired[RotationArgs]
    """When the secret is replaced, and how long each secret is valid."""


@dataclass(frozen=True)
class IdentitySpec:
    """An application and its rotation, whose description is checked."""

    application: ApplicationSpec
    rotation_at: ArgPath
    """The argument that rotation is described in."""
    secrets: SecretPlan
    now: datetime


class PullIdentity(pulumi.ComponentResource):
    """A multi-tenant application with a secret, for AKS clusters in its own tenant that pull from registries of others.

    The secret belongs to the application, not to one tenant's service principal, so that both tenants accept it.
    ``RegistryAccess`` permits pulls from the registries of one tenant, and has the address of that tenant's consent
    page and the image pull secret for its registries.
    """

    client_id: pulumi.Output[str]
    """The application's client ID (UUID), the same in every tenant."""

    application_object_id: pulumi.Output[str]
    """The application's object ID (UUID)."""

    service_principal_id: pulumi.Output[str]
    """Object ID (UUID) of its service principal in its own tenant."""

    secret: pulumi.Output[str]
    """The application's secret. Secret."""

    secret_made_at: pulumi.Output[str]
    """When the secret was made: a UTC time."""

    secret_key_id: pulumi.Output[str]
    """Key ID (UUID) of the secret, by which the directory lists it."""

    secret_expires_at: pulumi.Output[str]
    """The expiry of the secret: a UTC time."""

    next_rotation_at: pulumi.Output[str | None]
    """The time from which an update makes a new secret: a UTC time; none without ``rotate_every_days``."""

    previous_secret_key_id: pulumi.Output[str | None]
    """Key ID (UUID) of the previous secret, which stays valid; none without ``keep_previous``, and before the first
    rotation."""

    previous_secret_expires_at: pulumi.Output[str | None]
    """The expiry of the previous secret: a UTC time; none where there is none."""

    def __init__(
        self,
        name: str,
        args: PullIdentityArgs,
        opts: pulumi.ResourceOptions | None = None,
        *,
        cluster_providers: TenantProviders | None = None,
    ) -> None:
        """
        :param name: The component's name; its children are named after it.
        :param args: The application and its tenant.
        :param opts: Resource options.
        :param cluster_providers: Ready-made providers of the tenant, instead of ``args["tenant"]``.
        :raises ArgumentError: An argument is wrong; the message names it and the remedy.
        """
        at = ArgPath(f"PullIdentity '{name}'")
        args = checked(at, PullIdentityArgs, args)
        spec = read_identity(
            at,
            name=name,
            display_name=args.get("display_name"),
            owners=args.get("owners"),
            details=read_details(
                at,
                service_management_reference=args.get("service_management_reference"),
                notes=args.get("notes"),
                tags=args.get("tags"),
            ),
            redirect_uri=args.get("redirect_uri"),
            for_consent=args.get("for_consent", False),
            rotation=args.get("rotation"),
        )
        super().__init__(_TYPE, name, {}, opts)
        providers = tenant_providers(
            at / "tenant",
            args.get("tenant"),
            cluster_providers,
            keyword="cluster_providers",
            name=f"{name}-cluster-tenant",
            opts=pulumi.ResourceOptions(parent=self),
        )
        self._declare(name, spec, providers)

    @classmethod
    def of_spec(
        cls, name: str, spec: IdentitySpec, providers: TenantProviders, opts: pulumi.ResourceOptions
    ) -> "PullIdentity":
        """For this package's components, which have checked the arguments already.

        :param name: The component's name.
        :param spec: The application.
        :param providers: The providers of the cluster tenant.
        :param opts: Resource options.
        """
        identity = cls.__new__(cls)
        pulumi.ComponentResource.__init__(identity, _TYPE, name, {}, opts)
        identity._declare(name, spec, providers)
        return identity

    def _declare(self, name: str, spec: IdentitySpec, providers: TenantProviders) -> None:
        declared = declare_application(name, spec.application, self, providers)
        application, service_principal = declared.application, declared.service_principal
        secret = ApplicationSecret(
            name,
            spec.secrets,
            application,
            at=spec.rotation_at,
            parent=self,
            providers=providers,
            now=spec.now,
        )

        self.client_id = application.client_id
        self.application_object_id = application.object_id
        self.service_principal_id = service_principal.object_id
        # Known only once that service principal is there: without it no secret signs in to its tenant. That it is to
        # be made again makes no other secret, so this waits for its URN, which a preview knows.
        self.secret = pulumi.Output.secret(
            pulumi.Output.all(secret.value, service_principal.urn).apply(lambda known: known[0])
        )
        self.secret_made_at = secret.made_at
        self.secret_key_id = secret.key_id
        self.secret_expires_at = secret.expires_at
        self.next_rotation_at = pulumi.Output.from_input(spec.secrets.next_rotation_at)
        self.previous_secret_key_id = pulumi.Output.from_input(secret.previous_key_id)
        self.previous_secret_expires_at = pulumi.Output.from_input(secret.previous_expires_at)
        self.register_outputs(
            {
                "clientId": self.client_id,
                "applicationObjectId": self.application_object_id,
                "servicePrincipalId": self.service_principal_id,
                "secret": self.secret,
                "secretMadeAt": self.secret_made_at,
                "secretKeyId": self.secret_key_id,
                "secretExpiresAt": self.secret_expires_at,
                "nextRotationAt": self.next_rotation_at,
                "previousSecretKeyId": self.previous_secret_key_id,
                "previousSecretExpiresAt": self.previous_secret_expires_at,
            }
        )


def read_identity(
    at: ArgPath,
    *,
    name: str,
    display_name: str | None,
    owners: list[pulumi.Input[str]] | None,
    details: ApplicationDetails,
    redirect_uri: str | None,
    for_consent: bool,
    rotation: RotationArgs | None,
) -> IdentitySpec:
    """Reads the application's description.

    :param at: The component.
    :param name: The component's name.
    :param display_name: The application's display name, if the program gives it.
    :param owners: Object IDs of its owners, if the program names them.
    :param details: What describes it in the directory.
    :param redirect_uri: Where the consent page goes, if the program says.
    :param for_consent: Whether it asks for a permission.
    :param rotation: When its secret is replaced.
    :raises ArgumentError: Something in the rotation is wrong.
    """
    now = datetime.now(timezone.utc)
    return IdentitySpec(
        application=ApplicationSpec(
            # Entra lets the applications of two stacks of one program have one name.
            display_name=display_name or f"{name} ({pulumi.get_stack()})",
            is_named=bool(display_name),
            owners=None if owners is None else [one_spelling(it) for it in owners],
            details=details,
            redirect_uri=redirect_uri or DEFAULT_REDIRECT_URI,
            for_consent=for_consent,
        ),
        rotation_at=at / "rotation",
        secrets=plan_secrets(at / "rotation", rotation or RotationArgs(), now),
        now=now,
    )
