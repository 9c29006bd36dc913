"""The kinds of fault of the matrix, as faults of the sandbox."""

from __future__ import annotations

from typing import Any, Final

Json = dict[str, Any]

FORMER: Final = "stale: what was before the change"
AGED: Final = "token aged"
NO_ANSWER: Final = "no answer"

KINDS: Final[dict[str, Json]] = {
    "429, Retry-After 1 s": {"status": 429, "retry_after": 1},
    "429, Retry-After 1 h": {"status": 429, "retry_after": 3600},
    "429, no Retry-After": {"status": 429},
    "503": {"status": 503},
    "500": {"status": 500},
    "connection reset": {"drop": True},
    "reset after the work": {"drop": True, "after": True},
    "503 after the work": {"status": 503, "after": True},
    NO_ANSWER: {"delay": 5.0, "drop": True},
    "truncated body": {"answer": "truncated"},
    "text, not JSON": {"answer": "text", "status": 200},
    "a proxy's page, 200": {"answer": "page", "status": 200},
    "a proxy's page, 403": {"answer": "page", "status": 403},
    "a proxy's page, 503": {"answer": "page", "status": 503},
    "stale: not found": {"answer": "missing", "status": 404},
    FORMER: {"answer": "former"},
    "token refused": {"status": 401, "code": "InvalidAuthenticationToken"},
    "token expired": {"status": 401, "code": "ExpiredAuthenticationToken", "message": "The access token expiry UTC time"
                      " is earlier than current UTC time."},
    AGED: {"answer": "aged"},
}  # fmt: skip
"""By their names in the table. Each is met once, and then, in another cell, again and again."""

TIMES: Final[dict[str, int]] = {"once": 1, "always": -1, "for 4 s": -1}
LAG_SECONDS: Final = 4
"""How long a former answer is given: no longer than the plugin waits before it looks again at what it does not expect.
Azure names no bound."""


def times_of(kind: str, *, is_refresh: bool) -> list[str]:
    """How often a kind of fault is met.

    What a refresh is told is missing each time it asks is gone, and no fault. A token that has aged is refused until
    there is another.
    """
    if kind == FORMER:
        return ["once", "for 4 s"]
    if kind == AGED or (is_refresh and kind.startswith("stale")):
        return ["once"]
    return ["once", "always"]
