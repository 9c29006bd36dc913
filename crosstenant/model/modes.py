"""The arguments and results that have few values, as enumerations.

Each member is a string as well, and a program may write the string: ``mode="warn"``. An argument is declared with the
name that ends in ``Text``: type checkers accept the member or its string, and the schema has the enumeration.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Literal


class AzureEnvironment(str, Enum):
    """An Azure cloud. Both tenants must be in the same cloud."""

    PUBLIC = "public"
    """Azure."""
    US_GOVERNMENT = "usgovernment"
    """Azure US Government."""
    CHINA = "china"
    """Azure operated by 21Vianet."""


class ServicePrincipalMode(str, Enum):
    """How the application gets its service principal in the registry tenant."""

    MANAGED = "managed"
    """The stack creates it, which needs the permission to create service principals there."""
    CONSENTED = "consented"
    """An administrator of the registry tenant creates it by consenting to the application."""


class PullCheckMode(str, Enum):
    """What a pull check does after a refusal."""

    REQUIRE = "require"
    """It fails, so that no cluster is reset before the proof."""
    WARN = "warn"
    """It warns, and the update continues."""
    SKIP = "skip"
    """It sends no request: for machines that cannot reach a private registry."""


class PullResult(str, Enum):
    """The result of a pull check."""

    PULLED = "pulled"
    """A manifest was read, and a byte of a layer."""
    GRANTED = "granted"
    """The registry granted the pull; no image was fetched, and ``not_proved`` says what that leaves open."""
    SIGNED_IN = "signed in"
    """The registry accepted the credential; it does not tell before a pull what it permits."""
    SKIPPED = "skipped"
    """The mode is ``skip``."""
    NOT_CHECKED = "not checked"
    """The check has not run yet."""
    REFUSED = "refused"
    """The registry refused the pull; the resource's ``refusal`` says why and what to do."""


class RoleAssignmentMode(str, Enum):
    """The permission mode of a registry."""

    LEGACY = "legacy"
    """Registry-wide roles: a pull needs AcrPull."""
    ABAC = "abac"
    """Roles that a condition may limit to repositories: AcrPull has no effect."""


class CredentialState(str, Enum):
    """Whether a cluster has the credential that the stack knows."""

    APPLIED = "applied"
    """The cluster has it."""
    PENDING = "pending"
    """The cluster did not exist at the last read; it gets the credential when it is created."""
    FAILED = "failed"
    """The reset failed; the next update resets again."""
    UNKNOWN = "unknown"
    """The cluster may have another credential; the next update resets it."""
    WAITING = "waiting"
    """The cluster keeps the credential that it has, until the program lets it be reset; ``waits_for`` says until when.
    The first update after that resets it."""


class WhenStopped(str, Enum):
    """What an update does with a cluster that is stopped, and whose credential cannot be reset therefore."""

    REFUSE = "refuse"
    """The update is refused at preview."""
    SKIP = "skip"
    """The cluster waits: the first update after its start resets it. The others are reset."""


class NodePullCoverage(str, Enum):
    """Which nodes of a cluster prove the pull."""

    EACH_NODE_POOL = "each-node-pool"
    """One node of each node pool."""
    EACH_NODE = "each-node"
    """Every node."""


class NodePullResult(str, Enum):
    """What a node, or a whole cluster, answers to a pull."""

    PULLED = "pulled"
    """The node pulled the image."""
    REFUSED = "refused"
    """The registry refused the node's pull."""
    IMAGE_ABSENT = "image absent"
    """The registry let the node ask, and does not have the image, or not for the node's platform."""
    NOT_REACHABLE = "registry not reachable"
    """The node does not reach the registry, or the registry's network rules refuse the node."""
    NO_CAPACITY = "no capacity"
    """No node of the pool has room for the pod."""
    ADMISSION_DENIED = "admission denied"
    """The cluster does not admit the pod: a policy, a quota, the namespace."""
    PULL_SECRET = "pull secret"  # noqa: S105 - a word
    """The pod got a pull secret, so that the pull says nothing about the cluster's own credential."""
    NO_ANSWER = "no answer"
    """The node had not finished when the time was over."""
    NO_NODE = "no node"
    """The node pool has no node of Linux: there is nothing to prove."""
    RUN_COMMAND_DISABLED = "run-command disabled"
    """The cluster refuses commands through Azure Resource Manager."""
    RUN_COMMAND_FAILED = "run-command failed"
    """The command did not run in the cluster, or its end is not known."""
    NOT_PERMITTED = "not permitted"
    """The caller may not run commands in the cluster, or make pods there."""
    CLUSTER_STOPPED = "cluster stopped"
    """The cluster is stopped, or does not exist yet."""
    SKIPPED = "skipped"
    """The mode is ``skip``."""
    NOT_CHECKED = "not checked"
    """The nodes have not been asked yet."""


class FederatedIdentityKind(str, Enum):
    """What pulls for the clusters without a long-lived secret."""

    MANAGED = "managed"
    """A user-assigned managed identity of the registry tenant."""
    APPLICATION = "application"
    """A multi-tenant application of the cluster tenant, for registry tenants that hold no identity for others."""


class PullDelivery(str, Enum):
    """What brings pull secrets to the namespaces of a cluster without a long-lived secret."""

    REFRESHER = "refresher"
    """A small program in the cluster, which renews the pull secrets every hour."""
    EXTERNAL_SECRETS = "external-secrets"
    """The External Secrets Operator, which must be installed in the cluster."""
    NONE = "none"
    """Nothing that the stack deploys: apply ``manifests``, or exchange the tokens yourself."""


if TYPE_CHECKING:
    AzureEnvironmentText = AzureEnvironment | Literal["public", "usgovernment", "china"]
    ServicePrincipalModeText = ServicePrincipalMode | Literal["managed", "consented"]
    PullCheckModeText = PullCheckMode | Literal["require", "warn", "skip"]
    NodePullCoverageText = NodePullCoverage | Literal["each-node-pool", "each-node"]
    FederatedIdentityKindText = FederatedIdentityKind | Literal["managed", "application"]
    PullDeliveryText = PullDelivery | Literal["refresher", "external-secrets", "none"]
    WhenStoppedText = WhenStopped | Literal["refuse", "skip"]
else:
    AzureEnvironmentText = AzureEnvironment
    ServicePrincipalModeText = ServicePrincipalMode
    PullCheckModeText = PullCheckMode
    NodePullCoverageText = NodePullCoverage
    FederatedIdentityKindText = FederatedIdentityKind
    PullDeliveryText = PullDelivery
    WhenStoppedText = WhenStopped
