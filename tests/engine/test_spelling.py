"""Another spelling of an ID changes no plan, and what the state holds in another spelling is kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crosstenant.sandbox.world import seed
from crosstenant.sandbox.world.open_questions import ROLE_ASSIGNMENT_SCOPE
from lib.stack import Stack
from tests.both_answers import both_answers
from tests.engine.engine_world import Azure
from tests.engine.registry_stacks import CHECK, HEAD, ROLE, give_role, give_service_principal, of_type, rewrite

PRINCIPAL = "b0000000-0000-4000-8000-0000000000f1"
NAME = "c0ffee00-0000-4000-8000-000000000001"
ADOPTED, OWN = seed.REGISTRY, seed.ABAC_REGISTRY
PROGRAM = (
    HEAD
    + f"""
RegistryAccess(
    "spelled",
    RegistryAccessArgs(
        tenant=tenant("registry"),
        client_id="{seed.OLD_CLUSTER_APP_ID}",
        secret=a_secret("{seed.OLD_CLUSTER_SECRET}"),
        service_principal="consented",
        registries=[
            RegistryArgs(registry_id="{ADOPTED}", role_assignment_name="{NAME}"),
            RegistryArgs(registry_id="{OWN}"),
        ],
    ),
)
"""
)
PROVIDER = "/providers/Microsoft.ContainerRegistry/registries/"
SPELLINGS: dict[str, dict[str, str]] = {
    "the form of the portal's older pages": {"/resourceGroups/": "/resourcegroups/"},
    "the group's name": {"rg-registries": "RG-Registries"},
    "the registries' names": {"fabrikamimages": "FabrikamImages", "fabrikamabac": "FABRIKAMABAC"},
    "namespace and type": {PROVIDER: PROVIDER.upper().replace("PROVIDERS", "Providers")},
    "UUIDs": {
        NAME: f"{{{NAME.upper()}}}",
        seed.REGISTRY_SUBSCRIPTION: seed.REGISTRY_SUBSCRIPTION.upper(),
    },
    "the ends": {ADOPTED: f"{ADOPTED}/", OWN: f" {OWN} "},
}
"""What is spelled otherwise, with what."""


def spelled(program: str, spelling: dict[str, str]) -> str:
    for written, otherwise in spelling.items():
        assert written in program
        program = program.replace(written, otherwise)
    return program


@pytest.fixture(autouse=True)
def _has_a_role_made_by_hand(azure: Azure) -> None:
    azure.change(lambda state: give_service_principal(state, seed.OLD_CLUSTER_APP_ID, PRINCIPAL))
    azure.change(lambda state: give_role(state, ADOPTED, PRINCIPAL, name=NAME))


@both_answers(ROLE_ASSIGNMENT_SCOPE)
def test_another_spelling_is_no_change(make_stack: Callable[..., Stack], azure: Azure, tmp_path: Path):
    stack = make_stack(PROGRAM)
    up = stack.operate("up")
    assert up.code == 0, up.output
    before = azure.state["roleAssignments"]
    writes = list(azure.writes)
    for what, spelling in SPELLINGS.items():
        rewrite(tmp_path, spelled(PROGRAM, spelling))
        quiet = stack.operate("preview", "--expect-no-changes")
        assert quiet.code == 0, f"{what}: {quiet.output}"
    everything = PROGRAM
    for spelling in (SPELLINGS["the ends"], SPELLINGS["UUIDs"], SPELLINGS["the registries' names"]):
        everything = spelled(everything, spelling)
    rewrite(tmp_path, everything)
    assert stack.operate("preview", "--refresh", "--expect-no-changes").code == 0
    assert stack.operate("up").changes == []
    assert azure.state["roleAssignments"] == before
    assert azure.writes == writes


def test_a_state_of_another_spelling_is_kept(make_stack: Callable[..., Stack], azure: Azure, tmp_path: Path):
    stack = make_stack(PROGRAM)
    assert stack.operate("up").code == 0
    before = azure.state["roleAssignments"]
    as_typed = spelled(PROGRAM, SPELLINGS["the registries' names"] | SPELLINGS["the group's name"])
    of_earlier_version(stack, tmp_path / "state.json")

    rewrite(tmp_path, as_typed)
    quiet = stack.operate("preview", "--expect-no-changes")
    assert quiet.code == 0, quiet.output
    up = stack.operate("up")
    assert (up.code, up.changes) == (0, []), up.output
    # From now on any spelling will do.
    rewrite(tmp_path, PROGRAM)
    again = stack.operate("up", "--refresh")
    assert (again.code, again.changes) == (0, []), again.output
    assert azure.state["roleAssignments"] == before
    assert len(of_type(stack, ROLE)) == 2


def of_earlier_version(stack: Stack, file: Path) -> None:
    """Changes the stack's state to one of an earlier version, for a program in capitals."""
    command = ("pulumi", "stack", "export", "--stack", "test", "--file", str(file))
    assert stack.command(*command).code == 0
    exported: dict[str, Any] = json.loads(file.read_text())
    for resource in exported["deployment"]["resources"]:
        if resource["type"] == ROLE:
            del resource["ignoreChanges"]
            for key in {"id", "importID"} & resource.keys():
                resource[key] = in_capitals(resource[key])
            resource["inputs"]["scope"] = in_capitals(resource["inputs"]["scope"])
        if resource["type"] == CHECK:
            for properties in (resource["inputs"], resource["outputs"]):
                properties["triggers"] = [in_capitals(it) for it in properties["triggers"]]
    text = json.dumps(exported)
    for name, capitals in SPELLINGS["the registries' names"].items():
        text = text.replace(f"spelled-{name}-", f"spelled-{capitals}-")
    file.write_text(text)
    assert stack.command(*[{"export": "import"}.get(it, it) for it in command]).code == 0


def in_capitals(arm_id: str) -> str:
    for name, capitals in (SPELLINGS["the registries' names"] | SPELLINGS["the group's name"]).items():
        arm_id = arm_id.replace(name, capitals)
    return arm_id
