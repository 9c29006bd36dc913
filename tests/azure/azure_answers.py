"""HTTP answers of Azure, as azure-core's errors carry them."""

from __future__ import annotations

import json
from typing import Any


class Answer:
    """As much of an azure-core response as an error looks at."""

    def __init__(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        self.status_code = status
        self.reason = "Reason"
        self.headers = headers or {}
        self._body = body

    def text(self) -> str:
        return self._body if isinstance(self._body, str) else json.dumps(self._body)


def answer(
    status: int,
    code: str,
    message: str,
    *details: tuple[str, str],
    headers: dict[str, str] | None = None,
    status_text: str | None = None,
) -> Any:
    """An answer of Resource Manager with an error in it."""
    error: dict[str, Any] = {"code": code, "message": message}
    if details:
        error["details"] = [{"code": one, "message": said} for one, said in details]
    body: dict[str, Any] = {"error": error}
    if status_text:
        body["status"] = status_text
    return Answer(status, body, headers)


def entra_answer(error: str, description: str) -> Any:
    """An answer of Entra's token endpoint that refuses."""
    return Answer(401, {"error": error, "error_description": description, "error_codes": [1], "trace_id": "t"})
