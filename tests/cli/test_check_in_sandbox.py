"""``crosstenant check`` against the sandbox: each link broken in turn, real host names, the plugin's own clients."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from crosstenant.azure.directory.graph import Application, Secret
from crosstenant.azure.sign_in.secret_proof import SecretExpired
from crosstenant.cli.check.chain import Chain, LinkState
from crosstenant.cli.check.cluster_side import secret_link
from crosstenant.cli.check.command import check
from crosstenant.cli.check.reading import SignIn
from crosstenant.model.names import role_assignment_name
from crosstenant.sandbox.world import drift, role_drift, seed
from crosstenant.sandbox.world.built_in_roles import ACR_PULL, role_definition_id
from crosstenant.sandbox.world.directory_documents import new_service_principal
from crosstenant.sandbox.world.faults import new_fault
from crosstenant.sandbox.world.state import State, Store, now

A, B, APP = seed.CLUSTER_TENANT, seed.REGISTRY_TENANT, seed.OLD_CLUSTER_APP_ID
PRINCIPAL = "b0000000-0000-4000-8000-0000000000f1"
REGISTRY = "fabrikamimages"
OPTIONS = ("--client-id", APP, "--cluster", seed.CLUSTER, "--registry", seed.REGISTRY)
TENANTS = ("--cluster-tenant-id", A, "--registry-tenant-id", B)
CALLERS = {
    "CLUSTER_CLIENT_ID": seed.CLUSTER_CALLER_ID,
    "CLUSTER_CLIENT_SECRET": seed.CLUSTER_CALLER_SECRET,
    "REGISTRY_CLIENT_ID": seed.REGISTRY_CALLER_ID,
    "REGISTRY_CLIENT_SECRET": seed.REGISTRY_CALLER_SECRET,
}
SECRET = {"CROSSTENANT_PULL_SECRET": seed.OLD_CLUSTER_SECRET}


@pytest.fixture
def store(inside: Store) -> Store:
    """The sandbox with a chain that is whole, and this process in it."""
    with inside.change() as state:
        make_chain(state)
    return inside


def make_chain(state: State) -> None:
    """Lets the cluster's first application pull from the registry."""
    application = drift.application(state, APP)
    application["signInAudience"] = "AzureADMultipleOrgs"
    state["servicePrincipals"][PRINCIPAL] = new_service_principal(PRINCIPAL, application, B, "2024-01-01T00:00:00Z")
    assign_acr_pull(state, PRINCIPAL)


def assign_acr_pull(state: State, principal_id: str) -> None:
    """Assigns AcrPull on the registry."""
    name = str(uuid.uuid4())
    assignment_id = f"{seed.REGISTRY}/providers/Microsoft.Authorization/roleAssignments/{name}"
    state["roleAssignments"][assignment_id.lower()] = {
        "id": assignment_id,
        "name": name,
        "type": "Microsoft.Authorization/roleAssignments",
        "properties": {
            "scope": seed.REGISTRY,
            "principalId": principal_id,
            "principalType": "ServicePrincipal",
            "roleDefinitionId": role_definition_id(seed.REGISTRY_SUBSCRIPTION, ACR_PULL),
        },
        "_effective_at": 0.0,
    }


def run(*options: str, **environ: str) -> Result:
    return CliRunner().invoke(check, [*OPTIONS, *TENANTS, *options], env={**CALLERS, **environ})


def states(result: Result) -> dict[tuple[str, str], str]:
    """State by tenant and link."""
    return {(it["tenant"], it["link"]): it["state"] for it in json.loads(result.stdout)["links"]}


def link(result: Result, tenant: str, name: str) -> dict[str, str]:
    return next(it for it in json.loads(result.stdout)["links"] if (it["tenant"], it["link"]) == (tenant, name))


def test_a_whole_chain_is_drawn_and_nothing_is_written(store: Store):
    whole = run(**SECRET)
    assert whole.exit_code == 0, whole.output
    assert whole.stdout.splitlines()[-1] == "The chain is whole."
    assert f"cluster tenant {A}" in whole.stdout
    assert "the registry grants pulls; not proved is that an image can be fetched" in whole.stdout
    assert seed.OLD_CLUSTER_SECRET not in whole.output
    asked = [json.loads(line) for line in Path(f"{store.path}.requests.jsonl").read_text().splitlines()]
    assert {it["method"] for it in asked if it["service"] in ("graph", "arm", "registry")} == {"GET"}

    known = run("--json")
    assert known.exit_code == 0
    assert link(known, "registry", "pull")["state"] == "skipped", "there is no secret"
    assert json.loads(known.stdout)["verdict"] == "whole"


@pytest.mark.parametrize(
    ("happens", "broken"),
    [
        (lambda state: drift.set_audience(state, APP, "AzureADMyOrg"), {("cluster", "application")}),
        (lambda state: drift.remove_secret(state, APP), {("cluster", "secret")}),
        (lambda state: drift.expire_secret(state, APP), {("cluster", "secret")}),
        (lambda state: drift.delete_service_principal(state, A, APP), {("cluster", "service principal")}),
        (lambda state: drift.disable_service_principal(state, A, APP), {("cluster", "service principal")}),
        (lambda state: drift.reset_cluster(state, seed.CLUSTER, seed.CLUSTER_CALLER_ID), {("cluster", "cluster")}),
        (lambda state: drift.enable_managed_identity(state, seed.CLUSTER), {("cluster", "cluster")}),
        (lambda state: drift.delete_cluster(state, seed.CLUSTER), {("cluster", "cluster")}),
        (lambda state: drift.delete_service_principal(state, B, APP), {("registry", "service principal")}),
        (lambda state: drift.disable_service_principal(state, B, APP), {("registry", "service principal")}),
        (lambda state: drift.remove_role_assignment(state, REGISTRY, APP), {("registry", "role")}),
        (lambda state: drift.registry_mode(state, REGISTRY, "abac"), {("registry", "role")}),
        (lambda state: role_drift.change_role(state, REGISTRY, APP, "Reader"), {("registry", "role")}),
        (lambda state: drift.delete_registry(state, REGISTRY), {("registry", "registry")}),
        (
            lambda state: drift.delete_application(state, APP),
            {("cluster", "application"), ("cluster", "secret"), ("cluster", "service principal")},
        ),
    ],
)
def test_a_broken_link_is_found_without_the_secret(
    store: Store, happens: Callable[[State], object], broken: set[tuple[str, str]]
):
    with store.change() as state:
        happens(state)
    result = run("--json")
    assert result.exit_code == 1
    assert {key for key, state in states(result).items() if state == "broken"} == broken
    for tenant, name in broken:
        found = link(result, tenant, name)
        assert found["finding"]
        assert found["remedy"] or name == "secret"


def test_the_drawing_marks_the_broken_link_and_the_table_says_what_to_do(store: Store):
    with store.change() as state:
        drift.remove_role_assignment(state, REGISTRY, APP)
    result = run(**SECRET)
    assert result.exit_code == 1
    (drawn,) = [line for line in result.stdout.splitlines() if line.startswith(f"  role {REGISTRY}")]
    assert "-X-" in drawn
    assert drawn.endswith("BROKEN")
    # The stack's own name for the assignment, so that the stack finds it.
    name = role_assignment_name(seed.REGISTRY, PRINCIPAL, ACR_PULL)
    command = f"az role assignment create --name {name} --assignee-object-id {PRINCIPAL}"
    assert f'{command} --assignee-principal-type ServicePrincipal --role "AcrPull" --scope' in result.stdout
    assert "The chain is broken: role fabrikamimages (registry tenant), pull fabrikamimages" in result.stdout


def test_the_documentation_shows_what_is_drawn(store: Store):
    with store.change() as state:
        drift.remove_role_assignment(state, REGISTRY, APP)
    drawn = run().stdout.partition("\n\nLINK")[0].partition("\n\n")[2]
    assert f"```\n{drawn}\n```" in (Path(__file__).parents[2] / "docs" / "drift.md").read_text()


def test_the_proof_of_a_pull_says_what_the_registry_said(store: Store):
    with store.change() as state:
        drift.disable_service_principal(state, B, APP)
    result = run("--json", **SECRET)
    assert result.exit_code == 1
    assert link(result, "registry", "pull")["finding"] == "service principal disabled"


def test_a_manifest_is_fetched_where_a_reference_is_given(store: Store):
    result = run("--json", "--repository", "hello", "--reference", "1.0", **SECRET)
    assert link(result, "registry", "pull")["finding"] == "fetched the manifest of hello, 1.0, and a layer"
    absent = run("--json", "--repository", "hello", "--reference", "9.9", **SECRET)
    assert absent.exit_code == 1
    assert link(absent, "registry", "pull")["finding"] == "tag absent"


def test_a_repository_that_does_not_exist_is_no_whole_chain(store: Store):
    there = link(run("--json", "--repository", "hello", **SECRET), "registry", "pull")["finding"]
    assert there.startswith("the registry grants a pull of 'hello'; not proved is that an image of 'hello' can be")
    absent = run("--json", "--repository", "hell0", **SECRET)
    assert absent.exit_code == 1
    assert link(absent, "registry", "pull")["finding"] == "repository absent"
    assert "it has no repository 'hell0'; correct the name" in link(absent, "registry", "pull")["remedy"]


def test_what_has_not_replicated_is_not_made_again(store: Store):
    with store.change() as state:
        for assignment in state["roleAssignments"].values():
            if assignment["properties"]["principalId"] == PRINCIPAL:
                assignment["_effective_at"] = now(state) + 3600
    result = run("--json", **SECRET)
    assert result.exit_code == 1
    pull = link(result, "registry", "pull")
    assert pull["finding"] == "role missing"
    assert "a new assignment may take ten minutes to count: run the check again" in pull["remedy"]
    with store.change() as state:
        state["servicePrincipals"][PRINCIPAL]["_usable_at"] = now(state) + 3600
    pull = link(run("--json", **SECRET), "registry", "pull")
    assert pull["finding"] == "service principal missing"
    assert "the registry does not know it yet: run the check again" in pull["remedy"]


def test_a_wider_role_beside_the_right_one_is_worth_a_look(store: Store):
    with store.change() as state:
        role_drift.add_role(state, REGISTRY, APP, "AcrPush")
    result = run("--json")
    assert result.exit_code == 0
    found = link(result, "registry", "role")
    assert (found["state"], found["finding"]) == ("note", "AcrPull; beside it AcrPush")


def test_another_role_that_lets_it_pull_is_no_break(store: Store):
    with store.change() as state:
        role_drift.change_role(state, REGISTRY, APP, "AcrPush")
    assert link(run("--json", **SECRET), "registry", "role")["state"] == "note"
    assert link(run("--json"), "registry", "role")["state"] == "broken", "without the proof nobody can be sure"


def test_what_keeps_this_machine_out_says_nothing_of_the_nodes(store: Store):
    with store.change() as state:
        drift.close_registry(state, REGISTRY)
    assert run().exit_code == 0
    result = run("--json", **SECRET)
    assert result.exit_code == 2
    assert link(result, "registry", "network")["state"] == "note"
    assert link(result, "registry", "pull")["state"] == "not seen"


def test_a_wrong_secret_is_broken_though_the_application_has_another(store: Store):
    wrong = run("--json", CROSSTENANT_PULL_SECRET="another~secret")
    assert wrong.exit_code == 1
    found = link(wrong, "cluster", "secret")
    assert (found["state"], found["finding"]) == ("broken", "does not sign in")
    assert "another~secret" not in wrong.output


def test_a_tenant_without_access_is_not_seen_and_the_other_one_is(store: Store):
    result = run("--json", REGISTRY_CLIENT_SECRET="wrong")
    assert result.exit_code == 2
    assert states(result)["registry", "access"] == "not seen"
    assert f"cannot sign in to tenant {B}" in link(result, "registry", "access")["finding"]
    assert states(result)["cluster", "application"] == "ok"


def test_a_caller_without_the_right_to_read_the_directory_sees_the_rest(store: Store):
    with store.change() as state:
        drift.service_principal(state, B, seed.REGISTRY_CALLER_ID)["_graph_permissions"] = []
    blind = run("--json")
    assert blind.exit_code == 2
    found = link(blind, "registry", "service principal")
    assert found["state"] == "not seen"
    assert "Application.Read.All" in found["remedy"]

    # The application's own token names its service principal, and with that its roles are found.
    result = run("--json", **SECRET)
    assert result.exit_code == 0, result.output
    assert link(result, "registry", "service principal")["object"] == PRINCIPAL
    assert link(result, "registry", "role")["state"] == "ok"


def test_a_service_that_is_unwell_is_not_seen(store: Store):
    with store.change() as state:
        state["faults"].append(new_fault({"service": "arm", "path": "managedClusters", "status": 403, "times": -1}))
    result = run("--json")
    assert result.exit_code == 2
    assert states(result)["cluster", "cluster"] == "not seen"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ((), "name a chain: --stack, or --client-id with --registry"),
        (("--client-id", "app", "--registry", seed.REGISTRY), "must be a UUID: give the application's client ID"),
        (("--client-id", APP, "--registry", seed.CLUSTER), "is the ID of a Microsoft.ContainerService"),
        (("--client-id", APP, "--registry", seed.REGISTRY, *TENANTS, "--with-secret"), "--with-secret needs --stack"),
        (
            ("--client-id", APP, "--registry", seed.REGISTRY, "--cluster-tenant-id", A),
            "--registry-tenant-id is missing",
        ),
        (("--stack", "prod", "--cluster", seed.CLUSTER), "omit --cluster and --registry"),
    ],
)
def test_wrong_options_end_with_a_sentence(options: tuple[str, ...], words: str):
    result = CliRunner().invoke(check, list(options))
    assert result.exit_code == 2
    assert words in " ".join(result.output.split())


@pytest.mark.parametrize(
    ("key_id", "minutes", "finding"),
    [
        ("ours", 3, "was made 3 minutes ago, and does not sign in yet"),
        ("ours", 90, "does not sign in"),
        ("another", 3, "does not sign in"),
        (None, 3, "does not sign in"),
    ],
)
def test_new_secret_of_the_stack_is_not_made_again(key_id: str | None, minutes: int, finding: str):
    time = datetime(2026, 1, 31, 12, 0, tzinfo=timezone.utc)
    made = Secret("ours", "pull", time + timedelta(days=90), time - timedelta(minutes=minutes))
    application = Application(APP, "object", "pull", "AzureADMultipleOrgs", (made,))
    chain = Chain(APP, A, B, (), (), secret_key_id=key_id)
    found = secret_link(application, chain, SignIn(refusal=SecretExpired("AADSTS7000222")), time)
    assert (found.state, found.finding) == (LinkState.BROKEN, finding)
    assert ("run the check again in a few minutes" in found.remedy) is ("yet" in finding)
