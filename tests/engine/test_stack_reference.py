"""IDs that another stack exports, by a StackReference in Python and in YAML."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from crosstenant.sandbox.world import seed
from lib.stack import Stack
from tests.engine.engine_world import YAML_CONFIG, YAML_TENANTS, Azure
from tests.engine.registry_stacks import HEAD, PROFILE, outputs, rewrite

EXPORTING = f"""
name: platform
runtime: yaml
outputs:
  registryId: {seed.REGISTRY}/
  clusterId: {seed.CLUSTER.replace("/resourceGroups/", "/resourcegroups/")}
"""

PYTHON = (
    HEAD
    + """
platform = pulumi.StackReference("organization/platform/dev")
pull = CrossTenantPull(
    "pull",
    CrossTenantPullArgs(
        cluster_tenant=tenant("cluster"),
        registry_tenant=tenant("registry"),
        registries=[RegistryArgs(registry_id=platform.require_output("registryId"), name="images")],
        clusters=[ClusterArgs(cluster_id=platform.get_output("clusterId"), name="prod")],
    ),
)
pulumi.export("registries", pull.registries)
"""
)
YAML = (
    YAML_CONFIG
    + """    resources:
      platform:
        type: pulumi:pulumi:StackReference
        properties:
          name: organization/platform/dev
      pull:
        type: crosstenant:CrossTenantPull
        properties:
"""
    + YAML_TENANTS
    + """          registries:
            - registryId: ${platform.outputs["registryId"]}
              name: images
          clusters:
            - clusterId: ${platform.outputs["clusterId"]}
              name: prod
    outputs:
      registries: ${pull.registries}
"""
)
NAMES = {"pull-images-pull-role", "pull-images-pull-check", "pull-prod-profile"}


def export_ids(stack: Stack, folder: Path) -> None:
    """Deploys the stack ``organization/platform/dev`` into the backend of another."""
    folder.mkdir()
    (folder / "Pulumi.yaml").write_text(EXPORTING)
    for words in (("stack", "init", "dev", "--no-select"), ("up", "--yes", "--skip-preview", "--stack", "dev")):
        done = stack.command("pulumi", "-C", str(folder), *words, "--non-interactive")
        assert done.code == 0, done.output


@pytest.mark.parametrize(("runtime", "program"), [("python", PYTHON), ("yaml", YAML)])
def test_ids_of_another_stack(
    make_stack: Callable[..., Stack], azure: Azure, tmp_path: Path, runtime: str, program: str
):
    stack = make_stack(program, runtime=runtime)
    export_ids(stack, tmp_path / "platform")
    preview = stack.operate("preview")
    assert preview.code == 0, preview.output
    assert {it.name for it in preview.changes} >= NAMES
    up = stack.operate("up")
    assert up.code == 0, up.output
    assert [it.lower() for it in azure.resets] == [seed.CLUSTER.lower()]
    (granted,) = outputs(stack)["registries"]
    assert granted["name"] == "images"
    quiet = stack.operate("preview", "--refresh", "--expect-no-changes")
    assert quiet.code == 0, quiet.output
    assert up.changed(PROFILE) is not None


def test_what_is_missing_is_named_before_anything_is_made(
    make_stack: Callable[..., Stack], azure: Azure, tmp_path: Path
):
    stack = make_stack(PYTHON.replace(', name="prod"', ""))
    export_ids(stack, tmp_path / "platform")
    nameless = stack.operate("preview")
    assert nameless.code != 0
    assert nameless.says("clusters[0].name: is missing: cluster_id is an output, so the resource needs a name")
    rewrite(tmp_path, PYTHON.replace('get_output("clusterId")', 'get_output("clusterID")'))
    absent = stack.operate("preview")
    assert absent.code != 0
    assert absent.says("clusters[0].cluster_id: the output is None: it must be the ARM ID of a")
    assert azure.writes == []
