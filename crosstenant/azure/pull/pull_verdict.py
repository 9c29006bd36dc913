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
    LAYERS_BLOCKED = "layers not reachable"
    REPOSITORY_ABSENT = "repository absent"
    TAG_ABSENT = "tag absent"
    UNREACHABLE = "not reachable"
    THROTTLED = "throttled"
    UNEXPECTED = "unexpected answer"

    @property
    def is_of_the_path(self) -> bool:
        """Whether the reason concerns this machine's connection to the registry only."""
        return self in (Reason.NETWORK_BLOCKED, Reason.LAYERS_BLOCKED, Reason.UNREACHABLE, Reason.THROTTLED)


class Existence(Enum):
    """Whether a repository exists: it does from its first image on."""

    PRESENT = "present"
    ABSENT = "absent"
    UNKNOWN = "unknown"
    """It was not asked, or the application may not know."""


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
    manifest_digest: str | None = None
    """Digest of the manifest that was fetched; ``None`` if no reference was asked for."""
    layer_digest: str | None = None
    """Digest of the layer of which a byte was fetched; ``None`` if no reference was asked for, or it names none."""
    existence: Existence = Existence.UNKNOWN
    """Whether the repository exists."""

    @property
    def is_pull(self) -> bool:
        """Whether an image was fetched as far as it has parts elsewhere: its manifest and a layer."""
        return self.manifest_digest is not None and self.layer_digest is not None


def not_proved(proof: PullProof, repository: str | None, reference: str | None) -> str:
    """What a granted pull leaves open, in a sentence; empty after a whole pull.

    :param proof: What was proved.
    :param repository: The repository that the program names, if it does.
    :param reference: The tag or digest that it names, if it does.
    """
    if proof.is_pull:
        return ""
    if proof.manifest_digest is not None:
        return f"that layers can be fetched: the manifest of '{reference}' names none that the registry keeps"
    if proof.granted_actions is None:
        return "that the application may pull, since its token cannot be read: name a repository and a reference"
    if repository is None:
        return "that an image can be fetched: name a repository and a reference (tag or digest) for that"
    if proof.existence is Existence.ABSENT:
        return f"that an image can be fetched: repository '{repository}' does not exist yet"
    if proof.existence is Existence.UNKNOWN:
        return (
            f"that repository '{repository}' exists, since the registry does not list its tags to the application:"
            " name a reference (tag or digest) for that"
        )
    return f"that an image of '{repository}' can be fetched: name a reference (tag or digest) for that"
