"""The clusters as a program describes them, and what of that is refused at preview."""

from dataclasses import dataclass

import pulumi
from typing_extensions import NotRequired, TypedDict

from crosstenant.components.arguments.arg_path import ArgPath
from crosstenant.components.arguments.id_arguments import (
    CLUSTER,
    IdArgument,
    called,
    distinct_ids,
    distinct_names,
    read_id,
)


class ClusterArgs(TypedDict):
    """One cluster that pulls."""

    cluster_id: pulumi.Input[str]
    """ARM ID of the cluster, which uses a service principal, not a managed identity. With an output, ``name`` is needed
    as well. A cluster that takes its credential from this component cannot give its ID as an output too: write the ID
    as text."""

    name: NotRequired[str]
    """What the cluster is called in this stack, in the name of its resource. Default: the cluster's own name. Give one
    where clusters of two groups share theirs."""

    abandon_on_delete: NotRequired[bool]
    """Let go of the cluster when it is taken out of the program although it still uses the application. Default:
    refused then, since it would lose its identity."""

    reset_timeout_seconds: NotRequired[int]
    """How long a reset of its credential may take, in seconds; 5400 (90 minutes) by default."""


@dataclass(frozen=True)
class ClusterSpec:
    """A cluster whose description is checked."""

    id: IdArgument
    name: str
    """What it is called in the stack."""
    abandon_on_delete: bool | None
    reset_timeout_seconds: int | None

    @property
    def reset_timeouts(self) -> pulumi.CustomTimeouts | None:
        """The time limits of the cluster's ``ServicePrincipalProfile``; nothing for its own."""
        seconds = self.reset_timeout_seconds
        return pulumi.CustomTimeouts(create=f"{seconds}s", update=f"{seconds}s") if seconds else None


def read_clusters(at: ArgPath, clusters: list[ClusterArgs]) -> list[ClusterSpec]:
    """Reads the clusters.

    :param at: The argument that holds them.
    :param clusters: The clusters, in their declared form.
    :raises ArgumentError: One is malformed or given twice, shares its name with another, or a time limit is wrong.
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
    return ClusterSpec(
        id=cluster_id,
        name=called(at, cluster.get("name"), cluster_id),
        abandon_on_delete=cluster.get("abandon_on_delete"),
        reset_timeout_seconds=seconds,
    )
