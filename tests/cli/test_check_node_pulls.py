"""What ``check --stack`` says of the last answer of a cluster's nodes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from crosstenant.cli.check.chain import Link, LinkState
from crosstenant.cli.check.node_pulls import with_node_pull
from crosstenant.cli.check.stack import chains_of
from tests.cli.test_check_cluster_secret import ACTS, AKS, KEY
from tests.cli.test_check_waiting import exported

DETAIL = "the nodes of cluster aks did not pull: 401 Unauthorized"


def said(link: Link = ACTS, **outputs: Any) -> tuple[LinkState, str, str]:
    export = exported(secretKeyId=KEY)
    check = {**export["deployment"]["resources"][1], "type": "crosstenant:index:NodePullCheck"}
    export["deployment"]["resources"].append({**check, "inputs": {"clusterId": str(AKS)}, "outputs": outputs})
    [found] = chains_of(export)
    seen = with_node_pull(link, found.chain, AKS)
    return seen.state, seen.finding, seen.remedy


def test_pull_of_the_nodes_is_told():
    finding = f"{ACTS.finding}; at the stack's last look its nodes answered 'pulled'"
    assert said(result="pulled") == (LinkState.OK, finding, ACTS.remedy)


@pytest.mark.parametrize("result", ["refused", "no capacity", "cluster stopped"])
def test_other_answer_is_a_note_with_what_to_do(result: str):
    assert said(result=result, detail=f"{DETAIL}\x1b[2K") == (
        LinkState.NOTE,
        f"{ACTS.finding}; at the stack's last look its nodes answered '{result}'",
        f"{DETAIL}\\x1b[2K. 'pulumi up --refresh' asks them again",
    )


def test_cluster_that_is_broken_already_keeps_its_remedy():
    broken = replace(ACTS, state=LinkState.BROKEN, finding="its secret has ended", remedy="act")
    assert said(broken, result="refused", detail=DETAIL) == (
        LinkState.BROKEN,
        "its secret has ended; at the stack's last look its nodes answered 'refused'",
        "act",
    )


def test_cluster_whose_nodes_were_not_asked_is_as_it_was():
    assert said(result="skipped") == (ACTS.state, ACTS.finding, ACTS.remedy)
    [found] = chains_of(exported(secretKeyId=KEY))
    assert with_node_pull(ACTS, found.chain, AKS) == ACTS
