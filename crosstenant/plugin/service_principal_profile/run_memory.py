"""The records that a run has declared, so that a delete can tell a replaced record from the end of the last one.

The engine asks for the check of a resource only where the program declares it: never in ``pulumi destroy``, with a
program or without, and never for what was removed from the program. It starts one process for each provider, and every
operation of the command line has processes of its own: what is remembered here is of one run and one provider.
"""

from __future__ import annotations

from dataclasses import dataclass

from crosstenant.model.arm_id import ArmId


@dataclass(frozen=True)
class _Declared:
    cluster: str
    """Key of the cluster's ARM ID."""
    client_id: str
    """In lower case; empty while a preview does not know it."""


class RunMemory:
    """What the program of this run declares, by URN."""

    def __init__(self) -> None:
        self._declared: dict[str, _Declared] = {}
        self._in_state: set[str] = set()
        self._abandoned: set[str] = set()

    def declares(self, urn: str, cluster_id: ArmId, client_id: str, *, abandons: bool = False) -> str | None:
        """Remembers a record of the program.

        :param urn: The record.
        :param cluster_id: Its cluster.
        :param client_id: Client ID of its application; empty if a preview does not know it yet.
        :param abandons: Whether the program sets ``abandon_on_delete``.
        :returns: The URN of another record of the same cluster that the program declares, if there is one.
        """
        self._declared[urn] = _Declared(cluster_id.key, client_id.lower())
        if abandons:
            self._abandoned.add(urn)
        return next((it for it, known in self._declared.items() if it != urn and known.cluster == cluster_id.key), None)

    def is_in_state(self, urn: str) -> None:
        """Remembers that the stack's state has the record."""
        self._in_state.add(urn)

    def failed(self, urn: str) -> None:
        """Forgets a record whose creation failed."""
        self._declared.pop(urn, None)

    def abandons(self, urn: str) -> bool:
        """Whether the program lets go of a record's cluster: also of a former one, which this one has replaced."""
        return urn in self._abandoned

    def goes_on(self, urn: str, cluster_id: ArmId, client_id: str) -> bool:
        """Whether the cluster keeps a record of this application when one is deleted.

        :param urn: The record that is deleted; the program declares it nevertheless if it is replaced.
        :param cluster_id: Its cluster.
        :param client_id: Client ID of its application.
        """
        same = _Declared(cluster_id.key, client_id.lower())
        return any(known == same and (it == urn or it in self._in_state) for it, known in self._declared.items())
