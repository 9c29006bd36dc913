"""examples/yaml as it is."""

from __future__ import annotations

from pathlib import Path

from lib.sandbox import CONFIG, SECRETS
from lib.stack import Stack
from tests.engine.engine_world import Azure

EXAMPLE = Path(__file__).parents[2] / "examples" / "yaml"


def test_the_yaml_example_plans_the_chain_of_the_quickstart(azure: Azure, quickstart: Stack, tmp_path: Path):
    stack = Stack(EXAMPLE, "test", tmp_path / "yaml", environ=azure.environ)
    stack.create({**CONFIG, "repository": "hello"}, SECRETS)
    preview = stack.operate("preview")
    assert preview.code == 0, preview.output
    planned = sorted((it.op, it.type) for it in preview.changes if it.is_infrastructure)
    assert ("create", "crosstenant:index:ServicePrincipalProfile") in planned

    same = quickstart.operate("preview")
    assert planned == sorted((it.op, it.type) for it in same.changes if it.is_infrastructure)
