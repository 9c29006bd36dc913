"""The links in the registry tenant: the application's service principal there, its roles, and the pull itself."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from crosstenant.azure.arm import Arm
from crosstenant.azure.directory.graph import Graph, ServicePrincipal
from crosstenant.azure.pull.docker_token import prove_pull, registry_session
from crosstenant.azure.pull.pull_advice import advise
from crosstenant.azure.pull.pull_attempts import A_QUICK_LOOK, PROBE_REPOSITORY, prove_in_time
from crosstenant.azure.pull.pull_verdict import Existence, PullProof, PullRefused, Reason, not_proved
from crosstenant.azure.registries.lookup import find_registry
from crosstenant.azure.registries.registries import RegistryState
from crosstenant.azure.sign_in.tenant import Tenant
from crosstenant.cli.check.chain import PULL, REGISTRY, Chain, Link, LinkState, Probe, Tenancy
from crosstenant.cli.check.cluster_side import principal_link
from crosstenant.cli.check.reading import Unseen, access, look, service_principal, sign_in
from crosstenant.cli.check.registry_links import RoleLinks, absent_registry, network_link, registry_link
from crosstenant.model.arm_id import ArmId
from crosstenant.model.consent import consent_url
from crosstenant.model.credentials.kinds import AppCredential

_B = Tenancy.REGISTRY
_PULL_SECONDS = 30


async def registry_side(chain: Chain, tenant: Tenant, secret: str | None) -> list[Link]:
    """Checks the chain in the registry tenant.

    :param chain: The chain.
    :param tenant: The registry tenant.
    :param secret: The application's secret, for the proof of a pull; it goes only to each registry's own login server
        and to the tenant's sign-in service.
    """
    entry = await access(tenant, _B)
    if entry.state is LinkState.UNSEEN:
        return [entry]
    graph, arm = Graph(tenant), Arm(tenant)
    try:
        signed_in = await sign_in(tenant, chain.client_id, secret)
        principal = await service_principal(tenant, graph, chain.client_id, signed_in)
        of_registries = await asyncio.gather(
            *(
                _Registry(chain, tenant, arm, principal, registry_id, probe).links(secret)
                for registry_id, probe in chain.registries
            )
        )
    finally:
        await graph.aclose()
        await arm.aclose()
    page = consent_url(tenant.cloud, tenant.tenant_id, chain.client_id)
    remedy = f"run 'pulumi up --refresh'; in consent mode an administrator of the tenant opens {page} before that"
    found = principal_link(_B, principal, chain.client_id, remedy)
    return [entry, found, *(link for links in of_registries for link in links)]


class _Registry:
    """One registry of the chain."""

    def __init__(
        self,
        chain: Chain,
        tenant: Tenant,
        arm: Arm,
        principal: ServicePrincipal | Unseen | None,
        registry_id: ArmId,
        probe: Probe,
    ) -> None:
        self._chain = chain
        self._tenant = tenant
        self._arm = arm
        self._principal = principal
        self._registry_id = registry_id
        self._probe = probe

    async def links(self, secret: str | None) -> list[Link]:
        name = self._registry_id.name
        found = await look(find_registry(self._tenant, str(self._registry_id)), "reading registry", "", self._tenant)
        if isinstance(found, Unseen):
            return [self._link(REGISTRY, LinkState.UNSEEN, found.reason)]
        if found is None:
            return [absent_registry(name, str(self._registry_id))]
        pull = await self._pull(found, secret)
        principal_id = self._principal.object_id if isinstance(self._principal, ServicePrincipal) else None
        roles = RoleLinks(self._tenant, self._arm, principal_id, "there is no service principal to look for")
        role = await roles.link(name, found, pulls=pull.state is LinkState.OK)
        return [registry_link(name, found), role, network_link(name, found), self._replicating(pull, role)]

    def _replicating(self, pull: Link, role: Link) -> Link:
        """The pull, without advice to make what Azure has already."""
        assigned = role.state in (LinkState.OK, LinkState.NOTE)
        if pull.finding == Reason.ROLE_MISSING.value and assigned:
            remedy = (
                "the role is assigned, and a new assignment may take ten minutes to count: run the check again; if that"
                " does not help, the condition of the assignment must cover the repository"
            )
            return replace(pull, remedy=remedy)
        if pull.finding == Reason.SERVICE_PRINCIPAL_MISSING.value and isinstance(self._principal, ServicePrincipal):
            remedy = "the service principal exists, and the registry does not know it yet: run the check again"
            return replace(pull, remedy=remedy)
        return pull

    async def _pull(self, registry: RegistryState, secret: str | None) -> Link:
        if secret is None:
            return self._link(PULL, LinkState.SKIPPED, "there is no secret to prove it with")
        repository, reference = self._probe.repository or PROBE_REPOSITORY, self._probe.reference

        async def say_nothing(refusal: PullRefused, left: float) -> None:
            del refusal, left

        async with registry_session() as session:

            async def ask() -> PullProof:
                credential = AppCredential(self._chain.client_id, secret)
                look = self._probe.repository is not None
                proof = await prove_pull(session, registry.login_server, credential, repository, reference, look=look)
                if proof.existence is Existence.ABSENT and not self._probe.filled_later:
                    raise PullRefused(Reason.REPOSITORY_ABSENT, f"{registry.login_server} does not know the name")
                return proof

            try:
                proof = await prove_in_time(ask, A_QUICK_LOOK, _PULL_SECONDS, say_nothing)
            except PullRefused as refusal:
                tenant_id, client_id = self._tenant.tenant_id, self._chain.client_id
                found = self._principal
                principal_id = found.object_id if isinstance(found, ServicePrincipal) else ""
                remedy = advise(refusal.reason, registry, tenant_id, client_id, repository, reference, principal_id)
                # Network rules that block this machine need not block the nodes.
                state = LinkState.UNSEEN if refusal.reason.is_of_the_path else LinkState.BROKEN
                return self._link(PULL, state, refusal.reason.value, remedy)
        if proof.is_pull:
            return self._link(PULL, LinkState.OK, f"fetched the manifest of {repository}, {reference}, and a layer")
        left_open = not_proved(proof, self._probe.repository, reference)
        if proof.granted_actions is None:
            return self._link(PULL, LinkState.NOTE, f"signs in; not proved is {left_open}", "give --reference")
        what = f"a pull of '{repository}'" if self._probe.repository else "pulls"
        return self._link(PULL, LinkState.OK, f"the registry grants {what}; not proved is {left_open}")

    def _link(self, name: str, state: LinkState, finding: str, remedy: str = "") -> Link:
        return Link(_B, name, self._registry_id.name, state, finding, remedy)
