"""How long an answer asks to wait, as whole seconds.

RFC 9110 also has a date for ``Retry-After``. The SDK reads an integer there, and ends in another exception for anything
else: of an accepted reset it would not be known that it was accepted.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Final

# Python reads no number of some thousand digits.
_MOST_DIGITS: Final = 12
_HEADERS: Final = ("Retry-After", "retry-after-ms", "x-ms-retry-after-ms")


def in_seconds(headers: MutableMapping[str, str]) -> None:
    """Writes a date as the seconds until then, and removes what is neither seconds nor a date.

    :param headers: The headers of an answer, whose names have no case.
    """
    for name in _HEADERS:
        text = headers.get(name)
        if text is None or (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
            continue
        try:
            moment = parsedate_to_datetime(text).astimezone(timezone.utc)
        except (TypeError, ValueError, OverflowError):
            del headers[name]
            continue
        headers[name] = str(max(0, round((moment - datetime.now(timezone.utc)).total_seconds())))
