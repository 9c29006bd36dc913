"""What a program asks of the secret: which secrets that means on a day, and what is refused."""

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from crosstenant.components.argument_error import ArgumentError
from crosstenant.components.arguments.arg_path import ArgPath
from crosstenant.components.arguments.rotation_args import RotationArgs
from crosstenant.components.arguments.rotation_plan import PlannedSecret, SecretPlan, plan_secrets
from crosstenant.components.arguments.secret_dates import check_not_ended

NOW = datetime(2026, 11, 24, 10, tzinfo=timezone.utc)  # in a period of 60 days, from 2026-10-28 to 2026-12-27
DAY = timedelta(days=1)
AT = ArgPath("X") / "rotation"


def plan(now: datetime = NOW, **args: Any) -> SecretPlan:
    return plan_secrets(AT, RotationArgs(**args), now)


def refusal(**args: Any) -> str:
    with pytest.raises(ArgumentError) as caught:
        plan(**args)
    return str(caught.value)


def slots(made: SecretPlan) -> tuple[str, str | None]:
    return made.current.slot, made.previous.slot if made.previous else None


def test_without_arguments_there_is_one_secret_for_as_long_as_azure_gives():
    made = plan()
    assert made.current == PlannedSecret("", None, {"trigger": ""})
    assert (made.previous, made.next_rotation_at, made.warn_days) == (None, None, 30)


def test_a_schedule_gives_the_secret_its_end():
    made = plan(rotate_every_days=60)
    assert made.current == PlannedSecret("", "2027-01-26T00:00:00Z", {"trigger": ""})
    assert (made.previous, made.next_rotation_at) == (None, "2026-12-27T00:00:00Z")


def test_the_plan_changes_at_the_boundary_and_nowhere_else():
    boundary = datetime(2026, 12, 27, tzinfo=timezone.utc)
    before, after = (
        plan(boundary - timedelta(microseconds=1), rotate_every_days=60),
        plan(boundary, rotate_every_days=60),
    )
    assert before == plan(rotate_every_days=60)
    assert after.current.end_date == "2027-03-27T00:00:00Z"
    assert plan(boundary + 59 * DAY, rotate_every_days=60) == after


def test_a_period_that_ends_the_secret_on_the_same_day_makes_no_new_one():
    assert plan(rotate_every_days=45).current == plan(rotate_every_days=60).current
    assert plan(rotate_every_days=50).current != plan(rotate_every_days=60).current


def test_the_trigger_makes_another_secret_with_the_same_end():
    made = plan(rotate_every_days=60, rotation_trigger="leaked")
    assert made.current == PlannedSecret("", "2027-01-26T00:00:00Z", {"trigger": "leaked"})


def test_two_secrets_take_turns():
    args = {"rotate_every_days": 60, "keep_previous": True}
    made = [plan(NOW + number * 60 * DAY, **args) for number in range(3)]
    assert [slots(it) for it in made] == [("odd", "even"), ("even", "odd"), ("odd", "even")]
    assert [it.current.keepers for it in made] == [{"number": "5"}, {"number": "6"}, {"number": "7"}]
    assert made[0].current.end_date == "2027-03-27T00:00:00Z"
    assert [it.previous for it in made[1:]] == [it.current for it in made[:-1]]


def test_the_previous_secret_is_good_through_the_present_period_and_the_margin():
    made = plan(rotate_every_days=60, keep_previous=True)
    assert made.previous
    assert (made.next_rotation_at, made.previous.end_date) == ("2026-12-27T00:00:00Z", "2027-01-26T00:00:00Z")


def test_counting_the_trigger_up_makes_the_present_secret_the_previous_one():
    args = {"rotate_every_days": 60, "keep_previous": True}
    before, after = plan(**args, rotation_trigger="3"), plan(**args, rotation_trigger="4")
    assert before.current.slot == slots(after)[1]
    assert after.current.keepers == {"number": "9"}
    assert slots(plan(NOW + 60 * DAY, **args, rotation_trigger="4")) == slots(before)


def test_revoking_leaves_only_the_current_secret():
    args = {"rotate_every_days": 60, "keep_previous": True}
    assert plan(**args, revoke_previous=True).previous is None
    assert plan(**args, revoke_previous=True).current == plan(**args).current


def test_the_first_secret_has_no_previous_one():
    args = {"rotate_every_days": 60, "keep_previous": True, "rotate_from": "2026-11-24"}
    assert slots(plan(**args)) == ("even", None)
    assert slots(plan(**args, rotation_trigger="1")) == ("odd", "even")
    assert slots(plan(NOW + 60 * DAY, **args)) == ("odd", "even")


def test_a_first_rotation_may_lie_ahead_by_one_period():
    made = plan(rotate_every_days=60, rotate_from="2027-01-23")
    assert (made.next_rotation_at, made.current.end_date) == ("2027-01-23T00:00:00Z", "2027-02-22T00:00:00Z")
    assert refusal(rotate_every_days=60, rotate_from="2027-01-24").endswith(
        "rotation.rotate_from: '2027-01-24' is more than one period of 60 days ahead, and the secret would be replaced"
        " before it: write 2026-11-25, which is in step with it"
    )
    in_step = plan(rotate_every_days=60, rotate_from="2026-11-25")
    assert in_step.next_rotation_at == "2026-11-25T00:00:00Z"


def test_the_lifetime_is_held_against_the_cap_with_the_arithmetic():
    assert plan(rotate_every_days=150).current.end_date
    assert plan(rotate_every_days=75, keep_previous=True).current.end_date
    assert plan(rotate_every_days=335, lifetime_cap_days=365).current.end_date
    assert refusal(rotate_every_days=151).startswith(
        "X: rotation.rotate_every_days: a secret would need a lifetime of 151 (rotate_every_days) + 30 (margin_days) ="
        " 181 days, and lifetime_cap_days is 180: rotate every 150 days or sooner, or raise lifetime_cap_days"
    )
    assert (
        "90 (rotate_every_days) + 10 (margin_days) + 90 (keep_previous: one period more) = 190 days, and"
        " lifetime_cap_days is 180: rotate every 85 days or sooner"
    ) in refusal(rotate_every_days=90, margin_days=10, keep_previous=True)
    assert "make margin_days much less than 20 days" in refusal(rotate_every_days=7, lifetime_cap_days=20)


def test_an_end_date_is_held_against_a_cap_that_is_given():
    assert plan(end_date="2028-01-01T00:00:00Z").current.end_date == "2028-01-01T00:00:00Z"
    assert plan(end_date="2026-12-24T10:00:00Z", lifetime_cap_days=30).current.end_date
    assert "is 30 days ahead, longer than lifetime_cap_days, 30" in refusal(
        end_date="2026-12-24T10:00:01Z", lifetime_cap_days=30
    )
    assert "lasts two years, longer than 365 days" in refusal(lifetime_cap_days=365)


def test_without_a_schedule_the_trigger_counts_the_secrets():
    made = [plan(keep_previous=True, rotation_trigger=it) for it in ("", "0", "1", "2")]
    assert [slots(it) for it in made] == [("even", None), ("even", None), ("odd", "even"), ("even", "odd")]
    assert [it.current.keepers for it in made] == [{"trigger": ""}, {"trigger": ""}, {"number": "1"}, {"number": "2"}]
    assert made[3].previous == made[2].current
    assert all(it.keeps_previous and it.next_rotation_at is None for it in made)
    dated = plan(keep_previous=True, rotation_trigger="1", end_date="2027-06-30T00:00:00Z")
    assert dated.current.end_date == "2027-06-30T00:00:00Z"
    assert plan(keep_previous=True, rotation_trigger="1", revoke_previous=True).previous is None


def test_waiting_clusters_have_their_own_days_of_warning():
    """A schedule replaces a secret long before its end; a cluster that waits keeps it."""
    assert (plan(rotate_every_days=60).warn_days, plan(rotate_every_days=60).hold_warn_days) == (0, 30)
    assert plan(expiry_warning_days=9).hold_warn_days == 9


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ({"keep_previous": True, "rotation_trigger": "leak"}, "'leak' is not a whole number"),
        ({"rotate_every_days": 0}, "rotation.rotate_every_days: must be a number of days from 1 to 3650, not 0"),
        ({"rotate_every_days": -7}, "must be a number of days from 1 to 3650"),
        ({"rotate_every_days": 4000, "lifetime_cap_days": 3650}, "from 1 to 3650, not 4000"),
        (
            {"rotate_every_days": 60, "margin_days": -1},
            "rotation.margin_days: must be a number of days from 1 to 3650, not -1",
        ),
        (
            {"rotate_every_days": 60, "margin_days": 0},
            "rotation.margin_days: must be a number of days from 1 to 3650, not 0",
        ),
        ({"expiry_warning_days": -1}, "rotation.expiry_warning_days: must be a number of days from 0 to 3650, not -1"),
        ({"rotate_every_days": 60, "end_date": "2027-01-01T00:00:00Z"}, "remove one of them"),
        ({"rotate_from": "2026-01-01"}, "rotation.rotate_from: does nothing without rotate_every_days"),
        ({"margin_days": 10}, "rotation.margin_days: does nothing without rotate_every_days"),
        ({"revoke_previous": True}, "there is no previous secret without keep_previous"),
        ({"rotate_every_days": 60, "revoke_previous": True}, "there is no previous secret without keep_previous"),
        ({"rotate_every_days": 60, "rotate_from": "1 January 2026"}, "is not a date of the form 2026-01-01"),
        ({"rotate_every_days": 60, "rotate_from": "2026-02-29"}, "is not a date of the form 2026-01-01"),
        ({"rotate_every_days": 60, "rotate_from": "20260101"}, "is not a date of the form 2026-01-01"),
        ({"rotate_every_days": 60, "rotate_from": "2026-01-01T00:00:00Z"}, "without a time"),
        ({"rotate_every_days": 60, "keep_previous": True, "rotation_trigger": "leak"}, "'leak' is not a whole number"),
        ({"rotate_every_days": 60, "keep_previous": True, "rotation_trigger": "-1"}, "'-1' is not a whole number"),
        ({"end_date": "2027-1-1T00:00:00Z"}, "write it so, with the Z"),
        ({"end_date": "2026-11-24T10:00:00Z"}, "is past"),
    ],
)
def test_what_cannot_be_is_refused_with_the_remedy(args: dict[str, object], words: str):
    assert words in refusal(**args)


def left(ends_at: str, warn_days: int = 30) -> str | None:
    return check_not_ended(AT, ends_at, "do something", warn_days=warn_days, now=NOW)


@pytest.mark.parametrize(
    ("ends_at", "words"),
    [
        ("2026-12-24T10:00:00Z", None),
        ("2026-12-24T09:59:59Z", "in 29 days, at 2026-12-24T09:59:59Z"),
        ("2026-11-25T10:00:00.1234567Z", "in 1 day, at"),
        ("2026-11-24T10:00:01Z", "in less than a day, at"),
        ("whenever", None),
    ],
)
def test_a_secret_near_its_end_is_worth_a_warning(ends_at: str, words: str | None):
    warning = left(ends_at)
    assert warning == words or (words and warning and words in warning and warning.endswith(": do something"))
    assert left("2026-11-24T10:00:01Z", warn_days=0) is None


@pytest.mark.parametrize("ends_at", ["2026-11-24T10:00:00Z", "2025-01-01T00:00:00.5Z"])
def test_a_secret_that_has_ended_is_an_error(ends_at: str):
    with pytest.raises(ArgumentError, match=rf"X: rotation: the secret expired at {ends_at}, .*: do something"):
        left(ends_at, warn_days=0)


def test_a_schedule_warns_only_when_told_to():
    assert plan(rotate_every_days=60, margin_days=5).warn_days == 0
    assert plan(rotate_every_days=60, margin_days=5, expiry_warning_days=20).warn_days == 20


def test_the_remedy_is_one_that_works():
    assert "change rotation_trigger" in plan().remedy
    assert "give a later end_date than 2027-01-01T00:00:00Z" in plan(end_date="2027-01-01T00:00:00Z").remedy
    assert "the first update after 2026-12-27T00:00:00Z makes a new one" in plan(rotate_every_days=60).remedy
