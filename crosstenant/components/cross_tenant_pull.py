"""The whole chain: clusters of one tenant pull from registries of another."""

import pulumi
from typing_extensions import NotRequired, TypedDict

from crosstenant.components.argument_error import ArgumentError
from crosstenant.components.pieces.arguments import checked
from crosstenant.components.pieces.cluster_args import (
    ClusterArgs,
    ClusterRoleArgs,
    check_cluster_roles,
    check_clusters,
    name_of,
    reset_timeouts,
)
from crosstenant.components.pieces.cluster_roles import assign_cluster_roles
from crosstenant.components.pieces.registry_args import RegistryArgs, check_registries
from crosstenant.components.pieces.secret_plan import SecretArgs
from crosstenant.components.pull_identity import PullIdentity, PullIdentityArgs
from crosstenant.components.registry_access import (
    CONSENTED,
    RegistryAccess,
    RegistryAccessArgs,
    check_service_principal,
)
from crosstenant.components.tenant import TenantArgs, TenantProviders, check_tenant
from crosstenant.model.arm_id import ArmId
from crosstenant.model.consent import DEFAULT_REDIRECT_URI
from crosstenant.resources.service_principal_profile import ServicePrincipalProfile


class CrossTenantPullArgs(TypedDict):
    """Which clusters of one tenant pull from which registries of another."""

    cluster_tenant: TenantArgs
    """Tenant A: the clusters' tenant, which owns the application."""

    registry_tenant: TenantArgs
    """Tenant B: the registries' tenant."""

    registries: list[RegistryArgs]
    """The registries, all of the registry tenant."""

    clusters: NotRequired[list[ClusterArgs]]
    """The clusters, all of the cluster tenant. Default: none; ``image_pull_secret`` serves those with a managed
    identity."""

    cluster_role_assignments: NotRequired[list[ClusterRoleArgs]]
    """Roles that the application needs in the cluster tenant as the clusters' identity (a subnet of your own, a route
    table, a private DNS zone, a registry there), assigned before a cluster is touched. Default: none but what AKS
    gives it on the nodes' resource group."""

    display_name: NotRequired[str]
    """The application's display name. Default: the component's name."""

    owners: NotRequired[list[pulumi.Input[str]]]
    """Object IDs (UUIDs) of the application's owners. Default: whoever creates it."""

    redirect_uri: NotRequired[str]
    """Where the consent page goes when it is done. Default: ``https://www.microsoft.com/``."""

    registry_service_principal: NotRequired[str]
    """How the application gets its service principal in the registry tenant. ``managed`` (default): the stack makes
    it, which takes the right to make applications there. ``consented``: an administrator of that tenant makes it by
    opening the consent page; until then an update waits (``consent_timeout_seconds``) or fails with the page's address,
    no role is assigned there and no cluster is touched."""

    consent_timeout_seconds: NotRequired[int]
    """In consent mode: for how many seconds an update waits for the administrator. Default: 0, it fails at once; the
    next update goes on from there."""

    secret: NotRequired[SecretArgs]
    """When the secret is replaced, and for how long each is good."""


class CrossTenantPull(pulumi.ComponentResource):
    """One application that the given clusters use as their service principal, with the right to pull from the given
    registries of another tenant.

    It declares, in this order: the application, its service principal and secret in the cluster tenant; its service
    principal and pull roles in the registry tenant; a pull check for each registry; and only when those have passed,
    each cluster's credential. A grant that fails never takes a running cluster down.

    The application becomes the *whole* cloud identity of each cluster (load balancers, disks, networks), so give it
    the roles that the present one has before the first update. Changing a cluster's credential reimages its nodes.
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
    """When the application's secret ends: a UTC time."""

    next_rotation_at: pulumi.Output[str | None]
    """When the next update makes a new secret: a UTC time; nothing unless ``rotate_every_days`` is given."""

    login_servers: pulumi.Output[list[str]]
    """Hosts of the registries, in the order given."""

    role_assignment_ids: pulumi.Output[list[str]]
    """ARM IDs of the pull role assignments, in the order of the registries."""

    pull_results: pulumi.Output[list[str]]
    """What the pull checks proved, in the order of the registries."""

    service_principal_profile: pulumi.Output[dict[str, str]]
    """``clientId`` and ``secret`` for azure-native's ``ManagedCluster``. Secret."""

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
        :raises ArgumentError: An argument is wrong; the text names it and the remedy.
        """
        super().__init__("crosstenant:index:CrossTenantPull", name, {}, opts)
        owner = f"CrossTenantPull '{name}'"
        args = checked(owner, "", CrossTenantPullArgs, args)
        child = pulumi.ResourceOptions(parent=self)
        registry_ids = check_registries(owner, args["registries"])
        clusters = args.get("clusters") or []
        cluster_ids = check_clusters(owner, clusters)
        roles = check_cluster_roles(owner, args.get("cluster_role_assignments") or [], registry_ids)
        mode = check_service_principal(owner, "registry_service_principal", args.get("registry_service_principal"))
        _check_tenants(owner, args, cluster_ids, registry_ids, cluster_providers, registry_providers)
        home = cluster_providers or TenantProviders(
            f"{name}-cluster-tenant",
            args["cluster_tenant"],
            default_subscription_id=cluster_ids[0].subscription_id if cluster_ids else None,
            component=owner,
            path="cluster_tenant",
            opts=child,
        )
        foreign = registry_providers or TenantProviders(
            f"{name}-registry-tenant",
            args["registry_tenant"],
            default_subscription_id=registry_ids[0].subscription_id,
            component=owner,
            path="registry_tenant",
            opts=child,
        )

        identity = PullIdentity(name, _identity_args(args), child, cluster_providers=home)
        assignments = assign_cluster_roles(name, roles, identity.service_principal_id, self, home)
        access = RegistryAccess(
            name,
            _access_args(args, mode, identity),
            # An update may end at the consent: all that the cluster tenant needs shall be in place by then.
            pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(depends_on=assignments))
            if mode == CONSENTED
            else child,
            registry_providers=foreign,
        )

        self.profiles: list[ServicePrincipalProfile] = [
            ServicePrincipalProfile(
                f"{name}-{name_of(cluster, cluster_id)}-profile",
                cluster_id=str(cluster_id),
                client_id=identity.client_id,
                secret=identity.secret,
                abandon_on_delete=cluster.get("abandon_on_delete"),
                opts=pulumi.ResourceOptions(
                    parent=self,
                    provider=home.crosstenant,
                    # Prove, then touch: no cluster is reset before every registry has answered, nor before its new
                    # identity has its roles.
                    depends_on=[*access.pull_checks, *assignments],
                    custom_timeouts=reset_timeouts(cluster),
                ),
            )
            for cluster, cluster_id in zip(clusters, cluster_ids, strict=True)
        ]
        """The clusters' credentials, in the order of the clusters."""

        self.client_id = identity.client_id
        self.application_object_id = identity.application_object_id
        self.cluster_service_principal_id = identity.service_principal_id
        self.registry_service_principal_id = access.service_principal_id
        self.consent_url = access.consent_url
        self.secret_expires_at = identity.secret_expires_at
        self.next_rotation_at = identity.next_rotation_at
        self.login_servers = access.login_servers
        self.role_assignment_ids = access.role_assignment_ids
        self.pull_results = access.pull_results
        # From the profiles where there are some, so that a cluster which takes it is made or changed after every reset.
        self.service_principal_profile = pulumi.Output.secret(
            pulumi.Output.all(*(it.service_principal_profile for it in self.profiles)).apply(
                lambda known: {"clientId": known[0]["client_id"], "secret": known[0]["secret"]}
            )
            if self.profiles
            else pulumi.Output.all(clientId=identity.client_id, secret=identity.secret)
        )
        self.image_pull_secret = identity.image_pull_secret(access.login_servers)
        self.register_outputs(
            {
                "clientId": self.client_id,
                "applicationObjectId": self.application_object_id,
                "clusterServicePrincipalId": self.cluster_service_principal_id,
                "registryServicePrincipalId": self.registry_service_principal_id,
                "consentUrl": self.consent_url,
                "secretExpiresAt": self.secret_expires_at,
                "nextRotationAt": self.next_rotation_at,
                "loginServers": self.login_servers,
                "roleAssignmentIds": self.role_assignment_ids,
                "pullResults": self.pull_results,
                "servicePrincipalProfile": self.service_principal_profile,
                "imagePullSecret": self.image_pull_secret,
            }
        )


def _identity_args(args: CrossTenantPullArgs) -> PullIdentityArgs:
    identity = PullIdentityArgs(tenant=args["cluster_tenant"])
    if "display_name" in args:
        identity["display_name"] = args["display_name"]
    if "owners" in args:
        identity["owners"] = args["owners"]
    if "redirect_uri" in args:
        identity["redirect_uri"] = args["redirect_uri"]
    if "secret" in args:
        identity["secret"] = args["secret"]
    identity["for_consent"] = args.get("registry_service_principal") == CONSENTED
    return identity


def _access_args(args: CrossTenantPullArgs, mode: str, identity: PullIdentity) -> RegistryAccessArgs:
    access = RegistryAccessArgs(
        tenant=args["registry_tenant"],
        client_id=identity.client_id,
        secret=identity.secret,
        registries=args["registries"],
        service_principal=mode,
        redirect_uri=args.get("redirect_uri") or DEFAULT_REDIRECT_URI,
    )
    if "consent_timeout_seconds" in args:
        access["consent_timeout_seconds"] = args["consent_timeout_seconds"]
    return access


def _check_tenants(
    owner: str,
    args: CrossTenantPullArgs,
    cluster_ids: list[ArmId],
    registry_ids: list[ArmId],
    cluster_providers: TenantProviders | None,
    registry_providers: TenantProviders | None,
) -> None:
    home = check_tenant(owner, "cluster_tenant", args["cluster_tenant"], credentials=cluster_providers is None)
    foreign = check_tenant(owner, "registry_tenant", args["registry_tenant"], credentials=registry_providers is None)
    tenant_id = args["registry_tenant"]["tenant_id"]
    if args["cluster_tenant"]["tenant_id"].lower() == tenant_id.lower():
        raise ArgumentError(
            owner,
            "registry_tenant.tenant_id",
            f"both tenants are {tenant_id}: within one tenant attach the registry to the cluster instead"
            " ('az aks update --attach-acr'); across tenants name the registry's own tenant here",
        )
    if home is not foreign:
        raise ArgumentError(
            owner,
            "registry_tenant.environment",
            f"the cluster tenant is in cloud '{home.name}' and the registry tenant in '{foreign.name}': an application"
            " cannot sign in to another cloud, so both have to be in one",
        )
    shared = {it.subscription_id for it in cluster_ids} & {it.subscription_id for it in registry_ids}
    if shared:
        raise ArgumentError(
            owner,
            "clusters",
            f"subscription {shared.pop()} holds both a cluster and a registry, but a subscription belongs to one"
            " tenant: one of the IDs is wrong",
        )
