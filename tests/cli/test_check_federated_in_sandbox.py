"""``crosstenant check`` of a chain without a secret, against the sandbox: each link broken in turn.

The cluster's Kubernetes API is a double here; tests/kubernetes has the real one.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from crosstenant.cli.check.command import check
from crosstenant.model.federation import TOKEN_AUDIENCE
from crosstenant.sandbox.world import cluster_issuers, drift, managed_identities, seed
from crosstenant.sandbox.world.faults import new_fault
from crosstenant.sandbox.world.state import State, Store
from tests.azure.api_server_double import kubeconfig
from tests.cli.test_check_in_sandbox import assign_acr_pull, make_chain

A, B = seed.CLUSTER_TENANT, seed.REGISTRY_TENANT
CLUSTER, REGISTRY = seed.MANAGED_IDENTITY_CLUSTER, "fabrikamimages"
IDENTITY = f"{seed.IDENTITY_GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/pull"
SUBJECT = "system:serviceaccount:crosstenant-prod:pull-refresher"
OPTIONS = ("--identity", IDENTITY, "--cluster", CLUSTER, "--registry", seed.REGISTRY, "--subject", SUBJECT)
TENANTS = ("--cluster-tenant-id", A, "--registry-tenant-id", B)
CALLERS = {
    "CLUSTER_CLIENT_ID": seed.CLUSTER_CALLER_ID,
    "CLUSTER_CLIENT_SECRET": seed.CLUSTER_CALLER_SECRET,
    "REGISTRY_CLIENT_ID": seed.REGISTRY_CALLER_ID,
    "REGISTRY_CLIENT_SECRET": seed.REGISTRY_CALLER_SECRET,
}
Change = Callable[[State], object]


@pytest.fixture
def store(inside: Store) -> Store:
    """The sandbox with a chain that is whole, and this process in it."""
    with inside.change() as state:
        identity = managed_identities.create(state, seed.IDENTITY_GROUP, "pull", "westeurope")
        issuer = cluster_issuers.issuer_url(cluster(state))
        credential = {"name": "aks", "issuer": issuer, "subject": SUBJECT, "audiences": [TOKEN_AUDIENCE]}
        identity[managed_identities.CREDENTIALS].append({**credential, "_usable_at": 0.0})
        assign_acr_pull(state, identity["properties"]["principalId"])
    return inside


def cluster(state: State) -> dict[str, Any]:
    return state["resources"][CLUSTER.lower()]


def identity(state: State) -> dict[str, Any]:
    found = next(key for key in state["resources"] if key.endswith("/userassignedidentities/pull"))
    return state["resources"][found]


def change_credential(**values: object) -> Change:
    return lambda state: identity(state)[managed_identities.CREDENTIALS][0].update(values)


def delete_identity(state: State) -> None:
    key = next(key for key in state["resources"] if key.endswith("/userassignedidentities/pull"))
    managed_identities.forget(state, state["resources"].pop(key))


def run(*options: str, **environ: str) -> Result:
    return CliRunner().invoke(check, [*OPTIONS, *TENANTS, *options], env={**CALLERS, **environ})


def links(result: Result) -> list[dict[str, str]]:
    return json.loads(result.stdout)["links"]


def link(result: Result, name: str) -> dict[str, str]:
    return next(it for it in links(result) if it["link"] == name)


def test_a_whole_chain_is_drawn_and_nothing_is_written(store: Store):
    whole = run()
    assert whole.exit_code == 0, whole.output
    assert whole.stdout.splitlines()[0] == f"identity {IDENTITY}"
    assert whole.stdout.splitlines()[-1] == "The chain is whole."
    asked = [json.loads(line) for line in Path(f"{store.path}.requests.jsonl").read_text().splitlines()]
    assert {it["method"] for it in asked if it["service"] == "arm"} == {"GET"}

    report = json.loads(run("--json").stdout)
    with store.read() as state:
        assert report["clientId"] == identity(state)["properties"]["clientId"]
    assert (report["clusterTenantId"], report["registryTenantId"], report["verdict"]) == (A, B, "whole")
    assert [(it["tenant"], it["link"], it["state"]) for it in report["links"]] == [
        ("cluster", "access", "ok"),
        ("cluster", "cluster", "ok"),
        ("cluster", "refresher", "skipped"),
        ("registry", "access", "ok"),
        ("registry", "identity", "ok"),
        ("registry", "federated credential", "ok"),
        ("registry", "registry", "ok"),
        ("registry", "role", "ok"),
        ("registry", "network", "ok"),
    ]


@pytest.mark.parametrize(
    ("happens", "broken", "words"),
    [
        (change_credential(issuer="https://x.oic.prod-aks.azure.com/a/b/"), "federated credential", "is not trusted"),
        (change_credential(subject="system:serviceaccount:default:x"), "federated credential", "of this cluster, not"),
        (change_credential(audiences=["api://other"]), "federated credential", "has audience api://other"),
        (
            lambda state: cluster_issuers.switch_on(state, cluster(state)),
            "federated credential",
            "as one that was built again",
        ),
        (
            lambda state: identity(state)[managed_identities.CREDENTIALS].clear(),
            "federated credential",
            "is not trusted",
        ),
        (lambda state: cluster(state)["properties"].pop("oidcIssuerProfile"), "cluster", "its OIDC issuer is off"),
        (lambda state: drift.delete_cluster(state, "aks-managed"), "cluster", "there is no"),
        (delete_identity, "identity", "there is no"),
        (lambda state: drift.delete_registry(state, REGISTRY), "registry", "there is no"),
        (lambda state: drift.registry_mode(state, REGISTRY, "abac"), "role", "is not assigned, only AcrPull"),
        (
            lambda state: drift.remove_role_assignment(state, REGISTRY, identity(state)["properties"]["clientId"]),
            "role",
            "AcrPull is not assigned",
        ),
    ],
)
def test_each_broken_link_is_named_with_its_repair(store: Store, happens: Change, broken: str, words: str):
    with store.change() as state:
        happens(state)
    result = run("--json")
    assert result.exit_code == 1, result.output
    assert [it["link"] for it in links(result) if it["state"] == "broken"] == [broken]
    assert words in link(result, broken)["finding"]
    assert link(result, broken)["remedy"]


def test_without_a_subject_any_of_the_cluster_will_do(store: Store):
    with store.change() as state:
        change_credential(subject="system:serviceaccount:apps:mine")(state)
    command = [*OPTIONS[:-2], *TENANTS, "--json"]
    result = CliRunner().invoke(check, command, env=CALLERS)
    assert result.exit_code == 0, result.output
    assert link(result, "federated credential")["finding"] == "aks trusts system:serviceaccount:apps:mine"


@pytest.mark.parametrize(
    ("path", "unseen"),
    [("managedClusters", "cluster"), ("userAssignedIdentities/pull", "identity"), ("/registries/", "registry")],
)
def test_what_cannot_be_read_is_not_broken(store: Store, path: str, unseen: str):
    with store.change() as state:
        fault = {"service": "arm", "path": path, "status": 403, "code": "AuthorizationFailed", "times": -1}
        state["faults"].append(new_fault(fault))
    result = run("--json")
    assert result.exit_code == 2, result.output
    assert link(result, unseen)["state"] == "not seen"
    assert not [it for it in links(result) if it["state"] == "broken"]


def test_a_tenant_without_access_is_not_seen_and_the_other_one_is(store: Store):
    result = run("--json", REGISTRY_CLIENT_SECRET="wrong")
    assert result.exit_code == 2
    assert link(result, "cluster")["state"] == "ok"
    assert [it["state"] for it in links(result) if it["tenant"] == "registry"] == ["not seen"]


def test_a_kubeconfig_of_another_server_is_not_used(store: Store, tmp_path: Path):
    file = tmp_path / "config"
    file.write_text(kubeconfig({"server": "https://evil.example:443"}, {"token": "planted.token"}))
    result = run("--json", "--kubeconfig", str(file))
    assert result.exit_code == 2
    found = next(it for it in links(result) if it["state"] == "not seen")
    assert (found["link"], found["object"]) == ("refresher", "evil.example")
    assert "is not the API server of any cluster of this chain" in found["finding"]
    assert "planted.token" not in result.output
    asked = Path(f"{store.path}.requests.jsonl").read_text()
    assert "evil.example" not in asked


def test_a_kubeconfig_that_starts_a_program_is_not_used(store: Store, tmp_path: Path):
    file = tmp_path / "config"
    with store.read() as state:
        server = f"https://{cluster(state)['properties']['fqdn']}:443"
    file.write_text(kubeconfig({"server": server}, {"exec": {"command": "touch", "args": [str(tmp_path / "ran")]}}))
    result = run("--json", "--kubeconfig", str(file))
    assert result.exit_code == 2
    assert any("gets its credential from a program (exec)" in it["finding"] for it in links(result))
    assert not (tmp_path / "ran").exists()


def test_a_kubeconfig_that_is_not_there_is_a_wrong_option(store: Store):
    result = run("--kubeconfig", "/nowhere/config")
    assert result.exit_code == 2
    assert "/nowhere/config cannot be read: No such file or directory" in " ".join(result.output.split())


APP, PRINCIPAL = seed.OLD_CLUSTER_APP_ID, "b0000000-0000-4000-8000-0000000000f1"
OF_APPLICATION = ("--client-id", APP, *OPTIONS[2:])


@pytest.fixture
def application_store(inside: Store) -> Store:
    """The sandbox with an application that trusts the cluster and may pull."""
    with inside.change() as state:
        make_chain(state)
        issuer = cluster_issuers.issuer_url(cluster(state))
        credential = {"id": "f1", "name": "aks", "issuer": issuer, "subject": SUBJECT, "audiences": [TOKEN_AUDIENCE]}
        credentials = drift.application(state, APP)["_federatedIdentityCredentials"]
        credentials.append({**credential, "description": None, "_usable_at": 0.0})
    return inside


@pytest.mark.parametrize(
    ("happens", "broken"),
    [
        (lambda state: None, []),
        (
            lambda state: drift.application(state, APP)["_federatedIdentityCredentials"].clear(),
            ["federated credential"],
        ),
        (lambda state: drift.set_audience(state, APP, "AzureADMyOrg"), ["application"]),
        (lambda state: drift.delete_application(state, APP), ["application"]),
        (lambda state: drift.delete_service_principal(state, B, APP), ["service principal"]),
        (lambda state: drift.remove_role_assignment(state, REGISTRY, APP), ["role"]),
    ],
)
def test_each_broken_link_of_an_application_is_named(application_store: Store, happens: Change, broken: list[str]):
    with application_store.change() as state:
        happens(state)
    result = CliRunner().invoke(check, [*OF_APPLICATION, *TENANTS, "--json"], env=CALLERS)
    assert result.exit_code == (1 if broken else 0), result.output
    assert [it["link"] for it in links(result) if it["state"] == "broken"] == broken
    tenants = {it["link"]: it["tenant"] for it in links(result)}
    assert (tenants["federated credential"], tenants["service principal"]) == ("cluster", "registry")
    assert all(it["remedy"] for it in links(result) if it["state"] == "broken")
