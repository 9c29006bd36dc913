"""The plugin as the engine meets it: a process, its port, its answers over gRPC, and the schema that SDKs come from."""

from __future__ import annotations

import json
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import struct_pb2
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from crosstenant._version import VERSION
from crosstenant.sandbox.world import seed
from lib.checkout import VENV, search_path

PLUGIN = VENV / "bin" / "pulumi-resource-crosstenant"
NO_ENGINE = "127.0.0.1:1"
PROFILE = "crosstenant:index:ServicePrincipalProfile"
TENANT = {
    "tenantId": seed.CLUSTER_TENANT,
    "clientId": seed.CLUSTER_CALLER_ID,
    "clientSecret": seed.CLUSTER_CALLER_SECRET,
}


class Plugin:
    """A running plugin."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        self.process = process
        self._channel = grpc.insecure_channel(f"127.0.0.1:{int(process.stdout.readline())}")
        self._stub: Any = provider_pb2_grpc.ResourceProviderStub(self._channel)

    def ask(self, method: str, request: Any) -> Any:
        """One request."""
        return getattr(self._stub, method)(request, timeout=240)

    def refusal(self, method: str, request: Any) -> str:
        """What a request that must fail is refused with."""
        with pytest.raises(grpc.RpcError) as refused:
            self.ask(method, request)
        return str(refused.value.details())  # type: ignore[attr-defined]

    def configure(self, args: dict[str, str]) -> Any:
        return self.ask("Configure", provider_pb2.ConfigureRequest(args=struct(args), acceptSecrets=True))

    def close(self) -> None:
        self._channel.close()
        self.process.kill()
        self.process.wait()


@pytest.fixture
def plugin() -> Iterator[Plugin]:
    running = Plugin(subprocess.Popen([PLUGIN, NO_ENGINE], stdout=subprocess.PIPE, text=True))
    yield running
    running.close()


def struct(values: dict[str, Any]) -> struct_pb2.Struct:
    made = struct_pb2.Struct()
    made.update(values)
    return made


def secret(value: str) -> dict[str, str]:
    """A secret as the engine sends it."""
    return {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "value": value}


def check(inputs: dict[str, Any], kind: str = PROFILE) -> Any:
    return provider_pb2.CheckRequest(urn=f"urn:pulumi:test::test::{kind}::x", news=struct(inputs))


def test_engine_may_send_secrets_and_outputs_as_they_are(plugin: Plugin):
    answer = plugin.configure(TENANT)
    assert (answer.acceptSecrets, answer.supportsPreview) == (True, True)
    # Else a secret in an argument of a component makes one secret of the whole argument.
    assert answer.acceptOutputs is True
    assert plugin.ask("GetPluginInfo", struct_pb2.Struct()).version == VERSION


def test_refused_input_hides_what_the_program_marked_as_secret(plugin: Plugin):
    plugin.configure(TENANT)
    inputs = {"clusterId": secret("planted"), "clientId": secret("planted"), "secret": secret(" planted")}
    failures = {it.property: it.reason for it in plugin.ask("Check", check(inputs)).failures}
    assert list(failures) == ["clusterId", "clientId", "secret"]
    assert failures["clusterId"].startswith("the value is not the ARM ID of a ")
    assert "planted" not in " ".join(failures.values())


def test_secret_in_the_place_of_an_id_is_not_named_to_the_engine_which_would_print_it(plugin: Plugin):
    answer = plugin.ask("CheckConfig", check({**TENANT, "clientId": "planted"}, "pulumi:providers:crosstenant"))
    assert [it.property for it in answer.failures] == [""]
    assert answer.failures[0].reason.startswith("clientId must be a UUID: ")
    plugin.configure(TENANT)
    inputs = {"clusterId": "planted", "clientId": "planted", "secret": " planted", "waitForPrincipalSeconds": -1}
    failures = list(plugin.ask("Check", check(inputs)).failures)
    assert [it.property for it in failures] == ["", "", "", "waitForPrincipalSeconds"]
    assert [it.reason.split()[0] for it in failures[:3]] == ["clusterId", "clientId", "secret"]
    assert "planted" not in str(failures)


def test_secret_stays_marked_on_its_way_through_the_plugin(plugin: Plugin):
    plugin.configure(TENANT)
    inputs = {
        "clusterId": seed.CLUSTER,
        "clientId": seed.OLD_CLUSTER_APP_ID,
        "secret": "planted",
        "abandonOnDelete": True,
    }
    answer = plugin.ask("Check", check(inputs))
    assert list(answer.failures) == []
    assert answer.inputs["secret"] == struct({"secret": secret("planted")})["secret"]


def test_resource_without_a_tenant_is_told_what_it_lacks(plugin: Plugin):
    plugin.configure({})
    assert "give its options a provider of this package" in plugin.refusal("Check", check({}))
    call = provider_pb2.InvokeRequest(tok="crosstenant:index:getRegistry", args=struct({"registryId": seed.REGISTRY}))
    assert "with tenant_id and a credential" in plugin.refusal("Invoke", call)


def test_unknown_types_and_functions_are_refused_by_name(plugin: Plugin):
    plugin.configure(TENANT)
    assert plugin.refusal("Check", check({}, "crosstenant:index:Nothing")) == (
        "this plugin has no resource type 'crosstenant:index:Nothing'"
    )
    call = provider_pb2.InvokeRequest(tok="crosstenant:index:getNothing")
    assert plugin.refusal("Invoke", call) == "this plugin has no function 'crosstenant:index:getNothing'"


def test_import_of_a_malformed_id_is_refused_with_the_form(plugin: Plugin):
    plugin.configure(TENANT)
    for kind, form in ((PROFILE, "managedClusters/<name>"), ("crosstenant:index:PullCheck", "/pullChecks/<client ID>")):
        request = provider_pb2.ReadRequest(id="aks-prod", urn=f"urn:pulumi:test::test::{kind}::x")
        said = plugin.refusal("Read", request)
        assert said.startswith("the value is not the")
        assert form in said


def test_plugin_ends_when_the_engine_has_it_end(plugin: Plugin):
    plugin.process.send_signal(signal.SIGINT)
    assert plugin.process.wait(timeout=240) == 0


def test_plugin_run_by_hand_says_who_runs_it():
    done = subprocess.run([PLUGIN], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.endswith("error: the Pulumi engine starts this program; it does nothing when run by hand\n")


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    """The schema as the command line binds it for SDK generation."""
    # The leading ./ is what tells a path from a package's name.
    command = ["pulumi", "package", "get-schema", f"./{PLUGIN.name}"]
    environ = {"PATH": search_path(), "HOME": str(Path.home()), "PULUMI_SKIP_UPDATE_CHECK": "true"}
    done = subprocess.run(command, cwd=PLUGIN.parent, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def properties(schema: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every property: where it is, its name and its specification."""
    for token, kind in schema["types"].items():
        yield from ((token, name, spec) for name, spec in kind.get("properties", {}).items())
    for token, kind in {**schema["resources"], "provider": schema["provider"]}.items():
        for side in ("inputProperties", "properties"):
            yield from ((f"{token} {side}", name, spec) for name, spec in kind.get(side, {}).items())
    for token, function in schema["functions"].items():
        for side in ("inputs", "outputs"):
            yield from ((f"{token} {side}", name, spec) for name, spec in function[side].get("properties", {}).items())


def test_schema_names_what_programs_in_every_language_use(schema: dict[str, Any]):
    components = {token for token, kind in schema["resources"].items() if kind.get("isComponent")}
    assert schema["name"] == "crosstenant"
    assert schema["version"] == VERSION
    assert components == {
        f"crosstenant:index:{it}" for it in ("CrossTenantPull", "FederatedPull", "PullIdentity", "RegistryAccess")
    }
    assert {PROFILE, "crosstenant:index:PullCheck"} <= set(schema["resources"])
    assert set(schema["functions"]) == {"crosstenant:index:getRegistry", "crosstenant:index:getCluster"}
    assert schema["provider"]["requiredInputs"] == ["tenantId"]
    assert schema["types"]["crosstenant:index:Tenant"]["required"] == ["tenantId"]
    # What the plan is made from cannot be an output; a credential can.
    tenant = schema["types"]["crosstenant:index:Tenant"]["properties"]
    assert tenant["tenantId"]["plain"] is True
    assert "plain" not in tenant["clientSecret"]


def test_schema_describes_everything(schema: dict[str, Any]):
    kinds = {**schema["types"], **schema["resources"], **schema["functions"], "provider": schema["provider"]}
    assert [token for token, kind in kinds.items() if not kind.get("description")] == []
    assert [f"{where}.{name}" for where, name, spec in properties(schema) if not spec.get("description")] == []
    assert [name for _, name, spec in properties(schema) if "\n    " in spec["description"]] == []


def test_schema_marks_as_secret_what_it_calls_so(schema: dict[str, Any]):
    marked = {(where, name) for where, name, spec in properties(schema) if spec.get("secret")}
    called = {
        (where, name) for where, name, it in properties(schema) if re.search(r"(^|\s)Secret[.;]", it["description"])
    }
    index = "crosstenant:index:"
    assert called <= marked
    assert {name for where, name in marked if where == f"{index}Tenant"} == {
        "clientSecret",
        "clientCertificate",
        "clientCertificatePassword",
        "oidcToken",
        "oidcRequestToken",
    }
    assert {(f"{index}{kind}", name) for kind, name in (
        ("CrossTenantPull properties", "imagePullSecret"),
        ("CrossTenantPull properties", "servicePrincipalProfile"),
        ("FederatedCluster", "kubeconfig"),
        ("PullIdentity properties", "secret"),
        ("RegistryAccess inputProperties", "secret"),
        ("ServicePrincipalProfile inputProperties", "secret"),
        ("PullCheck inputProperties", "secret"),
    )} <= marked  # fmt: skip
