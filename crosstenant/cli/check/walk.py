"""Looks at both ends of a chain at once."""

from __future__ import annotations

import asyncio

from crosstenant.azure.sign_in.tenant import Tenant
from crosstenant.cli.check.chain import Chain, Report
from crosstenant.cli.check.cluster_side import cluster_side
from crosstenant.cli.check.registry_side import registry_side


async def walk(chain: Chain, cluster_tenant: Tenant, registry_tenant: Tenant, secret: str | None) -> Report:
    """Looks at every link of a chain; reads only.

    :param chain: The chain.
    :param cluster_tenant: The cluster tenant, with the caller's credential.
    :param registry_tenant: The registry tenant, likewise.
    :param secret: The application's secret, to prove sign-in and pull with; neither is tried without it.
    """
    try:
        halves = await asyncio.gather(
            cluster_side(chain, cluster_tenant, secret), registry_side(chain, registry_tenant, secret)
        )
    finally:
        await cluster_tenant.aclose()
        await registry_tenant.aclose()
    return Report(chain, tuple(link for half in halves for link in half))
