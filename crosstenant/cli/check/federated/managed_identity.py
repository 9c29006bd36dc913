"""A managed identity of the registry tenant, which trusts the clusters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crosstenant.azure.arm import Arm
from crosstenant.azure.identities.identities import (
    FederatedCredential,
    ManagedIdentity,
    federated_credentials,
    find_identity,
)
from crosstenant.azure.sign_in.tenant import Tenant
from crosstenant.cli.check.chain import Link, LinkState, Tenancy
from crosstenant.cli.check.federated.chain import IDENTITY, REPAIR, FederatedChain
from crosstenant.cli.check.federated.credential_links import TO_READ, of_identity
from crosstenant.cli.check.federated.trusting import (
    Credentials,
    States,
    credential_links,
    of_no_cluster,
    registry_links,
)
from crosstenant.cli.check.reading import Unseen, access, look
from crosstenant.model.arm_id import ArmId
from crosstenant.model.federation import CREDENTIAL_LIMIT
from crosstenant.model.shell_words import shell_word

_B = Tenancy.REGISTRY


@dataclass(frozen=True)
class TrustingIdentity:
    """The identity, as it was read."""

    chain: FederatedChain
    identity_id: ArmId
    entry: Link
    """Whether the registry tenant could be entered."""
    found: ManagedIdentity | Unseen | None = None
    credentials: Credentials = None
    of_registries: tuple[Link, ...] = ()

    @property
    def client_id(self) -> str:
        """Its client ID (UUID); that of the stack if it could not be read."""
        return self.found.client_id if isinstance(self.found, ManagedIdentity) else self.chain.client_id

    def links(self, states: States, audiences: Sequence[str]) -> list[Link]:
        """Its links, all in the registry tenant.

        :param states: The clusters.
        :param audiences: Of these a credential must have one; the first, if it is made anew.
        """
        if self.entry.state is LinkState.UNSEEN:
            return [self.entry]
        others = of_no_cluster(self.credentials, states)
        known = [] if self.credentials is None else self.credentials
        return [
            self.entry,
            identity_link(self.chain, self.identity_id, self.found, known, others),
            *credential_links(self.chain, self.credentials, states, audiences),
            *self.of_registries,
        ]


async def read_identity(chain: FederatedChain, identity_id: ArmId, tenant: Tenant) -> TrustingIdentity:
    """Reads the identity and the registries.

    :param chain: The chain.
    :param identity_id: The identity.
    :param tenant: The registry tenant.
    """
    entry = await access(tenant, _B)
    if entry.state is LinkState.UNSEEN:
        return TrustingIdentity(chain, identity_id, entry)
    arm = Arm(tenant)
    try:
        found = await look(find_identity(arm, identity_id), "reading identity", str(identity_id), tenant)
        credentials: Credentials = found if isinstance(found, Unseen) else None
        if isinstance(found, ManagedIdentity):
            reading = federated_credentials(arm, identity_id)
            credentials = await look(reading, "reading the federated credentials of", str(identity_id), tenant)
        principal_id = found.principal_id if isinstance(found, ManagedIdentity) else None
        of_registries = await registry_links(chain, tenant, arm, principal_id, "there is no identity to look for")
    finally:
        await arm.aclose()
    return TrustingIdentity(chain, identity_id, entry, found, credentials, tuple(of_registries))


def identity_link(
    chain: FederatedChain,
    identity_id: ArmId,
    found: ManagedIdentity | Unseen | None,
    credentials: list[FederatedCredential] | Unseen,
    others: Sequence[FederatedCredential],
) -> Link:
    """The identity itself.

    :param chain: The chain.
    :param identity_id: The identity.
    :param found: What was read of it.
    :param credentials: Its credentials.
    :param others: Those that none of the chain's clusters accounts for.
    """
    name = identity_id.name
    if isinstance(found, Unseen):
        return Link(_B, IDENTITY, name, LinkState.UNSEEN, found.reason, TO_READ[False])
    if found is None:
        remedy = (
            f"{REPAIR}, which makes it again with another client ID; or correct the ID"
            if chain.is_all_of_identity
            else "correct the ID"
        )
        return Link(_B, IDENTITY, name, LinkState.BROKEN, f"there is no {identity_id}", remedy)
    if found.tenant_id and found.tenant_id != chain.registry_tenant_id.lower():
        what = f"belongs to tenant {found.tenant_id}, not to the registry tenant"
        return Link(_B, IDENTITY, name, LinkState.BROKEN, what, "make an identity in the registry tenant")
    if chain.client_id and found.client_id != chain.client_id.lower():
        what = f"has client ID {found.client_id}, and the stack has {chain.client_id}: it was made again"
        return Link(_B, IDENTITY, name, LinkState.BROKEN, what, REPAIR)
    what = f"client ID {found.client_id}"
    if isinstance(credentials, Unseen):
        return Link(_B, IDENTITY, name, LinkState.OK, what)
    what = f"{what}; {len(credentials)} of {CREDENTIAL_LIMIT} federated credentials"
    if others and chain.is_all_of_identity:
        names = ", ".join(it.name for it in others)
        remedy = f"delete what serves no other cluster: '{_delete_command(identity_id, others[0].name)}'"
        return Link(_B, IDENTITY, name, LinkState.NOTE, f"{what}; not of this stack's clusters: {names}", remedy)
    return Link(_B, IDENTITY, name, LinkState.OK, what)


def _delete_command(identity_id: ArmId, name: str) -> str:
    return f"az identity federated-credential delete --name {shell_word(name)} {of_identity(identity_id)}"
