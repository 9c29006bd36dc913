"""One call to Microsoft Graph: who calls, with what, and the errors that Graph answers.

https://learn.microsoft.com/graph/errors
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, Final

from starlette.responses import JSONResponse, Response

from crosstenant.sandbox.entra.tokens import Caller
from crosstenant.sandbox.world.state import State

Json = dict[str, Any]

_WRITE_ALL: Final = {"Application.ReadWrite.All", "Directory.ReadWrite.All"}
_WRITE_OWNED: Final = "Application.ReadWrite.OwnedBy"
# Listing and reading is open to OwnedBy as well: https://learn.microsoft.com/graph/permissions-reference
_READ: Final = {*_WRITE_ALL, _WRITE_OWNED, "Application.Read.All", "Directory.Read.All"}


class GraphError(Exception):
    """A refusal."""

    def __init__(self, status: int, code: str, message: str, details: list[Json] | None = None) -> None:
        """The answer's status, error code, message and, where Graph has them, details."""
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.details = details

    def response(self, client_request_id: str | None) -> Response:
        """The answer."""
        request_id = str(uuid.uuid4())
        error: Json = {"code": self.code, "message": self.message}
        if self.details:
            error["details"] = self.details
        error["innerError"] = {
            "date": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S"),
            "request-id": request_id,
            "client-request-id": client_request_id or request_id,
        }
        return JSONResponse({"error": error}, self.status, {"request-id": request_id})


@dataclass(frozen=True)
class Call:
    """A call whose token has been verified."""

    state: State
    caller: Caller
    version: str
    """``v1.0`` or ``beta``."""
    path: Mapping[str, str]
    query: Mapping[str, str]
    body: Json
    time: float

    def may_read(self) -> None:
        """Refuses callers that have no right to read the directory's applications."""
        if not _READ & set(self.caller.roles):
            raise denied()

    def may_create(self) -> None:
        """Refuses callers that may not create applications."""
        if not (_WRITE_ALL | {_WRITE_OWNED}) & set(self.caller.roles):
            raise denied()

    def may_write(self, document: Json) -> None:
        """Refuses callers that may neither write all applications nor own ``document``.

        ``Application.ReadWrite.OwnedBy`` counts for as long as the caller is an owner: one that removed itself is out.
        """
        if self.writes_all():
            return
        if _WRITE_OWNED in self.caller.roles and self.caller.object_id in document["_owners"]:
            return
        raise denied()

    def writes_all(self) -> bool:
        """Whether the caller may write every application of its tenant."""
        return bool(_WRITE_ALL & set(self.caller.roles))


def denied() -> GraphError:
    """The refusal for want of rights."""
    return GraphError(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")


def not_found(what: str) -> GraphError:
    """The refusal for an object that is not there, or not in the caller's tenant."""
    return GraphError(
        404,
        "Request_ResourceNotFound",
        f"Resource '{what}' does not exist or one of its queried reference-property objects are not present.",
    )


def bad_request(message: str, code: str = "Request_BadRequest") -> GraphError:
    """The refusal of a malformed request."""
    return GraphError(400, code, message)
