"""Callers with exactly the rights of docs/rights.md and docs/federated.md: all works, and without any one it is told.

``make rights`` runs all of it; ``make test`` the chain without a secret.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from crosstenant.sandbox.entra.consent import consent
from crosstenant.sandbox.world import drift, seed
from crosstenant.sandbox.world.built_in_roles import NETWORK_CONTRIBUTOR
from lib.stack import Outcome, Stack
from tests.engine.engine_world import Azure
from tests.engine.refusal_world import without_trace_or_secret
from tests.engine.registry_stacks import HEAD
from tests.engine.rights_matrix import CHAIN, FEDERATED, Right, Seen, give_exactly

GROUP = seed.IDENTITY_GROUP.rsplit("/", 1)[-1]
CHAIN_PROGRAM = (
    HEAD
    + f"""
pull = CrossTenantPull(
    "prod",
    CrossTenantPullArgs(
        cluster_tenant=tenant("cluster"),
        registry_tenant=tenant("registry"),
        registries=[RegistryArgs(registry_id=config.require("registryId"))],
        clusters=[ClusterArgs(cluster_id=config.require("clusterId"))],
        cluster_role_assignments=[ClusterRoleArgs(scope="{seed.CLUSTER_GROUP}", role="{NETWORK_CONTRIBUTOR}")],
        registry_service_principal=config.require("mode"),
        rotation=RotationArgs(rotation_trigger=config.get("trigger") or "1"),
    ),
)
"""
)
FEDERATED_PROGRAM = (
    HEAD
    + f"""
pull = FederatedPull(
    "prod",
    FederatedPullArgs(
        cluster_tenant=tenant("cluster"),
        registry_tenant=tenant("registry"),
        registries=[RegistryArgs(registry_id="{seed.REGISTRY}")],
        identity=FederatedIdentityArgs(resource_group="{GROUP}"),
        clusters=[
            FederatedClusterArgs(
                cluster_id="{seed.MANAGED_IDENTITY_CLUSTER}", namespaces=[PullNamespaceArgs(name="shop")]
            )
        ],
        delivery="none",
    ),
)
"""
)


class Deployer:
    """A stack, whose callers have rights one by one."""

    def __init__(self, azure: Azure, stack: Stack, rights: Iterable[Right]) -> None:
        self.azure, self.stack = azure, stack
        self.rights = {it.name: it for it in rights}

    def run(self, operation: str, *options: str, but: Iterable[str] = ()) -> Outcome:
        """An operation of callers that have all rights but some."""
        given = [it for name, it in self.rights.items() if name not in but]
        self.azure.change(lambda state: give_exactly(state, given))
        return self.stack.operate(operation, *options)

    def refused(self, operation: str, *names: str) -> None:
        """An operation without some rights fails, and names each."""
        # Several refusals come from one update only if it goes on after the first.
        outcome = self.run(operation, *(["--continue-on-error"] if len(names) > 1 else []), but=names)
        assert outcome.code != 0, f"without {names}: {outcome.output}"
        for name in names:
            assert outcome.says(*self.rights[name].says), f"without {name}: {outcome.output}"
        if len(names) == 1:
            without_trace_or_secret(outcome)

    def works(self, operation: str, *options: str, but: Iterable[str] = ()) -> Outcome:
        """An operation without some rights succeeds all the same."""
        outcome = self.run(operation, *options, but=but)
        assert outcome.code == 0, outcome.output
        return outcome

    def previews(self) -> None:
        """Each right that a preview can miss is missed there; some only if the caller may read its own permissions."""
        early = [it.name for it in self.rights.values() if it.seen is Seen.PREVIEW]
        assert early
        for name in early:
            self.refused("preview", name)
        self.works("preview", but=self.told_by_own())
        assert self.azure.writes == []

    def questions(self) -> int:
        """The times that the caller's own permissions were asked for since the test began."""
        return len([it for it in self.azure.requests if it["path"].endswith("/Microsoft.Authorization/permissions")])

    def told_by_own(self) -> list[str]:
        """What a preview does not miss without the rows about the caller's own permissions, and these rows."""
        return [it.name for it in self.rights.values() if it.told_by_own or it.seen is Seen.LATER]


@pytest.mark.large
@pytest.mark.timeout(900)
@pytest.mark.parametrize("mode", ["managed", "consented"])
def test_a_chain_needs_each_right_and_no_other(azure: Azure, make_stack: Callable[..., Stack], mode: str):
    stack = make_stack(CHAIN_PROGRAM, config={"mode": mode})
    deployer = Deployer(azure, stack, [it for it in CHAIN if mode in it.modes])
    deployer.previews()

    deployer.refused("up", "application")
    # What waits for nothing is made as far as the callers may: together, or the next update finds it there.
    if mode == "managed":
        deployer.refused("up", "service principal", "cluster roles")
    else:
        deployer.refused("up", "cluster roles")
        assert deployer.run("up").says("has not given admin consent")
        app = next(it["appId"] for it in azure.state["applications"].values() if "prod" in it["displayName"].split())
        azure.change(lambda state: consent(state, seed.REGISTRY_TENANT, app))
    deployer.refused("up", "pull role")
    up = deployer.works("up", but=["node group"])
    assert up.says(*deployer.rights["node group"].says), up.output
    asked = deployer.questions()
    without = deployer.works("preview", "--expect-no-changes", "--refresh")
    assert without.changes == [], without.output
    assert deployer.questions() == asked, "a plan without changes asks for no permission"

    rotated = deployer.works("up", "--config", "program:trigger=2")
    assert [it.op for it in rotated.changes if it.type.endswith("ServicePrincipalProfile")] == ["update"]
    azure.change(lambda state: drift.reset_cluster(state, "aks-prod"))
    deployer.works("destroy", "--refresh")
    assert not [it for it in azure.state["applications"].values() if "prod" in it["displayName"].split()]


def test_what_the_caller_may_not_do_is_refused_at_preview_by_name(azure: Azure, make_stack: Callable[..., Stack]):
    program = CHAIN_PROGRAM.replace(
        'cluster_id=config.require("clusterId")',
        'cluster_id=config.require("clusterId"),'
        ' prove_on_nodes=NodePullCheckOptions(image="fabrikamimages.azurecr.io/hello:1.0")',
    )
    deployer = Deployer(
        azure, make_stack(program, config={"mode": "managed"}), [it for it in CHAIN if "managed" in it.modes]
    )
    for directory in ("application", "service principal"):
        deployer.refused("preview", directory)
    # A proof on nodes needs what is not among the rights.
    refused = deployer.run("preview")
    assert refused.code != 0
    assert refused.says("Microsoft.ContainerService/managedClusters/runCommand/action"), refused.output
    assert azure.writes == []
    without_trace_or_secret(refused)


def test_a_chain_without_a_secret_needs_each_right_and_no_other(azure: Azure, make_stack: Callable[..., Stack]):
    deployer = Deployer(azure, make_stack(FEDERATED_PROGRAM), FEDERATED)
    deployer.previews()
    deployer.refused("up", "identity")
    deployer.works("up")
    deployer.works("destroy")
