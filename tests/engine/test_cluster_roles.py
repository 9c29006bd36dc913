"""The roles that the clusters' new identity needs in its own tenant: assigned before it becomes their identity."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from crosstenant.sandbox.world import seed
from crosstenant.sandbox.world.resource_documents import node_resource_group_id
from lib.sandbox import CONFIG, SECRETS
from lib.stack import Stack
from tests.engine.cluster_estate import add_fault
from tests.engine.engine_world import Azure

NETWORK_CONTRIBUTOR = "4d97b98b-1d4f-4787-a291-c67834d212e7"
NODE_GROUP = node_resource_group_id(seed.CLUSTER)
ROLES = [
    {"scope": NODE_GROUP, "role": seed.CONTRIBUTOR},
    {
        "scope": seed.CLUSTER_GROUP,
        "role": f"/providers/Microsoft.Authorization/roleDefinitions/{NETWORK_CONTRIBUTOR}",
    },
]
PROGRAM = """
    import json
    from pathlib import Path

    import pulumi

    from crosstenant import CrossTenantPull, CrossTenantPullArgs, tenant_from_config

    config = pulumi.Config()

    pull = CrossTenantPull(
        "roles",
        CrossTenantPullArgs(
            cluster_tenant=tenant_from_config(config, "cluster"),
            registry_tenant=tenant_from_config(config, "registry"),
            registries=[{"registry_id": config.require("registryId")}],
            clusters=[{"cluster_id": config.require("clusterId")}],
            **json.loads(Path("arguments.json").read_text()),
        ),
    )
    assert [it.name for it in pull.clusters] == ["aks-prod"]
"""


@pytest.fixture
def ask(tmp_path: Path) -> Callable[..., object]:
    """Has the program give these arguments from now on."""
    return lambda **arguments: (tmp_path / "project" / "arguments.json").write_text(json.dumps(arguments))


def test_roles_are_there_before_the_cluster_needs_them(
    azure: Azure, make_stack: Callable[..., Stack], ask: Callable[..., object]
):
    stack = make_stack(PROGRAM)
    # The caller of the other tests may not assign roles in Tenant A.
    owner = {"clusterClientId": seed.CLUSTER_OWNER_ID}, {"clusterClientSecret": seed.CLUSTER_OWNER_SECRET}
    stack.create(CONFIG | owner[0], SECRETS | owner[1])
    ask()
    without = stack.operate("up")
    assert without.code == 0, without.output
    assert without.says(
        "has no role on the node resource group MC_rg-clusters_aks-prod_westeurope", "Assign Contributor"
    )

    ask(cluster_role_assignments=ROLES, rotation={"rotation_trigger": "1"})
    done = len(azure.writes)
    azure.change(lambda state: add_fault(state, method="PUT", path="/roleAssignments/", status=0, delay=4, times=2))
    up = stack.operate("up")
    assert up.code == 0, up.output
    assert "has no role on" not in up.output

    state = azure.state
    application = next(it for it in state["applications"].values() if it["displayName"] == "roles (test)")
    principal = next(
        it
        for it in state["servicePrincipals"].values()
        if it["appId"] == application["appId"] and it["_tenant"] == seed.CLUSTER_TENANT
    )
    given = [it["properties"] for it in state["roleAssignments"].values()]
    given = [it for it in given if it["principalId"] == principal["id"]]
    assert {it["scope"]: it["roleDefinitionId"].rsplit("/", 1)[-1] for it in given} == {
        NODE_GROUP: seed.CONTRIBUTOR,
        seed.CLUSTER_GROUP: NETWORK_CONTRIBUTOR,
    }
    assert {it["principalType"] for it in given} == {"ServicePrincipal"}
    written = [it for it in azure.writes[done:] if "/roleAssignments/" in it or "reset" in it]
    assert [it.split(" ")[0] for it in written] == ["PUT", "PUT", "POST"]
    assert written[2].endswith("/managedClusters/aks-prod/resetServicePrincipalProfile")
    assert len(azure.resets) == 2


def test_a_caller_who_may_not_assign_them_is_told_so_and_no_cluster_is_touched(
    azure: Azure, make_stack: Callable[..., Stack], ask: Callable[..., object]
):
    stack = make_stack(PROGRAM)
    ask(cluster_role_assignments=ROLES)
    up = stack.operate("up")
    assert up.code != 0
    assert up.says("may not assign roles on", "Role Based Access Control Administrator", "cluster_role_assignments")
    assert azure.resets == []
