"""Options of operations on the real engine: plans, transforms, targets, replacements on demand, disabled providers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

from crosstenant.sandbox.world import drift, seed
from crosstenant.sandbox.world.faults import new_fault
from crosstenant.sandbox.world.state import State
from lib.stack import Stack
from tests.engine.engine_world import Azure
from tests.engine.options_matrix import APPLICATION, CHECK, CLUSTER_PRINCIPAL, PROFILE, REGISTRY_PRINCIPAL, ROLE, SECRET
from tests.engine.options_world import Optioned, shows

SECOND = seed.CLUSTER.replace("aks-prod", "aks-second")


def add_second_cluster(state: State) -> None:
    document = json.dumps(state["resources"][seed.CLUSTER.lower()])
    state["resources"][SECOND.lower()] = json.loads(document.replace("aks-prod", "aks-second"))


def test_options_of_an_update_end_where_a_plain_update_goes_on(
    azure: Azure, make_stack: Callable[..., Stack], tmp_path: Path
):
    azure.change(add_second_cluster)
    stack = Optioned(
        azure,
        make_stack,
        tmp_path,
        clusters=[seed.CLUSTER, SECOND],
        stack_transform=True,
        transform=True,
        delete_before_replace=True,
        custom_timeouts={"create": "2h"},
    )
    plan = str(tmp_path / "plan.json")
    assert stack.stack.operate("preview", "--save-plan", plan).code == 0
    shows(stack.up("--plan", plan), "plan")

    def pulumi(*words: str) -> None:
        done = stack.stack.command("pulumi", *words, "--stack", "test")
        assert done.code == 0, done.output

    # The transform ignores the redirect URI; and the order of the role assignments is not that of the provider.
    azure.change(lambda state: drift.registry_mode(state, "fabrikamimages", "abac"))
    stack.ask(redirect_uri="https://images.example/")
    before = len(azure.writes)
    mode = stack.up("--refresh")
    shows(mode, "transform", "stack-transform", "delete-before-replace", "custom-timeouts")
    assert [it.split()[0] for it in azure.writes[before:]] == ["PUT", "DELETE"], "a time without a role"

    stack.ask(rotation={"rotation_trigger": "1"})
    shows(stack.up("--target", stack.urn(SECRET)), "target")
    assert len(stack.secrets) == 1
    assert len(azure.resets) == 2
    config = str(tmp_path / "stack" / "Pulumi.test.yaml")
    pulumi("config", "set", "--path", "pulumi:disable-default-providers[0]", "*", "--config-file", config)
    shows(stack.up(), "after-target")
    assert len(azure.resets) == 4

    refusal = {"service": "arm", "method": "POST", "path": "aks-second/resetService", "status": 403}
    azure.change(lambda state: state["faults"].append(new_fault(refusal)))
    stack.ask(rotation={"rotation_trigger": "2"})
    some = stack.stack.operate("up", "--target", stack.urn(SECRET), "--target-dependents", "--continue-on-error")
    assert some.code != 0
    shows(some, "target-dependents", "continue-on-error")
    assert len(stack.secrets) == 2, "the secret of the cluster that refused is gone"

    # One update completes that rotation and makes the next one.
    asked = [word for name in (SECRET, CHECK, PROFILE) for word in ("--replace", stack.urn(name))]
    shows(stack.up(*asked), "replace")
    assert len(stack.secrets) == 1
    assert len(azure.resets) == 7

    stack.ask(secret_ignored=True, rotation={"rotation_trigger": "3"})
    planned = stack.stack.operate("preview")
    assert planned.says("it is not the secret that the update is to make, and its removal"), planned.output
    shows(stack.up(), "ignore-secret")
    assert len(azure.resets) == 7

    for unique in ([ROLE], [CLUSTER_PRINCIPAL, REGISTRY_PRINCIPAL]):
        tainted = {stack.urn(name) for name in unique}
        for urn in tainted:
            pulumi("state", "taint", urn)
        before = len(azure.writes)
        refused = stack.stack.operate("up", "--continue-on-error")
        assert refused.code != 0
        assert azure.writes[before:] == []
        shows(refused, "taint-unique")
        commands = set(re.findall(r"pulumi (state untaint) '(.*?)'", refused.output))
        assert {urn for _, urn in commands} == tainted
        for words, urn in commands:
            pulumi(*words.split(), urn)
    quiet = stack.does_nothing()
    shows(quiet, "disable-default-providers")
    assert quiet.says("has no such secret any longer, so the cluster cannot sign in, nor pull")

    stack.ask(secret_ignored=False)

    pulumi("state", "taint", stack.urn(APPLICATION))
    shows(stack.up(), "taint-application")
    assert len(azure.resets) == 9
    assert stack.roles == [seed.ACR_REPOSITORY_READER]
