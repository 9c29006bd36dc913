"""UUIDs as people paste them, and their one spelling."""

from __future__ import annotations

import re
from typing import Final
from uuid import UUID

_HYPHENATED: Final = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_FORMS: Final = re.compile(rf"{_HYPHENATED}|\{{{_HYPHENATED}\}}|[0-9a-f]{{32}}", re.IGNORECASE)


def read_uuid(text: str) -> str | None:
    """The UUID in its one spelling, 8-4-4-4-12 in lower case; ``None`` if the text is none.

    White space at the ends, braces (Windows tools write them) and a UUID without hyphens (Resource Manager writes the
    name of a role assignment so in an error) are accepted.
    """
    text = text.strip()
    return str(UUID(text)) if _FORMS.fullmatch(text) else None
