"""Texts that somebody in another tenant may have chosen: any characters, above all those that do harm as code."""

from __future__ import annotations

from hypothesis import strategies as st

HARMFUL = (
    "\x1b[2K",
    "\x1b]0;owned\x07",
    "\u202e",
    "\u2066",
    "\u2028",
    "\x85",
    "\r",
    "\n",
    "\t",
    "\x00",
    "\x7f",
    "\ud800",
    "\U0001f600",
    '"',
    "'",
    '"""',
    "\\",
    "\\N{BULLET}",
    "{",
    "}",
    "%s",
    '"); import os; os.system("id")  #',
    "__import__('os')",
    "${secret}",
    "$(id)",
    "`id`",
    "#",
    ": ",
    "- ",
    "&a",
    "*a",
    "!!python/object",
    "/",
    "..",
    "%2f",
    "?",
    "@",
    "[",
    "]",
    "\u017f",
    "\u212a",
    "\u0660",
    "=",
    ",",
)

texts = st.one_of(
    st.text(st.characters(codec=None, exclude_categories=()), max_size=40),
    st.lists(st.one_of(st.sampled_from(HARMFUL), st.text("abz019-_. ", max_size=4)), max_size=6).map("".join),
)
"""Any text, lone surrogates included: JSON brings them."""

values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), texts),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3)),
    max_leaves=8,
)
"""Any JSON value."""


def near(*parts: str) -> st.SearchStrategy[str]:
    """Texts made of a grammar's own parts in any order, with others among them: closer to the parser's edges.

    :param parts: Words and signs of the grammar.
    """
    pieces = st.one_of(st.sampled_from(parts), st.sampled_from(HARMFUL), st.text(max_size=3))
    return st.lists(pieces, max_size=12).map("".join)
