"""What a stack has just made and Azure does not know yet: waited for as long as the program says, and told as that."""

from __future__ import annotations

import re

from crosstenant.sandbox.world import seed
from crosstenant.sandbox.world.state import State, now
from lib.stack import Outcome
from tests.engine.engine_world import Azure
from tests.engine.registry_stacks import HEAD, of_type, rewrite

PROGRAM = (
    HEAD
    + f"""
CrossTenantPull(
    "slow",
    CrossTenantPullArgs(
        cluster_tenant=tenant("cluster"),
        registry_tenant=tenant("registry"),
        registries=[RegistryArgs(registry_id="{seed.REGISTRY}")],
        clusters=[ClusterArgs(cluster_id="{seed.CLUSTER}")],
        replication_timeout_seconds=PATIENCE,
    ),
)
"""
)


def says_with_its_age(told: Outcome, words: str) -> bool:
    """Whether the output holds the words, with an age: an update takes a moment, or minutes on a busy machine."""
    pattern = re.escape(words).replace("AGE", r"(a moment|a minute|\d+ minutes)")
    return re.search(pattern, " ".join(told.output.split())) is not None


def test_slow_replication_is_told_with_its_age_and_waited_for_as_long_as_the_program_says(
    make_stack, azure: Azure, tmp_path
):
    def slow_secrets(state: State) -> None:
        state["settings"]["lag"]["secret"] = 3600
        # Entra in its other words, which a registry repeats.
        state["settings"].update(new_secret_code="AADSTS7000222", registry_sign_in_words="entra")

    def slow_roles(state: State) -> None:
        password(state)["_usable_at"] = 0.0
        for assignment in state["roleAssignments"].values():
            if assignment["properties"]["roleDefinitionId"].endswith(seed.ACR_PULL):
                assignment["_effective_at"] = now(state) + 3600

    def password(state: State):
        (found,) = [it for it in state["applications"].values() if it["displayName"] == "slow (test)"]
        return found["passwordCredentials"][0]

    azure.change(slow_secrets)
    stack = make_stack(PROGRAM.replace("PATIENCE", "2"))
    refused = stack.operate("up")
    assert refused.code != 0
    assert says_with_its_age(
        refused, "was made AGE ago and is not accepted yet: run 'pulumi up' again in a few minutes"
    )
    assert "makes a new one" not in refused.output

    azure.change(slow_roles)
    refused = stack.operate("up")
    assert refused.code != 0
    assert says_with_its_age(
        refused, "was given its role AGE ago, which does not count at the registry yet: run 'pulumi up'"
    )
    assert "az role assignment create" not in refused.output
    assert not azure.resets

    def soon(state: State) -> None:
        password(state)["_usable_at"] = now(state) + 12
        for assignment in state["roleAssignments"].values():
            assignment["_effective_at"] = 0.0

    azure.change(soon)
    rewrite(tmp_path, PROGRAM.replace("PATIENCE", "60"))
    done = stack.operate("up")
    assert done.code == 0, done.output
    (profile,) = of_type(stack, "crosstenant:index:ServicePrincipalProfile")
    assert profile["outputs"]["credentialState"] == "applied"
    quiet = stack.operate("preview", "--refresh", "--expect-no-changes")
    assert quiet.code == 0, quiet.output
