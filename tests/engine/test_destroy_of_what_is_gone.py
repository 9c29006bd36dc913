"""``pulumi destroy`` after a person has removed objects of the stack: it goes through, or says what does."""

from __future__ import annotations

from pathlib import Path

from crosstenant.sandbox.world import drift, seed
from lib.stack import Stack
from tests.engine.engine_world import Azure
from tests.engine.registry_stacks import HEAD, outputs, rewrite

PROGRAM = (
    HEAD
    + f"""
pull = CrossTenantPull(
    "gone",
    CrossTenantPullArgs(
        cluster_tenant=tenant("cluster"),
        registry_tenant=tenant("registry"),
        registries=[RegistryArgs(registry_id="{seed.REGISTRY}")],
    ),
)
pulumi.export("app", pull.client_id)
"""
)


WITH_CLUSTER = PROGRAM.replace("registries=", f'clusters=[ClusterArgs(cluster_id="{seed.CLUSTER}")], registries=')


def test_a_destroy_ends_whatever_was_removed_by_hand(make_stack, azure: Azure, tmp_path: Path):
    stack: Stack = make_stack(PROGRAM)
    assert stack.operate("up").code == 0
    app = outputs(stack)["app"]
    (key,) = [it["keyId"] for it in drift.application(azure.state, app)["passwordCredentials"]]
    principals = {it["id"] for it in azure.state["servicePrincipals"].values() if it["appId"] == app}
    azure.change(lambda state: drift.remove_secret(state, app, key))
    azure.change(lambda state: drift.delete_service_principal(state, seed.CLUSTER_TENANT, app))

    def take_roles(state):
        roles = state["roleAssignments"]
        for name in [name for name, it in roles.items() if it["properties"]["principalId"] in principals]:
            del roles[name]

    azure.change(take_roles)
    stuck = stack.operate("destroy")
    assert stuck.code != 0
    assert stuck.says("No password credential found with keyId", "'pulumi destroy --refresh'")
    freed = stack.operate("destroy", "--refresh")
    assert freed.code == 0, freed.output
    assert app not in str(azure.state["servicePrincipals"])

    rewrite(tmp_path, WITH_CLUSTER)
    assert stack.operate("up").code == 0
    app = outputs(stack)["app"]
    azure.change(lambda state: drift.delete_application(state, app))
    stuck = stack.operate("destroy")
    assert stuck.code != 0
    assert stuck.says("Request_ResourceNotFound", f"application {app} is not in tenant", "'pulumi destroy --refresh'")
    freed = stack.operate("destroy", "--refresh")
    assert freed.code == 0, freed.output
    assert app not in str(azure.state["servicePrincipals"])

    assert stack.operate("up").code == 0
    app = outputs(stack)["app"]
    azure.change(lambda state: drift.delete_registry(state, "fabrikamimages"))
    azure.change(lambda state: drift.delete_cluster(state, "aks-prod"))
    gone = stack.operate("destroy")
    assert gone.code == 0, gone.output
    assert app not in str(azure.state["servicePrincipals"])
