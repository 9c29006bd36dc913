"""What a cluster's own nodes answered when the stack last asked them. ``check`` itself asks no node."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from crosstenant.cli.check.chain import Chain, Link, LinkState, NodeAnswer
from crosstenant.model.arm_id import CLUSTER_TYPE, ArmId, parse_arm_id
from crosstenant.model.modes import NodePullResult
from crosstenant.model.outside_text import in_one_line

_GOOD = (NodePullResult.PULLED.value, NodePullResult.NO_NODE.value)
_NOT_ASKED = (None, NodePullResult.SKIPPED.value, NodePullResult.NOT_CHECKED.value)


def answers_in(checks: list[dict[str, Any]]) -> tuple[tuple[ArmId, NodeAnswer], ...]:
    """The answers in a stack's state.

    :param checks: Its ``NodePullCheck`` resources.
    """
    return tuple(
        (parse_arm_id(one["inputs"]["clusterId"], CLUSTER_TYPE), _answer(one["outputs"]))
        for one in checks
        if one["outputs"].get("result") not in _NOT_ASKED
    )


def with_node_pull(link: Link, chain: Chain, cluster_id: ArmId) -> Link:
    """A cluster's link, with what its nodes answered.

    :param link: The cluster's link.
    :param chain: The chain.
    :param cluster_id: The cluster.
    """
    answers = [answer for it, answer in chain.node_answers if it.key == cluster_id.key]
    if not answers or link.state is LinkState.UNSEEN:
        return link
    bad = [it for it in answers if it.result not in _GOOD]
    told = (bad or answers)[0]
    finding = f"{link.finding}; at the stack's last look its nodes answered '{told.result}'"
    if not bad or link.state is not LinkState.OK:
        return replace(link, finding=finding)
    remedy = f"{told.detail}. 'pulumi up --refresh' asks them again".removeprefix(". ")
    return replace(link, state=LinkState.NOTE, finding=finding, remedy=remedy)


def _answer(outputs: dict[str, Any]) -> NodeAnswer:
    return NodeAnswer(in_one_line(str(outputs["result"])), in_one_line(str(outputs.get("detail") or "")).rstrip("."))
