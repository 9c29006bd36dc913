"""Dates of the application's secret, as Microsoft Graph reads and returns them."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Final

from crosstenant.errors import ArgumentError

UTC_TIME: Final = "%Y-%m-%dT%H:%M:%SZ"


def check_end_date(owner: str, path: str, end_date: str | None, *, now: datetime | None = None) -> None:
    """Checks the date on which a secret shall end.

    :param owner: The component's type and name, for the message.
    :param path: The argument that holds the date.
    :param end_date: A UTC time, ``2027-06-30T00:00:00Z``, or nothing.
    :param now: The present time; the clock's by default.
    :raises ArgumentError: It has another form, which Graph would return in this one and so change at every update, or
        it is past.
    """
    if end_date is None:
        return
    try:
        end = datetime.strptime(end_date, UTC_TIME).replace(tzinfo=timezone.utc)
    except ValueError:
        raise ArgumentError(
            owner, path, f"'{end_date}' is not a UTC time of the form 2027-06-30T00:00:00Z: write it so, with the Z"
        ) from None
    if end <= (now or datetime.now(timezone.utc)):
        raise ArgumentError(owner, path, f"'{end_date}' is past: a secret that ends then would never sign in")
