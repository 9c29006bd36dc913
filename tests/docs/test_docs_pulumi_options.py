"""docs/pulumi-options.md says what the tests prove."""

from __future__ import annotations

import re
from pathlib import Path

from tests.engine import options_matrix as matrix

ENGINE = Path(__file__).parents[1] / "engine"


def test_the_table_is_made_of_the_tested_rows():
    assert matrix.DOCS.read_text() == matrix.document(), "run: python tests/engine/options_matrix.py"


def test_every_row_is_shown_by_its_story():
    names = [it.name for it in matrix.ROWS]
    assert len(set(names)) == len(names)
    for row in matrix.ROWS:
        story = (ENGINE / row.story).read_text()
        assert re.search(rf'shows\([^\n]*"{row.name}"', story), row.name
