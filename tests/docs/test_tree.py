"""CONTRIBUTING.md shows every folder of the package, with one line for each."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "CONTRIBUTING.md"


def shown() -> dict[str, str]:
    """The folders of the tree in "Where things are", by path, with their lines."""
    section = PAGE.read_text().split("## Where things are\n", 1)[1].split("\n## ", 1)[0]
    folders: dict[str, str] = {}
    above: list[tuple[int, str]] = []
    for indent, name, line in re.findall(r"^    ( *)(\w+)/ +(\S.*)$", section, re.MULTILINE):
        above = [(depth, parent) for depth, parent in above if depth < len(indent)]
        above.append((len(indent), name))
        folders["/".join(part for _, part in above)] = line
    return folders


def existing() -> set[str]:
    return {str(path.parent.relative_to(ROOT)) for path in (ROOT / "crosstenant").rglob("*.py")}


def test_every_folder_of_the_package_is_in_the_tree():
    in_tree = {folder for folder in shown() if folder.split("/")[0] == "crosstenant"}
    missing, gone = existing() - in_tree, in_tree - existing()
    assert not missing, f"add a line to CONTRIBUTING.md, 'Where things are', for {sorted(missing)}"
    assert not gone, f"remove from CONTRIBUTING.md, 'Where things are': {sorted(gone)}"


def test_every_other_folder_in_the_tree_exists():
    assert [folder for folder in shown() if not (ROOT / folder).is_dir()] == []


def test_every_room_says_what_it_holds():
    for folder in existing():
        text = (ROOT / folder / "__init__.py").read_text()
        assert text.startswith('"""'), f"{folder}/__init__.py needs a docstring of one line"
