"""When something that recurs is open: intervals that begin on certain days, less what is excluded."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from typing import Final

Span = tuple[datetime, datetime]
"""From the first instant (included) to the last (excluded)."""

_LOOK_AHEAD: Final = 366 * 3
"""Days: an interval of many months has an opening within them, unless it is excluded for ever."""


@dataclass(frozen=True)
class Recurring:
    """Intervals of one length, which begin at one time of some days."""

    begins_on: Callable[[date], bool]
    """Whether an interval begins on a day, by the offset's calendar."""
    start: time
    """The time of day, by the offset's clock."""
    duration: timedelta
    offset: timedelta = timedelta()
    """What the offset's clock is ahead of UTC."""
    excluded: tuple[Span, ...] = field(default=())
    """When it is closed nevertheless."""

    def next_opening(self, now: datetime) -> datetime | None:
        """The first instant from ``now`` on at which it is open; ``now`` itself while it is; nothing within years.

        :param now: The present time, in UTC.
        """
        zone = timezone(self.offset)
        today = now.astimezone(zone).date()
        back = self.duration // timedelta(days=1) + 1
        for days in range(-back, _LOOK_AHEAD):
            day = today + timedelta(days=days)
            if not self.begins_on(day):
                continue
            begin = datetime.combine(day, self.start, zone).astimezone(timezone.utc)
            if opening := self._open_within(max(begin, now), begin + self.duration):
                return opening
        return None

    def _open_within(self, first: datetime, end: datetime) -> datetime | None:
        for begins, ends in sorted(self.excluded):
            if begins <= first < ends:
                first = ends
        return first if first < end else None


def next_opening(windows: Iterable[Recurring], now: datetime) -> datetime | None:
    """The first instant from ``now`` on at which one of them is open.

    :param windows: The windows.
    :param now: The present time, in UTC.
    """
    return min((it for window in windows if (it := window.next_opening(now))), default=None)
