"""The dates of a secret, as far as a stack knows them."""

from datetime import datetime, timedelta, timezone

import pytest

from crosstenant.model.secret_dates import UNKNOWN_DATES, SecretDates, ago, utc_time

NOW = datetime(2026, 1, 31, 12, 0, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-01-31T12:00:00Z", NOW),
        ("2026-01-31T12:00:00.1234567Z", NOW),
        ("2026-01-31", None),
        ("soon", None),
        ("", None),
        (None, None),
        (1, None),
    ],
)
def test_azures_times_are_read(text: object, time: datetime | None):
    assert utc_time(text) == time


def test_secret_is_young_for_an_hour():
    dates = SecretDates.read("2026-01-31T12:00:00Z", "2026-02-01T12:00:00Z")
    assert dates.is_young(NOW)
    assert dates.is_young(NOW - timedelta(minutes=5)), "Azure's clock may be ahead"
    assert dates.is_young(NOW + timedelta(minutes=59))
    assert not dates.is_young(NOW + timedelta(minutes=60))
    assert dates.cannot_have_ended(NOW + timedelta(hours=23))
    assert not dates.cannot_have_ended(NOW + timedelta(hours=24))
    assert dates.age(NOW + timedelta(minutes=7, seconds=30)) == "7 minutes ago"


def test_nothing_is_known_of_another_secret():
    assert not UNKNOWN_DATES.is_young(NOW)
    assert not UNKNOWN_DATES.cannot_have_ended(NOW)


@pytest.mark.parametrize(
    ("seconds", "words"), [(-9, "a moment ago"), (59, "a moment ago"), (60, "a minute ago"), (120, "2 minutes ago")]
)
def test_ages_are_words(seconds: int, words: str):
    assert ago(NOW, NOW + timedelta(seconds=seconds)) == words
