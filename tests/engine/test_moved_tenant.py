"""Another tenant in the program: the plan makes everything there first, and removes the old with the old sign-in."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from crosstenant.sandbox.world import drift, seed
from crosstenant.sandbox.world.faults import new_fault
from crosstenant.sandbox.world.resource_documents import subscription
from crosstenant.sandbox.world.state import State
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
NEW_SUBSCRIPTION = "b0000000-0000-4000-8000-0000000000b7"
SUBSCRIBED = seed.REGISTRY.replace(seed.REGISTRY_SUBSCRIPTION, NEW_SUBSCRIPTION)
OTHER_CLUSTER = seed.CLUSTER.replace(seed.CLUSTER_SUBSCRIPTION, seed.SECOND_REGISTRY_SUBSCRIPTION)
DOCS = Path(__file__).parents[2] / "docs" / "providers.md"


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

    # The move fails before its end; it is taken back, and begun again.
    before = interrupted(stack, azure)
    rewrite(tmp_path, FIRST)
    stuck = stack.operate("up")
    assert stuck.says("already exists", "docs/providers.md, 'An interrupted move, taken back'"), stuck.output
    taken = stack.command("sh", "-ec", f"export PULUMI_STACK=test\n{documented()}")
    assert taken.code == 0, taken.output
    back = stack.operate("up")
    assert back.code == 0, back.output
    assert tenants(azure, stack) == {seed.CLUSTER_TENANT, seed.REGISTRY_TENANT}
    assert of_move(azure.writes[before:]) == ["POST", "PUT", "DELETE"], "what the move had made, and its end"

    # It fails again, and goes on.
    rewrite(tmp_path, MOVED)
    before = interrupted(stack, azure)
    moved = stack.operate("up", "--refresh")
    assert moved.code == 0, moved.output
    assert of_move(azure.writes[before:]) == ["POST", "PUT", "PUT", "DELETE", "DELETE"], "what is old goes at the end"
    assert tenants(azure, stack) == {seed.CLUSTER_TENANT, seed.SECOND_REGISTRY_TENANT}
    assert azure.resets == resets
    assert len(of_type(stack, PROFILE)) == 1
    quiet = stack.operate("preview", "--refresh", "--expect-no-changes")
    assert quiet.code == 0, quiet.output

    rewrite(tmp_path, FIRST)
    back = stack.operate("up")
    assert back.code == 0, back.output
    assert tenants(azure, stack) == {seed.CLUSTER_TENANT, seed.REGISTRY_TENANT}

    # The registry's subscription is another one: Azure moves the registry, not the role assignments on it.
    azure.change(move_registry)
    rewrite(tmp_path, FIRST.replace(seed.REGISTRY, SUBSCRIBED))
    before = len(azure.writes)
    done = stack.operate("up")
    assert done.code == 0, done.output
    assert of_move(azure.writes[before:]) == ["PUT", "DELETE"], "the role, nothing else"
    assert azure.resets == resets


def test_another_cluster_tenant_gets_its_own_application_once_the_former_cluster_is_released(
    make_stack, azure: Azure, tmp_path: Path
):
    azure.change(seed.add_registry_tenant)
    azure.change(add_cluster)
    stack: Stack = make_stack(FIRST)
    assert stack.operate("up").code == 0
    old = outputs(stack)["app"]
    before = len(azure.writes)
    moved = FIRST.replace('tenant("cluster")', SECOND).replace(seed.CLUSTER, OTHER_CLUSTER)
    rewrite(tmp_path, moved)
    refused = stack.operate("preview")
    assert refused.code != 0
    assert refused.says(f"takes the place of {seed.CLUSTER}, which may still act", "give it abandon_on_delete=True")
    assert azure.writes[before:] == []

    rewrite(tmp_path, FIRST.replace("ClusterArgs(cluster_id", "ClusterArgs(abandon_on_delete=True, cluster_id"))
    assert stack.operate("up").code == 0
    rewrite(tmp_path, moved)
    done = stack.operate("up")
    assert done.code == 0, done.output
    assert [it for it in azure.state["applications"].values() if it["appId"] == old] == []
    assert tenants(azure, stack) == {seed.SECOND_REGISTRY_TENANT, seed.REGISTRY_TENANT}
    assert azure.state["resources"][OTHER_CLUSTER.lower()]["_credential"]["clientId"] == outputs(stack)["app"]
    quiet = stack.operate("preview", "--refresh", "--expect-no-changes")
    assert quiet.code == 0, quiet.output


def documented() -> str:
    (commands,) = re.findall(r"<!-- the commands that are tested -->\s+```sh\n(.*?)```", DOCS.read_text(), re.DOTALL)
    assert f"TENANT={seed.REGISTRY_TENANT}\n" in commands
    return commands


def interrupted(stack: Stack, azure: Azure) -> int:
    """The move, up to the refusal of the new role; how many requests had been written before."""
    fault = {"service": "arm", "method": "PUT", "path": "northwindimages.*roleAssignments", "status": 403}
    azure.change(lambda state: state["faults"].append(new_fault(fault)))
    before = len(azure.writes)
    assert stack.operate("up").code != 0
    assert tenants(azure, stack) == {seed.CLUSTER_TENANT, seed.REGISTRY_TENANT, seed.SECOND_REGISTRY_TENANT}
    return before


def of_move(writes: list[str]) -> list[str]:
    """The methods of the requests that make or remove something, those that failed included."""
    return [it.split()[0] for it in writes if "PATCH" not in it and "$ref" not in it]


def move_registry(state: State) -> None:
    """Somebody moves the registry with its group to another subscription; the caller has its roles there too."""
    state["subscriptions"][NEW_SUBSCRIPTION] = subscription(NEW_SUBSCRIPTION, seed.REGISTRY_TENANT, "moved")
    for key in (seed.REGISTRY_GROUP.lower(), seed.REGISTRY.lower()):
        moved = in_subscription(state["resources"][key], seed.REGISTRY_SUBSCRIPTION, NEW_SUBSCRIPTION)
        state["resources"][moved["id"].lower()] = moved
    for key in [it for it in state["roleAssignments"] if it.startswith(f"{seed.REGISTRY.lower()}/")]:
        del state["roleAssignments"][key]
    del state["resources"][seed.REGISTRY.lower()]
    give_roles(state, seed.REGISTRY_GROUP, seed.REGISTRY_SUBSCRIPTION, NEW_SUBSCRIPTION)


def add_cluster(state: State) -> None:
    """A cluster in the second registry tenant, whose caller may reset it."""
    new = (seed.CLUSTER_SUBSCRIPTION, seed.SECOND_REGISTRY_SUBSCRIPTION)
    for key in [key for key in state["resources"] if seed.CLUSTER_SUBSCRIPTION in key]:
        moved = in_subscription(state["resources"][key], *new)
        state["resources"][moved["id"].lower()] = moved
    callers = [
        drift.service_principal(state, tenant, caller)["id"]
        for tenant, caller in (
            (seed.CLUSTER_TENANT, seed.CLUSTER_CALLER_ID),
            (seed.SECOND_REGISTRY_TENANT, seed.SECOND_REGISTRY_CALLER_ID),
        )
    ]
    give_roles(state, seed.CLUSTER_GROUP, *new, *callers)


def give_roles(state: State, group: str, *changes: str) -> None:
    """The role assignments on a group, with the second of each two texts in the place of the first."""
    for key in [it for it in state["roleAssignments"] if it.startswith(f"{group.lower()}/providers/microsoft.auth")]:
        text = json.dumps(state["roleAssignments"][key])
        for old, new in zip(changes[::2], changes[1::2], strict=True):
            text = text.replace(old, new)
        state["roleAssignments"][json.loads(text)["id"].lower()] = json.loads(text)


def in_subscription(document: dict[str, Any], old: str, new: str) -> dict[str, Any]:
    return json.loads(json.dumps(document).replace(old, new))


def tenants(azure: Azure, stack: Stack) -> set[str]:
    """The tenants in which the stack's application has a service principal."""
    app = outputs(stack)["app"]
    return {it["_tenant"] for it in azure.state["servicePrincipals"].values() if it["appId"] == app}
