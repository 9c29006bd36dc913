"""Checks a chain in both tenants at the same time."""

from __future__ import annotations

import asyncio

from crosstenant.azure.sign_in.tenant import Tenant
from crosstenant.cli.check.chain import Chain, Report
from crosstenant.cli.check.cluster_side import cluster_side
from crosstenant.cli.check.registry_side import registry_side


async def walk(chain: Chain, cluster_tenant: Tenant, registry_tenant: Tenant, secret: str | None) -> Report:
    """Checks every link of a chain; only reads.

    :param chain: The chain.
    :param cluster_tenant: The cluster tenant, with the caller's credential.
    :param registry_tenant: The registry tenant, likewise.
    :param secret: The application secret, for sign-in and pull; without it neither is checked.
    """
    try:
        halves = await asyncio.gather(
            cluster_side(chain, cluster_tenant, secret), registry_side(chain, registry_tenant, secret)
        )
    finally:
        await cluster_tenant.aclose()
        await registry_tenant.aclose()
    return Report(chain, tuple(link for half in halves for link in half))
