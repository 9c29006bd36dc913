"""A cluster whose reset waits, by the stack's state: what for, and until when it may."""

from __future__ import annotations

from dataclasses import replace

from crosstenant.cli.check.chain import Chain, Link, LinkState
from crosstenant.model.arm_id import ArmId


def with_wait(link: Link, chain: Chain, cluster_id: ArmId) -> Link:
    """A cluster's link, with what its reset waits for.

    :param link: The cluster's link.
    :param chain: The chain.
    :param cluster_id: The cluster.
    """
    waits_for = dict(chain.waiting).get(cluster_id)
    if waits_for is None or link.state is LinkState.UNSEEN:
        return link
    finding = f"{link.finding}; its reset waits for {waits_for}"
    keeps_secret = cluster_id in dict(chain.cluster_key_ids)
    if link.state is LinkState.BROKEN and keeps_secret:
        # Its present secret has ended or is gone: no wait is left.
        return replace(link, finding=finding)
    return replace(link, state=LinkState.NOTE, finding=finding, remedy=_THEN)


_THEN = "run 'pulumi up' then, and before its present secret ends: until then it cannot be given another"
