"""A CronJob's schedule: its form, and how long it lets a pull secret go without renewal.

https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-syntax
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from hashlib import sha256
from typing import Final

SCHEDULE_RULE: Final = (
    "must have five fields, minute hour day-of-month month day-of-week, of numbers, '*', ranges, lists and steps, "
    "such as '7 * * * *'"
)

_BOUNDS: Final = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
# Two months with a leap day between them, from a Sunday on.
_FIRST: Final = datetime(2028, 1, 30, tzinfo=timezone.utc)
_DAYS: Final = 62


def hourly(key: str) -> str:
    """A schedule once an hour, at a minute that depends on ``key``: clusters do not all ask Entra ID at one moment.

    :param key: Any name that stays the same.
    """
    return f"{sha256(key.encode()).digest()[0] % 60} * * * *"


def is_schedule(text: str) -> bool:
    """Whether this is a schedule; ``SCHEDULE_RULE`` says which form it needs. Names of days and months are not read."""
    try:
        _fields(text)
    except ValueError:
        return False
    return True


def longest_gap(text: str) -> int:
    """The longest time between two runs, in seconds; two months where there are fewer than two in that time.

    :param text: A schedule for which ``is_schedule`` holds.
    """
    minutes, hours, days, months, weekdays = _fields(text)
    # Cron runs on a day that fits either day field, unless one of them is '*'.
    either = not any(it.startswith("*") for it in (text.split()[2], text.split()[4]))
    last, gap = None, 0
    for number in range(_DAYS):
        day = _FIRST + timedelta(days=number)
        of_week, of_month = day.isoweekday() % 7 in weekdays, day.day in days
        if day.month not in months or not ((of_week or of_month) if either else (of_week and of_month)):
            continue
        for moment in (day.replace(hour=hour, minute=minute) for hour in hours for minute in minutes):
            gap = max(gap, int((moment - last).total_seconds())) if last else gap
            last = moment
    return gap or _DAYS * 86400


def _fields(text: str) -> list[list[int]]:
    parts = text.split()
    if len(parts) != len(_BOUNDS):
        raise ValueError(SCHEDULE_RULE)
    fields = [_values(part, low, high) for part, (low, high) in zip(parts, _BOUNDS, strict=True)]
    fields[4] = sorted({it % 7 for it in fields[4]})
    return fields


def _values(part: str, low: int, high: int) -> list[int]:
    values: set[int] = set()
    for item in part.split(","):
        span, _, step = item.partition("/")
        first, dash, last = span.partition("-")
        if span == "*":
            begin, end = low, high
        else:
            begin = _number(first)
            end = _number(last) if dash else (high if step else begin)
        if not low <= begin <= end <= high:
            raise ValueError(SCHEDULE_RULE)
        values.update(range(begin, end + 1, _number(step) if "/" in item else 1))
    return sorted(values)


def _number(text: str) -> int:
    if not text.isascii() or not text.isdecimal():
        raise ValueError(SCHEDULE_RULE)
    return int(text)
