"""The recipes of docs/pipelines.md: their YAML can be read, and every configuration value is one that is read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from crosstenant.model.credentials.arguments import ARGUMENTS, SECRET_NAMES, camel
from crosstenant.model.credentials.kinds import KINDS
from crosstenant.model.credentials.tenant_check import check_tenant_arguments

PAGE = (Path(__file__).parents[2] / "docs" / "pipelines.md").read_text()
DOCUMENTS: list[Any] = [yaml.safe_load(it) for it in re.findall(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)]
READ = {camel(f"{side}_{name}"): (side, name) for side in ("cluster", "registry") for name in ARGUMENTS}


def configurations() -> Iterator[dict[str, str]]:
    """The stack configurations in the page's YAML."""
    for document in DOCUMENTS:
        if "values" in document:
            yield document["values"]["pulumiConfig"]
        if document.get("kind") == "Stack":
            yield document["spec"]["config"]


@pytest.mark.parametrize("configuration", list(configurations()))
def test_configuration_describes_both_tenants_whole(configuration: dict[str, str]):
    sides: dict[str, dict[str, str]] = {"cluster": {}, "registry": {}}
    for key, value in configuration.items():
        side, name = READ[key]
        # What an environment fills in is a UUID, where one is wanted.
        sides[side][name] = value if not value.startswith("${") else "a0000000-0000-4000-8000-0000000000c1"
    assert {side: check_tenant_arguments(given) for side, given in sides.items()} == {"cluster": [], "registry": []}


def test_both_configurations_are_found():
    assert len(list(configurations())) == 2


def test_commands_set_what_is_read_and_secrets_as_secrets():
    found = re.findall(r"pulumi config set (--secret )?(\w+)", PAGE)
    assert len(found) == 4
    assert {key: bool(secret) for secret, key in found} == {key: READ[key][1] in SECRET_NAMES for _, key in found}


def test_every_kind_for_a_pipeline_has_a_recipe():
    of_machines = {"client_secret", "use_msi", "use_cli"}
    recipes = {it.told_by for it in KINDS} - of_machines
    assert {name for name in recipes if name not in PAGE and camel(f"cluster_{name}") not in PAGE} == set()


def test_what_gets_both_tenants_tokens_installs_by_hashes_alone():
    installs = re.findall(r"^.*\bpip install\b.*$", PAGE, re.MULTILINE)
    assert installs
    assert [it for it in installs if "--require-hashes" not in it or "--only-binary :all:" not in it] == []
