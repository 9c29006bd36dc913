"""The refusals of a cluster's issuer."""

from __future__ import annotations

from typing import Any

from crosstenant.sandbox.issuers import sources
from crosstenant.sandbox.world.provenance import Source


class IssuerRefusal(Exception):
    """The refusal of a request."""

    def __init__(self, status: int, code: str, message: str, *, source: Source) -> None:
        """
        :param status: The HTTP status.
        :param code: The error code.
        :param message: The sentence.
        :param source: How it is known that an issuer's host refuses so.
        """
        super().__init__(f"{code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.source = source

    def document(self) -> dict[str, Any]:
        """The answer's body."""
        return {"error": {"code": self.code, "message": self.message}}


def unknown_issuer() -> IssuerRefusal:
    """No cluster has an issuer at this address."""
    return IssuerRefusal(404, "NotFound", "The specified resource does not exist.", source=sources.UNKNOWN_ISSUER)
