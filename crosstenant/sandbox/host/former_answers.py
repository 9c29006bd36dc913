"""What addresses answered before the latest change, for the fault of a replica that lags."""

from __future__ import annotations

from typing import Final

from crosstenant.sandbox.world.state import Store

_SERVICES: Final = ("arm", "graph")


class FormerAnswers:
    """The answers to reads, kept as long as the state has a fault that may need them."""

    def __init__(self, store: Store) -> None:
        """:param store: The sandbox's state, with the faults."""
        self._store = store
        self._changes = 0
        self._present: dict[tuple[str, str], tuple[int, bytes]] = {}
        self._former: dict[tuple[str, str], bytes] = {}

    @property
    def are_kept(self) -> bool:
        """Whether a fault needs them; those of earlier faults are forgotten."""
        with self._store.read() as state:
            kept = any(it.get("answer") == "former" for it in state["faults"])
        if not kept:
            self._present.clear()
            self._former.clear()
        return kept

    def keep(self, service: str, method: str, target: str, status: int, body: bytes) -> None:
        """Notes an answer of a service itself.

        :param service: The service; only those that may lag are of interest.
        :param target: The request's path with its query.
        :param status: The status of the answer.
        :param body: Its body.
        """
        if service not in _SERVICES or status >= 400:
            return
        if method != "GET":
            self._changes += 1
            return
        address = service, target
        changes, before = self._present.get(address, (self._changes, body))
        if changes < self._changes:
            self._former[address] = before
        self._present[address] = self._changes, body

    def of(self, service: str, method: str, target: str) -> bytes | None:
        """The answer before the latest change; ``None`` if there was none.

        :param target: The request's path with its query.
        """
        address = service, target
        if method != "GET" or address not in self._present:
            return None
        changes, body = self._present[address]
        return body if changes < self._changes else self._former.get(address)
