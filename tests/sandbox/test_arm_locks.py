"""Locks of Resource Manager: which requests each level forbids, and where."""

from __future__ import annotations

import pytest

from crosstenant.sandbox.world import drift
from crosstenant.sandbox.world.built_in_roles import ACR_PULL, role_definition_id
from crosstenant.sandbox.world.seed import (
    ABAC_REGISTRY,
    REGISTRY,
    REGISTRY_POWERLESS_ID,
    REGISTRY_SUBSCRIPTION,
    REGISTRY_TENANT,
)
from crosstenant.sandbox.world.state import Store
from tests.sandbox.arm_world import NEW_APP, Arm, Json, message, refusal

PRINCIPAL = "b0000000-0000-4000-8000-0000000abc02"
NAME = "11111111-1111-4111-8111-111111111111"
BODY: Json = {
    "properties": {
        "roleDefinitionId": role_definition_id(REGISTRY_SUBSCRIPTION, ACR_PULL),
        "principalId": PRINCIPAL,
        "principalType": "ServicePrincipal",
    }
}


def path(scope: str = REGISTRY) -> str:
    return f"{scope}/providers/Microsoft.Authorization/roleAssignments/{NAME}"


@pytest.fixture
def arm(store: Store) -> Arm:
    arm = Arm(store)
    arm.add_principal(NEW_APP, PRINCIPAL, tenant=REGISTRY_TENANT)
    return arm


def lock(arm: Arm, level: str | None) -> None:
    with arm.store.change() as state:
        drift.lock_registry(state, "fabrikamimages", level)


def test_delete_lock_lets_a_role_be_assigned_and_not_removed(arm: Arm) -> None:
    lock(arm, "CanNotDelete")
    assert arm.put(path(), BODY).status_code == 201
    answer = arm.delete(path())
    assert refusal(answer) == (409, "ScopeLocked")
    assert message(answer) == (
        f"The scope '{path()}' cannot perform delete operation because following scope(s) are locked: '{REGISTRY}'. "
        "Please remove the lock and try again."
    )
    assert refusal(arm.delete(REGISTRY)) == (409, "ScopeLocked")
    lock(arm, None)
    assert arm.delete(path()).status_code == 200


def test_read_only_lock_forbids_every_write_at_its_scope_and_no_read(arm: Arm) -> None:
    lock(arm, "ReadOnly")
    answer = arm.put(path(), BODY)
    assert refusal(answer) == (409, "ScopeLocked")
    assert "cannot perform write operation" in message(answer)
    assert arm.get(REGISTRY).status_code == 200
    assert arm.put(path(ABAC_REGISTRY), BODY).status_code == 201


def test_caller_without_the_right_reads_of_that_first(arm: Arm) -> None:
    lock(arm, "CanNotDelete")
    assert refusal(arm.delete(REGISTRY, caller=REGISTRY_POWERLESS_ID)) == (403, "AuthorizationFailed")
