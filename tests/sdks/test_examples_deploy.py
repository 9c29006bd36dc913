"""The examples in Go and TypeScript preview, deploy and stay quiet, with the real engine in the sandbox."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from crosstenant.sandbox.world import seed
from lib.sandbox import CONFIG, SECRETS
from lib.stack import Stack
from tests.engine.engine_world import Azure
from tests.engine.refusal_world import refused_plainly

pytestmark = [pytest.mark.large, pytest.mark.engine]


def deployed_and_quiet(example: Path, folder: Path, azure: Azure, environ: Mapping[str, str]) -> None:
    stack = Stack(example, "test", folder, environ={**environ, **azure.environ})
    stack.create({**CONFIG, "repository": "hello"}, SECRETS)

    wrong = stack.operate("preview", "--config", f"clusterId={seed.CLUSTER}/agentPools/system")
    refused_plainly(wrong, azure, "resource 'pull' has a problem: clusters[0].clusterId:", "is not the ARM ID of a")

    preview = stack.operate("preview", "--config", f"clusterId={seed.CLUSTER}")
    assert preview.code == 0, preview.output
    assert preview.changed("crosstenant:index:ServicePrincipalProfile") is not None
    assert azure.writes == []

    up = stack.operate("up")
    assert up.code == 0, up.output
    shown = json.loads(stack.command("pulumi", "stack", "output", "--json", "--stack", "test").output)
    cluster = azure.state["resources"][seed.CLUSTER.lower()]
    assert cluster["properties"]["servicePrincipalProfile"]["clientId"] == shown["clientId"]
    assert (shown["loginServer"], shown["pullResult"]) == ("fabrikamimages.azurecr.io", "granted")
    assert shown["imagePullSecret"] == "[secret]"
    exported = json.dumps(stack.resources())
    known = [*SECRETS.values(), cluster["_credential"]["secret"]]
    assert [secret for secret in known if secret in exported + preview.output + up.output] == []

    again = stack.operate("preview", "--refresh", "--expect-no-changes")
    assert again.code == 0, again.output


def test_go_example_deploys_and_is_quiet(
    written: Path, go_environment: dict[str, str], azure: Azure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    # The host compiles the program with the `go` on PATH.
    monkeypatch.setenv("PATH", go_environment["PATH"])
    deployed_and_quiet(written / "examples" / "go", tmp_path / "stack", azure, go_environment)


def test_typescript_example_deploys_and_is_quiet(npm_packages: Path, azure: Azure, tmp_path: Path):
    deployed_and_quiet(npm_packages, tmp_path / "stack", azure, {})
