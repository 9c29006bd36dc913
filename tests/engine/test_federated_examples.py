"""examples/federated-gitops as it is: the Azure side, the YAML for the cluster, and what the check says of it."""

from __future__ import annotations

import json
from pathlib import Path

import yaml

from crosstenant.sandbox.world import seed
from crosstenant.sandbox.world.managed_identities import CREDENTIALS, is_identity
from crosstenant.sandbox.world.state import State
from lib.federated import FederatedFleet
from lib.stack import Outcome
from tests.engine.engine_world import Azure
from tests.engine.registry_stacks import outputs

CALLERS = {
    "CLUSTER_CLIENT_ID": seed.CLUSTER_CALLER_ID,
    "CLUSTER_CLIENT_SECRET": seed.CLUSTER_CALLER_SECRET,
    "REGISTRY_CLIENT_ID": seed.REGISTRY_CALLER_ID,
    "REGISTRY_CLIENT_SECRET": seed.REGISTRY_CALLER_SECRET,
}


def links(check: Outcome) -> dict[str, str]:
    """The state of each link by name and object."""
    return {f"{it['link']} {it['object']}": it["state"] for it in json.loads(check.output)["links"]}


def remove_credential(state: State) -> None:
    identity = next(it for it in state["resources"].values() if is_identity(it))
    identity[CREDENTIALS].clear()


def test_the_gitops_example_gives_its_cluster_yaml_and_is_checked_from_its_state(azure: Azure, tmp_path: Path):
    folder = tmp_path / "stack"
    clusters = {"blue": seed.MANAGED_IDENTITY_CLUSTER}
    stack = FederatedFleet(folder, clusters, environ={**azure.environ, **CALLERS})
    up = stack.operate("up")
    assert up.code == 0, up.output

    text = outputs(stack)["manifests"]["blue"]
    documents = [it for it in yaml.safe_load_all(text) if it]
    kinds = [it["kind"] for it in documents]
    assert kinds == [
        "Namespace",
        "ServiceAccount",
        "ConfigMap",
        "Role",
        "RoleBinding",
        "ServiceAccount",
        "Job",
        "CronJob",
    ], "and no Secret, which a synchronisation would empty"
    config = json.loads(documents[2]["data"]["config.json"])
    assert config["clientId"] == outputs(stack)["clientId"]
    assert config["registries"][0]["loginServer"] == "fabrikamimages.azurecr.io"

    command = ("crosstenant", "check", "--stack", "fleet", "--cwd", str(folder), "--json")
    whole = stack.command(*command)
    assert whole.code == 0, whole.output
    assert links(whole) == {
        f"access to {seed.CLUSTER_TENANT}": "ok",
        "cluster aks-managed": "ok",
        "refresher aks-managed": "skipped",
        f"access to {seed.REGISTRY_TENANT}": "ok",
        "identity images-fleet": "ok",
        "federated credential aks-managed": "ok",
        "registry fabrikamimages": "ok",
        "role fabrikamimages": "ok",
        "network fabrikamimages": "ok",
    }
    azure.change(remove_credential)
    broken = stack.command(*command)
    assert broken.code == 1
    assert [name for name, state in links(broken).items() if state == "broken"] == ["federated credential aks-managed"]
