"""What signs in to clusters, and the Azure CLI's tokens: found nowhere but encrypted."""

from __future__ import annotations

import json
import sys
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

import pytest

from crosstenant.sandbox.entra.audiences import ARM_AUDIENCE, KUBERNETES_AUDIENCE
from crosstenant.sandbox.entra.tokens import issue
from crosstenant.sandbox.host.plugins import prepare_plugins
from crosstenant.sandbox.kubernetes.commands import RunCommands
from crosstenant.sandbox.world import drift, seed
from lib.checkout import KUBERNETES, search_path
from lib.stack import Stack
from tests.engine.engine_world import Azure
from tests.engine.registry_stacks import HEAD
from tests.engine.test_secrets import Watch
from tests.faults.node_pulls import begin, integrate_with_entra

CLUSTER_TOKEN, CLUSTER_KEY = "planted-cluster-token-5f1c9a", b64encode(b"planted client key of a cluster").decode()
REFRESH_TOKEN = "0.AXoA-planted-refresh-token-of-the-azure-cli"
KUBECONFIG = json.dumps(
    {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "aks",
        "contexts": [{"name": "aks", "context": {"cluster": "aks", "user": "deployer"}}],
        "clusters": [{"name": "aks", "cluster": {"server": "https://127.0.0.1:9"}}],
        "users": [{"name": "deployer", "user": {"token": CLUSTER_TOKEN, "client-key-data": CLUSTER_KEY}}],
    }
)
PROGRAM = (
    HEAD
    + f"""
import os

# By the Azure CLI.
clusters = TenantProviders(
    "contoso", TenantArgs(tenant_id=config.require("clusterTenantId"), subscription_id="{seed.CLUSTER_SUBSCRIPTION}")
)
NodePullCheck(
    "nodes",
    cluster_id=config.require("clusterId"),
    image="fabrikamimages.azurecr.io/hello:1.0",
    mode="warn",
    timeout_seconds=10,
    opts=pulumi.ResourceOptions(provider=clusters.crosstenant),
)
FederatedPull(
    "prod",
    FederatedPullArgs(
        registry_tenant=tenant("registry"),
        registries=[RegistryArgs(registry_id=config.require("registryId"))],
        identity=FederatedIdentityArgs(resource_group="{seed.IDENTITY_GROUP.rsplit("/", 1)[-1]}"),
        clusters=[
            FederatedClusterArgs(
                cluster_id="{seed.MANAGED_IDENTITY_CLUSTER}",
                # As plain text: the component makes it a secret.
                kubeconfig=os.environ["JOB_KUBECONFIG"],
                namespaces=[PullNamespaceArgs(name="shop")],
            )
        ],
    ),
    cluster_providers=clusters,
)
"""
)
AZ = """#!{python}
import json, os, sys
from pathlib import Path

# As the Azure CLI does, which keeps a refresh token in its profile.
assert "planted" in (Path(os.environ["AZURE_CONFIG_DIR"]) / "msal_token_cache.json").read_text()
# It ends too soon to be seen from outside on each run: it leaves its arguments with what is searched.
with (Path(os.environ["TMPDIR"]) / "arguments-of-az").open("a") as arguments:
    arguments.write(" ".join(sys.argv))
resource = sys.argv[sys.argv.index("--resource") + 1].rstrip("/")
tokens = json.loads((Path(__file__).parent / "tokens.json").read_text())
print(json.dumps({{"accessToken": tokens[resource], "expires_on": 4102444800, "tokenType": "Bearer"}}))
"""


@pytest.fixture
def azure_cli(azure: Azure, tmp_path: Path) -> dict[str, str]:
    """The environment with an `az` that is signed in to the cluster tenant."""
    folder = tmp_path / "az"
    folder.mkdir()
    (folder / "az").write_text(AZ.format(python=sys.executable))
    (folder / "az").chmod(0o755)
    (folder / "msal_token_cache.json").write_text(json.dumps({"RefreshToken": {"secret": REFRESH_TOKEN}}))
    state = azure.state
    caller = drift.service_principal(state, seed.CLUSTER_TENANT, seed.CLUSTER_CALLER_ID)
    audiences = (ARM_AUDIENCE, KUBERNETES_AUDIENCE)
    tokens = {it.rstrip("/"): issue(state, seed.CLUSTER_TENANT, caller, it) for it in audiences}
    (folder / "tokens.json").write_text(json.dumps(tokens))
    return {"PATH": f"{folder}:{search_path()}", "AZURE_CONFIG_DIR": str(folder)}


@pytest.fixture
def kubernetes(tmp_path: Path) -> dict[str, str]:
    """What a program needs to use pulumi-kubernetes, whose plugin is the stand-in."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(KUBERNETES))
        return {"PYTHONPATH": str(KUBERNETES), **prepare_plugins(tmp_path / "pulumi-home").environment}


def test_what_signs_in_to_clusters_is_found_nowhere_but_encrypted(
    make_stack: Callable[..., Stack],
    azure: Azure,
    azure_cli: dict[str, str],
    kubernetes: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(RunCommands, "begin", begin)
    azure.change(integrate_with_entra)
    stack = make_stack(PROGRAM)
    watch = Watch(stack, azure, tmp_path / "stack")
    for planted in (KUBECONFIG, CLUSTER_TOKEN, CLUSTER_KEY, REFRESH_TOKEN):
        watch.plant("deployer", planted)

    # The cluster does not answer, and the nodes' answer cannot be read: with everything at its most talkative.
    environ = {**azure_cli, **kubernetes, "JOB_KUBECONFIG": KUBECONFIG}
    failed = watch.operate("up", "--logtostderr", "--logflow", "-v=9", "--debug", "--diff", environ=environ)
    assert failed.code != 0
    assert failed.says("is unreachable")
    assert [it for it in azure.writes if it.endswith("/runCommand")], "the cluster token was sent"
    assert watch.leaks() == []
    assert "get-access-token" in (watch.temporary / "arguments-of-az").read_text()

    exported = stack.command("pulumi", "stack", "export", "--show-secrets", "--stack", "test").output
    assert CLUSTER_TOKEN in exported, "the kubeconfig is in the state, encrypted"
    assert REFRESH_TOKEN not in exported
