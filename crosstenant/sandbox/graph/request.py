"""One request to Microsoft Graph: who calls, with what, and the errors that Graph answers.

https://learn.microsoft.com/graph/errors
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from crosstenant.sandbox.entra.tokens import Caller
from crosstenant.sandbox.graph.refusals import denied
from crosstenant.sandbox.world.state import State

Json = dict[str, Any]

_WRITE_ALL: Final = {"Application.ReadWrite.All", "Directory.ReadWrite.All"}
_WRITE_OWNED: Final = "Application.ReadWrite.OwnedBy"
# Listing and reading is open to OwnedBy as well: https://learn.microsoft.com/graph/permissions-reference
_READ: Final = {*_WRITE_ALL, _WRITE_OWNED, "Application.Read.All", "Directory.Read.All"}


@dataclass(frozen=True)
class GraphRequest:
    """A request whose token has been verified."""

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
