"""The table of the questions in docs/contract.md."""

from __future__ import annotations

import re
from pathlib import Path

from tests.contract.questions import QUESTIONS

PAGE = Path(__file__).parents[2] / "docs" / "contract.md"
_TABLE = re.compile(r"(<!-- questions -->\n).*?(?=<!-- end of questions -->)", re.DOTALL)


def rendered(page: str) -> str:
    """The page with the table of the questions; each row is an anchor of the question's ID.

    :raises ValueError: The page lacks the table's marks.
    """
    if len(_TABLE.findall(page)) != 1:
        raise ValueError("docs/contract.md must have the marks of the table of questions once")
    rows = ["| question | asked | stated |", "| --- | --- | --- |"]
    for it in QUESTIONS.values():
        need = f" (needs a {it.need})" if it.need else ""
        rows.append(f'| <a id="{it.id}"></a>`{it.id}` | {it.asks}{need} | {it.statement.text} |')
    table = "\n".join(rows)
    return _TABLE.sub(lambda match: f"{match[1]}{table}\n", page)
