"""The whole chain: clusters of one tenant pull from registries of another."""

from typing import cast

import pulumi
from typing_extensions import NotRequired, TypedDict

from crosstenant.arm_id import CLUSTER_TYPE, ArmId, parse_arm_id
from crosstenant.errors import ArgumentError
from crosstenant.pull_identity import PullIdentity, PullIdentityArgs, SecretArgs
from crosstenant.registry_access import RegistryAccess, RegistryAccessArgs, RegistryArgs, check_registries
from crosstenant.service_principal_profile import ServicePrincipalProfile
from crosstenant.tenant import TenantArgs, TenantProviders, check_tenant


class ClusterArgs(TypedDict):
    """One cluster that shall pull."""

    cluster_id: str
    """ARM ID of the cluster, as a plain string. It uses a service principal, not a managed identity."""

    abandon_on_delete: NotRequired[bool]
    """Let go of the cluster when it is taken out of the program although it still uses the application. Default:
    refused then, since it would lose its identity."""

    reset_timeout_minutes: NotRequired[int]
    """How long a reset of its credential may take, in minutes; 90 by default."""


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

    display_name: NotRequired[str]
    """The application's display name. Default: the component's name."""

    owners: NotRequired[list[pulumi.Input[str]]]
    """Object IDs (UUIDs) of the application's owners. Default: whoever creates it."""

    redirect_uri: NotRequired[str]
    """Where the consent page goes when it is done. Default: ``https://www.microsoft.com/``."""

    secret: NotRequired[SecretArgs]
    """The secret's dates."""


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
        child = pulumi.ResourceOptions(parent=self)
        registry_ids = check_registries(owner, args["registries"])
        clusters = args.get("clusters") or []
        cluster_ids = _check_clusters(owner, clusters)
        _check_tenants(owner, args, cluster_ids, registry_ids, cluster_providers, registry_providers)
        home = cluster_providers or TenantProviders(
            f"{name}-cluster-tenant",
            args["cluster_tenant"],
            default_subscription_id=cluster_ids[0].subscription_id if cluster_ids else None,
            opts=child,
        )
        foreign = registry_providers or TenantProviders(
            f"{name}-registry-tenant",
            args["registry_tenant"],
            default_subscription_id=registry_ids[0].subscription_id,
            opts=child,
        )

        identity = PullIdentity(name, _identity_args(args), child, cluster_providers=home)
        access = RegistryAccess(
            name,
            RegistryAccessArgs(
                tenant=args["registry_tenant"],
                client_id=identity.client_id,
                secret=identity.secret,
                registries=args["registries"],
            ),
            child,
            registry_providers=foreign,
        )
        profiles = [
            ServicePrincipalProfile(
                f"{name}-{cluster_id.name}-profile",
                cluster_id=str(cluster_id),
                client_id=identity.client_id,
                secret=identity.secret,
                abandon_on_delete=cluster.get("abandon_on_delete"),
                opts=pulumi.ResourceOptions(
                    parent=self,
                    provider=home.crosstenant,
                    # Prove, then touch: no cluster is reset before every registry has answered.
                    depends_on=access.pull_checks,
                    custom_timeouts=_reset_timeouts(cluster),
                ),
            )
            for cluster, cluster_id in zip(clusters, cluster_ids, strict=True)
        ]

        self.client_id = identity.client_id
        self.application_object_id = identity.application_object_id
        self.cluster_service_principal_id = identity.service_principal_id
        self.registry_service_principal_id = access.service_principal_id
        self.consent_url = identity.consent_url(foreign.tenant_id)
        self.secret_expires_at = identity.secret_expires_at
        self.login_servers = access.login_servers
        self.role_assignment_ids = access.role_assignment_ids
        self.pull_results = access.pull_results
        # From a profile where there is one, so that a cluster which takes it is made or changed after its reset.
        self.service_principal_profile = pulumi.Output.secret(
            profiles[0].service_principal_profile
            if profiles
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
    return identity


def _reset_timeouts(cluster: ClusterArgs) -> pulumi.CustomTimeouts | None:
    minutes = cluster.get("reset_timeout_minutes")
    return pulumi.CustomTimeouts(create=f"{minutes}m", update=f"{minutes}m") if minutes else None


def _check_clusters(owner: str, clusters: list[ClusterArgs]) -> list[ArmId]:
    ids: list[ArmId] = []
    for index, cluster in enumerate(clusters):
        path = f"clusters[{index}]"
        cluster_id = cast("object", cluster["cluster_id"])
        if not isinstance(cluster_id, str):
            raise ArgumentError(
                owner,
                f"{path}.cluster_id",
                "is an output: write the ARM ID as a plain string, since the cluster may wait for its credential",
            )
        try:
            parsed = parse_arm_id(cluster_id, CLUSTER_TYPE)
        except ValueError as error:
            raise ArgumentError(owner, f"{path}.cluster_id", str(error)) from None
        if any(parsed.key == earlier.key for earlier in ids):
            raise ArgumentError(owner, f"{path}.cluster_id", f"'{parsed.name}' is given twice: remove one")
        minutes = cluster.get("reset_timeout_minutes")
        if minutes is not None and minutes <= 0:
            raise ArgumentError(
                owner, f"{path}.reset_timeout_minutes", f"{minutes} is no time: write 1 or more minutes"
            )
        ids.append(parsed)
    return ids


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
