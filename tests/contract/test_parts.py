"""The settings, the names in answers, the comparison, and the commands."""

from __future__ import annotations

import base64
import json
import time
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from click.testing import CliRunner

from crosstenant.sandbox.host.state_file import open_store
from crosstenant.sandbox.world import seed
from crosstenant.sandbox.world.faults import new_fault
from crosstenant.sandbox.world.state import Store
from tests.contract import __main__ as commands
from tests.contract import run as runs
from tests.contract.caller import ARM, SetUpFailed
from tests.contract.compare import differences
from tests.contract.normalise import Names, SecretInAnswer
from tests.contract.questions import QUESTIONS
from tests.contract.replies import Reply
from tests.contract.run import run
from tests.contract.tenants import SWITCH, SettingsError, read_settings, sandbox_estate
from tests.contract.world import World

A, B = "a1111111-1111-4111-8111-111111111111", "b1111111-1111-4111-8111-111111111111"
REGISTRIES = f"/subscriptions/{B}/resourceGroups/contract/providers/Microsoft.ContainerRegistry/registries"
SETTINGS = {
    SWITCH: "azure",
    f"{SWITCH}_CLUSTER_TENANT_ID": A,
    f"{SWITCH}_CLUSTER_CLIENT_ID": A,
    f"{SWITCH}_CLUSTER_CLIENT_SECRET": "planted-secret-1",
    f"{SWITCH}_REGISTRY_TENANT_ID": B,
    f"{SWITCH}_REGISTRY_CLIENT_ID": B,
    f"{SWITCH}_REGISTRY_CLIENT_SECRET": "planted-secret-2",
    f"{SWITCH}_REGISTRY_ID": f"{REGISTRIES}/plain",
    f"{SWITCH}_ABAC_REGISTRY_ID": f"{REGISTRIES}/abac",
}


def test_settings_are_read():
    cluster_tenant, registry_tenant, resources = read_settings(SETTINGS)
    assert (cluster_tenant.id, registry_tenant.client_secret) == (A, "planted-secret-2")
    assert resources == {"REGISTRY_ID": f"{REGISTRIES}/plain", "ABAC_REGISTRY_ID": f"{REGISTRIES}/abac"}
    assert "planted" not in repr((cluster_tenant, registry_tenant))


@pytest.mark.parametrize("value", [None, "", "1", "true", "sandbox"])
def test_no_real_tenant_is_asked_without_the_switch(value: str | None):
    settings = {name: text for name, text in SETTINGS.items() if name != SWITCH}
    if value is not None:
        settings[SWITCH] = value
    with pytest.raises(SettingsError, match=f"^set {SWITCH}=azure to ask two real tenants"):
        read_settings(settings)


def test_all_missing_settings_are_in_one_sentence():
    with pytest.raises(SettingsError) as caught:
        read_settings({SWITCH: "azure", f"{SWITCH}_CLUSTER_TENANT_ID": A})
    names = [name for name in SETTINGS if name not in (SWITCH, f"{SWITCH}_CLUSTER_TENANT_ID")]
    assert str(caught.value) == f"set {', '.join(names)}: see docs/contract.md"


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("CLUSTER_TENANT_ID", "planted-secret", "CLUSTER_TENANT_ID must be a UUID"),
        ("REGISTRY_CLIENT_ID", "planted-secret", "REGISTRY_CLIENT_ID must be a UUID"),
        ("REGISTRY_ID", "planted-secret", "REGISTRY_ID must be an ARM ID"),
        ("CLUSTER_ID", f"{REGISTRIES}/planted-secret", "CLUSTER_ID must be an ARM ID"),
        ("REGISTRY_TENANT_ID", A, "must be two tenants"),
    ],
)
def test_wrong_setting_is_refused_without_its_value(name: str, value: str, message: str):
    with pytest.raises(SettingsError, match=message) as caught:
        read_settings({**SETTINGS, f"{SWITCH}_{name}": value})
    assert "planted" not in str(caught.value)


def test_names_stand_for_values():
    names = Names()
    names.name(A, "tenant")
    names.name("/subscriptions/s/resourceGroups/Contract", "group")
    names.name("rg", "short")
    assert names.text(f"{A.upper()} {A} {A.replace('-', '')} {B}") == (
        "<tenant:other-case> <tenant> <tenant-without-hyphens> <uuid>"
    )
    assert names.text("https://h/subscriptions/s/resourcegroups/contract/x") == "https://h<group:other-case>/x"
    assert names.text("target rg my-rg") == "target <short> my-rg"
    assert names.text("from 10.0.0.1 at 2026-01-02 03:04:05Z") == "from <address> at <time>"
    assert names.text("was not found in the directory 'Contoso (prod)'.") == (
        "was not found in the directory '<directory>'."
    )


def test_secrets_and_tokens_are_hidden_in_every_form():
    names = Names()
    names.hide(A, "se~cr/et+1")
    basic = base64.b64encode(f"{A}:se~cr/et+1".encode()).decode()
    body = {"secretText": "unknown", "access_token": "x", "message": f"se~cr/et+1 {basic} se~cr%2Fet%2B1", "hint": None}
    assert names.value(body) == {
        "access_token": "<hidden>",
        "hint": None,
        "message": "<secret> <secret> <secret>",
        "secretText": "<hidden>",
    }
    assert names.text("Bearer eyJhbGciOi.eyJzdWIi.c2ln rest") == "Bearer <token> rest"


def test_document_with_a_secret_is_not_written():
    names = Names()
    names.hide(A, 'se"cret')
    for text in ('{"x": "se\\"cret"}', base64.b64encode(f'{A}:se"cret'.encode()).decode()):
        with pytest.raises(SecretInAnswer, match="a secret is in the answers"):
            names.check(text)
    with pytest.raises(SecretInAnswer):
        names.check('"eyJhbGciOi.eyJzdWIi.c2ln"')
    names.check("nothing")


def test_page_of_another_type_is_its_codes():
    request = httpx.Request("GET", "https://login.microsoftonline.com/x")
    page = httpx.Response(400, text="<p>AADSTS90002: no</p><p>AADSTS90002</p>", request=request)
    assert Reply.of(page).code == "AADSTS90002"
    assert Reply.of(httpx.Response(200, text="<html>", request=request)).body == ""


def test_token_goes_to_azures_hosts_alone():
    with sandbox_estate() as estate, World(estate) as world:
        for address in (
            "https://evil.example/x",
            "https://management.azure.com.evil.example/x",
            "http://management.azure.com/x",
            "http://eu.management.azure.com/x",
        ):
            with pytest.raises(SetUpFailed, match="host"):
                world.call("GET", address, world.a)


def test_busy_service_and_broken_connection_are_asked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    slept: list[float] = []
    clock = SimpleNamespace(sleep=slept.append, monotonic=time.monotonic)
    monkeypatch.setattr("tests.contract.caller.time", clock)
    store = open_store(tmp_path / "state.json")
    with store.change() as state:
        state["faults"] += [
            new_fault({"service": "graph", "status": 429, "retry_after": 7, "times": 2}),
            new_fault({"service": "login", "drop": True, "times": 1}),
        ]
    with sandbox_estate(store) as estate, World(estate) as world:
        address = "https://graph.microsoft.com/v1.0/organization"
        assert world.patiently(lambda: world.call("GET", address, world.a), lambda it: True).status == 200
    assert slept == [0.1, 7, 7]


def test_redirect_of_a_page_is_its_address_alone():
    request = httpx.Request("GET", "https://login.microsoftonline.com/x")
    moved = httpx.Response(302, headers={"location": "https://login.microsoftonline.com/y?nonce=1"}, request=request)
    assert Reply.of(moved).headers == {"location": "https://login.microsoftonline.com/y"}


def test_tokens_are_renewed_before_they_end(monkeypatch: pytest.MonkeyPatch):
    with sandbox_estate() as estate, World(estate) as world:
        signed_in: list[str] = []
        sign_in = world.sign_in

        def counted(*arguments: str) -> Reply:
            signed_in.append(arguments[0])
            return sign_in(*arguments)

        monkeypatch.setattr(world, "sign_in", counted)
        world.token(world.a, ARM)
        world.token(world.a, ARM)
        assert len(signed_in) == 1
        later = time.monotonic() + 3000
        # Only here: a sandbox in this process lives by the machine's clock.
        monkeypatch.setattr("tests.contract.caller.time", SimpleNamespace(monotonic=lambda: later))
        world.token(world.a, ARM)
        assert len(signed_in) == 2


def document(**answers: object) -> dict[str, object]:
    shown = {
        name: {"answers": [value], "holds": value != "bad", "states": "it is good"} for name, value in answers.items()
    }
    return {"answers": shown}


def test_differences_are_by_question():
    found = list(differences(document(same="x", other="good", alone="x"), document(same="x", other="bad", new="x")))
    assert [text.splitlines()[0] for text in found] == [
        "alone: Azure was not asked",
        "new: the sandbox was not asked",
        "other; the statement does not hold: it is good",
    ]
    assert {'    -    "good"', '    +    "bad"'} <= set(found[2].splitlines())


def test_compare_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    runner = CliRunner()
    monkeypatch.setattr(commands, "newest", lambda: None)
    assert "there are no answers of Azure yet" in runner.invoke(commands.main, ["compare"]).output
    same = runner.invoke(commands.main, ["compare", str(commands.SANDBOX_ANSWERS)])
    assert (same.exit_code, same.output) == (0, "0 differences between the sandbox and sandbox.json\n")
    changed = json.loads(commands.SANDBOX_ANSWERS.read_text())
    del changed["answers"]["registry-challenge"]
    (tmp_path / "azure-2026-01-01.json").write_text(json.dumps(changed))
    result = runner.invoke(commands.main, ["compare", str(tmp_path / "azure-2026-01-01.json")])
    assert result.exit_code == 1
    assert result.output.startswith("registry-challenge: Azure was not asked\n1 differences")


def test_tenants_of_the_environment_are_asked(inside: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The sandbox under the names of two real tenants, with unmodified settings of a person."""
    settings = {
        "": "azure",
        "_CLUSTER_TENANT_ID": seed.CLUSTER_TENANT,
        "_CLUSTER_CLIENT_ID": seed.CLUSTER_OWNER_ID,
        "_CLUSTER_CLIENT_SECRET": seed.CLUSTER_OWNER_SECRET,
        "_REGISTRY_TENANT_ID": seed.REGISTRY_TENANT,
        "_REGISTRY_CLIENT_ID": seed.REGISTRY_OWNER_ID,
        "_REGISTRY_CLIENT_SECRET": seed.REGISTRY_OWNER_SECRET,
        "_REGISTRY_ID": seed.REGISTRY,
        "_ABAC_REGISTRY_ID": seed.ABAC_REGISTRY,
    }
    for name, value in settings.items():
        monkeypatch.setenv(SWITCH + name, value)
    questions = [QUESTIONS[name] for name in ("registry-pull-with-role", "roles-same-twice", "cluster-get")]
    monkeypatch.setattr(commands, "run", partial(run, questions=questions))
    monkeypatch.setattr(runs, "ANSWERS", tmp_path)
    result = CliRunner().invoke(commands.main, [])
    assert (result.exit_code, result.exception) == (0, None)
    assert result.output.startswith("asking two real tenants\n")
    assert "not asked  cluster-get: there is no cluster" in result.output
    [file] = tmp_path.iterdir()
    written = json.loads(file.read_text())
    assert (file.name, written["estate"]) == (f"azure-{written['asked']}.json", "azure")
    recorded = json.loads(commands.SANDBOX_ANSWERS.read_text())["answers"]
    assert written["answers"] == {name: recorded[name] for name in ("registry-pull-with-role", "roles-same-twice")}
    cleaned = CliRunner().invoke(commands.main, ["clean"])
    assert (cleaned.exit_code, cleaned.output) == (0, "0 objects removed\n")


def test_commands_refuse_half_a_configuration(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(SWITCH, "azure")
    for arguments in ([], ["clean"]):
        result = CliRunner().invoke(commands.main, arguments)
        assert result.exit_code == 1
        assert f"Error: set {SWITCH}_CLUSTER_TENANT_ID, " in result.output
