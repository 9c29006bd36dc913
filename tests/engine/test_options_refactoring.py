"""Refactorings on the real engine: nothing changes in Azure. docs/pulumi-options.md holds the last one's program."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from lib.stack import Stack
from tests.engine.engine_world import Azure
from tests.engine.options_world import Optioned, shows

DOCS = Path(__file__).parents[2] / "docs" / "pulumi-options.md"
PLATFORM = "urn:pulumi:test::program::examples:index:Platform::platform"


def documented() -> str:
    (program,) = re.findall(r"<!-- the program that is tested -->\s+```python\n(.*?)```", DOCS.read_text(), re.DOTALL)
    return program


def with_(program: str, *changes: tuple[str, str]) -> str:
    for old, new in changes:
        assert program.count(old) == 1, old
        program = program.replace(old, new)
    return program


def test_a_component_is_renamed_moved_and_taken_apart_without_a_change_in_azure(
    azure: Azure, make_stack: Callable[..., Stack], tmp_path: Path
):
    stack = Optioned(azure, make_stack, tmp_path, name="images", parent=True, rotation={"rotate_every_days": 60})
    stack.up()
    (secret,) = stack.secrets

    stack.ask(name="prod", parent=False, aliases=[{"name": "images", "parent": PLATFORM}])
    moved = stack.does_nothing()
    shows(moved, "alias-name", "alias-parent")
    assert [(it.op, it.name) for it in moved.changes] == [("delete", "platform")], moved.output

    program = documented()
    stack.becomes(program)
    apart = stack.does_nothing()
    shows(apart, "alias-apart")
    assert [(it.op, it.name) for it in apart.changes] == [("delete", "prod")], apart.output

    # As in other languages, each part has providers of its own; and both parts take their options as the whole does.
    parts = with_(
        program,
        ("ResourceOptions(aliases=", "ResourceOptions(protect=True, retain_on_delete=True, aliases="),
        ("PullIdentityArgs(", 'PullIdentityArgs(tenant=tenant_from_config(config, "cluster"), '),
        ("        client_id=identity", '        tenant=tenant_from_config(config, "registry"), client_id=identity'),
        ("    cluster_providers=clusters,\n", ""),
        ("    registry_providers=registries,\n", ""),
    )
    stack.becomes(parts)
    stack.does_nothing()
    for option in ("protect", "retainOnDelete"):
        kinds = [it["type"].rsplit(":", 1)[-1] for it in stack.stack.resources() if it["custom"] and it.get(option)]
        # The program gives its own options to the providers that it makes and to the cluster's record.
        ours = [it for it in kinds if it not in ("azuread", "azure-native", "crosstenant", "ServicePrincipalProfile")]
        assert sorted(ours) == ["Application", "ServicePrincipal", "ServicePrincipal"]
    assert stack.secrets == [secret]
    assert len(azure.resets) == 1

    exported = str(tmp_path / "exported.json")
    identity = "urn:pulumi:test::program::crosstenant:index:PullIdentity"
    for words in (
        ("stack", "export", "--file", exported),
        ("stack", "import", "--file", exported),
        ("state", "rename", f"{identity}::prod", "other", "--yes"),
        ("state", "rename", f"{identity}::other", "prod", "--yes"),
        ("stack", "rename", "organization/images/test"),
    ):
        done = stack.stack.command("pulumi", *words, "--stack", "test")
        assert done.code == 0, done.output
    for settings in (stack.project / "Pulumi.yaml", tmp_path / "stack" / "Pulumi.test.yaml"):
        settings.write_text(re.sub(r"\bprogram\b", "images", settings.read_text()))
    quiet = stack.stack.operate("preview", "--refresh", "--expect-no-changes")
    assert quiet.code == 0, quiet.output
    shows(quiet, "export-import", "state-rename", "stack-rename")
