"""The context of a resource or function of the plugin."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from crosstenant.azure.sign_in.tenant import Tenant
from crosstenant.provider_kit.engine_log import EngineLog

if TYPE_CHECKING:
    from crosstenant.azure.caller_rights import CallerRights
    from crosstenant.azure.clusters.node_proofs import NodeProofs


@dataclass(frozen=True)
class Context:
    """One tenant, and the line to the person at the terminal."""

    tenant: Tenant
    """The tenant of the explicit provider that this process serves."""
    log: EngineLog
    """Status lines and warnings."""
    engine: str = ""
    """Address of the engine's gRPC server, which is one for all processes of a run."""

    @cached_property
    def node_proofs(self) -> NodeProofs:
        """What the nodes of the tenant's clusters have answered in this run: its resources ask them once."""
        from crosstenant.azure.clusters.node_proofs import NodeProofs

        return NodeProofs(self.tenant)

    @cached_property
    def caller_rights(self) -> CallerRights:
        """The caller's permissions on scopes of the tenant: resources that share one ask for it once."""
        from crosstenant.azure.caller_rights import CallerRights

        return CallerRights(self.tenant)
