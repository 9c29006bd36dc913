"""Rules of a directory or a subscription that refuse a stack: a service management reference, locks, policies."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from crosstenant.sandbox.world import drift, seed
from crosstenant.sandbox.world.faults import new_fault
from crosstenant.sandbox.world.state import State
from lib.stack import Outcome, Stack
from tests.engine.engine_world import Azure
from tests.engine.registry_stacks import HEAD, rewrite

REFERENCE = "96524024-75b0-497b-ab38-0381399a6aaa"
POLICY = (
    f"/subscriptions/{seed.REGISTRY_SUBSCRIPTION}/providers/Microsoft.Authorization/policyAssignments/allowed-roles"
)
NO_ROLE = "00000000-0000-4000-8000-000000000000"
DETAILS = (
    f'service_management_reference="{REFERENCE}", notes="Pulls images.\\nAsk team A.", tags=["production", "aks"],'
)


def program(details: str = "", registries: tuple[str, ...] = (seed.REGISTRY,)) -> str:
    listed = ", ".join(f'RegistryArgs(registry_id="{it}")' for it in registries)
    return (
        HEAD
        + f"""
CrossTenantPull(
    "pull",
    CrossTenantPullArgs(
        cluster_tenant=tenant("cluster"), registry_tenant=tenant("registry"), registries=[{listed}], {details}
    ),
)
"""
    )


def limit_roles(state: State, permitted: str, instead: str) -> None:
    """In the conditions of those who may assign roles, another role (UUID) takes the place of one."""
    for assignment in state["roleAssignments"].values():
        condition = assignment["properties"].get("condition")
        if condition and "RoleDefinitionId" in condition:
            assignment["properties"]["condition"] = condition.replace(permitted, instead)


def refused(outcome: Outcome, *words: str) -> None:
    assert outcome.code != 0, outcome.output
    assert [it for it in words if not outcome.says(it)] == [], outcome.output


def test_the_directory_gets_what_it_requires_and_locks_and_policies_are_named(
    azure: Azure, make_stack: Callable[..., Stack], tmp_path: Path
):
    azure.change(
        lambda state: state["tenants"][seed.CLUSTER_TENANT]["_policies"].update(serviceManagementReferenceRequired=True)
    )
    stack = make_stack(program())
    refused(stack.operate("up"), "accepts no application without", "set service_management_reference to")

    writes = len(azure.writes)
    rewrite(tmp_path, program('tags=["aks", " aks"],'))
    outcome = stack.operate("preview")
    refused(outcome, "tags[1]: begins or ends with white space: remove it")
    assert len(azure.writes) == writes

    rewrite(tmp_path, program(DETAILS, (seed.REGISTRY, seed.ABAC_REGISTRY)))
    up = stack.operate("up")
    assert up.code == 0, up.output
    (made,) = (it for it in azure.state["applications"].values() if it["displayName"] == "pull (test)")
    assert made["serviceManagementReference"] == REFERENCE
    assert made["notes"] == "Pulls images.\nAsk team A."
    assert sorted(made["tags"]) == ["aks", "production"]
    assert stack.operate("preview", "--refresh", "--expect-no-changes").code == 0

    azure.change(lambda state: drift.lock_registry(state, "fabrikamabac", "CanNotDelete"))
    rewrite(tmp_path, program(DETAILS))
    locked = stack.operate("up")
    refused(locked, "ScopeLocked")
    azure.change(lambda state: drift.lock_registry(state, "fabrikamabac", None))
    assert stack.operate("up").code == 0

    azure.change(lambda state: drift.lock_registry(state, "fabrikamabac", "ReadOnly"))
    rewrite(tmp_path, program(DETAILS, (seed.REGISTRY, seed.ABAC_REGISTRY)))
    refused(
        stack.operate("up"),
        f"a lock on {seed.ABAC_REGISTRY} forbids the create in tenant {seed.REGISTRY_TENANT}",
        "registry_tenant.client_secret",
        "have the lock removed, run the same command again",
    )
    azure.change(lambda state: drift.lock_registry(state, "fabrikamabac", None))
    azure.change(lambda state: limit_roles(state, seed.ACR_REPOSITORY_READER, NO_ROLE))
    refused(
        stack.operate("up"),
        f"may not create an assignment of role Container Registry Repository Reader ({seed.ACR_REPOSITORY_READER}) on"
        f" {seed.ABAC_REGISTRY}: the condition of its own role there does not permit it",
    )
    azure.change(lambda state: limit_roles(state, NO_ROLE, seed.ACR_REPOSITORY_READER))
    assigned = json.dumps([{"policyAssignment": {"id": POLICY}}])
    message = f"Resource 'r' was disallowed by policy. Policy identifiers: '{assigned}'."
    azure.change(
        lambda state: state["faults"].append(
            new_fault(
                {
                    "service": "arm",
                    "method": "PUT",
                    "path": "roleAssignments",
                    "status": 403,
                    "code": "RequestDisallowedByPolicy",
                    "message": message,
                }
            )
        )
    )
    refused(
        stack.operate("up"), f"the Azure Policy assignment {POLICY} forbids the create", f"exempt {seed.ABAC_REGISTRY}"
    )
    assert stack.operate("up").code == 0
