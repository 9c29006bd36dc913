"""docs/drift.md says what the tests prove."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

MATRIX = Path(__file__).parents[1] / "engine" / "drift_matrix.py"


@pytest.fixture
def matrix(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The data of the tests on the engine."""
    spec = importlib.util.spec_from_file_location("drift_matrix_of_the_docs", MATRIX)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    # A dataclass looks its module up.
    monkeypatch.setitem(sys.modules, spec.name, module)
    spec.loader.exec_module(module)
    return module


def test_the_table_is_made_of_the_tested_rows(matrix: ModuleType):
    assert matrix.DOCS.read_text() == matrix.document(), "run: python tests/engine/drift_matrix.py"


def test_every_row_has_a_line_and_a_name_of_its_own(matrix: ModuleType):
    lines = matrix.table().splitlines()[2:]
    assert len(lines) == len(matrix.ROWS) + len(matrix.NODE_ROWS)
    assert len({row.name for row in matrix.ROWS}) == len(matrix.ROWS)
    for row, line in zip(matrix.ROWS, lines, strict=False):
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        assert len(cells) == 5
        assert all(cells), line
        assert cells[0] == row.happened
        assert (cells[2] == "nothing") == (not row.seen and not row.says)


def test_rows_that_need_a_kubernetes_api_are_marked(matrix: ModuleType):
    lines = matrix.table().splitlines()[-len(matrix.NODE_ROWS) :]
    marked = [line for line in matrix.table().splitlines() if "(*)" in line]
    assert marked == lines
    assert [line for line in lines if not line.startswith("| With `prove_on_nodes`: ") or line.count(" | ") != 4] == []
