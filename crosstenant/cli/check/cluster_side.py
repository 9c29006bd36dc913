"""The links in the cluster tenant: the application, its secret and service principal, and each cluster."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timezone

from crosstenant.azure.clusters.cluster_state import ClusterState
from crosstenant.azure.clusters.clusters import Clusters
from crosstenant.azure.directory.graph import Application, Graph, Secret, ServicePrincipal
from crosstenant.azure.sign_in.secret_proof import SecretExpired, SecretRefused
from crosstenant.azure.sign_in.tenant import Tenant
from crosstenant.cli.check.chain import APPLICATION, CLUSTER, PRINCIPAL, SECRET, Chain, Link, LinkState, Tenancy
from crosstenant.cli.check.leftovers import beside_left_secrets, beside_namesakes
from crosstenant.cli.check.node_pulls import with_node_pull
from crosstenant.cli.check.reading import SignIn, Unseen, access, look, service_principal, sign_in
from crosstenant.cli.check.waiting import with_wait
from crosstenant.model.arm_id import ArmId
from crosstenant.model.secret_dates import ago, is_young, utc_text

SOON_DAYS = 30
"""A secret that expires within this number of days gets a note."""

_A = Tenancy.CLUSTER
_REPAIR = "run 'pulumi up --refresh'"


async def cluster_side(chain: Chain, tenant: Tenant, secret: str | None) -> list[Link]:
    """Checks the chain in the cluster tenant.

    :param chain: The chain.
    :param tenant: The cluster tenant.
    :param secret: The application's secret, if there is one to prove.
    """
    entry = await access(tenant, _A)
    if entry.state is LinkState.UNSEEN:
        return [entry]
    graph, clusters = Graph(tenant), Clusters(tenant)
    try:
        signed_in = await sign_in(tenant, chain.client_id, secret)
        application, principal, states = await asyncio.gather(
            look(graph.application(chain.client_id), "reading application", chain.client_id, tenant),
            service_principal(tenant, graph, chain.client_id, signed_in),
            asyncio.gather(*(look(clusters.get(it), "reading cluster", str(it), tenant) for it in chain.clusters)),
        )
        found = [
            with_node_pull(
                with_wait(
                    with_secret(
                        await _cluster(clusters, cluster_id, state, chain.client_id, principal),
                        application,
                        chain,
                        cluster_id,
                        datetime.now(timezone.utc),
                    ),
                    chain,
                    cluster_id,
                ),
                chain,
                cluster_id,
            )
            for cluster_id, state in zip(chain.clusters, states, strict=True)
        ]
        namesakes = await _namesakes(graph, application, tenant)
    finally:
        await graph.aclose()
        await clusters.aclose()
    return [
        entry,
        *found,
        beside_namesakes(application_link(application, chain.client_id), namesakes),
        secret_link(application, chain, signed_in, datetime.now(timezone.utc)),
        principal_link(_A, principal, chain.client_id, f"{_REPAIR}, which makes it again"),
    ]


async def _namesakes(graph: Graph, application: Application | Unseen | None, tenant: Tenant) -> list[str]:
    """Client IDs of other applications of the same display name."""
    if not isinstance(application, Application) or not application.display_name:
        return []
    reading = graph.applications_named(application.display_name)
    found = await look(reading, "reading the applications named", application.display_name, tenant)
    return [] if isinstance(found, Unseen) else [it.client_id for it in found if it.client_id != application.client_id]


def application_link(found: Application | Unseen | None, client_id: str) -> Link:
    """The application itself, and its sign-in audience."""
    if isinstance(found, Unseen):
        return Link(_A, APPLICATION, client_id, LinkState.UNSEEN, found.reason, _TO_READ)
    if found is None:
        remedy = f"{_REPAIR}, which makes another one: every cluster is reset to it, and every node reimaged"
        return Link(_A, APPLICATION, client_id, LinkState.BROKEN, "is not in the tenant", remedy)
    name = found.display_name or client_id
    if not found.is_multi_tenant:
        remedy = f"{_REPAIR}, or 'az ad app update --id {client_id} --sign-in-audience AzureADMultipleOrgs'"
        return Link(_A, APPLICATION, name, LinkState.BROKEN, f"is for one tenant only ({found.audience})", remedy)
    return Link(_A, APPLICATION, name, LinkState.OK, "is multi-tenant")


def secret_link(found: Application | Unseen | None, chain: Chain, signed_in: SignIn | None, now: datetime) -> Link:
    """The secret of the clusters: whether it exists, whether it signs in, and its expiry."""
    about = chain.secret_key_id or "of the application"
    if signed_in and isinstance(signed_in.refusal, (SecretRefused, SecretExpired)):
        age = _age_of_new(found, chain.secret_key_id, now)
        if age:
            remedy = f"Entra does not accept it yet: run the check again in a few minutes. {signed_in.refusal}"
            return Link(_A, SECRET, about, LinkState.BROKEN, f"was made {age}, and does not sign in yet", remedy)
        return Link(_A, SECRET, about, LinkState.BROKEN, "does not sign in", f"{_MAKE_ANOTHER}. {signed_in.refusal}")
    if isinstance(found, Unseen):
        if signed_in and signed_in.refusal is None:
            return Link(_A, SECRET, about, LinkState.OK, "signs in; its expiry could not be read")
        return Link(_A, SECRET, about, LinkState.UNSEEN, "the application could not be read")
    if found is None:
        return Link(_A, SECRET, about, LinkState.BROKEN, "was removed with the application")
    own = [one for one in found.secrets if chain.secret_key_id in (None, one.key_id)]
    if not own:
        what = "was removed" if chain.secret_key_id else "the application has none"
        return Link(
            _A, SECRET, about, LinkState.BROKEN, what, f"{_REPAIR}, which makes another one and resets clusters"
        )
    latest = max(own, key=lambda one: one.ends_at)
    ending = _ending(about, latest, len(found.secrets) - 1, now)
    return beside_left_secrets(ending, found, latest, chain.stack_key_ids)


def _age_of_new(found: Application | Unseen | None, key_id: str | None, now: datetime) -> str:
    """How long ago the stack's secret was made, if it may not be replicated yet; empty for another."""
    secrets = found.secrets if isinstance(found, Application) and key_id else ()
    valid = [it.made_at for it in secrets if it.key_id == key_id and it.ends_at > now and it.made_at]
    return ago(valid[0], now) if valid and is_young(valid[0], now) else ""


def _ending(about: str, secret: Secret, others: int, now: datetime) -> Link:
    ends = utc_text(secret.ends_at)
    if secret.ends_at <= now:
        return Link(_A, SECRET, about, LinkState.BROKEN, f"ended at {ends}", _MAKE_ANOTHER)
    beside = f"; the application has {others} more" if others else ""
    days = (secret.ends_at - now).days
    if days < SOON_DAYS:
        return Link(_A, SECRET, about, LinkState.NOTE, f"ends in {days} days, at {ends}{beside}", _MAKE_ANOTHER)
    return Link(_A, SECRET, about, LinkState.OK, f"ends at {ends}{beside}")


def principal_link(
    tenancy: Tenancy, found: ServicePrincipal | Unseen | None, client_id: str, remedy_if_missing: str
) -> Link:
    """The application's service principal in a tenant."""
    if isinstance(found, Unseen):
        return Link(tenancy, PRINCIPAL, "of the application", LinkState.UNSEEN, found.reason, _TO_READ)
    if found is None:
        return Link(
            tenancy, PRINCIPAL, "of the application", LinkState.BROKEN, "is not in the tenant", remedy_if_missing
        )
    if not found.enabled:
        remedy = (
            "an administrator of the tenant enables it under Enterprise applications (Enabled for users to sign-in), if"
            " it was not disabled for a reason"
        )
        return Link(tenancy, PRINCIPAL, found.object_id, LinkState.BROKEN, "is disabled", remedy)
    return Link(tenancy, PRINCIPAL, found.object_id, LinkState.OK, "is enabled")


async def _cluster(
    clusters: Clusters,
    cluster_id: ArmId,
    found: ClusterState | Unseen | None,
    client_id: str,
    principal: ServicePrincipal | Unseen | None,
) -> Link:
    link = cluster_link(cluster_id, found, client_id)
    if link.state is not LinkState.OK or not isinstance(found, ClusterState):
        return link
    if isinstance(principal, ServicePrincipal) and await clusters.roles_on_node_group(found, principal.object_id) == 0:
        return Link(
            _A,
            CLUSTER,
            cluster_id.name,
            LinkState.NOTE,
            f"acts as the application, which has no role on {found.node_resource_group}",
            f"assign Contributor there to object ID {principal.object_id}: load balancers, disks and routes need it",
        )
    return link


def cluster_link(cluster_id: ArmId, found: ClusterState | Unseen | None, client_id: str) -> Link:
    """A cluster's application, and its power state."""
    name = cluster_id.name
    if isinstance(found, Unseen):
        return Link(_A, CLUSTER, name, LinkState.UNSEEN, found.reason)
    if found is None:
        return Link(
            _A, CLUSTER, name, LinkState.BROKEN, f"there is no {cluster_id}", "create it, or remove it from the stack"
        )
    if found.uses_managed_identity:
        remedy = "give its pods the output image_pull_secret, and remove the cluster from the stack's clusters"
        return Link(_A, CLUSTER, name, LinkState.BROKEN, "has a managed identity, and cannot go back", remedy)
    if not found.uses(client_id):
        remedy = f"{_REPAIR}, which resets its credential: every node is reimaged"
        return Link(_A, CLUSTER, name, LinkState.BROKEN, f"acts as application {found.client_id}", remedy)
    if found.is_stopped:
        return Link(
            _A, CLUSTER, name, LinkState.NOTE, "acts as the application, and is stopped", "start it: az aks start"
        )
    if not found.is_idle:
        return Link(_A, CLUSTER, name, LinkState.NOTE, f"acts as the application, and is {_work(found)}", "wait for it")
    if found.has_failed:
        remedy = (
            "check 'az aks show'. If its secret has ended, change rotation_trigger and run 'pulumi up --refresh': the"
            " reset is the repair. A failed reset leaves nodes with either secret: run 'pulumi up --refresh'"
        )
        return Link(_A, CLUSTER, name, LinkState.NOTE, "acts as the application, and its last operation failed", remedy)
    return Link(_A, CLUSTER, name, LinkState.OK, "acts as the application")


def with_secret(
    link: Link, application: Application | Unseen | None, chain: Chain, cluster_id: ArmId, now: datetime
) -> Link:
    """A cluster's link, with what is known of the secret that it was given.

    :param link: The cluster's link.
    :param application: The application.
    :param chain: The chain.
    :param cluster_id: The cluster.
    :param now: The present time.
    """
    key_id = dict(chain.cluster_key_ids).get(cluster_id)
    if link.state not in (LinkState.OK, LinkState.NOTE) or key_id is None or application is None:
        return link
    if chain.secret_key_id and key_id.lower() == chain.secret_key_id.lower():
        return link  # What is wrong with that one is said of the secret itself.
    acts = f"acts as the application with secret {key_id}"
    if not isinstance(application, Unseen):
        ends = next((it.ends_at for it in application.secrets if it.key_id.lower() == key_id.lower()), None)
        if ends is None:
            return replace(link, state=LinkState.BROKEN, finding=f"{acts}, which was removed", remedy=_GIVE_PRESENT)
        if ends <= now:
            return replace(
                link,
                state=LinkState.BROKEN,
                finding=f"{acts}, which ended at {utc_text(ends)}",
                remedy=_GIVE_PRESENT,
            )
    if chain.secret_key_id:
        return replace(link, state=LinkState.NOTE, finding=f"{acts}, not the stack's present one", remedy=_GIVE_PRESENT)
    return link


def _work(state: ClusterState) -> str:
    pools = ", ".join(pool.name for pool in state.busy_pools)
    return state.provisioning_state if not pools else f"{state.provisioning_state} (node pools at work: {pools})"


_GIVE_PRESENT = (
    "run 'pulumi up'; if that changes nothing, remove what keeps the old secret (ignore_changes), or change"
    " rotation_trigger"
)
_MAKE_ANOTHER = "change rotation_trigger and run 'pulumi up --refresh': a new secret, and every cluster is reset to it"
_TO_READ = "for this link the caller needs the Microsoft Graph permission Application.Read.All"
