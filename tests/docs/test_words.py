"""Messages, comments and documents keep to the words of CONTRIBUTING.md, "Words"."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]

RULED_OUT = {
    r"(?<!there )\bis no (?!longer\b)": "'must be a ...' in a message; 'is not a ...' in prose",
    r"\bleav(e|es|ing) (\w+ )?away\b": "omit",
    r"\bparted by\b": "separated by, divided by",
    r"\blook(s|ed)? at\b": "reads, checks",
    r"\b(clusters'|registries') tenant\b": "cluster tenant, registry tenant",
    r"\bhome (tenant|service principal)\b|\bat home\b": "cluster tenant; service principal of the cluster tenant",
    r"\bforeign\b": "registry tenant, other tenant",
    r"\bways?\b": "mode, procedure, or a sentence that does not need the word",
    r"\bastray\b": "has drifted",
    r"\bputs? right\b": "repairs",
    r"\bplay(s|ed)?\b": "emulates",
    r"\bplainly\b": "with a sentence",
    r"\b(whoever|whatever it|nobody)\b": "name the person or the object",
    r"\btime is over\b": "has expired",
    r"\bbehind (a|the) stack's back\b": "outside the stack",
}
"""Ruled-out phrase, as a regular expression: what to write instead."""

RULED_OUT_NAMES = {"Wanted", "Asked", "Puller", "Applied", "looking", "plainly", "way", "home"}
"""Names that no class, function or file has."""

KEPT = {
    "CONTRIBUTING.md": {
        'not "is no UUID"': "the rule's own example",
    },
    "crosstenant/sandbox/world/built_in_roles.py": {
        "using other ways": "Azure's own description of a role",
    },
}
"""Text that contains a ruled-out phrase, by file, with the reason."""

FILES = [
    "*.md",
    "docs/*.md",
    "examples/*/*.md",
    "examples/*/*.py",
    "__main__.py",
    "crosstenant/**/*.py",
    "tools/**/*.py",
]


class Passage(NamedTuple):
    """A piece of prose, white space made single, and the line on which it starts."""

    line: int
    text: str


def files() -> list[Path]:
    return sorted({path for pattern in FILES for path in ROOT.glob(pattern)})


def passages(path: Path) -> Iterator[Passage]:
    source = path.read_text()
    if path.suffix != ".py":
        yield Passage(1, " ".join(source.split()))
        return
    inside: set[int] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.JoinedStr):
            inside |= {id(part) for part in node.values}
            parts = [str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values]
            yield Passage(node.lineno, " ".join("".join(parts).split()))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
            yield Passage(node.lineno, " ".join(node.value.split()))
    yield from _comments(source)


def _comments(source: str) -> Iterator[Passage]:
    """Each block of comments as one passage, so that a line's end hides no phrase."""
    block: list[str] = []
    first = last = 0
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type != tokenize.COMMENT:
            continue
        if block and token.start[0] != last + 1:
            yield Passage(first, " ".join(block))
            block = []
        if not block:
            first = token.start[0]
        last = token.start[0]
        block.append(token.string.lstrip("#: "))
    if block:
        yield Passage(first, " ".join(block))


def names(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.lineno, node.name
    yield 1, path.stem


def breaches(passage: Passage, kept: dict[str, str]) -> Iterator[str]:
    text = passage.text
    for phrase in kept:
        text = text.replace(phrase, "")
    for pattern, instead in RULED_OUT.items():
        for match in re.finditer(pattern, text, re.IGNORECASE):
            around = text[max(0, match.start() - 30) : match.end() + 30]
            yield f"line {passage.line}: '{match[0]}' in '...{around}...': write {instead}"


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_ruled_out_word(path: Path):
    kept = KEPT.get(str(path.relative_to(ROOT)), {})
    found = [breach for passage in passages(path) for breach in breaches(passage, kept)]
    if path.suffix == ".py":
        found += [f"line {line}: the name '{name}'" for line, name in names(path) if name.strip("_") in RULED_OUT_NAMES]
    assert not found, "\n".join(found)


def test_every_exception_is_still_needed():
    for name, phrases in KEPT.items():
        text = " ".join(passage.text for passage in passages(ROOT / name))
        for phrase in phrases:
            assert phrase in text, f"{name} no longer says '{phrase}'"
            assert list(breaches(Passage(1, phrase), {})), f"'{phrase}' needs no exception"


def test_phrase_across_lines_is_found(tmp_path: Path):
    module = tmp_path / "module.py"
    module.write_text('# A comment that is\n# no good.\nMESSAGE = f"{1} is " f"no UUID"\n\n\ndef way() -> None: ...\n')
    found = [breach for passage in passages(module) for breach in breaches(passage, {})]
    assert [breach.split(":")[0] for breach in found] == ["line 3", "line 1"]
    assert (6, "way") in list(names(module))
