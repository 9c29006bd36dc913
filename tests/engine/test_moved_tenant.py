"""Another tenant in the program: the plan makes everything there first, and removes the old with the old sign-in."""

from __future__ import annotations

from pathlib import Path

from crosstenant.sandbox.world import seed
from crosstenant.sandbox.world.faults import new_fault
from lib.stack import Stack
from tests.engine.engine_world import Azure
from tests.engine.registry_stacks import CHECK, HEAD, PROFILE, ROLE, of_type, outputs, rewrite

PRINCIPAL = "azuread:index/servicePrincipal:ServicePrincipal"
SECOND = f"""TenantArgs(
            tenant_id="{seed.SECOND_REGISTRY_TENANT}",
            client_id="{seed.SECOND_REGISTRY_CALLER_ID}",
            client_secret=a_secret("{seed.SECOND_REGISTRY_CALLER_SECRET}"),
        )"""

FIRST = (
    HEAD
    + f"""
pull = CrossTenantPull(
    "moving",
    CrossTenantPullArgs(
        cluster_tenant=tenant("cluster"),
        registry_tenant=tenant("registry"),
        registries=[RegistryArgs(registry_id="{seed.REGISTRY}", name="images")],
        clusters=[ClusterArgs(cluster_id="{seed.CLUSTER}")],
    ),
)
pulumi.export("app", pull.client_id)
"""
)
MOVED = FIRST.replace('tenant("registry")', SECOND).replace(seed.REGISTRY, seed.SECOND_REGISTRY)
WITHOUT_CLUSTER = FIRST.replace(f'clusters=[ClusterArgs(cluster_id="{seed.CLUSTER}")],', "")


def test_another_registry_tenant_is_made_first_and_the_old_one_is_left_clean(make_stack, azure: Azure, tmp_path: Path):
    azure.change(seed.add_registry_tenant)
    stack: Stack = make_stack(FIRST)
    assert stack.operate("up").code == 0
    assert tenants(azure, stack) == {seed.CLUSTER_TENANT, seed.REGISTRY_TENANT}
    resets = azure.resets

    rewrite(tmp_path, MOVED)
    preview = stack.operate("preview")
    assert preview.code == 0, preview.output
    kinds = {it.type: it.op for it in preview.changes if it.is_infrastructure and it.op != "create-replacement"}
    assert kinds == {PRINCIPAL: "delete-replaced", ROLE: "delete-replaced", CHECK: "delete-replaced"}, "no reset"

    # The move fails before its end, and goes on.
    fault = {"service": "arm", "method": "PUT", "path": "northwindimages.*roleAssignments", "status": 403}
    azure.change(lambda state: state["faults"].append(new_fault(fault)))
    before = len(azure.writes)
    assert stack.operate("up").code != 0
    assert tenants(azure, stack) == {seed.CLUSTER_TENANT, seed.REGISTRY_TENANT, seed.SECOND_REGISTRY_TENANT}
    moved = stack.operate("up", "--refresh")
    assert moved.code == 0, moved.output
    made = [it.split("?")[0].split()[0] for it in azure.writes[before:] if "PATCH" not in it and "$ref" not in it]
    assert made == ["POST", "PUT", "PUT", "DELETE", "DELETE"], "what is old goes at the end"
    assert tenants(azure, stack) == {seed.CLUSTER_TENANT, seed.SECOND_REGISTRY_TENANT}
    assert azure.resets == resets
    assert len(of_type(stack, PROFILE)) == 1
    quiet = stack.operate("preview", "--refresh", "--expect-no-changes")
    assert quiet.code == 0, quiet.output

    rewrite(tmp_path, FIRST)
    back = stack.operate("up")
    assert back.code == 0, back.output
    assert tenants(azure, stack) == {seed.CLUSTER_TENANT, seed.REGISTRY_TENANT}


def test_another_cluster_tenant_gets_an_application_of_its_own(make_stack, azure: Azure, tmp_path: Path):
    azure.change(seed.add_registry_tenant)
    stack: Stack = make_stack(WITHOUT_CLUSTER)
    assert stack.operate("up").code == 0
    old = outputs(stack)["app"]
    rewrite(tmp_path, WITHOUT_CLUSTER.replace('tenant("cluster")', SECOND))
    moved = stack.operate("up")
    assert moved.code == 0, moved.output
    assert [it for it in azure.state["applications"].values() if it["appId"] == old] == []
    assert tenants(azure, stack) == {seed.SECOND_REGISTRY_TENANT, seed.REGISTRY_TENANT}
    quiet = stack.operate("preview", "--refresh", "--expect-no-changes")
    assert quiet.code == 0, quiet.output


def tenants(azure: Azure, stack: Stack) -> set[str]:
    """The tenants in which the stack's application has a service principal."""
    app = outputs(stack)["app"]
    return {it["_tenant"] for it in azure.state["servicePrincipals"].values() if it["appId"] == app}
