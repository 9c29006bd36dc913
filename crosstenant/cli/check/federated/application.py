"""A multi-tenant application of the cluster tenant, which trusts the clusters and has no secret."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crosstenant.azure.arm import Arm
from crosstenant.azure.directory.graph import Application, Graph, ServicePrincipal
from crosstenant.azure.sign_in.tenant import Tenant
from crosstenant.cli.check.chain import Link, LinkState, Tenancy
from crosstenant.cli.check.cluster_side import application_link, principal_link
from crosstenant.cli.check.federated.chain import REPAIR, FederatedChain
from crosstenant.cli.check.federated.trusting import Credentials, States, credential_links, registry_links
from crosstenant.cli.check.reading import Unseen, access, look
from crosstenant.model.consent import consent_url


@dataclass(frozen=True)
class TrustingApplication:
    """The application, as it was read."""

    chain: FederatedChain
    found: Application | Unseen | None
    credentials: Credentials
    in_registry_tenant: tuple[Link, ...]

    @property
    def client_id(self) -> str:
        """Its client ID (UUID)."""
        return self.chain.client_id

    def links(self, states: States, audiences: Sequence[str]) -> list[Link]:
        """Its links: application and credentials in the cluster tenant, the others in the registry tenant.

        :param states: The clusters.
        :param audiences: Of these a credential must have one; the first, if it is made anew.
        """
        own = [application_link(self.found, self.client_id)] if states else []
        return [*own, *credential_links(self.chain, self.credentials, states, audiences), *self.in_registry_tenant]


async def read_application(
    chain: FederatedChain, cluster_tenant: Tenant, registry_tenant: Tenant
) -> TrustingApplication:
    """Reads the application, its service principal in the registry tenant, and the registries.

    :param chain: The chain.
    :param cluster_tenant: The cluster tenant.
    :param registry_tenant: The registry tenant.
    """
    graph = Graph(cluster_tenant)
    try:
        reading = graph.application(chain.client_id)
        found = await look(reading, "reading application", chain.client_id, cluster_tenant)
        credentials: Credentials = found if isinstance(found, Unseen) else None
        if isinstance(found, Application):
            listing = graph.federated_credentials(found.object_id)
            doing = "reading the federated credentials of"
            credentials = await look(listing, doing, chain.client_id, cluster_tenant)
    finally:
        await graph.aclose()
    return TrustingApplication(chain, found, credentials, tuple(await _in_registry_tenant(chain, registry_tenant)))


async def _in_registry_tenant(chain: FederatedChain, tenant: Tenant) -> list[Link]:
    entry = await access(tenant, Tenancy.REGISTRY)
    if entry.state is LinkState.UNSEEN:
        return [entry]
    graph, arm = Graph(tenant), Arm(tenant)
    try:
        reading = graph.service_principal(chain.client_id)
        principal = await look(reading, "reading the service principal of", chain.client_id, tenant)
        principal_id = principal.object_id if isinstance(principal, ServicePrincipal) else None
        without = "there is no service principal to look for"
        of_registries = await registry_links(chain, tenant, arm, principal_id, without)
    finally:
        await graph.aclose()
        await arm.aclose()
    page = consent_url(tenant.cloud, tenant.tenant_id, chain.client_id)
    remedy = f"{REPAIR}; in consent mode an administrator of the tenant opens {page} before that"
    return [entry, principal_link(Tenancy.REGISTRY, principal, chain.client_id, remedy), *of_registries]
