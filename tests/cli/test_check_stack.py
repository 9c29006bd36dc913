"""The chains that ``crosstenant check`` reads from a stack's state."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from crosstenant.cli.check import stack as module
from crosstenant.cli.check.chain import Probe
from crosstenant.cli.check.stack import StackError, chains_of, export_stack
from crosstenant.sandbox.world import seed

A, B, C = seed.CLUSTER_TENANT, seed.REGISTRY_TENANT, seed.SECOND_REGISTRY_TENANT
APP, OTHER_APP = "a0000000-0000-4000-8000-000000000a01", "a0000000-0000-4000-8000-000000000a02"
KEY, EARLIER_KEY = "a0000000-0000-4000-8000-00000000aaa1", "a0000000-0000-4000-8000-00000000aaa2"
APPLICATION_ID = "/applications/a0000000-0000-4000-8000-000000000a0e"
SIGNATURE = "4dabf18193072939515e22adb298388d"


def urn(kind: str, name: str) -> str:
    return f"urn:pulumi:prod::program::{kind}::{name}"


def resource(kind: str, name: str, tenant: str, inputs: dict, outputs: dict | None = None, **more) -> dict:
    provider = f"{urn('pulumi:providers:x', tenant)}::id-of-the-provider"
    return {
        "urn": urn(kind, name),
        "type": kind,
        "id": name,
        "custom": True,
        "provider": provider,
        "inputs": inputs,
        "outputs": {**inputs, **(outputs or {})},
        **more,
    }


def provider(tenant: str, **inputs: str) -> dict:
    kind = "pulumi:providers:x"
    return {
        "urn": urn(kind, tenant),
        "type": kind,
        "id": "id-of-the-provider",
        "inputs": {"tenantId": tenant, **inputs},
    }


APPLICATION = resource(
    "azuread:index/application:Application", "app", A, {"displayName": "pull"}, {"clientId": APP}, id=APPLICATION_ID
)
OF_APPLICATION = {"propertyDependencies": {"clientId": [APPLICATION["urn"]]}}


def check(name: str, tenant: str, registry_id: str, **more) -> dict:
    encrypted = {SIGNATURE: "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:abc"}
    inputs = {"registryId": registry_id, "clientId": APP, "secret": encrypted, **more}
    return resource("crosstenant:index:PullCheck", name, tenant, inputs, **OF_APPLICATION)


def profile(cluster_id: str, client_id: str) -> dict:
    inputs = {"clusterId": cluster_id, "clientId": client_id}
    return resource("crosstenant:index:ServicePrincipalProfile", cluster_id, A, inputs, **OF_APPLICATION)


def password(key_id: str, end_date: str) -> dict:
    kind = "azuread:index/applicationPassword:ApplicationPassword"
    return resource(kind, key_id, A, {"applicationId": APPLICATION_ID}, {"keyId": key_id, "endDate": end_date})


def export(*resources: dict) -> dict:
    return {"deployment": {"resources": [provider(A), provider(B), provider(C), *resources]}}


def test_a_stack_holds_one_chain():
    found = chains_of(
        export(
            APPLICATION,
            password(EARLIER_KEY, "2027-01-01T00:00:00Z"),
            password(KEY, "2027-06-01T00:00:00Z"),
            check("check", B, seed.REGISTRY, repository="hello", reference="1.0"),
            # A refresh has found the cluster to act as another application.
            profile(seed.CLUSTER, OTHER_APP),
        )
    )
    (only,) = found
    chain = only.chain
    assert (chain.client_id, chain.cluster_tenant_id, chain.registry_tenant_id) == (APP, A, B)
    assert [str(it) for it in chain.clusters] == [seed.CLUSTER]
    assert [(str(it), probe) for it, probe in chain.registries] == [(seed.REGISTRY, Probe("hello", "1.0"))]
    assert chain.secret_key_id == KEY, "the one that ends later is the one in use"
    assert only.secret is None, "an encrypted secret is none"


def test_a_decrypted_secret_is_read():
    shown = {SIGNATURE: "1b47061264138c4ac30d75fd1eb44270", "plaintext": json.dumps('with "quotes"')}
    (only,) = chains_of(export(APPLICATION, check("check", B, seed.REGISTRY, secret=shown)))
    assert only.secret == 'with "quotes"'


def test_each_registry_tenant_is_a_chain_of_its_own():
    found = chains_of(
        export(
            APPLICATION, check("b", B, seed.REGISTRY), check("c", C, seed.SECOND_REGISTRY), profile(seed.CLUSTER, APP)
        )
    )
    assert [it.chain.registry_tenant_id for it in found] == [B, C]
    assert all(len(it.chain.clusters) == 1 for it in found)


def test_an_application_of_another_stack_is_known_by_its_client_id():
    half = check("check", B, seed.REGISTRY)
    del half["propertyDependencies"]
    (only,) = chains_of(export(half))
    assert only.chain.client_id == APP
    assert only.chain.cluster_tenant_id == "", "the options have to say"


def test_the_letter_case_of_a_client_id_makes_no_other_chain():
    in_capitals = [check("check", B, seed.REGISTRY, clientId=APP.upper()), profile(seed.CLUSTER, APP)]
    for one in in_capitals:
        del one["propertyDependencies"]
    for found in (in_capitals, [check("b", B, seed.ABAC_REGISTRY), *in_capitals]):
        (only,) = chains_of(export(APPLICATION, *found))
        assert only.chain.client_id == APP
        assert [str(it) for it in only.chain.clusters] == [seed.CLUSTER]


def test_a_consent_without_a_pull_check_is_a_tenant_and_no_registry():
    given = {"clientId": APP, "secret": "x"}
    alone = resource("crosstenant:index:Consent", "consent", B, given, {"consented": True}, **OF_APPLICATION)
    (only,) = chains_of(export(APPLICATION, alone))
    assert (only.chain.registry_tenant_id, only.chain.registries) == (B, ())


def test_what_waits_for_its_deletion_is_no_part_of_the_chain():
    old = {**check("check", B, seed.ABAC_REGISTRY), "delete": True}
    (only,) = chains_of(export(APPLICATION, old, check("check", B, seed.REGISTRY)))
    assert [str(it) for it, _ in only.chain.registries] == [seed.REGISTRY]


@pytest.mark.parametrize("state", [{}, {"deployment": {}}, export()])
def test_a_stack_without_a_chain_is_refused(state: dict):
    with pytest.raises(StackError, match="holds no PullCheck: is it up"):
        chains_of(state)


def own_provider(tenant: str) -> dict:
    return {
        **provider(tenant),
        "type": "pulumi:providers:crosstenant",
        "urn": urn("pulumi:providers:crosstenant", tenant),
    }


def test_a_stack_that_waits_for_a_consent_comes_with_the_page():
    asking = {**APPLICATION, "inputs": {"displayName": "pull", "requiredResourceAccesses": [{}]}}
    with pytest.raises(StackError) as refused:
        chains_of(export(own_provider(A), own_provider(B), asking, password(KEY, "2027-01-01T00:00:00Z")))
    assert str(refused.value) == (
        f"the stack has application {APP} and no PullCheck yet, since its last update ended before that, where an admin"
        " consent of the registry tenant is missing: an administrator of that tenant must open"
        f" https://login.microsoftonline.com/{B}/adminconsent?client_id={APP} and accept; then run 'pulumi"
        " up' again. To"
        " check without the stack, give --cluster, --registry and --client-id"
    )


def test_a_stack_whose_update_ended_before_the_pull_check_is_to_be_updated_again():
    with pytest.raises(
        StackError, match=rf"has application {APP} and no PullCheck yet.*: run 'pulumi up' again, or give"
    ):
        chains_of(export(own_provider(A), APPLICATION))


def test_pulumis_own_error_is_passed_on(monkeypatch: pytest.MonkeyPatch):
    asked: list[list[str]] = []

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        asked.append(command)
        return subprocess.CompletedProcess(command, 255, "", "error: no stack named 'prod' found\n")

    monkeypatch.setattr(module.subprocess, "run", run)
    with pytest.raises(StackError, match="--stack prod' failed: no stack named 'prod' found"):
        export_stack("prod", Path(), show_secrets=False)
    assert "--show-secrets" not in asked[0]


def test_pulumis_output_is_utf8_whatever_the_machines_code_page(monkeypatch: pytest.MonkeyPatch):
    program = 'import sys; sys.stdout.buffer.write(\'{"deployment": "東京"}\'.encode())'
    run = subprocess.run
    # Without an encoding of its own, the call takes the machine's, here one without these characters.
    monkeypatch.setattr(
        module.subprocess,
        "run",
        lambda _command, **options: run([sys.executable, "-c", program], **{"encoding": "ascii", **options}),
    )
    assert export_stack("prod", Path(), show_secrets=False) == {"deployment": "東京"}


def test_a_machine_without_pulumi_is_told_what_else_to_give(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(StackError, match="no 'pulumi' on PATH: give --cluster, --registry and --client-id"):
        export_stack("prod", Path(), show_secrets=True)


def test_cloud_is_that_of_the_providers():
    chain = [APPLICATION, check("check", B, seed.REGISTRY), profile(seed.CLUSTER, APP)]
    (public,) = chains_of(export(*chain))
    assert public.chain.environment == "public"
    providers = [provider(it, environment="usgovernment") for it in (A, B)]
    (found,) = chains_of({"deployment": {"resources": [*providers, *chain]}})
    assert found.chain.environment == "usgovernment"
