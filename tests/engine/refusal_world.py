"""What an operator may expect of a refused run: a sentence that says what to change, and nothing changed."""

from __future__ import annotations

import re
from typing import Any

from crosstenant.sandbox.world import seed
from lib.sandbox import SECRETS
from lib.stack import Outcome
from tests.engine.engine_world import Azure

_STACK_TRACE = re.compile(r'Traceback|File "|goroutine \d|panic:|Unexpected <class|internal error')
_SECRETS = [value for name, value in vars(seed).items() if name.endswith("_SECRET")]


def refused_plainly(outcome: Outcome, azure: Azure, *words: str, known_secrets: list[str] | None = None) -> None:
    """Asserts that a preview failed with a sentence that holds all the words, and that nothing was changed."""
    assert outcome.code != 0, outcome.output
    missing = [word for word in words if not outcome.says(word)]
    assert missing == [], f"{missing} not in:\n{outcome.output}"
    assert azure.writes == []
    without_trace_or_secret(outcome, known_secrets)


def without_trace_or_secret(outcome: Outcome, known_secrets: list[str] | None = None) -> None:
    """Asserts that the output holds no stack trace, and none of the callers' secrets."""
    found = _STACK_TRACE.search(outcome.output)
    assert found is None, f"{found} in:\n{outcome.output}"
    shown = [value for value in [*_SECRETS, *SECRETS.values(), *(known_secrets or [])] if value in outcome.output]
    assert shown == [], outcome.output


def without_role(state: dict[str, Any], role: str, *, of: str) -> None:
    """Takes a role from a principal, wherever it has it."""
    found = [
        key
        for key, assignment in state["roleAssignments"].items()
        if assignment["properties"]["principalId"] == of and assignment["properties"]["roleDefinitionId"].endswith(role)
    ]
    assert found, f"{of} does not have {role}"
    for key in found:
        del state["roleAssignments"][key]
