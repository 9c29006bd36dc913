"""The kinds of fault of the matrix, as faults of the sandbox."""

from __future__ import annotations

from typing import Any, Final

Json = dict[str, Any]

KINDS: Final[dict[str, Json]] = {
    "429, Retry-After 1 s": {"status": 429, "retry_after": 1},
    "429, Retry-After 1 h": {"status": 429, "retry_after": 3600},
    "429, no Retry-After": {"status": 429},
    "503": {"status": 503},
    "500": {"status": 500},
    "connection reset": {"drop": True},
    "reset after the work": {"drop": True, "after": True},
    "503 after the work": {"status": 503, "after": True},
    "no answer": {"delay": 2.0, "drop": True},
    "truncated body": {"answer": "truncated"},
    "text, not JSON": {"answer": "text", "status": 200},
    "a proxy's page, 200": {"answer": "page", "status": 200},
    "a proxy's page, 403": {"answer": "page", "status": 403},
    "a proxy's page, 503": {"answer": "page", "status": 503},
    "stale: not found": {"answer": "missing", "status": 404},
    "token refused": {"status": 401, "code": "InvalidAuthenticationToken"},
    "token expired": {"status": 401, "code": "ExpiredAuthenticationToken", "message": "The access token expiry UTC time"
                      " is earlier than current UTC time."},
}  # fmt: skip
"""By their names in the table. Each is met once, and then, in another cell, again and again."""

TIMES: Final[dict[str, int]] = {"once": 1, "always": -1}
