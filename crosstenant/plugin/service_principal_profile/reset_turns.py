"""The resets of a run among each other: how many there are at the same time, and what has become of them.

One process serves a provider for one operation of the command line, and every cluster of a component has the same
provider: what is remembered here is of one run.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from crosstenant.azure.waiting import Clock, OnWait
from crosstenant.errors import OperatorError
from crosstenant.model.reset_waves import WavePlace, in_short
from crosstenant.plugin.service_principal_profile.reset_request import ResetRequest


@dataclass
class Resets:
    """The clusters of one application, by their names."""

    declared: dict[str, int | None] = field(default_factory=lambda: {})
    """The wave of each record, by its URN."""
    running: list[str] = field(default_factory=lambda: [])
    done: list[tuple[int | None, str]] = field(default_factory=lambda: [])
    """What this run has reset, with its wave."""
    failed: list[str] = field(default_factory=lambda: [])
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)


@dataclass(frozen=True)
class Turn:
    """The moment at which a reset may begin."""

    request: ResetRequest
    """The request, whose deadline leaves out the wait."""
    waited: bool
    """Whether others were reset before."""


class ResetTurns:
    """The resets of one provider."""

    def __init__(self, clock: Clock) -> None:
        """:param clock: The clock."""
        self._clock = clock
        self._by_application: dict[str, Resets] = {}

    def of(self, client_id: str) -> Resets:
        """The resets to an application.

        :param client_id: Its client ID (UUID).
        """
        return self._by_application.setdefault(client_id.lower(), Resets())

    def declares(self, urn: str, client_id: str, place: WavePlace) -> None:
        """Remembers that the run goes through a record.

        :param urn: The record.
        :param client_id: Client ID of its application; empty if a preview does not know it yet.
        :param place: The cluster's place in the order.
        """
        self.of(client_id).declared[urn] = place.number

    def made(self, request: ResetRequest) -> None:
        """Remembers that the reset has succeeded."""
        self.of(request.client_id).done.append((request.record.place.number, request.cluster_id.name))

    @asynccontextmanager
    async def turn(self, request: ResetRequest, on_wait: OnWait) -> AsyncGenerator[Turn]:
        """Waits until fewer clusters than allowed are being reset; the block is the reset.

        :param request: The reset.
        :param on_wait: Told what it waits for.
        :raises OperatorError: Another reset has failed meanwhile.
        """
        resets, name, at_once = self.of(request.client_id), request.cluster_id.name, request.record.place.at_once
        began = self._clock.now()
        waited = False
        async with resets.changed:
            while at_once is not None and (resets.failed or len(resets.running) >= at_once):
                if resets.failed:
                    raise OperatorError(_not_begun(request, resets))
                waited = True
                await on_wait(f"waits for the reset of {in_short(resets.running)}: {at_once} at the same time at most")
                await resets.changed.wait()
            resets.running.append(name)
        later = replace(request, deadline=request.deadline + self._clock.now() - began)
        try:
            yield Turn(later, waited)
        except BaseException:
            resets.failed.append(name)
            raise
        finally:
            resets.running.remove(name)
            async with resets.changed:
                resets.changed.notify_all()


def _not_begun(request: ResetRequest, resets: Resets) -> str:
    return (
        f"the reset of cluster {request.cluster_id} is not begun, because that of {in_short(resets.failed)} failed"
        f" (max_parallel_resets: {request.record.place.at_once}). The cluster keeps the credential that it has; the"
        " next 'pulumi up' continues with it"
    )
