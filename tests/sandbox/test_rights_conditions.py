"""The conditions in docs/rights.md permit what the chain needs and nothing else, as the sandbox evaluates them.

Not proven here: that Azure evaluates them alike.
"""

from __future__ import annotations

import re
import textwrap
import uuid
from pathlib import Path
from typing import Any

import pytest

from crosstenant.sandbox.arm.roles.conditions import parse_condition
from crosstenant.sandbox.world import built_in_roles, seed
from crosstenant.sandbox.world.state import Store
from tests.sandbox.arm_world import NEW_APP, NEW_PRINCIPAL, Arm, message, refusal

PAGE = Path(__file__).parents[2] / "docs" / "rights.md"
TYPE = "Microsoft.Authorization/roleAssignments"
NETWORK_CONTRIBUTOR = "4d97b98b-1d4f-4787-a291-c67834d212e7"
PULL_ROLES = {seed.ACR_PULL, seed.ACR_REPOSITORY_READER}
PRINCIPAL = "b0000000-0000-4000-8000-0000000abc02"
WRITE, DELETE = f"{TYPE}/write", f"{TYPE}/delete"
ROLES = sorted({*built_in_roles.BUILT_IN, NETWORK_CONTRIBUTOR})


def conditions() -> list[str]:
    """The conditions on the page: blocks of code that begin with a parenthesis."""
    blocks = re.findall(r"(?:^(?:    .*)?\n)+", PAGE.read_text(), re.MULTILINE)
    return [text for text in (textwrap.dedent(block).strip() for block in blocks) if text.startswith("(")]


PULL, CLUSTER = conditions()
LIMITS = {"pull roles": (PULL, PULL_ROLES), "cluster_role_assignments": (CLUSTER, {NETWORK_CONTRIBUTOR})}
both = pytest.mark.parametrize(("text", "roles"), LIMITS.values(), ids=LIMITS)


def allows(text: str, action: str, **attributes: str) -> bool:
    """Whether a condition permits an action on an assignment with these attributes."""
    source = "@Resource" if action == DELETE else "@Request"
    return parse_condition(text).allows(action, {f"{source}[{TYPE}:{name}]": it for name, it in attributes.items()})


@both
@pytest.mark.parametrize("action", [WRITE, DELETE])
def test_the_condition_permits_its_roles_for_service_principals_alone(text: str, roles: set[str], action: str):
    permitted = {
        (role, kind)
        for role in ROLES
        for kind in ("ServicePrincipal", "User", "Group", "ForeignGroup", "Device")
        if allows(text, action, RoleDefinitionId=role, PrincipalType=kind, PrincipalId=PRINCIPAL)
    }
    assert permitted == {(role, "ServicePrincipal") for role in roles}


@both
@pytest.mark.parametrize("action", [WRITE, DELETE])
def test_an_attribute_that_is_missing_fulfils_nothing(text: str, roles: set[str], action: str):
    role = min(roles)
    assert not allows(text, action, RoleDefinitionId=role)
    assert not allows(text, action, PrincipalType="ServicePrincipal")
    # What the request says about another action's object does not count.
    other = {f"@{'Request' if action == DELETE else 'Resource'}[{TYPE}:RoleDefinitionId]": role}
    assert not parse_condition(text).allows(action, other)


@both
def test_the_condition_limits_no_other_action(text: str, roles: set[str]):
    del roles
    assert allows(text, f"{TYPE}/read")
    assert allows(text, "Microsoft.ContainerRegistry/registries/read")


@both
def test_the_principal_can_be_named_in_addition(text: str, roles: set[str]):
    (addition,) = re.findall(r"    AND\n    (@Request\[.*:PrincipalId\].*)\n", PAGE.read_text())
    addition = addition.replace("<object ID>", PRINCIPAL)
    kind = re.compile(r"(@(?:Request|Resource)\[[^]]*:PrincipalType\].*)")
    narrow = kind.sub(lambda it: f"{it[1]} AND {addition.replace('@Request', it[1].split('[')[0])}", text)
    for action in (WRITE, DELETE):
        given = {"RoleDefinitionId": min(roles), "PrincipalType": "ServicePrincipal"}
        assert allows(narrow, action, **given, PrincipalId=PRINCIPAL)
        assert not allows(narrow, action, **given, PrincipalId=NEW_PRINCIPAL)


def test_the_sandbox_registry_callers_have_the_condition_of_the_page(store: Store):
    assert seed.PULL_ROLES_ONLY == PULL
    with store.change() as state:
        seed.add_registry_tenant(state)
        callers = {it["id"] for it in state["servicePrincipals"].values() if it["displayName"].startswith("pulumi-")}
        assert len(callers) == 3
        found = [
            it["properties"] for it in state["roleAssignments"].values() if it["properties"]["principalId"] in callers
        ]
    assigning = [it for it in found if it["roleDefinitionId"].endswith(seed.RBAC_ADMINISTRATOR)]
    assert [(it["condition"], it["conditionVersion"]) for it in assigning] == [(PULL, "2.0")] * 2
    rest = {it["roleDefinitionId"].rsplit("/", 1)[-1] for it in found if it not in assigning}
    assert rest == {seed.READER, seed.AKS_CONTRIBUTOR, seed.MANAGED_IDENTITY_CONTRIBUTOR}, (
        "no other role of a caller assigns roles"
    )


@pytest.fixture
def arm(store: Store) -> Arm:
    arm = Arm(store)
    arm.add_principal(NEW_APP, PRINCIPAL, tenant=seed.REGISTRY_TENANT)
    return arm


def assign(arm: Arm, role: str, scope: str = seed.REGISTRY, caller: str = seed.REGISTRY_CALLER_ID, **more: Any) -> Any:
    """Asks for a role assignment; `more` are its properties."""
    definition = f"/subscriptions/{scope.split('/')[2]}/providers/Microsoft.Authorization/roleDefinitions/{role}"
    given = {"roleDefinitionId": definition, "principalId": PRINCIPAL, "principalType": "ServicePrincipal", **more}
    path = f"{scope}/providers/{TYPE}/{uuid.uuid4()}"
    body = {"properties": {name: value for name, value in given.items() if value is not None}}
    return arm.put(path, body, caller=caller)


@pytest.mark.parametrize("role", sorted(PULL_ROLES))
def test_the_caller_assigns_and_removes_a_pull_role(arm: Arm, role: str):
    made = assign(arm, role)
    assert made.status_code == 201
    assert arm.call("DELETE", made.json()["id"], caller=seed.REGISTRY_CALLER_ID).status_code == 200


@pytest.mark.parametrize("role", sorted(set(built_in_roles.BUILT_IN) - PULL_ROLES))
def test_the_caller_assigns_no_other_role_and_not_to_itself(arm: Arm, role: str):
    for principal in (PRINCIPAL, "b0000000-0000-4000-8000-0000000000d1"):
        answer = assign(arm, role, principalId=principal)
        assert refusal(answer) == (403, "AuthorizationFailed")
    assert "does not have authorization or an ABAC condition not fulfilled to perform action" in message(answer)


@pytest.mark.parametrize("kind", ["User", "Group", None])
def test_the_caller_assigns_no_pull_role_to_a_principal_of_another_or_unstated_type(arm: Arm, kind: str | None):
    assert refusal(assign(arm, seed.ACR_PULL, principalType=kind)) == (403, "AuthorizationFailed")


def test_the_caller_does_not_remove_what_it_may_not_assign(arm: Arm):
    owned = assign(arm, seed.READER, caller=seed.REGISTRY_OWNER_ID)
    assert owned.status_code == 201
    answer = arm.call("DELETE", owned.json()["id"], caller=seed.REGISTRY_CALLER_ID)
    assert refusal(answer) == (403, "AuthorizationFailed")


def test_a_condition_for_cluster_roles_permits_them_on_their_scope(arm: Arm):
    arm.add_principal("a0000000-0000-4000-8000-0000000abc0f", NEW_PRINCIPAL, tenant=seed.CLUSTER_TENANT)
    given = {"condition": CLUSTER, "conditionVersion": "2.0", "principalId": "a0000000-0000-4000-8000-0000000000d1"}
    limited = assign(arm, seed.RBAC_ADMINISTRATOR, seed.CLUSTER_GROUP, seed.CLUSTER_OWNER_ID, **given)
    assert limited.status_code == 201, limited.text
    for role, status in {NETWORK_CONTRIBUTOR: 201, seed.CONTRIBUTOR: 403, seed.OWNER: 403}.items():
        answer = assign(arm, role, seed.CLUSTER_GROUP, seed.CLUSTER_CALLER_ID, principalId=NEW_PRINCIPAL)
        assert answer.status_code == status, answer.text
