"""Times as Azure writes them, and as seconds since the epoch."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from typing import Final

_FORM: Final = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,9})?(Z|[+-]\d\d:\d\d)?", re.IGNORECASE)


def epoch(text: str) -> float:
    """A time as Azure writes it (``2024-01-31T12:00:00.1234567Z``; UTC by default) in seconds since the epoch.

    :raises ValueError: The text has another form.
    """
    match = _FORM.fullmatch(text)
    if match is None:
        raise ValueError(f"'{text}' must be a time of the form 2024-01-31T12:00:00Z")
    whole, fraction, zone = match.groups()
    offset = "+00:00" if zone in (None, "Z", "z") else zone
    return datetime.fromisoformat(whole + offset).timestamp() + float(fraction or 0)


def timestamp(time: float) -> str:
    """Seconds since the epoch as Azure writes a time, ``2024-01-31T12:00:00Z``."""
    return datetime.fromtimestamp(time, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
