"""A chain without a secret: an identity or application, the clusters whose tokens it trusts, the registries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from crosstenant.model.arm_id import ArmId
from crosstenant.model.clouds import Cloud
from crosstenant.model.federation import OPERATOR_AUDIENCE, token_audience
from crosstenant.model.modes import PullDelivery

IDENTITY: Final = "identity"
CREDENTIAL: Final = "federated credential"
REFRESHER: Final = "refresher"
PULL_SECRET: Final = "pull secret"  # noqa: S105 (the name of a link)

REPAIR: Final = "run 'pulumi up --refresh'"


@dataclass(frozen=True)
class FederatedCluster:
    """A cluster whose tokens an identity trusts."""

    cluster_id: ArmId
    subjects: tuple[str, ...] = ()
    """The subjects that the identity must trust, ``system:serviceaccount:NAMESPACE:NAME``; any if there are none."""


@dataclass(frozen=True)
class FederatedChain:
    """What pulls, the clusters whose tokens it trusts, and the registries it pulls from."""

    identity_id: ArmId | None
    """The managed identity of the registry tenant; none for an application of the cluster tenant."""
    cluster_tenant_id: str
    registry_tenant_id: str
    clusters: tuple[FederatedCluster, ...]
    registries: tuple[ArmId, ...]
    environment: str = "public"
    client_id: str = ""
    """Client ID (UUID) of the identity as the stack has it, empty if it is not known; or that of the application."""
    delivery: PullDelivery | None = None
    """What brings the pull secrets; none if it is not known."""
    is_all_of_identity: bool = False
    """Whether these are all the clusters that the identity is known to serve, as for a stack."""

    def audiences(self, cloud: Cloud) -> tuple[str, ...]:
        """The audiences of which a credential must have one: the first, if it is made anew.

        :param cloud: The cloud of both tenants.
        """
        if self.delivery is PullDelivery.EXTERNAL_SECRETS:
            return (OPERATOR_AUDIENCE,)
        own = token_audience(cloud)
        return (own,) if self.delivery else tuple(dict.fromkeys((own, OPERATOR_AUDIENCE)))

    @property
    def title(self) -> str:
        """What pulls, for the first line of a report."""
        return f"identity {self.identity_id}" if self.identity_id else f"application {self.client_id}"
