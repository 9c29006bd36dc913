"""Python in the documents and examples: what it takes from the package is public, and has the arguments given to it."""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

import crosstenant

ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "examples").glob("*/README.md")),
]
PROGRAMS = [ROOT / "__main__.py", *sorted((ROOT / "examples").glob("*/*.py"))]


def blocks(page: Path) -> Iterator[str]:
    """The Python in a page's fenced blocks, without their common indentation."""
    for found in re.finditer(r"^( *)```python\n(.*?)^\1```", page.read_text(), re.MULTILINE | re.DOTALL):
        yield textwrap.dedent(found[2])


CODE = [(f"{page.relative_to(ROOT)} #{number}", code) for page in PAGES for number, code in enumerate(blocks(page), 1)]
CODE += [(str(it.relative_to(ROOT)), it.read_text()) for it in PROGRAMS]


def imported(tree: ast.AST) -> Iterator[str]:
    """What is taken from the package: ``from crosstenant import NAME``, ``crosstenant.NAME``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "crosstenant":
            assert node.module == "crosstenant", f"{node.module} is not public"
            yield from (it.name for it in node.names)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "crosstenant":
            yield node.attr


def unknown_arguments(tree: ast.AST) -> Iterator[str]:
    """Arguments of ``...Args`` of the package that it does not have."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name.endswith("Args") and name in crosstenant.__all__:
            known = getattr(crosstenant, name).__annotations__
            yield from (f"{name}({it.arg}=)" for it in node.keywords if it.arg and it.arg not in known)


def test_code_is_found():
    assert len(CODE) > 10


@pytest.mark.parametrize("code", [code for _, code in CODE], ids=[name for name, _ in CODE])
def test_what_code_takes_from_the_package_is_there(code: str):
    tree = ast.parse(code)
    assert [name for name in imported(tree) if name not in crosstenant.__all__] == []
    assert list(unknown_arguments(tree)) == []
