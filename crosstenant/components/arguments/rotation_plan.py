"""What a program asks of the application's secret, and which secrets that means at one moment."""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final, cast

from crosstenant.components.arguments.arg_path import ArgPath
from crosstenant.components.arguments.rotation_args import RotationArgs
from crosstenant.components.arguments.secret_dates import check_end_date, read_utc
from crosstenant.model.argument_text import quoted_name
from crosstenant.model.rotation import FIRST_DAY, Schedule
from crosstenant.model.secret_dates import utc_text

DEFAULT_MARGIN_DAYS: Final = 30
# What Microsoft recommends as the cap of an app management policy:
# https://learn.microsoft.com/entra/identity/enterprise-apps/configure-app-management-policies
DEFAULT_LIFETIME_CAP_DAYS: Final = 180
DEFAULT_WARNING_DAYS: Final = 30
_LONGEST_DAYS: Final = 3650
_COUNT: Final = re.compile(r"\d{1,9}")


@dataclass(frozen=True)
class PlannedSecret:
    """One secret that the application is to have."""

    slot: str
    """``even`` or ``odd`` where there are two; empty where there is one."""

    end_date: str | None
    """When it ends: a UTC time; two years after it is made if nothing is said."""

    keepers: dict[str, str]
    """What it was made for: with another value it is another secret."""

    was_the_only: bool = False
    """Whether it is the same as the only secret of a program without ``keep_previous``."""


@dataclass(frozen=True)
class SecretPlan:
    """The secrets that the application is to have at one moment."""

    current: PlannedSecret
    """The one that clusters use."""

    previous: PlannedSecret | None
    """The one before, if it is to stay; where it exists it stays as it is, and this is how to make it if it is gone."""

    next_rotation_at: str | None
    """When the next update makes another one: a UTC time; nothing without a schedule."""

    warn_days: int
    """How many days before the end of the current one to warn."""

    remedy: str
    """How to get a new one before its time."""

    hold_warn_days: int = DEFAULT_WARNING_DAYS
    """How many days before the end of a waiting cluster's secret to warn."""

    keeps_previous: bool = False
    """Whether the program lets a rotation leave the secret before it valid."""


def plan_secrets(at: ArgPath, args: RotationArgs, now: datetime) -> SecretPlan:
    """Works out the application's secrets.

    :param at: The argument that holds the rotation.
    :param args: What the program says.
    :param now: The present time.
    :raises ArgumentError: An argument is wrong, or does not go with another; the text names it and the remedy.
    """
    warn_days = _days(at, args, "expiry_warning_days", least=0)
    every_days = _days(at, args, "rotate_every_days")
    hold_warn_days = DEFAULT_WARNING_DAYS if warn_days is None else warn_days
    if every_days is None:
        return replace(_unscheduled(at, args, now, hold_warn_days), hold_warn_days=hold_warn_days)
    if args.get("end_date") is not None:
        raise (at / "end_date").error("is given together with rotate_every_days, which sets it: remove one of them")
    schedule = Schedule(
        every_days=every_days,
        margin_days=_days(at, args, "margin_days") or DEFAULT_MARGIN_DAYS,
        first_day=_first_day(at, args),
        keep_previous=bool(args.get("keep_previous")),
    )
    _check_lifetime(at, schedule, _days(at, args, "lifetime_cap_days") or DEFAULT_LIFETIME_CAP_DAYS)
    generation = schedule.generation_at(now)
    if generation.number < -1:
        latest = schedule.generation(generation.number + 1).starts_at.date()
        raise (at / "rotate_from").error(
            f"'{schedule.first_day}' is more than one period of {every_days} days ahead, and the secret would be"
            f" replaced before it: write {latest}, which is in step with it",
        )
    _check_revocation(at, args)
    end_date, next_rotation_at = utc_text(generation.secret_ends_at), utc_text(generation.next_rotation_at)
    remedy = f"the first update after {next_rotation_at} makes a new one; for one now, change rotation_trigger"
    if not schedule.keep_previous:
        current = PlannedSecret("", end_date, {"trigger": args.get("rotation_trigger") or ""})
        return SecretPlan(current, None, next_rotation_at, warn_days or 0, remedy, hold_warn_days)
    # Secrets are numbered through, one for each period and each count of the trigger, and go to two places in turn:
    # the one that is made takes the place of the one before the previous.
    number = generation.number + _count(at, args)
    current = _numbered(number, end_date)
    # Nothing came before the first one of a program that says when it began.
    kept = number > 0 and not args.get("revoke_previous")
    previous = schedule.generation(generation.number - 1)
    return SecretPlan(
        current,
        _numbered(number - 1, utc_text(previous.secret_ends_at)) if kept else None,
        next_rotation_at,
        warn_days or 0,
        remedy,
        hold_warn_days,
        keeps_previous=True,
    )


def _unscheduled(at: ArgPath, args: RotationArgs, now: datetime, warn_days: int) -> SecretPlan:
    for name in ("rotate_from", "margin_days"):
        if args.get(name):
            raise (at / name).error("does nothing without rotate_every_days: add that, or remove this")
    _check_revocation(at, args)
    end_date = args.get("end_date")
    check_end_date(at / "end_date", end_date, now=now)
    cap = _days(at, args, "lifetime_cap_days")
    end = read_utc(end_date) if end_date else None
    if cap is not None and end is None:
        raise (at / "lifetime_cap_days").error(
            f"a secret without an end date lasts two years, longer than {cap} days: give rotate_every_days or end_date",
        )
    if cap is not None and end is not None and (end - now).total_seconds() > cap * 86400:
        raise (at / "end_date").error(
            f"'{end_date}' is {(end - now).days} days ahead, longer than lifetime_cap_days, {cap}: give an earlier one",
        )
    if args.get("keep_previous"):
        return _counted(at, args, warn_days)
    return SecretPlan(
        PlannedSecret("", end_date, {"trigger": args.get("rotation_trigger") or ""}),
        None,
        None,
        warn_days,
        (f"give a later end_date than {end_date}" if end_date else "change rotation_trigger")
        + " to make a new one, or let rotate_every_days do it in time",
    )


def _counted(at: ArgPath, args: RotationArgs, warn_days: int) -> SecretPlan:
    """Two secrets in turn, whose rotations the program counts."""
    number, end_date = _count(at, args), args.get("end_date")
    revoked = bool(args.get("revoke_previous"))
    # What was the only secret is the first one, so that the argument alone makes no other.
    current = (
        _numbered(number, end_date) if number else PlannedSecret("even", end_date, {"trigger": ""}, was_the_only=True)
    )
    later = f" with a later end_date than {end_date}" if end_date else ""
    return SecretPlan(
        current,
        _numbered(number - 1, end_date) if number and not revoked else None,
        None,
        warn_days,
        f"increase rotation_trigger by one{later} to make a new one",
        keeps_previous=True,
    )


def _check_revocation(at: ArgPath, args: RotationArgs) -> None:
    if args.get("revoke_previous") and not args.get("keep_previous"):
        raise (at / "revoke_previous").error(
            "there is no previous secret without keep_previous: it is removed as soon as every cluster has the new"
            " one. Remove this, and change rotation_trigger to end the present one",
        )


def _numbered(number: int, end_date: str | None) -> PlannedSecret:
    return PlannedSecret("odd" if number % 2 else "even", end_date, {"number": str(number)})


def _check_lifetime(at: ArgPath, schedule: Schedule, cap: int) -> None:
    if schedule.lifetime_days <= cap:
        return
    period, margin = schedule.every_days, schedule.margin_days
    longer = f" + {period} (keep_previous: one period more)" if schedule.keep_previous else ""
    longest = (cap - margin) // (2 if schedule.keep_previous else 1)
    shorter = f"rotate every {longest} days or sooner" if longest > 0 else f"make margin_days much less than {cap} days"
    raise (at / "rotate_every_days").error(
        f"a secret would need a lifetime of {period} (rotate_every_days) + {margin} (margin_days){longer}"
        f" = {schedule.lifetime_days} days, and lifetime_cap_days is {cap}: {shorter}, or raise lifetime_cap_days if"
        " the tenant's app management policy allows it",
    )


def _first_day(at: ArgPath, args: RotationArgs) -> date:
    text = args.get("rotate_from")
    if text is None:
        return FIRST_DAY
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or str(day) != text or not 1970 <= day.year <= 9000:
        raise (at / "rotate_from").error(
            f"{quoted_name(text)} is not a date of the form 2026-01-01: write it so, without a time"
        )
    return day


def _count(at: ArgPath, args: RotationArgs) -> int:
    text = args.get("rotation_trigger") or "0"
    if not _COUNT.fullmatch(text):
        raise (at / "rotation_trigger").error(
            f"{quoted_name(text)} is not a whole number: with keep_previous write '1' for the first rotation out of"
            " turn, and count up by one for each more, so that the present secret becomes the previous one",
        )
    return int(text)


def _days(at: ArgPath, args: RotationArgs, name: str, least: int = 1) -> int | None:
    value = cast("int | None", args.get(name))
    if value is not None and not least <= value <= _LONGEST_DAYS:
        raise (at / name).error(f"must be a number of days from {least} to {_LONGEST_DAYS}, not {value}")
    return value
