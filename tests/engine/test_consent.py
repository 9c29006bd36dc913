"""Consent mode on the real engine: nobody has Graph rights in the registry tenant, and an administrator has to agree.

The sandbox's consent page needs no administrator to sign in; that a real one may consent is not shown here.
"""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from crosstenant.resources.consent import FORMER_TYPE
from crosstenant.sandbox.entra.consent import consent
from crosstenant.sandbox.world import drift, seed
from crosstenant.sandbox.world.resource_documents import node_resource_group_id
from lib.sandbox import CONFIG, SECRETS
from lib.stack import Stack
from tests.engine.cluster_estate import add_fault, meanwhile, signal_to
from tests.engine.engine_world import YAML_CONFIG, YAML_TENANTS, Azure
from tests.engine.registry_stacks import (
    CHECK,
    CONSENT,
    HEAD,
    PROFILE,
    ROLE,
    give_service_principal,
    of_type,
    open_page,
    outputs,
    permissions,
    rewrite,
    roles_of,
)

PROGRAM = (
    HEAD
    + f"""
pull = CrossTenantPull(
    "prod",
    CrossTenantPullArgs(
        cluster_tenant=tenant("cluster"),
        registry_tenant=tenant("registry"),
        registries=[RegistryArgs(registry_id=config.require("registryId"))],
        clusters=[ClusterArgs(cluster_id=config.require("clusterId"))],
        cluster_role_assignments=[
            ClusterRoleArgs(scope="{node_resource_group_id(seed.CLUSTER)}", role="{seed.CONTRIBUTOR}")
        ],
        registry_service_principal="consented",
        rotation=RotationArgs(rotation_trigger="1"),
    ),
)
pulumi.export("clientId", pull.client_id)
pulumi.export("consentUrl", pull.consent_url)
pulumi.export("pullResults", [it.pull_result for it in pull.registries])
"""
)
PART = (
    HEAD
    + f"""
RegistryAccess(
    "part",
    RegistryAccessArgs(
        tenant=tenant("registry"),
        client_id="{seed.OLD_CLUSTER_APP_ID}",
        secret=a_secret("{seed.OLD_CLUSTER_SECRET}"),
        registries=[RegistryArgs(registry_id=config.require("registryId"))],
        service_principal="consented",
    ),
)
"""
)
YAML = (
    YAML_CONFIG
    + """    resources:
      pull:
        type: crosstenant:CrossTenantPull
        properties:
          displayName: prod
"""
    + YAML_TENANTS
    + """          registries:
            - registryId: ${registryId}
          clusters:
            - clusterId: ${clusterId}
          registryServicePrincipal: consented
          consentTimeoutSeconds: 120
    outputs:
      consentUrl: ${pull.consentUrl}
      pullResult: ${pull.registries[0].pullResult}
"""
)
CHAIN = [("create", it) for it in (CONSENT, ROLE, CHECK, PROFILE)]
"""What stands behind the application, in the order in which it is made."""


@pytest.fixture
def owned(azure: Azure, make_stack: Callable[..., Stack]) -> Callable[[], Stack]:
    """A stack of ``PROGRAM`` whose caller may assign roles in the cluster tenant, and has no right in the other's
    directory."""

    def make() -> Stack:
        permissions(azure)
        stack = make_stack(PROGRAM)
        owner = {"clusterClientId": seed.CLUSTER_OWNER_ID}, {"clusterClientSecret": seed.CLUSTER_OWNER_SECRET}
        stack.create(CONFIG | owner[0], SECRETS | owner[1])
        return stack

    return make


def client_id(azure: Azure) -> str:
    """The application's client ID; empty while there is none."""
    applications = azure.state["applications"].values()
    return next((it["appId"] for it in applications if it["displayName"].startswith("prod")), "")


def page(app: str) -> str:
    """The consent page's address, as every message has it."""
    return (
        f"https://login.microsoftonline.com/{seed.REGISTRY_TENANT}/adminconsent"
        f"?client_id={app}&redirect_uri=https%3A%2F%2Fwww.microsoft.com%2F"
    )


def is_waiting(azure: Azure) -> bool:
    """Whether the application has asked to sign in to the registry tenant, which had not consented."""
    return any(
        it["service"] == "login" and it["tenant"] == seed.REGISTRY_TENANT and it["status"] != 200
        for it in azure.requests
        if it["method"] == "POST"
    )


def graph_calls(azure: Azure) -> list[str]:
    """What was asked of the registry tenant's directory."""
    return [
        f"{it['method']} {it['path']}"
        for it in azure.requests
        if it["service"] == "graph" and it.get("tenant") == seed.REGISTRY_TENANT
    ]


def chain_of(stack: Stack) -> list[tuple[str, str]]:
    """What a preview would do with what stands behind the application."""
    plan = stack.operate("preview")
    assert plan.code == 0, plan.output
    return [(it.op, it.type) for it in plan.changes if it.type in (CONSENT, ROLE, CHECK, PROFILE)]


def test_a_chain_from_the_first_preview_over_the_consent_to_its_end(
    owned: Callable[[], Stack], azure: Azure, tmp_path: Path
):
    stack = owned()
    seeded = azure.state

    # The whole chain stands in the plan of a stack that has nothing yet.
    assert sorted(chain_of(stack)) == sorted([*CHAIN, ("create", ROLE)]), "with the cluster tenant's role"

    # The update ends at the consent, with the address; all of the cluster tenant is in place, a slow role included.
    azure.change(lambda state: add_fault(state, method="PUT", path="/roleAssignments/", status=0, delay=3, times=1))
    first = stack.operate("up")
    app = client_id(azure)
    assert first.code != 0
    sentence = f"must open {page(app)} and accept; then run 'pulumi up' again"
    assert first.says("has not given admin consent", "no role is assigned there and no cluster is touched", sentence)
    assert [it for it in first.errors if "adminconsent" in it] == first.errors[:1]
    assert "Traceback" not in first.output
    state = azure.state
    home = drift.service_principal(state, seed.CLUSTER_TENANT, app)
    assert len(drift.application(state, app)["passwordCredentials"]) == 1
    assert list(roles_of(state, home["id"])) == ["MC_rg-clusters_aks-prod_westeurope"]
    assert drift.application(state, app)["requiredResourceAccess"][0]["resourceAccess"] == [
        {"id": "e1fe6dd8-ba31-4d61-89e7-88639da4683d", "type": "Scope"}
    ]
    assert [it for it in state["servicePrincipals"].values() if it["appId"] == app] == [home]
    assert state["resources"] == seeded["resources"]
    assert (of_type(stack, CONSENT), of_type(stack, CHECK), of_type(stack, PROFILE)) == ([], [], [])

    # A preview says what is missing and shows what will be made.
    waiting = stack.operate("preview")
    assert waiting.code == 0, waiting.output
    assert waiting.says("the update ends there, unless an administrator", page(app))
    assert [(it.op, it.type) for it in waiting.changes if it.is_infrastructure] == CHAIN

    # The administrator opens the page that the stack told.
    assert open_page(azure, page(app)).status_code == 302
    principal = drift.service_principal(azure.state, seed.REGISTRY_TENANT, app)
    assert "admin consent" not in stack.operate("preview").output
    second = stack.operate("up")
    assert second.code == 0, second.output
    assert [(it.op, it.type) for it in second.changes if it.is_infrastructure] == CHAIN
    assert outputs(stack)["pullResults"] == ["granted"]
    assert outputs(stack)["consentUrl"] == page(app)
    assert list(roles_of(azure.state, principal["id"])) == ["fabrikamimages"]
    cluster = azure.state["resources"][seed.CLUSTER.lower()]
    assert {node["clientId"] for node in cluster["_nodes"]} == {app}
    (profile,), (check,), (gate,) = (of_type(stack, it) for it in (PROFILE, CHECK, CONSENT))
    assert check["urn"] in profile["dependencies"]
    assert gate["outputs"]["objectId"] == principal["id"]
    assert cluster["_nodes"][0]["secret"] not in json.dumps(stack.resources())
    quiet = stack.operate("preview", "--refresh", "--expect-no-changes")
    assert quiet.code == 0, quiet.output

    # A new secret is unknown in the plan, the service principal is not: nothing seems to be deleted or replaced.
    rewrite(tmp_path, PROGRAM.replace('rotation_trigger="1"', 'rotation_trigger="2"'))
    assert chain_of(stack) == [("update", CONSENT), ("update", CHECK), ("update", PROFILE)]
    rotated = stack.operate("up")
    assert rotated.code == 0, rotated.output
    assert len(azure.resets) == 2

    # The cluster moved to another application: the stack may leave, and the service principal is not its own.
    azure.change(lambda state: drift.reset_cluster(state, "aks-prod"))
    destroyed = stack.operate("destroy")
    assert destroyed.code == 0, destroyed.output
    state = azure.state
    assert state["roleAssignments"].keys() == seed.seed()["roleAssignments"].keys()
    assert client_id(azure) == ""
    assert state["servicePrincipals"][principal["id"]] == principal
    assert graph_calls(azure) == []


def test_a_stack_that_waits_for_its_consent_can_be_destroyed(owned: Callable[[], Stack], azure: Azure):
    stack = owned()
    assert stack.operate("up").code != 0
    assert client_id(azure) != ""

    destroyed = stack.operate("destroy")
    assert destroyed.code == 0, destroyed.output
    assert client_id(azure) == ""
    assert azure.state["roleAssignments"].keys() == seed.seed()["roleAssignments"].keys()
    assert azure.resets == []


def test_an_update_that_waits_goes_through_when_the_consent_comes(azure: Azure, make_stack: Callable[..., Stack]):
    permissions(azure)
    stack = make_stack(YAML, runtime="yaml")

    def agree() -> None:
        app = client_id(azure)
        azure.change(lambda state: consent(state, seed.REGISTRY_TENANT, app))

    with meanwhile(lambda: is_waiting(azure), agree):
        up = stack.operate("up")
    assert up.code == 0, up.output
    app = client_id(azure)
    assert up.says("waiting up to 2 min for an administrator of tenant", page(app))
    shown = json.loads(stack.command("pulumi", "stack", "output", "--json", "--stack", "test").output)
    assert shown == {"consentUrl": page(app), "pullResult": "granted"}
    assert len(azure.resets) == 1


def test_an_update_that_waits_in_vain_or_is_interrupted_ends_with_the_address(
    azure: Azure, make_stack: Callable[..., Stack], tmp_path: Path
):
    permissions(azure)
    stack = make_stack(YAML.replace("Seconds: 120", "Seconds: 2"), runtime="yaml")
    late = stack.operate("up")
    remedy = f"must open {page(client_id(azure))} and accept; then run 'pulumi up' again"
    assert late.code != 0
    assert late.says("(waited 2 s)", remedy)

    Path(f"{azure.store.path}.requests.jsonl").unlink()
    program = tmp_path / "project" / "Pulumi.yaml"
    program.write_text(program.read_text().replace("Seconds: 2", "Seconds: 600"))
    with meanwhile(lambda: is_waiting(azure), lambda: signal_to("pulumi", signal.SIGINT)):
        interrupted = stack.operate("up")
    assert interrupted.code != 0
    assert interrupted.says("cancelled: registry tenant", remedy)
    assert of_type(stack, CONSENT) == []


def test_a_state_with_the_former_lookup_goes_on_without_a_replacement(
    azure: Azure, make_stack: Callable[..., Stack], tmp_path: Path
):
    permissions(azure)
    principal = "b0000000-0000-4000-8000-0000000000f1"
    azure.change(lambda state: give_service_principal(state, seed.OLD_CLUSTER_APP_ID, principal))
    stack = make_stack(PART)
    up = stack.operate("up")
    assert up.code == 0, up.output

    file = tmp_path / "state.json"
    assert stack.command("pulumi", "stack", "export", "--stack", "test", "--file", str(file)).code == 0
    text = file.read_text().replace(f"{CONSENT}::part-consent", f"{FORMER_TYPE}::part-registry-service-principal")
    state = json.loads(text)
    (gate,) = (it for it in state["deployment"]["resources"] if it["type"] == CONSENT)
    secret = gate["inputs"]["secret"]
    known = {"clientId": seed.OLD_CLUSTER_APP_ID, "secret": secret}
    gate.update(type=FORMER_TYPE, inputs=known, outputs={**known, "objectId": principal, "exists": True})
    file.write_text(json.dumps(state))
    assert stack.command("pulumi", "stack", "import", "--stack", "test", "--file", str(file)).code == 0

    again = stack.operate("up")
    assert again.code == 0, again.output
    assert [(it.op, it.type, it.properties) for it in again.changes] == [("update", CONSENT, ("timeoutSeconds",))]
    assert stack.operate("preview", "--refresh", "--expect-no-changes").code == 0
