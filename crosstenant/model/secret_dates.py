"""When a secret was made and when it ends, as far as the stack that made it knows.

Entra replicates a new secret within seconds to minutes. Until then a sign-in is refused as if the secret were wrong,
its application unknown, or all secrets of the application had ended:
https://github.com/Azure-Samples/active-directory-dotnetcore-daemon-v2/issues/87.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Final

_YOUNG: Final = timedelta(hours=1)


@dataclass(frozen=True)
class SecretDates:
    """The dates of one secret; none where the stack does not know them."""

    made_at: datetime | None = None
    expires_at: datetime | None = None

    @classmethod
    def read(cls, made_at: object, expires_at: object) -> SecretDates:
        """Reads what a program passes on; another form, or a value that is not known yet, does not count.

        :param made_at: A UTC time, ``2026-01-31T12:00:00Z``.
        :param expires_at: A UTC time.
        """
        return cls(utc_time(made_at), utc_time(expires_at))

    def is_young(self, now: datetime) -> bool:
        """Whether the secret was made within the hour, so that it may not be replicated yet."""
        return self.made_at is not None and is_young(self.made_at, now)

    def cannot_have_ended(self, now: datetime) -> bool:
        """Whether the stack knows that the secret ends later."""
        return self.expires_at is not None and now < self.expires_at

    def age(self, now: datetime) -> str:
        """How long ago the secret was made, for a sentence: ``3 minutes ago``."""
        return ago(self.made_at, now) if self.made_at else "a short time ago"


UNKNOWN_DATES: Final = SecretDates()
"""The dates of a secret of which the stack knows nothing."""


def is_young(made_at: datetime, now: datetime) -> bool:
    """Whether what was made then may not be replicated everywhere yet: within the hour."""
    return now - made_at < _YOUNG


def ago(then: datetime, now: datetime) -> str:
    """A short time before ``now``, for a sentence: ``a moment ago``, ``3 minutes ago``."""
    minutes = int((now - then) / timedelta(minutes=1))
    if minutes < 1:
        return "a moment ago"
    return "a minute ago" if minutes == 1 else f"{minutes} minutes ago"


UTC_TIME: Final = "%Y-%m-%dT%H:%M:%SZ"
"""The one spelling that Graph returns as it was given: another one would differ at each update."""


def utc_text(moment: datetime) -> str:
    """A moment as Graph and this package write it, ``2027-06-30T00:00:00Z``."""
    return moment.astimezone(timezone.utc).strftime(UTC_TIME)


def utc_time(text: object) -> datetime | None:
    """The time that Azure writes, ``2026-01-31T12:00:00.1234567Z``, in whole seconds; ``None`` for another text."""
    if not isinstance(text, str):
        return None
    # Python 3.10 reads neither 'Z' nor seven digits.
    whole = text.partition(".")[0].removesuffix("Z")
    try:
        return datetime.strptime(whole, "%Y-%m-%dT%H:%M:%S").replace(tzinfo=timezone.utc)
    except ValueError:
        return None
