"""Dates of the application secret, in the spelling of Microsoft Graph."""

from __future__ import annotations

import re
from datetime import datetime, timezone

from crosstenant.components.arguments.arg_path import ArgPath
from crosstenant.model.argument_text import quoted_name
from crosstenant.model.secret_dates import UTC_TIME, utc_text


def check_end_date(at: ArgPath, end_date: str | None, *, now: datetime | None = None) -> None:
    """Checks the date on which a secret is to end.

    :param at: The argument that holds the date.
    :param end_date: A UTC time, ``2027-06-30T00:00:00Z``, or nothing.
    :param now: The present time; the clock's by default.
    :raises ArgumentError: It has another form, which Graph would return in this one and so change at every update, or
        it is past.
    """
    if end_date is None:
        return
    end = read_utc(end_date)
    if end is None or utc_text(end) != end_date:
        raise at.error(
            f"{quoted_name(end_date)} is not a UTC time of the form 2027-06-30T00:00:00Z: write it so, with the Z"
        )
    if end <= (now or datetime.now(timezone.utc)):
        raise at.error(
            f"'{end_date}' is past: a secret that ends then would never sign in; a later date makes a new secret",
        )


def read_utc(text: str) -> datetime | None:
    """A UTC time as Graph writes it, with or without a fraction of a second; nothing if it is none."""
    whole = re.sub(r"\.\d+(?=Z$)", "", text)
    try:
        return datetime.strptime(whole, UTC_TIME).replace(tzinfo=timezone.utc)
    except ValueError:
        return None


def check_not_ended(at: ArgPath, ends_at: str, remedy: str, *, warn_days: int, now: datetime) -> str | None:
    """Checks how long a secret is still valid.

    :param at: The component's argument that rotation is described in.
    :param ends_at: When it ends, as Graph tells.
    :param remedy: How to get a new one.
    :param warn_days: How many days before its end it is worth a warning.
    :param now: The present time.
    :returns: The warning, if it is time for one.
    :raises ArgumentError: It has ended.
    """
    end = read_utc(ends_at)
    if end is None:
        return None
    if end <= now:
        raise at.error(f"the secret expired at {ends_at}, and no cluster can pull with it any longer: {remedy}")
    days = (end - now).days
    if days >= warn_days:
        return None
    left = "in less than a day" if days == 0 else f"in {days} day{'' if days == 1 else 's'}"
    return f"the secret expires {left}, at {ends_at}, and every pull fails then: {remedy}"
