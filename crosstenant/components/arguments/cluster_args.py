"""The arguments of a cluster, and their checks."""

from dataclasses import dataclass, field

import pulumi
from typing_extensions import NotRequired, TypedDict

from crosstenant.components.arguments.arg_path import ArgPath
from crosstenant.components.arguments.hold_args import HoldSpec, ResetWindowArgs, read_holds
from crosstenant.components.arguments.id_arguments import (
    CLUSTER,
    IdArgument,
    StackName,
    called,
    distinct_ids,
    distinct_names,
    read_id,
)
from crosstenant.components.arguments.node_pull_args import NodePullCheckOptions, read_node_pull
from crosstenant.model.modes import WhenStoppedText


class ClusterArgs(TypedDict):
    """One cluster that pulls."""

    cluster_id: pulumi.Input[str]
    """ARM ID of the cluster, which uses a service principal, not a managed identity. With an output, ``name`` is
    required. A cluster that takes its credential from this component cannot pass its ID as an output: write the ID as
    text."""

    name: NotRequired[str]
    """The cluster's name in this stack, for the name of its resource. Default: the cluster's own name, in lower case.
    Required if clusters of two groups have the same name."""

    abandon_on_delete: NotRequired[bool]
    """Allow the removal of the cluster from the program although it still uses the application. Default: the removal
    is refused then, because the cluster would lose its identity. Where another ``cluster_id`` takes the place of the
    cluster, it counts for the former one too."""

    created_by_this_stack: NotRequired[bool]
    """Allow a cluster that does not exist yet: the program creates it with the output ``service_principal_profile``.
    Default: a cluster that does not exist is refused, as a wrong ID would be."""

    reset_timeout_seconds: NotRequired[int]
    """The time limit for a reset of its credential, in seconds; 5400 (90 minutes) by default."""

    wave: NotRequired[int]
    """The wave in which its credential is reset: a whole number, 0 by default. The resets of a wave begin when those of
    all lower waves have succeeded; after a failure the higher waves do not begin, and the next update continues.
    Another wave alone resets nothing."""

    prove_on_nodes: NotRequired[NodePullCheckOptions]
    """After the reset, let the cluster's own nodes pull an image, through AKS's run-command. A refresh repeats it, and
    so notices a cluster that was reset by hand to a secret that does not pull; the next update resets that cluster.
    Default: the nodes are not asked."""

    when_stopped: NotRequired[WhenStoppedText]
    """What to do while the cluster is stopped, so that its credential cannot be reset. ``refuse`` (default): the update
    is refused at preview. ``skip``: the others are reset; this one keeps the secret that it has, which stays valid, and
    the first update after its start resets it. Needs ``keep_previous`` in the rotation."""

    reset_window: NotRequired[ResetWindowArgs]
    """When its credential may be reset. Outside of it a reset that is due is announced and waits, as long as the
    cluster's present secret lasts. Needs ``keep_previous`` in the rotation. Default: at any time."""

    reset_not_before: NotRequired[str]
    """A UTC time, ``2026-01-31T22:00:00Z``: a reset waits until then, as in ``reset_window``."""

    repair_failed: NotRequired[bool]
    """Reset the cluster in provisioning state Failed even where nothing shows that its credential is the cause.
    Default: such a cluster is refused at preview; one whose credential has expired or is removed is reset."""


@dataclass(frozen=True)
class ClusterSpec:
    """A checked cluster."""

    id: IdArgument
    name: StackName
    """Its name in the stack."""
    abandon_on_delete: bool | None
    created_by_this_stack: bool | None
    reset_timeout_seconds: int | None
    wave: int = 0
    holds: HoldSpec = field(default_factory=HoldSpec)
    """What lets its reset wait."""
    prove_on_nodes: NodePullCheckOptions | None = None
    """What its nodes are asked."""

    @property
    def reset_timeouts(self) -> pulumi.CustomTimeouts | None:
        """The time limits of the cluster's ``ServicePrincipalProfile``; nothing for its own."""
        seconds = self.reset_timeout_seconds
        return pulumi.CustomTimeouts(create=f"{seconds}s", update=f"{seconds}s") if seconds else None


def read_clusters(at: ArgPath, clusters: list[ClusterArgs]) -> list[ClusterSpec]:
    """Reads the clusters.

    :param at: The argument that holds them.
    :param clusters: The clusters, in their declared form.
    :raises ArgumentError: A cluster is malformed or given twice, two have the same name, or a time limit or
        a wave is wrong.
    """
    paths = [at / index for index in range(len(clusters))]
    ids = distinct_ids(
        [read_id(it / "cluster_id", given["cluster_id"], CLUSTER) for it, given in zip(paths, clusters, strict=True)]
    )
    found = [_read(*it) for it in zip(paths, clusters, ids, strict=True)]
    distinct_names([(path, it.name) for path, it in zip(paths, found, strict=True)])
    return found


def _read(at: ArgPath, cluster: ClusterArgs, cluster_id: IdArgument) -> ClusterSpec:
    seconds = cluster.get("reset_timeout_seconds")
    if seconds is not None and seconds <= 0:
        raise (at / "reset_timeout_seconds").error("must be 1 or more seconds")
    wave = cluster.get("wave", 0)
    if wave < 0:
        raise (at / "wave").error("must be 0 or more: the lowest wave is reset first")
    return ClusterSpec(
        id=cluster_id,
        name=called(at, cluster.get("name"), cluster_id),
        abandon_on_delete=cluster.get("abandon_on_delete"),
        created_by_this_stack=cluster.get("created_by_this_stack"),
        reset_timeout_seconds=seconds,
        wave=wave,
        prove_on_nodes=read_node_pull(at / "prove_on_nodes", cluster.get("prove_on_nodes")),
        holds=read_holds(
            at,
            when_stopped=cluster.get("when_stopped"),
            reset_window=cluster.get("reset_window"),
            reset_not_before=cluster.get("reset_not_before"),
            repair_failed=cluster.get("repair_failed"),
        ),
    )
