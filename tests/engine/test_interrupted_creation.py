"""What Azure has and the stack does not know: an update ended after a request, and before it could record the answer.

Each advice is followed to the letter: its command is taken from the output and run.
"""

from __future__ import annotations

import re
from typing import Any

from crosstenant.model.names import role_assignment_name
from crosstenant.sandbox.world import drift, seed
from crosstenant.sandbox.world.faults import new_fault
from crosstenant.sandbox.world.state import State
from lib.stack import Stack
from tests.engine.engine_world import Azure
from tests.engine.registry_stacks import HEAD, ROLE, follow_imports, give_role, imports, of_type

NETWORK_CONTRIBUTOR = "4d97b98b-1d4f-4787-a291-c67834d212e7"
APPLICATION = "azuread:index/application:Application"
PRINCIPAL = "azuread:index/servicePrincipal:ServicePrincipal"

PROGRAM = (
    HEAD
    + f"""
CrossTenantPull(
    "left",
    CrossTenantPullArgs(
        cluster_tenant=tenant("cluster"),
        registry_tenant=tenant("registry"),
        registries=[RegistryArgs(registry_id="{seed.REGISTRY}")],
        cluster_role_assignments=[ClusterRoleArgs(scope="{seed.CLUSTER_GROUP}", role="{NETWORK_CONTRIBUTOR}")],
    ),
)
"""
)


def test_what_an_interrupted_update_left_is_taken_over(make_stack, azure: Azure):
    stack: Stack = make_stack(PROGRAM)
    cut_off(azure, "/v1.0/applications$", times=2)
    for removed in (True, False):
        ended = stack.operate("up")
        assert ended.code != 0
        assert of_type(stack, APPLICATION) == []
        (left,) = applications(azure)
        warned = stack.operate("preview")
        assert warned.says(f"has another application '{left['displayName']}' already, client ID {left['appId']}")
        if removed:
            # Either command of the message frees the stack; this is what az does.
            (client_id,) = re.findall(r"'az ad app delete --id ([0-9a-f-]{36})'", " ".join(warned.output.split()))[:1]
            assert client_id == left["appId"]
            azure.change(lambda state, object_id=left["id"]: state["applications"].pop(object_id))
        else:
            follow_imports(stack, warned)

    # The service principals of both tenants and a secret.
    cut_off(azure, "/v1.0/servicePrincipals$", times=2)
    cut_off(azure, "addPassword$")
    ended = stack.operate("up", "--continue-on-error")
    assert ended.code != 0
    assert [it["appId"] for it in applications(azure)] == [left["appId"]], "no second one is made"
    principals = {it["_tenant"]: it["id"] for it in state_of(azure, "servicePrincipals", left["appId"])}
    assert set(principals) == {seed.CLUSTER_TENANT, seed.REGISTRY_TENANT}
    assert of_type(stack, PRINCIPAL) == []
    leave_roles(azure, principals)

    ended = stack.operate("up", "--continue-on-error")
    assert ended.says("the application has its service principal in tenant", "If an interrupted update left it")
    assert len(imports(ended)) == 2, "both service principals"
    follow_imports(stack, ended)
    known = {it["outputs"]["objectId"] for it in of_type(stack, PRINCIPAL)}
    assert known == set(principals.values())
    ended = stack.operate("up", "--continue-on-error")
    assert ended.says(
        "cannot create already existing resource", "exists already, under the name that this stack gives it"
    )
    assert len(imports(ended)) == 2, "both roles"
    follow_imports(stack, ended)

    before = len(azure.writes)
    up = stack.operate("up", "--refresh")
    assert up.code == 0, up.output
    assert azure.writes[before:] == []
    assert len(of_type(stack, ROLE)) == 2
    quiet = stack.operate("preview", "--refresh", "--expect-no-changes")
    assert quiet.code == 0, quiet.output

    known = {it["outputs"]["keyId"] for it in of_type(stack, "azuread:index/applicationPassword:ApplicationPassword")}
    (application,) = applications(azure)
    (forgotten,) = {it["keyId"] for it in application["passwordCredentials"]} - known
    checked = stack.command("env", *caller("cluster"), *caller("registry"), "crosstenant", "check", "--stack", "test")
    assert checked.says("of which the stack does not know 1 of the same display name")
    assert checked.says(f"'az ad app credential delete --id {left['appId']} --key-id {forgotten}'")
    azure.change(lambda state: drift.remove_secret(state, left["appId"], forgotten))
    before = len(azure.writes)
    up = stack.operate("up", "--refresh")
    assert up.code == 0, up.output
    assert azure.writes[before:] == []


def test_a_second_application_that_the_provider_made_is_named_with_the_command_that_removes_it(
    make_stack, azure: Azure
):
    stack: Stack = make_stack(re.sub(r"cluster_role_assignments=.*,\n", "", PROGRAM))
    another = {"service": "graph", "method": "POST", "path": "/v1.0/applications$", "status": 503, "after": True}
    azure.change(lambda state: state["faults"].append(new_fault(another)))
    up = stack.operate("up")
    assert up.code == 0, up.output
    (own,) = {it["outputs"]["clientId"] for it in of_type(stack, APPLICATION)}
    (second,) = (it for it in applications(azure) if it["appId"] != own)
    assert up.says(f"a second application 'left (test)' was made in tenant {seed.CLUSTER_TENANT}", f"client ID {own}")
    told = re.findall(r"'az ad app delete --id ([0-9a-f-]{36})'", " ".join(up.output.split()))
    assert set(told) == {second["appId"]}
    azure.change(lambda state: state["applications"].pop(second["id"]))
    quiet = stack.operate("preview", "--refresh", "--expect-no-changes")
    assert quiet.code == 0, quiet.output


def cut_off(azure: Azure, path: str, times: int = 1) -> None:
    """The service does its work, and the provider does not hear of it."""
    fault = {"service": "graph", "method": "POST", "path": path, "status": 400, "after": True, "times": times}
    azure.change(lambda state: state["faults"].append(new_fault(fault)))


def leave_roles(azure: Azure, principals: dict[str, str]) -> None:
    """Both roles as an update of this stack makes them."""
    pulls, acts = principals[seed.REGISTRY_TENANT], principals[seed.CLUSTER_TENANT]
    pull = role_assignment_name(seed.REGISTRY, pulls, seed.ACR_PULL)
    act = role_assignment_name(seed.CLUSTER_GROUP, acts, NETWORK_CONTRIBUTOR)

    def give(state: State) -> None:
        give_role(state, seed.REGISTRY, pulls, name=pull)
        give_role(state, seed.CLUSTER_GROUP, acts, NETWORK_CONTRIBUTOR, act)

    azure.change(give)


def applications(azure: Azure) -> list[dict[str, Any]]:
    """The applications that the stack's updates made."""
    return [it for it in azure.state["applications"].values() if it["displayName"].startswith("left")]


def state_of(azure: Azure, collection: str, client_id: str) -> list[dict[str, Any]]:
    """What the sandbox has of an application."""
    return [it for it in azure.state[collection].values() if it["appId"] == client_id]


def caller(side: str) -> list[str]:
    """The deployment's credential, as ``crosstenant check`` takes it."""
    known = {"cluster": (seed.CLUSTER_CALLER_ID, seed.CLUSTER_CALLER_SECRET),
             "registry": (seed.REGISTRY_CALLER_ID, seed.REGISTRY_CALLER_SECRET)}  # fmt: skip
    client_id, secret = known[side]
    return [f"{side.upper()}_CLIENT_ID={client_id}", f"{side.upper()}_CLIENT_SECRET={secret}"]
