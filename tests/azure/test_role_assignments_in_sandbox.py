"""The roles of a principal, read from the sandbox, however Azure spells a scope."""

from __future__ import annotations

from crosstenant.azure.arm import Arm
from crosstenant.azure.role_assignments import roles_of
from crosstenant.azure.sign_in.tenant import Tenant
from crosstenant.model.clouds import PUBLIC
from crosstenant.model.credentials.kinds import ClientSecret
from crosstenant.sandbox.world.drift import service_principal
from crosstenant.sandbox.world.open_questions import ROLE_ASSIGNMENT_SCOPE, OpenQuestion
from crosstenant.sandbox.world.seed import (
    ACR_PULL,
    REGISTRY,
    REGISTRY_OWNER_ID,
    REGISTRY_OWNER_SECRET,
    REGISTRY_POWERLESS_ID,
    REGISTRY_TENANT,
)
from crosstenant.sandbox.world.state import Store
from tests.both_answers import both_answers

SHOUTED = REGISTRY.replace("fabrikamimages", "FABRIKAMIMAGES")
NAME = "11111111-2222-4333-8444-555555555555"


@both_answers(ROLE_ASSIGNMENT_SCOPE)
async def test_role_is_found_however_its_scope_is_spelled(store: Store, given_answers: dict[OpenQuestion, str]):
    spelled = REGISTRY if given_answers[ROLE_ASSIGNMENT_SCOPE] == "resource" else SHOUTED
    with store.change() as state:
        principal: str = service_principal(state, REGISTRY_TENANT, REGISTRY_POWERLESS_ID)["id"]
        found = f"{spelled}/providers/Microsoft.Authorization/roleAssignments/{NAME}"
        state["roleAssignments"][found.lower()] = {
            "id": found,
            "name": NAME,
            "type": "Microsoft.Authorization/roleAssignments",
            "properties": {
                "scope": spelled,
                "principalId": principal,
                "principalType": "ServicePrincipal",
                "roleDefinitionId": f"/providers/Microsoft.Authorization/roleDefinitions/{ACR_PULL}",
                "condition": None,
            },
        }
    tenant = Tenant(REGISTRY_TENANT, PUBLIC, ClientSecret(REGISTRY_OWNER_ID, REGISTRY_OWNER_SECRET))
    arm = Arm(tenant)
    for scope in (REGISTRY, SHOUTED):
        (role,) = await roles_of(arm, scope, principal)
        assert (role.role_guid, role.name, role.scope) == (ACR_PULL, NAME, spelled)
    await arm.aclose()
    await tenant.aclose()
