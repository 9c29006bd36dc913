"""The chain without a secret: clusters pull from registries of another tenant as an identity that trusts them."""

from collections.abc import Mapping
from dataclasses import replace

import pulumi
from typing_extensions import NotRequired, TypedDict

from crosstenant.components.arguments.arg_path import ArgPath
from crosstenant.components.arguments.declared_form import checked
from crosstenant.components.arguments.federated_cluster_args import (
    FederatedClusterArgs,
    FederatedClusterSpec,
    read_federated_clusters,
    with_texts_of_kubeconfigs,
)
from crosstenant.components.arguments.federated_identity_args import (
    FederatedIdentityArgs,
    IdentitySpec,
    read_identity_args,
)
from crosstenant.components.arguments.one_pull_secret import of_one_component
from crosstenant.components.arguments.registry_args import RegistryArgs, RegistrySpec, read_registries
from crosstenant.components.arguments.replication_args import read_replication
from crosstenant.components.arguments.tenant_args import TenantArgs
from crosstenant.components.arguments.tenants_apart import IN_BOTH, held_apart
from crosstenant.components.output_objects import FederatedRegistry, TrustedCluster, in_state
from crosstenant.components.pieces.application_identity import application_identity
from crosstenant.components.pieces.cluster_issuer import cluster_issuer
from crosstenant.components.pieces.deliveries import deliver
from crosstenant.components.pieces.federated_credentials import Trust, check_limit, trust_clusters
from crosstenant.components.pieces.kubernetes_sdk import check_installed
from crosstenant.components.pieces.managed_identity import managed_identity
from crosstenant.components.pieces.pull_plans import (
    manifests_of,
    refresher_config,
    trusts_of,
)
from crosstenant.components.pieces.pull_role import PullingPrincipal, assign_pull_role, look_up
from crosstenant.components.pieces.tenants import two_tenants
from crosstenant.components.tenant import TenantProviders
from crosstenant.model.modes import PullDelivery, PullDeliveryText
from crosstenant.resources.get_registry import GetRegistryResult


class FederatedPullArgs(TypedDict):
    """The clusters of one tenant, and the registries of another from which they pull without a secret."""

    cluster_tenant: NotRequired[TenantArgs]
    """The cluster tenant, in which the clusters are only read. Only a Python program that passes ``cluster_providers``
    may omit it."""

    registry_tenant: NotRequired[TenantArgs]
    """The registry tenant, to which the identity belongs. Only a Python program that passes ``registry_providers`` may
    omit it."""

    registries: list[RegistryArgs]
    """The registries, all of the registry tenant. ``repository`` and ``reference`` of ``pull_check`` name the image
    whose manifest the refresher reads as its proof."""

    identity: FederatedIdentityArgs
    """What pulls for the clusters: a managed identity of the registry tenant, or an application."""

    clusters: list[FederatedClusterArgs]
    """The clusters, all of the cluster tenant, with OIDC issuers that are on. They may have managed identities or
    service principals of their own, which stay as they are."""

    delivery: NotRequired[PullDeliveryText]
    """What brings the pull secrets to the namespaces. ``refresher`` (default): a small program in each cluster, renewed
    every hour, whose first run is awaited as the proof. ``external-secrets``: the External Secrets Operator, which must
    be installed there. ``none``: nothing; apply ``manifests`` with Argo CD or Flux, or exchange the tokens
    yourself."""

    replication_timeout_seconds: NotRequired[int]
    """How long an update waits until Azure knows the identity that it has just made, in seconds, 1 to 3600. Default:
    120 for each role assignment."""


class FederatedPull(pulumi.ComponentResource):
    """A managed identity of the registry tenant that trusts clusters of another tenant, and pulls for them.

    Nothing in the chain is a secret that lasts: a cluster exchanges the token of a service account for one of the
    registry tenant, and that for a registry's token of about three hours, which the pull secrets hold. No node is
    reimaged, and with a managed identity neither directory needs a permission or a consent.

    It declares, in this order: the identity, or reads one; a federated credential for each cluster; a pull role for
    each registry; and in each cluster what renews the pull secrets. Who may use the service account in
    ``refresher.namespace`` may pull.
    """

    client_id: pulumi.Output[str]
    """Client ID (UUID) of the identity or application."""

    principal_id: pulumi.Output[str]
    """Object ID (UUID) of its service principal in the registry tenant, which holds the roles."""

    consent_url: pulumi.Output[str | None]
    """The page on which an administrator of the registry tenant can consent to the application; none for a managed
    identity, which needs no consent."""

    tenant_id: pulumi.Output[str]
    """The registry tenant (UUID), which the clusters' tokens come from."""

    issuers: pulumi.Output[dict[str, str]]
    """The OIDC issuer of each cluster, by the cluster's name in the stack."""

    subjects: pulumi.Output[dict[str, list[str]]]
    """The subjects that may act as the identity, by the cluster's name in the stack."""

    registries: list[FederatedRegistry]
    """The registries, in the order of the arguments: host and role assignment."""

    clusters: list[TrustedCluster]
    """The clusters, in the order of the arguments: issuer and subjects."""

    manifests: pulumi.Output[dict[str, str]]
    """What renews the pull secrets in each cluster as YAML, by the cluster's name in the stack: for Argo CD, Flux or
    ``kubectl apply``. Nothing in it is secret."""

    def __init__(
        self,
        name: str,
        args: FederatedPullArgs,
        opts: pulumi.ResourceOptions | None = None,
        *,
        cluster_providers: TenantProviders | None = None,
        registry_providers: TenantProviders | None = None,
        kubernetes_providers: Mapping[str, pulumi.ProviderResource] | None = None,
    ) -> None:
        """
        :param name: The component's name; its children are named after it.
        :param args: Tenants, identity, registries and clusters.
        :param opts: Resource options.
        :param cluster_providers: Ready-made providers of the cluster tenant.
        :param registry_providers: Ready-made providers of the registry tenant.
        :param kubernetes_providers: Ready-made ``pulumi_kubernetes.Provider``s, by a cluster's name in the stack,
            instead of its ``kubeconfig``.
        :raises ArgumentError: An argument is wrong; the message names it and the remedy.
        """
        at = ArgPath(f"FederatedPull '{name}'")
        args = checked(at, FederatedPullArgs, with_texts_of_kubeconfigs(args))
        delivery = PullDelivery(args.get("delivery", PullDelivery.REFRESHER))
        ready_made = kubernetes_providers or {}
        registries = read_registries(at / "registries", args["registries"])
        _refuse_options_of_others(registries)
        identity_spec = read_identity_args(at / "identity", args["identity"])
        clusters = read_federated_clusters(
            at / "clusters", args["clusters"], delivery, component=name, provided=ready_made
        )
        cluster_ids, registries = held_apart([it.id for it in clusters], registries, IN_BOTH)
        clusters = [replace(it, id=cluster_id) for it, cluster_id in zip(clusters, cluster_ids, strict=True)]
        replication = read_replication(at / "replication_timeout_seconds", args.get("replication_timeout_seconds"))
        if delivery is not PullDelivery.NONE:
            check_installed(at / "delivery")

        super().__init__("crosstenant:index:FederatedPull", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        existing = identity_spec.existing if isinstance(identity_spec, IdentitySpec) else None
        cluster_tenant, registry_tenant = two_tenants(
            at,
            (args.get("cluster_tenant"), args.get("registry_tenant")),
            (cluster_providers, registry_providers),
            name=name,
            cluster_ids=cluster_ids,
            registry_ids=[*([existing] if existing else []), *(it.id for it in registries)],
            opts=child,
        )
        check_limit(trusts_of(clusters, delivery, registry_tenant.cloud))
        # Last, so that a component that is refused for another argument does not count as one that has the secret.
        clusters = of_one_component(clusters)
        trusts = trusts_of(clusters, delivery, registry_tenant.cloud)

        # Impossible arguments are refused before anything is made.
        found = [_look_up(it, delivery, self, registry_tenant) for it in registries]
        issuers = {it.name.text: cluster_issuer(it, self, cluster_tenant) for it in clusters}
        identity = (
            managed_identity(name, identity_spec, self, registry_tenant, cluster_tenant_id=cluster_tenant.tenant_id)
            if isinstance(identity_spec, IdentitySpec)
            else application_identity(name, identity_spec, self, cluster_tenant, registry_tenant)
        )
        credentials = trust_clusters(
            name,
            trusts,
            [issuers[it.cluster.name.text] for it in trusts],
            identity,
            self,
            replication_seconds=replication,
        )
        principal = PullingPrincipal(identity.principal_id, identity.called, replication)
        roles = [
            assign_pull_role(name, registry, info, principal, self, registry_tenant)
            for registry, info in zip(registries, found, strict=True)
        ]
        login_servers = [info.apply(lambda it: it.login_server) for info in found]
        configs = [
            refresher_config(it, registries, login_servers, identity.client_id, registry_tenant) for it in clusters
        ]
        for cluster, config in zip(clusters, configs, strict=True):
            permitted = [*_of(cluster, trusts, credentials), *roles]
            deliver(name, cluster, delivery, ready_made, config, login_servers, permitted, self, registry_tenant)

        self.client_id = identity.client_id
        self.principal_id = identity.principal_id
        self.consent_url = identity.consent_url
        self.tenant_id = pulumi.Output.from_input(registry_tenant.tenant_id)
        self.registries = [
            FederatedRegistry(
                registry_id=pulumi.Output.from_input(registry.id.text),
                name=registry.name.text,
                login_server=info.apply(lambda it: it.login_server),
                role_assignment_mode=info.apply(lambda it: it.role_assignment_mode),
                role_assignment_id=role.id,
            )
            for registry, info, role in zip(registries, found, roles, strict=True)
        ]
        self.clusters = [
            TrustedCluster(
                cluster_id=pulumi.Output.from_input(cluster.id.text),
                name=cluster.name.text,
                issuer=issuers[cluster.name.text],
                subjects=[it.subject for it in trusts if it.cluster is cluster],
            )
            for cluster in clusters
        ]
        self.issuers = _together(issuers)
        self.subjects = pulumi.Output.from_input({it.name: it.subjects for it in self.clusters})
        self.manifests = _together(
            {
                cluster.name.text: manifests_of(cluster, delivery, config, registry_tenant)
                for cluster, config in zip(clusters, configs, strict=True)
                if cluster.namespaces
            }
        )
        self.register_outputs(
            {
                "clientId": self.client_id,
                "principalId": self.principal_id,
                "consentUrl": self.consent_url,
                "tenantId": self.tenant_id,
                "issuers": self.issuers,
                "subjects": self.subjects,
                "registries": [in_state(it) for it in self.registries],
                "clusters": [in_state(it) for it in self.clusters],
                "manifests": self.manifests,
            }
        )


def _together(texts: dict[str, pulumi.Output[str]]) -> pulumi.Output[dict[str, str]]:
    # Without any, Output.all gives a list.
    return pulumi.Output.all(**texts) if texts else pulumi.Output.from_input({})


def _look_up(
    registry: RegistrySpec, delivery: PullDelivery, component: pulumi.Resource, providers: TenantProviders
) -> pulumi.Output[GetRegistryResult]:
    def fitting(found: GetRegistryResult) -> GetRegistryResult:
        if delivery is PullDelivery.EXTERNAL_SECRETS and not found.takes_arm_tokens:
            raise (registry.at / "registry_id").error(
                f"registry {found.registry_id} refuses tokens for Resource Manager (its policy"
                " azureADAuthenticationAsArmPolicy is disabled), and the External Secrets Operator asks for no others:"
                " set delivery to 'refresher', which asks for tokens for registries"
            )
        return found

    return look_up(registry, component, providers).apply(fitting)


def _refuse_options_of_others(registries: list[RegistrySpec]) -> None:
    for registry in registries:
        for option in ("filled_later", "timeout_seconds"):
            if option in registry.pull_check:
                raise (registry.at / "pull_check" / option).error(
                    "has no meaning for a FederatedPull, whose clusters prove the pull: omit it"
                )


def _of(
    cluster: FederatedClusterSpec, trusts: list[Trust], credentials: list[pulumi.CustomResource]
) -> list[pulumi.Resource]:
    return [credential for trust, credential in zip(trusts, credentials, strict=True) if trust.cluster is cluster]
