"""A type checker, and so an editor, names the wrong key of an argument that is written as a dictionary."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

PROGRAM = """
from crosstenant import CrossTenantPull, FederatedPull

FederatedPull(
    "pull",
    {
        "cluster_tenant": {"tenant_id": "a", "tenant": "b"},
        "registries": [{"registry_id": "r", "pull_chek": {}}],
        "identity": {"resource_grp": "g"},
        "clusters": [{"cluster_id": "c", "namespaces": [{"name": "n", "secret": "s"}]}],
    },
)
CrossTenantPull("pull", {"registries": [], "clusters": [], "registry": "r"})
"""


def test_every_wrong_key_is_named_with_its_type(tmp_path: Path):
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    checked = subprocess.run(
        [sys.executable, "-m", "pyright", "--pythonpath", sys.executable, "--outputjson", str(program)],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    said = "\n".join(finding["message"] for finding in json.loads(checked.stdout)["generalDiagnostics"])
    for key, arguments in (
        ("tenant", "TenantArgs"),
        ("pull_chek", "RegistryArgs"),
        ("resource_grp", "FederatedIdentityArgs"),
        ("secret", "PullNamespaceArgs"),
        ("registry", "CrossTenantPullArgs"),
    ):
        assert f'"{key}" is an undefined item in type "{arguments}"' in said, said
