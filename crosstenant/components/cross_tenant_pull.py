"""The whole chain: clusters of one tenant pull from registries of another."""

from dataclasses import replace

import pulumi
from typing_extensions import NotRequired, TypedDict

from crosstenant.components.arguments.application_details import read_details
from crosstenant.components.arguments.arg_path import ArgPath
from crosstenant.components.arguments.cluster_args import ClusterArgs, ClusterSpec, read_clusters
from crosstenant.components.arguments.cluster_role_args import ClusterRoleArgs, read_cluster_roles
from crosstenant.components.arguments.declared_form import checked
from crosstenant.components.arguments.hold_args import check_previous_kept
from crosstenant.components.arguments.node_pull_args import check_images
from crosstenant.components.arguments.one_component import of_this_component
from crosstenant.components.arguments.registry_args import RegistryArgs, read_registries
from crosstenant.components.arguments.replication_args import read_replication
from crosstenant.components.arguments.rotation_args import RotationArgs
from crosstenant.components.arguments.tenant_args import TenantArgs
from crosstenant.components.arguments.tenants_apart import IN_BOTH, ROLE_BESIDE_REGISTRY, held_apart
from crosstenant.components.output_objects import ClusterCredential, RegistryGrant, in_state
from crosstenant.components.pieces.cluster_credential import credential_after, describe, set_cluster_credential
from crosstenant.components.pieces.cluster_roles import assign_cluster_role
from crosstenant.components.pieces.node_pull import node_pull, prove_on_nodes
from crosstenant.components.pieces.reset_waves import ResetCluster, Turn, in_waves, read_at_once
from crosstenant.components.pieces.tenants import two_tenants
from crosstenant.components.pull_identity import PullIdentity, read_identity
from crosstenant.components.registry_access import AccessSpec, RegistryAccess
from crosstenant.components.tenant import TenantProviders
from crosstenant.model.modes import ServicePrincipalMode, ServicePrincipalModeText
from crosstenant.resources.service_principal_credential import ServicePrincipalCredential


class CrossTenantPullArgs(TypedDict):
    """The clusters of one tenant and the registries of another from which they pull."""

    cluster_tenant: NotRequired[TenantArgs]
    """The cluster tenant, to which the application belongs. Only a Python program that passes
    ``cluster_providers`` may omit it."""

    registry_tenant: NotRequired[TenantArgs]
    """The registry tenant. Only a Python program that passes ``registry_providers`` may omit it."""

    registries: list[RegistryArgs]
    """The registries, all of the registry tenant."""

    clusters: NotRequired[list[ClusterArgs]]
    """The clusters, all of the cluster tenant. Default: none. Clusters with a managed identity use
    ``image_pull_secret``."""

    max_parallel_resets: NotRequired[int]
    """How many clusters are reset at the same time at most, 1 or more; after a failure those that wait do not begin.
    Clusters whose ``wave`` differs are never reset at the same time. Default: Pulumi's ``--parallel`` alone limits."""

    cluster_role_assignments: NotRequired[list[ClusterRoleArgs]]
    """Roles that the application needs in the cluster tenant as the clusters' identity (on your own subnet, a route
    table, a private DNS zone, a registry there). They are assigned before any reset. Default: none. AKS itself assigns
    a role on the node resource group."""

    display_name: NotRequired[str]
    """The application's display name. Default: the component's name and the stack's when the application is created,
    ``prod (dev)``, so that the applications of several stacks can be told apart; the name stays when the component is
    renamed."""

    owners: NotRequired[list[pulumi.Input[str]]]
    """Object IDs (UUIDs) of the application's owners. Default: the caller that creates
    it."""

    service_management_reference: NotRequired[str]
    """The application's entry in a service or asset management database, as the directory wants it (often a UUID). Some
    directories refuse an application without one. Default: none."""

    notes: NotRequired[str]
    """Notes on the application for those who manage the directory. Default: none."""

    tags: NotRequired[list[str]]
    """The application's tags in the directory, which are not Azure's resource tags. Default: those that it has."""

    redirect_uri: NotRequired[str]
    """The application's redirect URI, to which the consent page redirects. Default: ``https://www.microsoft.com/``."""

    registry_service_principal: NotRequired[ServicePrincipalModeText]
    """How the application gets its service principal in the registry tenant. ``managed`` (default): the stack
    creates it, which needs the permission to create service principals there. ``consented``: an administrator of that
    tenant creates it on the consent page. Until then an update waits (``consent_timeout_seconds``) or fails with the
    page's address, assigns no role there and resets no cluster."""

    consent_timeout_seconds: NotRequired[int]
    """In consent mode: the seconds for which an update waits for the administrator. Default: 0, the update fails at
    once. The next update continues where it ended."""

    replication_timeout_seconds: NotRequired[int]
    """How long an update waits until Entra and Azure know what it has just made (secret, service principals, role
    assignments), in seconds, 1 to 3600: in each resource that needs it. Default: 300 for a pull check and a cluster's
    credential, 120 for a role assignment and the consent. ``timeout_seconds`` of a pull check counts before it."""

    rotation: NotRequired[RotationArgs]
    """When the secret is replaced, and how long each secret is valid."""


class CrossTenantPull(pulumi.ComponentResource):
    """One application that clusters use as their service principal and with which they pull from registries of another
    tenant.

    It declares, in this order: the application, its service principal and secret in the cluster tenant; its service
    principal and pull roles in the registry tenant; a pull check for each registry; and, only after these checks, the
    credential of each cluster. A refused pull never affects a running cluster.

    The application becomes the *whole* cloud identity of each cluster (load balancers, disks, networks): before the
    first update give it the roles of the present identity. A reset of a cluster's credential reimages its nodes.
    """

    client_id: pulumi.Output[str]
    """The application's client ID (UUID), the same in both tenants."""

    application_object_id: pulumi.Output[str]
    """The application's object ID (UUID) in the cluster tenant."""

    cluster_service_principal_id: pulumi.Output[str]
    """Object ID (UUID) of its service principal in the cluster tenant."""

    registry_service_principal_id: pulumi.Output[str]
    """Object ID (UUID) of its service principal in the registry tenant."""

    consent_url: pulumi.Output[str]
    """The page on which an administrator of the registry tenant can consent to the application."""

    secret_expires_at: pulumi.Output[str]
    """The expiry of the application secret: a UTC time."""

    next_rotation_at: pulumi.Output[str | None]
    """The time from which an update makes a new secret: a UTC time; none without ``rotate_every_days``."""

    registries: list[RegistryGrant]
    """The registries, in the order of the arguments: host, role assignment and result of the pull check."""

    clusters: list[ClusterCredential]
    """The clusters, in the order of the arguments, with the states of their credentials."""

    service_principal_profile: pulumi.Output[ServicePrincipalCredential]
    """The application's client ID and secret, for azure-native's ``ManagedCluster``. Secret."""

    image_pull_secret: pulumi.Output[str]
    """A docker config document for all the registries: the content of ``.dockerconfigjson``. Secret."""

    def __init__(
        self,
        name: str,
        args: CrossTenantPullArgs,
        opts: pulumi.ResourceOptions | None = None,
        *,
        cluster_providers: TenantProviders | None = None,
        registry_providers: TenantProviders | None = None,
    ) -> None:
        """
        :param name: The component's name; its children are named after it.
        :param args: Tenants, registries and clusters.
        :param opts: Resource options.
        :param cluster_providers: Ready-made providers of the cluster tenant.
        :param registry_providers: Ready-made providers of the registry tenant.
        :raises ArgumentError: An argument is wrong; the message names it and the remedy.
        """
        at = ArgPath(f"CrossTenantPull '{name}'")
        args = checked(at, CrossTenantPullArgs, args)
        registries = read_registries(at / "registries", args["registries"])
        clusters = read_clusters(at / "clusters", args.get("clusters", []))
        check_images(at / "clusters", [it.prove_on_nodes for it in clusters], registries)
        at_once = read_at_once(at / "max_parallel_resets", args.get("max_parallel_resets"))
        roles = read_cluster_roles(at / "cluster_role_assignments", args.get("cluster_role_assignments", []))
        cluster_ids, registries = held_apart([it.id for it in clusters], registries, IN_BOTH)
        scopes, registries = held_apart([it.scope for it in roles], registries, ROLE_BESIDE_REGISTRY)
        roles = [replace(it, scope=scope) for it, scope in zip(roles, scopes, strict=True)]
        replication = read_replication(at / "replication_timeout_seconds", args.get("replication_timeout_seconds"))
        mode = ServicePrincipalMode(args.get("registry_service_principal", ServicePrincipalMode.MANAGED))
        consented = mode is ServicePrincipalMode.CONSENTED
        identity_spec = read_identity(
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
            for_consent=consented,
            rotation=args.get("rotation"),
        )
        check_previous_kept(
            at / "clusters", [it.holds for it in clusters], keeps_previous=identity_spec.secrets.keeps_previous
        )

        super().__init__("crosstenant:index:CrossTenantPull", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        cluster_tenant, registry_tenant = two_tenants(
            at,
            (args.get("cluster_tenant"), args.get("registry_tenant")),
            (cluster_providers, registry_providers),
            name=name,
            cluster_ids=[*cluster_ids, *scopes],
            registry_ids=[it.id for it in registries],
            opts=child,
        )
        # Last, so that a component that is refused for another argument does not count as one that has the cluster.
        cluster_ids = of_this_component(cluster_ids)
        clusters = [replace(it, id=cluster_id) for it, cluster_id in zip(clusters, cluster_ids, strict=True)]

        identity = PullIdentity.of_spec(name, identity_spec, cluster_tenant, child)
        assignments = [
            assign_cluster_role(name, role, identity.service_principal_id, self, cluster_tenant, replication)
            for role in roles
        ]
        access = RegistryAccess.of_spec(
            name,
            AccessSpec(
                client_id=identity.client_id,
                secret=identity.secret,
                secret_made_at=identity.secret_made_at,
                secret_expires_at=identity.secret_expires_at,
                replication_seconds=replication,
                registries=registries,
                service_principal=mode,
                consent_timeout_seconds=args.get("consent_timeout_seconds"),
                redirect_uri=identity_spec.application.redirect_uri,
            ),
            registry_tenant,
            # An update may end at the consent: by then everything in the cluster tenant must be in place.
            pulumi.ResourceOptions(parent=self, depends_on=assignments if consented else None),
        )
        # Prove, then reset: no cluster is reset before all pull checks have passed and its new identity has its roles.
        proved = [*access.pull_checks, *assignments]
        warn_days = identity_spec.secrets.hold_warn_days

        def declare(cluster: ClusterSpec, turn: Turn) -> ResetCluster:
            asked = node_pull(cluster, registries, access.registries)
            profile = set_cluster_credential(
                name, cluster, identity, proved, turn, self, cluster_tenant, replication, warn_days, asked
            )
            if asked is None:
                return ResetCluster(profile)
            return ResetCluster(profile, (prove_on_nodes(name, cluster, asked, profile, self, cluster_tenant),))

        declared = in_waves(clusters, at_once, declare)
        profiles = [it.profile for it in declared]

        self.client_id = identity.client_id
        self.application_object_id = identity.application_object_id
        self.cluster_service_principal_id = identity.service_principal_id
        self.registry_service_principal_id = access.service_principal_id
        self.consent_url = access.consent_url
        self.secret_expires_at = identity.secret_expires_at
        self.next_rotation_at = identity.next_rotation_at
        self.registries = access.registries
        self.clusters = [describe(*it) for it in zip(clusters, declared, strict=True)]
        self.service_principal_profile = credential_after(profiles, identity.client_id, identity.secret)
        self.image_pull_secret = access.image_pull_secret
        self.register_outputs(
            {
                "clientId": self.client_id,
                "applicationObjectId": self.application_object_id,
                "clusterServicePrincipalId": self.cluster_service_principal_id,
                "registryServicePrincipalId": self.registry_service_principal_id,
                "consentUrl": self.consent_url,
                "secretExpiresAt": self.secret_expires_at,
                "nextRotationAt": self.next_rotation_at,
                "registries": [in_state(it) for it in self.registries],
                "clusters": [in_state(it) for it in self.clusters],
                "servicePrincipalProfile": self.service_principal_profile.apply(in_state),
                "imagePullSecret": self.image_pull_secret,
            }
        )
