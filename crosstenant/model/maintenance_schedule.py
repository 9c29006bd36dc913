"""The maintenance configurations of an AKS cluster, as intervals that recur.

https://learn.microsoft.com/azure/aks/planned-maintenance: three names exist. ``default`` has hours of the week in UTC;
``aksManagedAutoUpgradeSchedule`` and ``aksManagedNodeOSUpgradeSchedule`` have a schedule with an offset from UTC.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta, timezone
from typing import Any, Final, cast

from crosstenant.model.recurring import Recurring, Span
from crosstenant.model.reset_window import DAYS
from crosstenant.model.secret_dates import utc_time

NAMES: Final = ("aksManagedNodeOSUpgradeSchedule", "aksManagedAutoUpgradeSchedule", "default")
"""The configurations, the one that counts for a reset first: like a new node image, a reset reimages every node."""

_OFFSET: Final = re.compile(r"([+-])(\d\d):(\d\d)")
_WEEKS: Final = ("first", "second", "third", "fourth", "last")


def windows_of(properties: Mapping[str, Any]) -> tuple[Recurring, ...]:
    """The intervals of a configuration.

    :param properties: Its ``properties``, as Azure has them.
    :raises ValueError: It has a form that is not known here; the message says which.
    """
    try:
        window = properties.get("maintenanceWindow")
        return (_scheduled(window),) if window else _hours_of_the_week(properties)
    except (KeyError, TypeError, AttributeError, IndexError, OverflowError) as error:
        raise ValueError(f"a part of it is missing or malformed ({type(error).__name__}: {error})") from None


def _hours_of_the_week(properties: Mapping[str, Any]) -> tuple[Recurring, ...]:
    excluded = tuple(
        (_moment(str(it["start"])), _moment(str(it["end"]))) for it in properties.get("notAllowedTime") or ()
    )
    return tuple(
        Recurring(_weekly(_day(one["day"])), time(int(hour)), timedelta(hours=1), excluded=excluded)
        for one in properties.get("timeInWeek") or ()
        for hour in one.get("hourSlots") or ()
    )


def _scheduled(window: Mapping[str, Any]) -> Recurring:
    offset = _offset(str(window.get("utcOffset") or "+00:00"))
    hour, minute = str(window["startTime"]).split(":")[:2]
    first = _date(window["startDate"]) if window.get("startDate") else None
    recurs = _recurring(cast("Mapping[str, Any]", window["schedule"]), first)

    def begins_on(day: date) -> bool:
        return (first is None or day >= first) and recurs(day)

    return Recurring(
        begins_on,
        time(int(hour), int(minute)),
        timedelta(hours=float(window["durationHours"])),
        offset,
        tuple(_dates(it, offset) for it in window.get("notAllowedDates") or ()),
    )


def _recurring(schedule: Mapping[str, Any], first: date | None) -> Callable[[date], bool]:
    if daily := schedule.get("daily"):
        return _every(int(daily["intervalDays"]), first, lambda day: day.toordinal())
    if weekly := schedule.get("weekly"):
        chosen = _day(weekly["dayOfWeek"])
        # Weeks begin on Monday, which has the ordinal 1.
        due = _every(int(weekly["intervalWeeks"]), first, lambda day: (day.toordinal() - 1) // 7)
        return lambda day: day.weekday() == chosen and due(day)
    if monthly := schedule.get("absoluteMonthly"):
        number = int(monthly["dayOfMonth"])
        due = _every(int(monthly["intervalMonths"]), first, _month)
        return lambda day: day.day == number and due(day)
    if monthly := schedule.get("relativeMonthly"):
        week, chosen = _WEEKS.index(str(monthly["weekIndex"]).lower()), _day(monthly["dayOfWeek"])
        due = _every(int(monthly["intervalMonths"]), first, _month)
        return lambda day: day.weekday() == chosen and _is_in_week(day, week) and due(day)
    raise ValueError(f"its schedule is {', '.join(schedule) or 'empty'}, which is not known here")


def _every(interval: int, first: date | None, number: Callable[[date], int]) -> Callable[[date], bool]:
    if interval == 1:
        return lambda day: True
    if first is None:
        raise ValueError("it has an interval and no startDate to count it from")
    begin = number(first)
    return lambda day: (number(day) - begin) % interval == 0


def _month(day: date) -> int:
    return day.year * 12 + day.month


def _is_in_week(day: date, week: int) -> bool:
    if week == len(_WEEKS) - 1:
        return day.day + 7 > calendar.monthrange(day.year, day.month)[1]
    return (day.day - 1) // 7 == week


def _weekly(chosen: int) -> Callable[[date], bool]:
    return lambda day: day.weekday() == chosen


def _day(name: object) -> int:
    return DAYS.index(str(name).lower())


def _offset(text: str) -> timedelta:
    found = _OFFSET.fullmatch(text)
    if found is None:
        raise ValueError(f"its utcOffset is '{text}', not of the form +02:00")
    size = timedelta(hours=int(found[2]), minutes=int(found[3]))
    return -size if found[1] == "-" else size


def _date(text: object) -> date:
    return date.fromisoformat(str(text)[:10])


def _dates(span: Mapping[str, Any], offset: timedelta) -> Span:
    # https://learn.microsoft.com/rest/api/aks/maintenance-configurations: the offset counts, and the last day is in it.
    zone = timezone(offset)
    begins = datetime.combine(_date(span["start"]), time(), zone)
    ends = datetime.combine(_date(span["end"]) + timedelta(days=1), time(), zone)
    return begins.astimezone(timezone.utc), ends.astimezone(timezone.utc)


def _moment(text: str) -> datetime:
    found = utc_time(text)
    if found is None:
        raise ValueError(f"'{text}' in it is not a UTC time")
    return found
