"""The differences between two files of answers."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator
from pathlib import Path

from tests.contract.normalise import Json
from tests.contract.run import ANSWERS


def newest() -> Path | None:
    """The newest answers of Azure."""
    return max(ANSWERS.glob("azure-*.json"), default=None)


def differences(sandbox: Json, azure: Json) -> Iterator[str]:
    """One text for each question whose answers differ, or which Azure was not asked.

    :param sandbox: The document of the sandbox's answers.
    :param azure: The document of Azure's answers.
    """
    ours, theirs = sandbox["answers"], azure["answers"]
    for identifier in sorted({*ours, *theirs}):
        if identifier not in theirs:
            yield f"{identifier}: Azure was not asked"
        elif identifier not in ours:
            yield f"{identifier}: the sandbox was not asked"
        else:
            believed, answered = _lines(ours[identifier]), _lines(theirs[identifier])
            changed = list(difflib.unified_diff(believed, answered, "sandbox", "azure", lineterm="", n=1))
            if changed:
                held = (
                    ""
                    if theirs[identifier]["holds"]
                    else f"; the statement does not hold: {ours[identifier]['states']}"
                )
                yield "\n    ".join([f"{identifier}{held}", *changed[2:]])


def _lines(answer: Json) -> list[str]:
    shown = {name: answer[name] for name in ("answers", "failed") if name in answer}
    return json.dumps(shown, indent=2, sort_keys=True, ensure_ascii=False).splitlines()
