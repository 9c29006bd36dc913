"""The quickstart in the other clouds, on the real engine: from its first update to its destruction.

It proves that every client of a stack takes the cloud's own hosts, which the sandbox emulates; it does not prove that
these clouds refuse nothing else than the public one.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from crosstenant.sandbox.host.state_file import open_store
from crosstenant.sandbox.world import drift, seed
from crosstenant.sandbox.world.clock import forward_clock
from lib.sandbox import CONFIG, SECRETS
from lib.stack import Stack
from tests.engine.engine_world import Azure

ROOT = Path(__file__).parents[2]
HOSTS = {
    "usgovernment": {
        "login.microsoftonline.us",
        "graph.microsoft.us",
        "management.usgovcloudapi.net",
        "fabrikamimages.azurecr.us",
        "sandboxregistrylayers.blob.core.usgovcloudapi.net",
    },
    "china": {
        "login.partner.microsoftonline.cn",
        "microsoftgraph.chinacloudapi.cn",
        "management.chinacloudapi.cn",
        "fabrikamimages.azurecr.cn",
        "sandboxregistrylayers.blob.core.chinacloudapi.cn",
    },
}


@pytest.mark.parametrize("cloud", HOSTS)
def test_the_quickstart_stays_within_its_cloud(azure: Azure, tmp_path: Path, cloud: str):
    open_store(azure.store.path, cloud).reset()
    azure.change(lambda state: state["settings"]["reset"].update(seconds=0.5, retry_after=1))
    stack = Stack(ROOT, "test", tmp_path / "stack", environ=azure.environ)
    stack.create({**CONFIG, "environment": cloud, "repository": "hello", "reference": "1.0"}, SECRETS)

    up = stack.operate("up")
    assert up.code == 0, up.output
    application = next(it for it in azure.state["applications"].values() if it["displayName"] == "quickstart (test)")
    (login_server,) = (it for it in HOSTS[cloud] if it.startswith("fabrikamimages"))
    (sign_in,) = (it for it in HOSTS[cloud] if it.startswith("login"))
    outputs = next(it["outputs"] for it in stack.resources() if it["type"] == "pulumi:pulumi:Stack")
    assert outputs["loginServers"] == [login_server]
    assert outputs["consentUrl"].startswith(f"https://{sign_in}/{seed.REGISTRY_TENANT}/adminconsent?")
    pull = stack.command(
        "crosstenant", "sandbox", "pull", "--cluster", "aks-prod", "--node", "all", f"{login_server}/hello:1.0"
    )
    assert pull.code == 0, pull.output

    azure.change(lambda state: forward_clock(state, 120))  # right after its reset a cluster is read twice
    azure.change(lambda state: drift.remove_role_assignment(state, seed.REGISTRY, application["appId"]))
    azure.change(lambda state: drift.reset_cluster(state, seed.CLUSTER, seed.OLD_CLUSTER_APP_ID))
    seen = stack.operate("preview", "--refresh", "--expect-no-changes")
    assert seen.code != 0
    assert {it.type for it in seen.changes if it.is_infrastructure} >= {
        "azure-native:authorization:RoleAssignment",
        "crosstenant:index:ServicePrincipalProfile",
    }, seen.output
    repaired = stack.operate("up", "--refresh")
    assert repaired.code == 0, repaired.output
    quiet = stack.operate("preview", "--refresh", "--expect-no-changes")
    assert quiet.code == 0, quiet.output

    azure.change(lambda state: drift.reset_cluster(state, seed.CLUSTER, seed.OLD_CLUSTER_APP_ID))
    gone = stack.operate("destroy")
    assert gone.code == 0, gone.output
    assert {it["host"] for it in azure.requests} == HOSTS[cloud]
