"""Schedules and windows that a program or a cluster's maintenance configuration gives."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from crosstenant.model.kubernetes.schedule import hourly, is_schedule, longest_gap
from crosstenant.model.reset_window import DAYS, ResetWindow, WindowError
from tests.hostile.texts import near, texts

fields = st.lists(
    st.one_of(
        st.just("*"),
        st.integers(0, 60).map(str),
        st.builds("*/{}".format, st.integers(0, 61)),
        near("*", "/", "-", ",", "0", "7", "59", "\u0661"),
    ),
    min_size=4,
    max_size=6,
).map(" ".join)
instants = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(timezone.utc))
windows = st.builds(
    ResetWindow.read,
    st.one_of(st.none(), st.lists(st.sampled_from(DAYS), min_size=1, max_size=7)),
    st.builds("{:02}:{:02}".format, st.integers(0, 23), st.integers(0, 59)),
    st.integers(1, 7 * 24 * 60),
)


@given(st.one_of(texts, fields))
def test_a_schedule_has_a_longest_gap_or_is_refused(text: str):
    if is_schedule(text):
        assert 60 <= longest_gap(text) <= 62 * 86400
        assert len(text.split()) == 5


@given(texts.filter(lambda it: it.isprintable()))
def test_an_hourly_schedule_is_one(key: str):
    assert is_schedule(hourly(key))
    assert longest_gap(hourly(key)) == 3600


@given(
    st.one_of(st.none(), st.lists(st.one_of(st.sampled_from(DAYS), texts), max_size=3)),
    st.one_of(texts, near("22", ":", "00", "24")),
    st.one_of(st.integers(), st.floats()),
)
def test_a_window_is_read_or_refused_by_its_part(days: list[str] | None, start: str, minutes: float):
    try:
        window = ResetWindow.read(days, start, minutes)
    except WindowError as error:
        assert error.part in ("days", "start", "duration_minutes")
        assert str(error).isprintable()
        return
    assert window.days


@given(windows, instants)
def test_a_window_opens_within_a_week_and_not_in_the_past(window: ResetWindow, now: datetime):
    opening = window.next_opening(now)
    assert now <= opening <= now + timedelta(days=7, minutes=1)
    assert window.is_open_at(opening)
    assert window.is_open_at(now) == (opening == now)
