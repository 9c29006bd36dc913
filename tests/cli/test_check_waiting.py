"""What ``check --stack`` says of a cluster whose reset waits."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from crosstenant.cli.check.chain import Link, LinkState
from crosstenant.cli.check.stack import chains_of
from crosstenant.cli.check.waiting import with_wait
from tests.cli.test_check_cluster_secret import ACTS, AKS, APP, KEY, OTHER_KEY

WAITS = f"2026-02-01T22:00:00Z (its reset window is closed), then 'pulumi up'; its present secret {KEY} ends at E"


def exported(**outputs: Any) -> dict[str, Any]:
    """A stack with a cluster that has a secret and waits for another."""

    def resource(kind: str, inputs: dict[str, Any], outputs: dict[str, Any] | None = None) -> dict[str, Any]:
        urn = f"urn:pulumi:dev::test::{kind}::one"
        provider = "urn:pulumi:dev::test::pulumi:providers:crosstenant::p"
        return {
            "urn": urn,
            "type": kind,
            "inputs": inputs,
            "outputs": {**inputs, **(outputs or {})},
            "provider": f"{provider}::id",
        }

    registry = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerRegistry/registries/fabrikamimages"
    registry = registry.replace("/s/", "/b0000000-0000-4000-8000-0000000000b1/")
    provider = resource("pulumi:providers:crosstenant", {"tenantId": "b0000000-0000-4000-8000-00000000000b"})
    provider["urn"] = "urn:pulumi:dev::test::pulumi:providers:crosstenant::p"
    check = resource("crosstenant:index:PullCheck", {"registryId": registry, "clientId": APP})
    profile = resource("crosstenant:index:ServicePrincipalProfile", {"clusterId": str(AKS), "clientId": APP}, outputs)
    return {"deployment": {"resources": [provider, check, profile]}}


def said(link: Link = ACTS, **outputs: Any) -> tuple[LinkState, str, str]:
    [found] = chains_of(exported(**outputs))
    seen = with_wait(link, found.chain, AKS)
    return seen.state, seen.finding, seen.remedy


def test_a_waiting_cluster_is_noted_with_what_it_waits_for():
    state, finding, remedy = said(waitsFor=WAITS, secretKeyId=KEY)
    assert (state, finding) == (LinkState.NOTE, f"acts as the application; its reset waits for {WAITS}")
    assert remedy.startswith("run 'pulumi up' then, and before its present secret ends")


@pytest.mark.parametrize("key", [KEY, OTHER_KEY])
def test_a_waiting_cluster_without_a_working_secret_is_broken(key: str):
    broken = replace(ACTS, state=LinkState.BROKEN, finding="its secret has ended", remedy="act")
    assert said(broken, waitsFor=WAITS, secretKeyId=key) == (
        LinkState.BROKEN,
        f"its secret has ended; its reset waits for {WAITS}",
        "act",
    )


def test_a_cluster_that_never_had_the_application_may_act_as_another_one():
    other = replace(ACTS, state=LinkState.BROKEN, finding="acts as application X")
    assert said(other, waitsFor=WAITS)[0] is LinkState.NOTE


def test_a_cluster_that_does_not_wait_is_as_it_was():
    assert said(secretKeyId=KEY) == (ACTS.state, ACTS.finding, ACTS.remedy)
