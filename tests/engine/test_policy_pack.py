"""A policy pack beside a stack, as docs/pulumi-options.md has it: what it sees, forbids and corrects.

Not proven here: that the Python host runs a folder as a pack. The host that set-up builds is older than such packs, so
the pack is started by an executable, which Pulumi takes in place of the folder.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from crosstenant.sandbox.world import seed
from lib import python_env
from lib.checkout import POLICY
from lib.stack import Outcome, Stack
from tests.engine.engine_world import Azure
from tests.engine.options_world import shows

pytestmark = pytest.mark.large

DOCS = Path(__file__).parents[2] / "docs" / "pulumi-options.md"
LAUNCHER = """\
#!/bin/sh
PYTHONPATH='{packages}' exec python3 -u '{program}' "$@"
"""


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """The pack of the page; a machine without pulumi-policy fails here, and reads how to get it."""
    if not python_env.is_policy_there():
        pytest.fail(
            f"there is no pulumi-policy {python_env.policy_pin()} in {POLICY}: run make test-clients", pytrace=False
        )
    (source,) = re.findall(r"<!-- the pack that is tested -->\s+```python\n(.*?)```", DOCS.read_text(), re.DOTALL)
    program, launcher = tmp_path / "pack.py", tmp_path / "pack"
    program.write_text(source)
    launcher.write_text(LAUNCHER.format(packages=POLICY, program=program))
    launcher.chmod(0o755)
    return launcher


def test_a_policy_pack_forbids_a_registry_and_corrects_the_application(
    quickstart: Stack, azure: Azure, pack: Path, tmp_path: Path
):
    settings = tmp_path / "settings.json"

    def operate(operation: str, *options: str, registries: list[str]) -> Outcome:
        settings.write_text(json.dumps({"approved-registries": {"names": registries}}))
        return quickstart.operate(
            operation, "--policy-pack", str(pack), "--policy-pack-config", str(settings), *options
        )

    refused = operate("preview", registries=["contosoimages"])
    assert refused.code != 0
    shows(refused, "policy-pack")
    assert refused.says("registry fabrikamimages is not approved"), refused.output
    assert azure.writes == []

    up = operate("up", registries=["fabrikamimages"])
    assert up.code == 0, up.output
    (made,) = (it for it in azure.state["applications"].values() if it["displayName"] == "quickstart (test)")
    assert made["tags"] == ["team-a"]
    # The page says that a pack reads secrets; it is the pack's own text that would show them.
    assert azure.state["resources"][seed.CLUSTER.lower()]["_credential"]["secret"] not in up.output
    quiet = operate("preview", "--expect-no-changes", registries=["fabrikamimages"])
    assert quiet.code == 0, quiet.output
    assert quickstart.operate("preview", "--expect-no-changes").code == 0, "without the pack"
