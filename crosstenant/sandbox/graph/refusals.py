"""The refusals of Microsoft Graph, in its words: https://learn.microsoft.com/graph/errors."""

from __future__ import annotations

import uuid
from datetime import datetime, timezone
from typing import Any

from starlette.responses import JSONResponse, Response

from crosstenant.sandbox.graph import sources
from crosstenant.sandbox.world.provenance import Source

Json = dict[str, Any]


class GraphRefusal(Exception):
    """The refusal of a request to Graph."""

    def __init__(
        self, status: int, code: str, message: str, details: list[Json] | None = None, *, source: Source
    ) -> None:
        """
        :param status: The HTTP status.
        :param code: Graph's error code.
        :param message: Graph's sentence.
        :param details: Graph's error details, if any.
        :param source: How it is known that Graph refuses so.
        """
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.details = details
        self.source = source

    def response(self, client_request_id: str | None) -> Response:
        """The HTTP response."""
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


def denied() -> GraphRefusal:
    """The caller lacks a permission."""
    return GraphRefusal(
        403,
        "Authorization_RequestDenied",
        "Insufficient privileges to complete the operation.",
        source=sources.REQUEST_DENIED,
    )


def not_found(what: str) -> GraphRefusal:
    """An object does not exist in the caller's tenant."""
    return GraphRefusal(
        404,
        "Request_ResourceNotFound",
        f"Resource '{what}' does not exist or one of its queried reference-property objects are not present.",
        source=sources.RESOURCE_NOT_FOUND,
    )


def not_emulated(what: str, code: str = "BadRequest") -> GraphRefusal:
    """The sandbox does not have the request. Not in Graph's words: it has more, and "not found" would mislead.

    :param what: The request, ``GET /v1.0/users``.
    :param code: Graph's error code that is next to it.
    """
    return GraphRefusal(
        400, code, f"The sandbox does not emulate {what} of Microsoft Graph.", source=sources.NOT_EMULATED
    )


def bad_request(message: str, code: str = "Request_BadRequest", *, source: Source) -> GraphRefusal:
    """The request is malformed."""
    return GraphRefusal(400, code, message, source=source)
