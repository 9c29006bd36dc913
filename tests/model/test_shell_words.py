"""A word of a command to copy is one word of a shell, whoever chose it."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from crosstenant.azure.clusters.run_command import disabled
from crosstenant.azure.pull.pull_advice import assignment_command
from crosstenant.cli.check.federated.credential_links import of_identity
from crosstenant.model.arm_id import CLUSTER_TYPE, IDENTITY_TYPE, ArmId
from crosstenant.model.shell_words import shell_word
from crosstenant.plugin.service_principal_profile.sentences import still_in_use
from tests.azure.aks_world import cluster
from tests.cli.adopted import registry

HOSTILE = (
    "rg-(prod)",
    "$(touch planted)",
    "`touch planted`",
    "; touch planted;",
    "it's '$(touch planted)'",
    'a"b',
    "a\\b!",
    "| & > < * ? # ~ {a,b}",
    "",
)
GROUP = "rg-(prod)"
SUBSCRIPTION = "a0000000-0000-4000-8000-0000000000a1"


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_a_shell_passes_the_word_on_as_it_is(text: str, shell: str, tmp_path: Path):
    if shutil.which(shell) is None:
        pytest.skip(f"there is no {shell} here")
    done = subprocess.run(
        [shell, "-c", f"printf '%s' {shell_word(text)}"], capture_output=True, text=True, cwd=tmp_path, check=True
    )
    assert done.stdout == text
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["rg-prod", "a0000000-0000-4000-8000-0000000000a1", "/subscriptions/x", "https://x/"])
def test_a_plain_word_has_no_quotes(text: str):
    assert shell_word(text) == text


def test_a_resource_group_with_parentheses_is_quoted_in_every_command():
    cluster_id = ArmId(SUBSCRIPTION, GROUP, CLUSTER_TYPE, ("aks-prod",))
    told = [
        still_in_use("urn:x", cluster_id, "app"),
        str(disabled(cluster(cluster_id=str(cluster_id)))),
        of_identity(ArmId(SUBSCRIPTION, GROUP, IDENTITY_TYPE, ("pull",))),
        assignment_command(replace(registry().state, registry_id=f"/x/{GROUP}/x"), SUBSCRIPTION),
    ]
    for text in told:
        assert f'"{GROUP}"' in text or f'/{GROUP}/x"' in text, text
