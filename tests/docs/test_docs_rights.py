"""The tables of rights in the documents are those that tests/engine/test_rights.py proves."""

from __future__ import annotations

from tests.engine.rights_matrix import CHAIN, FEDERATED, Seen, pages


def test_the_tables_are_those_of_the_tests():
    stale = [path.name for path, text in pages().items() if path.read_text(encoding="utf-8") != text]
    assert stale == [], "run: python tests/engine/rights_matrix.py"


def test_every_right_that_is_missed_has_its_words():
    assert [it.name for it in (*CHAIN, *FEDERATED) if not it.says and it.seen is not Seen.LATER] == []
