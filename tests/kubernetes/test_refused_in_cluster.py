"""What an operator reads and does when a cluster cannot be reached for a ``FederatedPull``.

With the stand-in for pulumi-kubernetes, whose words are those of the real plugin.
"""

from __future__ import annotations

import json
import textwrap
from pathlib import Path

import pytest

from crosstenant.sandbox.host.server import Sandbox
from crosstenant.sandbox.world.seed import MANAGED_IDENTITY_CLUSTER
from lib.checkout import ROOT
from lib.sandbox import CONFIG, SECRETS
from lib.stack import Outcome, Stack
from tests.kubernetes.cluster_world import Cluster
from tests.kubernetes.provider_plugins import STAND_IN, environment

pytestmark = pytest.mark.engine

PROGRAM = """
    import json
    import os

    import pulumi
    from crosstenant import FederatedPull, tenant_from_config

    config = pulumi.Config()
    given = os.environ.get("GIVEN_KUBECONFIG")
    FederatedPull(
        "refused",
        {
            "cluster_tenant": tenant_from_config(config, "cluster"),
            "registry_tenant": tenant_from_config(config, "registry"),
            "registries": [
                {
                    "registry_id": config.require("registryId"),
                    "pull_check": {"repository": "hello", "reference": "1.0"},
                }
            ],
            "identity": {"resource_group": "rg-identities"},
            "clusters": [
                {
                    "cluster_id": config.require("clusterId"),
                    "kubeconfig": json.loads(given) if given else config.require_secret("kubeconfig"),
                    "namespaces": [json.loads(os.environ["PULLING"])],
                }
            ],
        },
    )
"""


def pulling(namespace: str, *accounts: str) -> dict[str, str]:
    return {"PULLING": json.dumps({"name": namespace, "service_accounts": accounts})}


@pytest.fixture
def stack(azure: Sandbox, cluster_api: Cluster, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Stack:
    project = tmp_path / "project"
    project.mkdir()
    plugins = {"providers": [{"name": "crosstenant", "path": str(ROOT / ".venv" / "bin")}]}
    (project / "Pulumi.yaml").write_text(json.dumps({"name": "program", "runtime": "python", "plugins": plugins}))
    (project / "__main__.py").write_text(textwrap.dedent(PROGRAM))
    environ = environment(STAND_IN, azure, tmp_path_factory.mktemp("plugins"))
    made = Stack(project, "test", tmp_path / "stack", environ=environ)
    kubeconfig = cluster_api.kubeconfig_file.read_text()
    made.create({**CONFIG, "clusterId": MANAGED_IDENTITY_CLUSTER}, {**SECRETS, "kubeconfig": kubeconfig})
    return made


def test_a_kubeconfig_that_reaches_nothing_is_told_and_leaves_nothing_behind(stack: Stack, cluster_api: Cluster):
    kubeconfig = json.loads(cluster_api.kubeconfig_file.read_text())
    kubeconfig["clusters"][0]["cluster"]["server"] = "https://127.0.0.1:9"
    given = {"GIVEN_KUBECONFIG": json.dumps(kubeconfig), "NO_PROXY": "127.0.0.1"}
    refused = stack.operate("up", environ={**pulling("shop"), **given})
    assert refused.code != 0
    assert refused.says("the API server of cluster 'aks-managed' does not answer to its kubeconfig"), refused.output
    assert kubeconfig["users"][0]["user"]["client-key-data"] not in f"{refused.output}{stack.resources()}"
    assert not [it for it in stack.resources() if it["type"].startswith("kubernetes:")]
    done(stack.operate("destroy"))


def done(outcome: Outcome) -> Outcome:
    assert outcome.code == 0, outcome.output[-5000:]
    return outcome
