"""The texts by which a cause is recognised: each is found in its samples, and no module has one of its own."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from crosstenant.azure.refusals.refusal_table import REFUSALS
from crosstenant.model.matched_texts import azure_texts, provider_texts, registry_texts
from crosstenant.model.matched_texts.all_texts import MATCHED_TEXTS
from crosstenant.model.matched_texts.azure_texts import AZURE_TEXTS
from crosstenant.model.matched_texts.matched_text import MatchedText
from crosstenant.model.matched_texts.provider_texts import PROVIDER_TEXTS
from crosstenant.model.matched_texts.registry_texts import REGISTRY_TEXTS

ROOT = Path(__file__).parents[2]
_LOOKS = {"count", "endswith", "find", "findall", "finditer", "fullmatch", "index", "match", "search", "startswith"}


def readers() -> list[str]:
    """The modules that read the errors of others, or the advice for them; those of the sandbox are its own."""
    package = ROOT / "crosstenant"
    sources = {path: path.read_text() for room in ("components", "cli") for path in (package / room).rglob("*.py")}
    telling = ("failure.error", "failed.errors", "matched_texts", "str(error)")
    return [str(path.relative_to(package)) for path, text in sources.items() if any(it in text for it in telling)]


def recognised(source: str) -> list[str]:
    """Where a module looks for a text of its own in the errors of others."""
    tree = ast.parse(source)
    imports = [it for it in ast.walk(tree) if isinstance(it, ast.ImportFrom)]
    known = {
        it.asname or it.name
        for one in imports
        if (one.module or "").startswith("crosstenant.model.matched_texts")
        for it in one.names
    }

    def looks(node: ast.AST) -> bool:
        if isinstance(node, ast.Compare) and any(isinstance(it, ast.In | ast.NotIn) for it in node.ops):
            return isinstance(node.left, ast.Constant | ast.Name) and "error" in ast.unparse(node.comparators[0])
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _LOOKS):
            return False
        looking = node.func.value
        if isinstance(looking, ast.Name) and looking.id in known:
            return False
        return _is_error(looking) or any(_is_error(it) for it in node.args)

    return [ast.unparse(it) for it in ast.walk(tree) if looks(it)]


def _is_error(node: ast.AST) -> bool:
    text = ast.unparse(node)
    return any(it in text for it in ("failure.error", "failed.errors", "str(error)"))


@pytest.mark.parametrize("text", MATCHED_TEXTS, ids=lambda it: it.words)
def test_text_is_found_in_each_of_its_samples(text: MatchedText):
    assert text.samples
    assert [sample for sample in text.samples if not text.is_in(sample)] == []


@pytest.mark.parametrize("texts", [PROVIDER_TEXTS, AZURE_TEXTS, REGISTRY_TEXTS])
def test_text_is_found_in_no_sample_of_another_cause(texts: tuple[MatchedText, ...]):
    found = {
        (it.words, of.words) for it in texts for of in texts for said in of.samples if it is not of and it.is_in(said)
    }
    # It tells the object of an error, and no cause.
    found = {it for it in found if it[0] != provider_texts.APPLICATION_NAMED.words}
    # A registry's 403 is read before its 401, where "denied" has another meaning.
    assert found - {(registry_texts.ROLE_MISSING.words, registry_texts.REQUESTED_ACCESS.words)} == set()


def test_every_text_names_its_source_once():
    assert len({it.words for it in MATCHED_TEXTS}) == len(MATCHED_TEXTS)
    assert [it.words for it in MATCHED_TEXTS if len(it.source) < 10 and not it.assumed] == []


@pytest.mark.parametrize("module", [azure_texts, provider_texts, registry_texts], ids=lambda it: it.__name__)
def test_every_text_of_a_module_is_in_the_table(module: object):
    declared = [it for value in vars(module).values() for it in (value if isinstance(value, tuple) else (value,))]
    assert [it.words for it in declared if isinstance(it, MatchedText) and it not in MATCHED_TEXTS] == []


def test_phrases_of_the_refusal_table_are_in_the_table():
    phrases = [it for row in REFUSALS for it in row.phrases]
    assert phrases
    assert [it.words for it in phrases if it not in MATCHED_TEXTS] == []


@pytest.mark.parametrize("path", readers())
def test_module_recognises_texts_by_the_table_alone(path: str):
    own = recognised((ROOT / "crosstenant" / path).read_text())
    assert own == [], "add the text to crosstenant/model/matched_texts"


@pytest.mark.parametrize(
    "line",
    [
        "if 'exists' in failure.error: pass",
        "if WORDS not in str(error): pass",
        "re.search('x', failure.error)",
        "PATTERN.search(failure.error)",
        "self._pattern.fullmatch(str(error))",
        "failure.error.startswith('Status=')",
        "str(error).find('x')",
        "failure.error.lower().count('x')",
    ],
)
def test_text_outside_the_table_is_found(line: str):
    assert len(recognised(f"from crosstenant.model.matched_texts.x import KNOWN\n{line}")) == 1
    assert recognised("from crosstenant.model.matched_texts.x import KNOWN\nKNOWN.search(failure.error)") == []


def test_a_hook_is_among_the_modules_that_are_held_to_that():
    assert {"components/pieces/refusal_advice.py", "components/pieces/hooks.py", "cli/adopt/live_chain.py"} <= {
        *readers()
    }


def test_service_principal_is_found_by_its_object_id_alone():
    text = provider_texts.SERVICE_PRINCIPAL_EXISTS
    found = [text.search(it) for it in text.samples]
    assert {it and it["id"] for it in found} == {"0dbd5fb0-0c5b-504a-ba28-635caca3349d"}


def test_existing_assignment_is_named_in_either_spelling_or_not_at_all():
    found = [provider_texts.ROLE_ASSIGNMENT_EXISTS.search(it) for it in provider_texts.ROLE_ASSIGNMENT_EXISTS.samples]
    assert [it and it["id"] for it in found] == [
        "716c4d159bc8476da3c16ccb70082517",
        None,
        "716c4d15-9bc8-476d-a3c1-6ccb70082517",
    ]
