"""The patterns by which role definitions name actions of Azure RBAC.

https://learn.microsoft.com/azure/role-based-access-control/role-definitions#actions-format
"""

from __future__ import annotations

import re
from functools import lru_cache


def matches(pattern: str, action: str) -> bool:
    """Whether ``pattern`` covers ``action``: ``*`` matches any text, and case is ignored."""
    return _compiled(pattern.lower()).fullmatch(action.lower()) is not None


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in pattern.split("*")))
