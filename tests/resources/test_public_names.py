"""``crosstenant.__all__``, the table by which a name is loaded, and what a type checker sees are one list."""

from __future__ import annotations

import ast
from pathlib import Path

import crosstenant


def imported_for_type_checkers() -> dict[str, str]:
    """The module of each name that the file imports under ``TYPE_CHECKING``."""
    tree = ast.parse(Path(crosstenant.__file__).read_text())
    (block,) = (it for it in tree.body if isinstance(it, ast.If))
    imports = [it for it in block.body if isinstance(it, ast.ImportFrom)]
    return {name.name: it.module or "" for it in imports for name in it.names}


def test_every_public_name_is_loaded_from_where_a_type_checker_sees_it():
    modules = {name: f"crosstenant.{module}" for name, module in crosstenant._MODULES.items()}
    assert modules == imported_for_type_checkers()
    assert sorted(crosstenant.__all__) == sorted([*modules, "__version__"])


def test_every_public_name_is_there():
    assert [name for name in crosstenant.__all__ if getattr(crosstenant, name, None) is None] == []
