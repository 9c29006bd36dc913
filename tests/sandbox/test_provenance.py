"""Every refusal of the sandbox says how it is known that Azure refuses so."""

from __future__ import annotations

import ast
import uuid

import pytest

from crosstenant.model.matched_texts import identity_texts, provider_texts
from crosstenant.model.matched_texts.identity_texts import IDENTITY_TEXTS
from crosstenant.model.matched_texts.provider_texts import PROVIDER_TEXTS
from crosstenant.sandbox.arm.refusals import ArmRefusal
from crosstenant.sandbox.standins.sources import TEXTS
from crosstenant.sandbox.world.provenance import Kind
from lib.beliefs import ROOMS, SANDBOX, bare_refusals, refusals, stand_in_texts, without_source


def modules():
    return sorted(path for path in SANDBOX.rglob("*.py") if path.relative_to(SANDBOX).parts[0] != "standins")


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(SANDBOX)))
def test_every_refusal_states_its_source(path):
    found = without_source(ast.parse(path.read_text()))
    assert found == [], "give it source=sources.NAME, and NAME an entry in the room's sources.py"


def services():
    """The modules of the rooms that answer requests in Azure's name."""
    return [path for path in modules() if path.relative_to(SANDBOX).parts[0] not in ("host", "cli", "world")]


# A HEAD has no words, and the error of an operation that failed is that of settings.reset.
NO_REFUSALS = {"arm/subscriptions.py": ["Answer"], "arm/clusters/reset.py": ["Answer"]}


@pytest.mark.parametrize("path", services(), ids=lambda path: str(path.relative_to(SANDBOX)))
def test_no_error_is_answered_without_a_refusal(path):
    found = [it.split(",")[0] for it in bare_refusals(ast.parse(path.read_text()))]
    assert found == NO_REFUSALS.get(str(path.relative_to(SANDBOX)), []), "raise a refusal, which has a source"


@pytest.mark.parametrize(
    "text",
    [
        'Answer(403, {"error": {}})',
        "Answer(status=409)",
        "Answer(200 if found else 404)",
        'JSONResponse({"error": "no"}, 400)',
        'responses.PlainTextResponse("no", status_code=503)',
        "raise HTTPException(404)",
    ],
)
def test_error_without_a_refusal_is_found(text):
    assert len(bare_refusals(ast.parse(text))) == 1


@pytest.mark.parametrize(
    "text", ["Answer(200, {})", "JSONResponse(refusal.document(), 404)", "Answer(error.status, error.document())"]
)
def test_answer_and_refusal_are_no_error_without_a_refusal(text):
    assert bare_refusals(ast.parse(text)) == []


@pytest.mark.parametrize(
    "text",
    [
        'raise ArmRefusal(409, "Code", "Words.")',
        'raise refusals.GraphRefusal(409, "Code", "Words.")',
        "class NewRefusal(Exception):\n    def __init__(self, message: str) -> None: ...",
        "class NewRefusal(Exception):\n    def __init__(self, message: str, *, source: Source = UNKNOWN) -> None: ...",
    ],
)
def test_refusal_without_source_is_found(text):
    assert len(without_source(ast.parse(text))) == 1


def test_refusal_without_source_cannot_be_raised():
    with pytest.raises(TypeError, match="source"):
        ArmRefusal(409, "Code", "Words.")  # pyright: ignore[reportCallIssue]


def test_every_room_with_refusals_is_read():
    rooms = {path.relative_to(SANDBOX).parts[0] for path in modules() if path.name == "sources.py"}
    assert rooms == set(ROOMS)
    assert {one.room for one in refusals()} == set(ROOMS)


def test_every_refusal_shows_code_or_words():
    # These two repeat what a setting or another service says.
    assert {one.name for one in refusals() if not one.code and not one.text} == {
        "FAILED_OPERATION",
        "OTHER_SIGN_IN_REFUSAL",
    }


def test_source_that_is_not_assumed_has_an_address():
    wrong = [
        one.where
        for one in refusals()
        if one.source.kind not in (Kind.ASSUMED, Kind.OWN)
        and not all(it.startswith("https://") for it in one.source.addresses)
    ]
    assert wrong == []
    assert [one.where for one in refusals() if one.source.kind is Kind.ASSUMED and not one.source.assumed] == []


def test_every_name_in_a_sources_file_is_used():
    used = {(one.room, one.name) for one in refusals()}
    names = {
        (room, target.id)
        for room in ROOMS
        for node in ast.parse((SANDBOX / room / "sources.py").read_text()).body
        if isinstance(node, ast.AnnAssign) and isinstance(target := node.target, ast.Name)
        if not target.id.startswith("_")
    }
    assert names - used == set()


def test_every_text_of_a_stand_in_has_a_source():
    found = stand_in_texts()
    assert {text: file for text, file in found.items() if text not in TEXTS} == {}, (
        "give it an entry in standins/sources.py"
    )
    assert set(TEXTS) - set(found) == set()


def test_what_the_package_recognises_in_a_providers_error_is_what_the_sandbox_says():
    said = [form for it in refusals() for form in (f"{it.code}: {it.text}", f'Code="{it.code}" Message="{it.text}"')]
    said += stand_in_texts()
    filled = [it.replace("…", id_or_word) for it in said for id_or_word in ("x", str(uuid.UUID(int=1)))]
    unsaid = {it.words for it in PROVIDER_TEXTS + IDENTITY_TEXTS if not any(it.is_in(text) for text in filled)}
    assert unsaid == {
        # The sandbox has no deny assignments.
        provider_texts.DENIED_BY_ASSIGNMENT.words,
        # Put together of parts: tests/sandbox/test_rights_conditions.py and test_arm_identities.py show them.
        provider_texts.CONDITION_UNMET.words,
        identity_texts.POLICY_NAMED.words,
    }


def test_text_of_a_stand_in_without_source_is_found():
    text = """
def create(name):
    if name:
        raise OperatorError(f"no resource '{name}' here")
    return Failure("name", "must be given")
"""
    assert stand_in_texts({"new.py": ast.parse(text)}) == {"no resource '…' here": "new.py", "must be given": "new.py"}
