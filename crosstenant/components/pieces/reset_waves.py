"""The order of the resets: the clusters of a wave wait for all that the waves before declare."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pulumi

from crosstenant.components.arguments.arg_path import ArgPath
from crosstenant.components.arguments.cluster_args import ClusterSpec
from crosstenant.model.reset_waves import names_of
from crosstenant.resources.node_pull_check import NodePullCheck
from crosstenant.resources.service_principal_profile import ServicePrincipalProfile


@dataclass(frozen=True)
class Turn:
    """When a cluster is reset."""

    after: tuple[pulumi.Resource, ...] = ()
    """What must have succeeded before."""
    wave: int | None = None
    """Its wave; none where all clusters are in one."""
    waves: Mapping[str, str] | None = None
    """The names of the clusters of all waves, for messages; none where all are in one."""
    at_once: int | None = None
    """How many clusters are reset at the same time at most."""


@dataclass(frozen=True)
class ResetCluster:
    """What a component declares for one cluster."""

    profile: ServicePrincipalProfile
    """Its credential."""
    proofs: tuple[NodePullCheck, ...] = ()
    """What must succeed after its reset before the next wave begins."""


def read_at_once(at: ArgPath, number: int | None) -> int | None:
    """Reads the limit of resets at the same time.

    :param at: The argument.
    :param number: Its value.
    :raises ArgumentError: It is not positive.
    """
    if number is not None and number < 1:
        raise at.error("must be 1 or more: with 1 the clusters are reset one after another")
    return number


def in_waves(
    clusters: Sequence[ClusterSpec], at_once: int | None, declare: Callable[[ClusterSpec, Turn], ResetCluster]
) -> list[ResetCluster]:
    """Declares the clusters, each wave after the one before; returns them in the order of ``clusters``.

    :param clusters: The clusters.
    :param at_once: How many are reset at the same time at most.
    :param declare: Declares what belongs to one cluster.
    """
    names: dict[int, list[str]] = {}
    for cluster in clusters:
        names.setdefault(cluster.wave, []).append(cluster.name.text)
    waves = names_of(names) if len(names) > 1 else None
    declared: dict[str, ResetCluster] = {}
    # A wave waits for the one before, which has waited for all others.
    after: tuple[pulumi.Resource, ...] = ()
    for wave in sorted(names):
        turn = Turn(after, wave if waves else None, waves, at_once)
        present = {it.name.text: declare(it, turn) for it in clusters if it.wave == wave}
        declared |= present
        after = tuple(resource for it in present.values() for resource in (it.profile, *it.proofs))
    return [declared[it.name.text] for it in clusters]
