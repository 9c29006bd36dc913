"""``.netrc`` beside the plugin and the commands: no client reads it, so no request changes."""

from __future__ import annotations

import netrc
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from crosstenant.azure.arm import Arm
from crosstenant.azure.caller_rights import permits
from crosstenant.azure.clusters.clusters import RESET_ACTION, Clusters
from crosstenant.azure.directory.directory_rights import is_single_tenant
from crosstenant.azure.directory.graph import Graph
from crosstenant.azure.pull.docker_token import prove_pull, registry_session
from crosstenant.azure.pull.pull_verdict import PullRefused, Reason
from crosstenant.azure.registries.registries import Registries
from crosstenant.azure.sign_in.secret_proof import prove_secret
from crosstenant.azure.sign_in.tenant import Tenant
from crosstenant.model.arm_id import CLUSTER_TYPE, parse_arm_id
from crosstenant.model.clouds import PUBLIC
from crosstenant.model.credentials.kinds import AppCredential, ClientSecret
from crosstenant.sandbox.world.seed import (
    CLUSTER_CALLER_ID,
    CLUSTER_CALLER_SECRET,
    CLUSTER_GROUP,
    CLUSTER_TENANT,
    OLD_CLUSTER_APP_ID,
    REGISTRY_CALLER_ID,
    REGISTRY_CALLER_SECRET,
    REGISTRY_GROUP,
    REGISTRY_TENANT,
)
from crosstenant.sandbox.world.state import Store

PROD = f"{CLUSTER_GROUP}/providers/Microsoft.ContainerService/managedClusters/aks-prod"
IMAGES = f"{REGISTRY_GROUP}/providers/Microsoft.ContainerRegistry/registries/fabrikamimages"
ENTRIES = {
    "default": "default login planted password planted\n",
    "hosts": "".join(
        f"machine {host} login planted password planted\n"
        for host in (PUBLIC.arm_host, PUBLIC.login_host, PUBLIC.graph_host, "fabrikamimages.azurecr.io", "127.0.0.1")
    ),
}


@pytest.fixture(params=[(where, entry) for where in ("HOME", "NETRC") for entry in ENTRIES], ids="-".join)
def reads(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> list[str]:
    """The files of credentials that were read."""
    where, entry = request.param
    file = tmp_path / ".netrc"
    file.write_text(ENTRIES[entry])
    file.chmod(0o600)
    monkeypatch.delenv("NETRC", raising=False)
    monkeypatch.setenv(where, str(tmp_path if where == "HOME" else file))
    found: list[str] = []
    original = netrc.netrc

    def reading(path: str | None = None) -> netrc.netrc:
        found.append(str(path))
        return original(path)

    monkeypatch.setattr(netrc, "netrc", reading)
    return found


@pytest.fixture
async def tenants(reads: list[str]) -> AsyncIterator[tuple[Tenant, Tenant]]:
    cluster = Tenant(CLUSTER_TENANT, PUBLIC, ClientSecret(CLUSTER_CALLER_ID, CLUSTER_CALLER_SECRET))
    registry = Tenant(REGISTRY_TENANT, PUBLIC, ClientSecret(REGISTRY_CALLER_ID, REGISTRY_CALLER_SECRET))
    yield cluster, registry
    await cluster.aclose()
    await registry.aclose()


async def test_no_client_reads_it(tenants: tuple[Tenant, Tenant], reads: list[str]):
    cluster_tenant, registry_tenant = tenants
    clusters, graph, arm = Clusters(cluster_tenant), Graph(cluster_tenant), Arm(cluster_tenant)
    cluster = await clusters.get(parse_arm_id(PROD, CLUSTER_TYPE))
    assert cluster is not None
    assert cluster.client_id == OLD_CLUSTER_APP_ID
    assert await permits(arm, PROD, RESET_ACTION) is True
    assert await graph.service_principal(OLD_CLUSTER_APP_ID) is not None
    registry = await Registries(registry_tenant).get(IMAGES)
    assert registry is not None
    assert await is_single_tenant(PUBLIC, OLD_CLUSTER_APP_ID) in (True, False)

    async def on_wait(message: str) -> None:
        raise AssertionError(message)

    caller = AppCredential(CLUSTER_CALLER_ID, CLUSTER_CALLER_SECRET)
    assert await prove_secret(CLUSTER_TENANT, PUBLIC, caller, deadline=0, on_wait=on_wait)
    async with registry_session() as session:
        with pytest.raises(PullRefused) as refused:
            await prove_pull(session, registry.login_server, caller, "hello")
    assert refused.value.reason is Reason.SERVICE_PRINCIPAL_MISSING
    assert reads == []
    for client in (clusters, graph, arm):
        await client.aclose()
