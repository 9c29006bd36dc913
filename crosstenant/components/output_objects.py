"""The objects in the components' outputs.

Each is a dictionary whose keys are attributes as well, so that a program can export it; other languages and the stack's
state have the same keys in camelCase.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pulumi

from crosstenant.model.modes import CredentialState, NodePullResult, PullResult, RoleAssignmentMode


class OutputObject(dict[str, object]):
    """A dictionary whose keys are its attributes."""

    if not TYPE_CHECKING:  # Type checkers go by the attributes that each class declares.

        def __getattr__(self, name: str) -> object:
            try:
                return self[name]
            except KeyError:
                raise AttributeError(f"{type(self).__name__} has no attribute '{name}'") from None


class RegistryGrant(OutputObject):
    """One registry, the role that permits the pull, and its proof."""

    registry_id: pulumi.Output[str]
    """ARM ID of the registry."""

    name: str
    """The registry's name in the stack."""

    login_server: pulumi.Output[str]
    """The registry's host, ``fabrikamimages.azurecr.io``."""

    role_assignment_mode: pulumi.Output[RoleAssignmentMode]
    """The registry's permission mode."""

    role_assignment_id: pulumi.Output[str]
    """ARM ID of the role assignment."""

    pull_result: pulumi.Output[PullResult]
    """The result of the pull check."""

    not_proved: pulumi.Output[str | None]
    """What the result leaves open, in a sentence; none where an image was pulled, or nothing was proved."""

    refusal: pulumi.Output[str | None]
    """After a refused pull: the reason, and what to do."""


class FederatedRegistry(OutputObject):
    """One registry, and the role that permits the pull."""

    registry_id: pulumi.Output[str]
    """ARM ID of the registry."""

    name: str
    """The registry's name in the stack."""

    login_server: pulumi.Output[str]
    """The registry's host, ``fabrikamimages.azurecr.io``."""

    role_assignment_mode: pulumi.Output[RoleAssignmentMode]
    """The registry's permission mode."""

    role_assignment_id: pulumi.Output[str]
    """ARM ID of the role assignment."""


class TrustedCluster(OutputObject):
    """One cluster, and who in it may pull."""

    cluster_id: pulumi.Output[str]
    """ARM ID of the cluster."""

    name: str
    """The cluster's name in the stack."""

    issuer: pulumi.Output[str]
    """The issuer of its service accounts' tokens, to the letter."""

    subjects: list[str]
    """The subjects that the federated credentials trust, ``system:serviceaccount:NAMESPACE:NAME``."""


class ClusterCredential(OutputObject):
    """One cluster and the state of its credential."""

    cluster_id: pulumi.Output[str]
    """ARM ID of the cluster."""

    name: str
    """The cluster's name in the stack."""

    credential_state: pulumi.Output[CredentialState]
    """The state of the cluster's credential."""

    node_pools: pulumi.Output[list[str] | None]
    """Names of its node pools at the last read; none before it exists."""

    provisioning_state: pulumi.Output[str | None]
    """Its provisioning state at the last read; none before it exists."""

    reset_at: pulumi.Output[str | None]
    """UTC time of the last reset by this stack; none before the first."""

    node_pull_result: pulumi.Output[NodePullResult | None]
    """What its nodes answered; none without ``prove_on_nodes``."""

    waits_for: pulumi.Output[str | None]
    """What its reset waits for, in a sentence, while it keeps another credential; none where it does not wait."""


def in_state(values: Mapping[str, object]) -> dict[str, object]:
    """An object with the keys that the stack's state has.

    :param values: The object; a plain dictionary where it comes from an output, which Pulumi makes it in there.
    """
    return {_camel_case(key): value for key, value in values.items()}


def _camel_case(key: str) -> str:
    head, *rest = key.split("_")
    return head + "".join(part.capitalize() for part in rest)
