"""A page of docs/ of which one table is made from the data of tests."""

from __future__ import annotations

from pathlib import Path


def with_table(page: Path, begin: str, end: str, table: str) -> str:
    """The page with the table as it should be; all else in it is written by hand.

    :param page: The page.
    :param begin: The line before the table.
    :param end: The line after it.
    :param table: The table, in Markdown.
    :raises ValueError: The page has no place for it.
    """
    before, found_begin, rest = page.read_text(encoding="utf-8").partition(begin)
    _, found_end, after = rest.partition(end)
    if not found_begin or not found_end:
        raise ValueError(f"{page} has no lines '{begin}' and '{end}'")
    return f"{before}{begin}\n\n{table}\n\n{end}{after}"
