"""Maintenance configurations of AKS as windows: each kind of schedule, offsets, excluded dates, the old form."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from crosstenant.model.maintenance_schedule import windows_of
from crosstenant.model.recurring import next_opening


def scheduled(schedule: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"maintenanceWindow": {"schedule": schedule, "durationHours": 4, "startTime": "02:00", **more}}


def opening(properties: dict[str, Any], now: str = "2026-02-02T00:00") -> str | None:
    """The next opening after Monday, 2026-02-02."""
    found = next_opening(windows_of(properties), datetime.fromisoformat(now).replace(tzinfo=timezone.utc))
    return f"{found:%Y-%m-%dT%H:%M}" if found else None


DAILY = {"daily": {"intervalDays": 1}}
WEEKLY = {"weekly": {"intervalWeeks": 2, "dayOfWeek": "Friday"}}


@pytest.mark.parametrize(
    ("properties", "opens"),
    [
        (scheduled(DAILY), "2026-02-02T02:00"),
        (scheduled({"daily": {"intervalDays": 3}}, startDate="2026-02-01"), "2026-02-04T02:00"),
        (scheduled(DAILY, startDate="2026-03-01"), "2026-03-01T02:00"),
        (scheduled(WEEKLY, startDate="2026-01-30"), "2026-02-13T02:00"),
        (scheduled(WEEKLY, startDate="2026-02-02"), "2026-02-06T02:00"),
        (scheduled({"absoluteMonthly": {"intervalMonths": 1, "dayOfMonth": 31}}), "2026-03-31T02:00"),
        (
            scheduled({"absoluteMonthly": {"intervalMonths": 3, "dayOfMonth": 15}}, startDate="2026-01-01"),
            "2026-04-15T02:00",
        ),
        (
            scheduled({"relativeMonthly": {"intervalMonths": 1, "weekIndex": "Second", "dayOfWeek": "Tuesday"}}),
            "2026-02-10T02:00",
        ),
        (
            scheduled({"relativeMonthly": {"intervalMonths": 1, "weekIndex": "Last", "dayOfWeek": "Saturday"}}),
            "2026-02-28T02:00",
        ),
        # 02:00 at +05:30 is 20:30 of the day before, and the window is open for 4 hours.
        (scheduled(DAILY, utcOffset="+05:30"), "2026-02-02T00:00"),
        (scheduled(DAILY, utcOffset="+02:00", startTime="03:00"), "2026-02-02T01:00"),
        (scheduled(DAILY, utcOffset="-08:00"), "2026-02-02T10:00"),
        # The last excluded day is excluded; the offset counts for it.
        (scheduled(DAILY, notAllowedDates=[{"start": "2026-02-01", "end": "2026-02-03"}]), "2026-02-04T02:00"),
        (
            scheduled(DAILY, utcOffset="+02:00", notAllowedDates=[{"start": "2026-02-01", "end": "2026-02-02"}]),
            "2026-02-03T00:00",
        ),
        (
            scheduled(DAILY, startTime="22:00", notAllowedDates=[{"start": "2026-02-02", "end": "2026-02-02"}]),
            "2026-02-03T00:00",
        ),
        ({"timeInWeek": [{"day": "Wednesday", "hourSlots": [5, 1]}]}, "2026-02-04T01:00"),
        (
            {
                "timeInWeek": [{"day": "Wednesday", "hourSlots": [1, 2]}],
                "notAllowedTime": [{"start": "2026-02-04T00:00:00Z", "end": "2026-02-04T02:30:00Z"}],
            },
            "2026-02-04T02:30",
        ),
        ({"timeInWeek": []}, None),
    ],
)
def test_a_configuration_opens(properties: dict[str, Any], opens: str | None):
    assert opening(properties) == opens


@pytest.mark.parametrize(
    ("properties", "why"),
    [
        (scheduled({"hourly": {}}), "its schedule is hourly, which is not known here"),
        (scheduled({"daily": {"intervalDays": 2}}), "no startDate to count it from"),
        (scheduled(DAILY, utcOffset="UTC"), r"utcOffset is 'UTC', not of the form \+02:00"),
        ({"maintenanceWindow": {"schedule": DAILY}}, "missing or malformed"),
        ({"timeInWeek": [{"day": "Caturday", "hourSlots": [1]}]}, "not in"),
    ],
)
def test_what_is_not_known_is_an_error_and_no_open_window(properties: dict[str, Any], why: str):
    with pytest.raises(ValueError, match=why):
        windows_of(properties)
