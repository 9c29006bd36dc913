"""`crosstenant sandbox config`, and the callers as docs/sandbox.md lists them."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from crosstenant.sandbox.cli.commands import sandbox
from crosstenant.sandbox.host.state_file import open_store
from crosstenant.sandbox.world import seed

ROOT = Path(__file__).parents[2]
QUICKSTART = set(
    re.findall(r"^  (\w+):$", (ROOT / "Pulumi.yaml").read_text().partition("\nconfig:\n")[2], re.MULTILINE)
)


@pytest.fixture
def settings(store):
    def run(*arguments: str) -> dict[str, tuple[str, bool]]:
        done = CliRunner().invoke(sandbox, ["config", "--state", str(store.path), *arguments])
        assert done.exit_code == 0, done.output
        values: dict[str, tuple[str, bool]] = {}
        for line in done.output.splitlines():
            words = shlex.split(line)
            if "|" in words:
                assert shlex.join(words[words.index("|") + 1 :]) == "pulumi config set --secret kubeconfig"
                values["kubeconfig"] = (shlex.join(words[: words.index("|")]), True)
                continue
            assert words[:3] == ["pulumi", "config", "set"]
            values[words[-2]] = (words[-1], "--secret" in words)
        return values

    return run


def test_lines_are_the_configuration_of_the_quickstart(settings):
    lines = settings()
    assert set(lines) <= QUICKSTART
    assert lines["clusterId"] == (seed.CLUSTER, False)
    assert lines["registryId"] == (seed.REGISTRY, False)
    assert lines["registryClientId"] == (seed.REGISTRY_CALLER_ID, False)
    assert lines["registryClientSecret"] == (seed.REGISTRY_CALLER_SECRET, True)
    assert lines["clusterClientSecret"] == (seed.CLUSTER_CALLER_SECRET, True)


def test_cluster_with_a_managed_identity_gets_the_group_of_the_identity(settings):
    lines = settings("--cluster", "aks-managed", "--registry", "fabrikamabac")
    assert lines["clusterId"] == (seed.MANAGED_IDENTITY_CLUSTER, False)
    assert lines["registryId"] == (seed.ABAC_REGISTRY, False)
    assert lines["identityGroup"] == ("rg-identities", False)


def test_cluster_with_a_managed_identity_gets_the_line_for_its_kubeconfig(settings, store):
    assert "kubeconfig" not in settings()
    command, _ = settings("--cluster", "aks-managed")["kubeconfig"]
    printed = CliRunner().invoke(sandbox, shlex.split(command)[2:])
    assert shlex.split(command)[:2] == ["crosstenant", "sandbox"]
    assert json.loads(printed.stdout)["kind"] == "Config"


def test_the_line_for_the_kubeconfig_names_no_state_that_is_the_default(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CROSSTENANT_SANDBOX_STATE", raising=False)
    lines = CliRunner().invoke(sandbox, ["config", "--cluster", "aks-managed"]).output.splitlines()
    assert lines[-1] == "crosstenant sandbox kubeconfig aks-managed | pulumi config set --secret kubeconfig"


def test_second_registry_tenant_and_another_cloud_are_those_of_the_state(tmp_path):
    store = open_store(tmp_path / "state.json", "china")
    with store.change() as state:
        seed.add_registry_tenant(state)
    lines = (
        CliRunner()
        .invoke(sandbox, ["config", "--state", str(store.path), "--registry", "northwindimages"])
        .output.splitlines()
    )
    assert "pulumi config set environment china" in lines
    assert f"pulumi config set registryTenantId {seed.SECOND_REGISTRY_TENANT}" in lines
    assert f"pulumi config set --secret registryClientSecret {seed.SECOND_REGISTRY_CALLER_SECRET}" in lines


def test_unknown_registry_is_refused_with_those_that_exist(store):
    refused = CliRunner().invoke(sandbox, ["config", "--state", str(store.path), "--registry", "nothing"])
    assert refused.exit_code == 1
    assert "fabrikamimages, fabrikamabac" in refused.output


def test_callers_of_the_page_are_those_of_the_seed():
    state = seed.seed()
    seed.add_registry_tenant(state)
    secrets = {value for name, value in vars(seed).items() if name.endswith("_SECRET")} - {seed.OLD_CLUSTER_SECRET}
    rows = re.findall(r"^\| [^|]*tenant[^|]* \| `([\w-]+)` \| `([0-9a-f-]{36})` \| `([\w-]+)` \|", page(), re.MULTILINE)
    names = {one["appId"]: one["displayName"] for one in state["applications"].values()}
    assert {secret for _, _, secret in rows} == secrets
    for name, client_id, secret in rows:
        assert names.pop(client_id) == name
        constant = next(key for key, value in vars(seed).items() if value == secret and key.endswith("_SECRET"))
        assert vars(seed)[constant.replace("_SECRET", "_ID")] == client_id
    assert set(names) == {seed.OLD_CLUSTER_APP_ID}


def page() -> str:
    return (ROOT / "docs" / "sandbox.md").read_text()
