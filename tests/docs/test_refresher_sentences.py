"""docs/federated.md quotes the refresher's sentences as they are."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
SECTION = re.compile(r"## When the refresher fails\n(.*?)\n## ", re.DOTALL)


def sentences() -> str:
    """The texts of the refresher, each with … for what changes in it."""
    tree = ast.parse((ROOT / "crosstenant" / "refresher" / "refresh_pull_secrets.py").read_text())
    found: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            found.append("".join(str(it.value) if isinstance(it, ast.Constant) else "…" for it in node.values))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.append(node.value)
    return "\n".join(found)


def test_every_quoted_sentence_is_the_refreshers():
    section = SECTION.search((ROOT / "docs" / "federated.md").read_text())
    assert section
    rows = [line.split("|")[1] for line in section[1].splitlines() if line.startswith("| `")]
    quoted = [text for row in rows for text in re.findall("`([^`]+)`", row)]
    assert len(quoted) > 10
    said = sentences()
    assert [text for text in quoted if re.sub(r"answered \d+", "answered …", text) not in said] == []
