"""When a CronJob is due: https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-syntax."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

_MACROS: Final = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_RANGES: Final = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
_NAMES: Final = (
    "",
    "",
    "",
    "jan feb mar apr may jun jul aug sep oct nov dec",
    "sun mon tue wed thu fri sat",
)
_MINUTE: Final = timedelta(minutes=1)


def due_times(schedule: str, after: float, until: float, zone: str | None = None) -> Iterator[float]:
    """The times at which a CronJob is due, in seconds since the epoch: later than ``after``, and ``until`` at most.

    :param schedule: Five fields, or a macro such as ``@hourly``.
    :param zone: Name of a time zone (``spec.timeZone``); None for UTC.
    :raises ValueError: The schedule has another form.
    """
    minutes, hours, days, months, weekdays = fields = _fields(schedule)
    place: tzinfo = ZoneInfo(zone) if zone else timezone.utc
    text = _MACROS.get(schedule, schedule).split()
    either = not text[2].startswith("*") and not text[4].startswith("*")
    assert all(fields), schedule
    moment = datetime.fromtimestamp(after, timezone.utc).replace(second=0, microsecond=0) + _MINUTE
    end = datetime.fromtimestamp(until, timezone.utc)
    while moment <= end:
        local = moment.astimezone(place)
        weekday = local.isoweekday() % 7
        in_days, in_weekdays = local.day in days, weekday in weekdays or (weekday == 0 and 7 in weekdays)
        # With both of them limited, either one will do.
        day = (in_days or in_weekdays) if either else (in_days and in_weekdays)
        if day and local.month in months and local.hour in hours and local.minute in minutes:
            yield moment.timestamp()
        moment += _MINUTE


def last_of_each_hour(times: Iterator[float]) -> list[float]:
    """The times without those that another one follows within the same hour."""
    return list({int(time // 3600): time for time in times}.values())


def _fields(schedule: str) -> list[set[int]]:
    fields = _MACROS.get(schedule, schedule).lower().split()
    if len(fields) != len(_RANGES):
        raise ValueError(f"schedule '{schedule}' must have five fields, or be one of {', '.join(_MACROS)}")
    return [
        _numbers(field, *limits, [*names.split()]) for field, limits, names in zip(fields, _RANGES, _NAMES, strict=True)
    ]


def _numbers(field: str, first: int, last: int, names: list[str]) -> set[int]:
    found: set[int] = set()
    for entry in field.split(","):
        span, _, step = entry.partition("/")
        if span in ("*", "?"):
            low, high = first, last
        else:
            begin, dash, end = span.partition("-")
            low = _number(begin, first, names)
            high = _number(end, first, names) if dash else (last if step else low)
        found |= set(range(low, high + 1, int(step) if step else 1))
    if not found or not first <= min(found) <= max(found) <= last:
        raise ValueError(f"field '{field}' of a schedule must have numbers from {first} to {last}")
    return found


def _number(text: str, first: int, names: list[str]) -> int:
    if text in names:
        return names.index(text) + first
    return int(text)
