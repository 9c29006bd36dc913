"""One request to Microsoft Graph, for the functions that answer it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from crosstenant.sandbox.entra.tokens import Caller
from crosstenant.sandbox.graph.refusals import denied
from crosstenant.sandbox.world.clouds import cloud_of
from crosstenant.sandbox.world.state import State

Json = dict[str, Any]

_WRITE_ALL: Final = {"Application.ReadWrite.All", "Directory.ReadWrite.All"}
_WRITE_OWNED: Final = "Application.ReadWrite.OwnedBy"
# OwnedBy includes listing and reading: https://learn.microsoft.com/graph/permissions-reference
_READ: Final = {*_WRITE_ALL, _WRITE_OWNED, "Application.Read.All", "Directory.Read.All"}


@dataclass(frozen=True)
class GraphRequest:
    """A request with a verified token."""

    state: State
    caller: Caller
    version: str
    """``v1.0`` or ``beta``."""
    path: Mapping[str, str]
    query: Mapping[str, str]
    body: Json
    time: float
    address: str
    """The address of the request, without its query."""

    @property
    def root(self) -> str:
        """The address of Microsoft Graph in the state's cloud."""
        return f"https://{cloud_of(self.state).graph_host}"

    def may_read(self) -> None:
        """Refuses a caller that may not read applications."""
        if not _READ & set(self.caller.roles):
            raise denied()

    def may_create(self) -> None:
        """Refuses a caller that may not create applications."""
        if not (_WRITE_ALL | {_WRITE_OWNED}) & set(self.caller.roles):
            raise denied()

    def may_write(self, document: Json) -> None:
        """Refuses a caller that may neither write all applications nor owns ``document``.

        ``Application.ReadWrite.OwnedBy`` needs an owner: a caller that has removed itself from the owners is refused.
        """
        if self.writes_all():
            return
        if _WRITE_OWNED in self.caller.roles and self.caller.object_id in document["_owners"]:
            return
        raise denied()

    def writes_all(self) -> bool:
        """Whether the caller may write every application of its tenant."""
        return bool(_WRITE_ALL & set(self.caller.roles))
