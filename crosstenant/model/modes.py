"""What an argument or a result can be, where there are few choices.

Each is text as well, and a program may write the text: ``mode="warn"``. The names that end in ``Text`` are what an
argument is declared as: a type checker takes the member or its text, the schema is made of the enumeration alone.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Literal


class AzureEnvironment(str, Enum):
    """An Azure cloud. Both tenants are in the same one."""

    PUBLIC = "public"
    """Azure."""
    US_GOVERNMENT = "usgovernment"
    """Azure US Government."""
    CHINA = "china"
    """Azure operated by 21Vianet."""


class ServicePrincipalMode(str, Enum):
    """How the application gets its service principal in the registry tenant."""

    MANAGED = "managed"
    """The stack makes it, which takes the right to make applications there."""
    CONSENTED = "consented"
    """An administrator of the registry tenant makes it, by consenting to the application."""


class PullCheckMode(str, Enum):
    """What a pull check does about a refusal."""

    REQUIRE = "require"
    """It fails: no cluster is touched before the proof."""
    WARN = "warn"
    """It warns, and the run goes on."""
    SKIP = "skip"
    """Nothing is asked: for machines that cannot reach a private registry."""


class PullResult(str, Enum):
    """What a pull check proved."""

    PULLED = "pulled"
    """A manifest was read."""
    GRANTED = "granted"
    """The registry granted the right to pull; no manifest was named to read."""
    SIGNED_IN = "signed in"
    """The registry accepted the credential, and does not tell before a pull what it permits."""
    SKIPPED = "skipped"
    """Nothing was asked, as the mode says."""
    NOT_CHECKED = "not checked"
    """Nothing has been asked yet."""
    REFUSED = "refused"
    """The pull was refused; the resource's ``refusal`` says why and what to do."""


class RoleAssignmentMode(str, Enum):
    """How a registry decides who may pull."""

    LEGACY = "legacy"
    """By roles on the whole registry: AcrPull counts."""
    ABAC = "abac"
    """By roles that conditions may limit to repositories: AcrPull does not count."""


class CredentialState(str, Enum):
    """Whether a cluster has the credential that the stack knows."""

    APPLIED = "applied"
    """It has it."""
    PENDING = "pending"
    """The cluster did not exist when last looked at, and takes the credential with its creation."""
    FAILED = "failed"
    """The reset failed; the next update makes sure."""
    UNKNOWN = "unknown"
    """It may not have it; the next update makes sure."""


if TYPE_CHECKING:
    AzureEnvironmentText = AzureEnvironment | Literal["public", "usgovernment", "china"]
    ServicePrincipalModeText = ServicePrincipalMode | Literal["managed", "consented"]
    PullCheckModeText = PullCheckMode | Literal["require", "warn", "skip"]
else:
    AzureEnvironmentText = AzureEnvironment
    ServicePrincipalModeText = ServicePrincipalMode
    PullCheckModeText = PullCheckMode
