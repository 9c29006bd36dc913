"""Pulumi's options on a component that the plugin hosts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from lib.stack import Stack
from tests.engine.engine_world import Azure
from tests.engine.options_world import shows
from tests.engine.test_yaml import PROGRAM

HOST = """resources:
  host:
    type: pulumi:providers:crosstenant
    properties:
      tenantId: ${clusterTenantId}
"""


def test_a_hosted_component_is_renamed_and_has_a_provider_of_its_own(
    azure: Azure, make_stack: Callable[..., Stack], tmp_path: Path
):
    stack = make_stack(PROGRAM, runtime="yaml")
    project = tmp_path / "project" / "Pulumi.yaml"

    def change(old: str, new: str) -> None:
        text = project.read_text()
        assert text.count(old) >= 1, text
        project.write_text(text.replace(old, new))

    up = stack.operate("up")
    assert up.code == 0, up.output
    before = len(azure.writes)
    change("  pull:\n", "  images:\n")
    change("${pull.", "${images.")
    former = "urn:pulumi:test::program::crosstenant:index:CrossTenantPull::pull"
    options = f"    options:\n      aliases: ['{former}']\n      protect: true\n"
    change("    type: crosstenant:CrossTenantPull\n", f"    type: crosstenant:CrossTenantPull\n{options}")
    renamed = stack.operate("up")
    assert renamed.code == 0, renamed.output
    assert azure.writes[before:] == []
    protected = {it["type"].rsplit(":", 1)[-1] for it in stack.resources() if it.get("protect") and it["custom"]}
    assert protected == {"Application", "ServicePrincipal"}

    config = str(tmp_path / "stack" / "Pulumi.test.yaml")
    disabled = ("--path", "pulumi:disable-default-providers[0]", "*", "--config-file", config, "--stack", "test")
    assert stack.command("pulumi", "config", "set", *disabled).code == 0
    refused = stack.operate("preview")
    assert refused.code != 0
    shows(refused, "disable-default-providers-yaml")
    change("resources:\n", HOST)
    change("      protect: true\n", "      protect: true\n      provider: ${host}\n")
    with_provider = stack.operate("preview")
    assert with_provider.code == 0, with_provider.output
    changes = {(it.op, it.name) for it in with_provider.changes if "default" not in it.name}
    assert changes == {("create", "host")}, with_provider.output
