"""The result of a pull check: the proof, or the link that is missing.

This module imports nothing heavy, so that code that only words or stores a result loads no client.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from crosstenant.model.outside_text import in_one_line


class Reason(Enum):
    """The missing link of a refused pull; the value is its name in state and messages."""

    SERVICE_PRINCIPAL_MISSING = "service principal missing"
    SERVICE_PRINCIPAL_DISABLED = "service principal disabled"
    SECRET_WRONG = "secret wrong"  # noqa: S105
    SECRET_EXPIRED = "secret expired"  # noqa: S105
    ROLE_MISSING = "role missing"
    NETWORK_BLOCKED = "blocked by network rules"
    REPOSITORY_ABSENT = "repository absent"
    TAG_ABSENT = "tag absent"
    UNREACHABLE = "not reachable"
    THROTTLED = "throttled"
    UNEXPECTED = "unexpected answer"

    @property
    def is_of_the_path(self) -> bool:
        """Whether the reason concerns this machine's connection to the registry only."""
        return self in (Reason.NETWORK_BLOCKED, Reason.UNREACHABLE, Reason.THROTTLED)


class PullRefused(Exception):
    """No pull: ``reason`` is the missing link, ``detail`` what the registry said, without any secret."""

    def __init__(self, reason: Reason, detail: str, retry_after: float | None = None) -> None:
        """
        :param reason: The missing link.
        :param detail: What the registry said, for a message; never a secret. It is kept in one line.
        :param retry_after: Seconds that the registry asks to wait before the next try.
        """
        self.detail = in_one_line(detail)
        super().__init__(f"{reason.value}: {self.detail}")
        self.reason = reason
        self.retry_after = retry_after


@dataclass(frozen=True)
class PullProof:
    """What the registry granted."""

    granted_actions: tuple[str, ...] | None
    """Actions on the repository that the token lists; ``None`` if it cannot be read: then it proves a sign-in only."""
    manifest_digest: str | None
    """Digest of the manifest that was fetched; ``None`` if no reference was asked for."""
