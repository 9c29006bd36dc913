"""The environment of a stand-in: what each provider reads there, and what that changes; and what it marks as secret."""

from __future__ import annotations

import inspect
import json
import re

import pulumi_azure_native
import pulumi_azuread
import pytest

from crosstenant.errors import OperatorError
from crosstenant.sandbox.entra.assertions import federated_token
from crosstenant.sandbox.standins.azure_native.credential import azure_native_credential
from crosstenant.sandbox.standins.azure_native.package import AzureNative, prepare
from crosstenant.sandbox.standins.azuread.credential import azuread_credential
from crosstenant.sandbox.standins.azuread.package import Azuread, azuread_cloud, sign_in
from crosstenant.sandbox.standins.clouds import PUBLIC, cloud_of_metadata
from crosstenant.sandbox.standins.http import Answer
from crosstenant.sandbox.standins.settings import Settings
from crosstenant.sandbox.standins.signin import SignIn
from crosstenant.sandbox.world.seed import (
    CLUSTER_CALLER_ID,
    CLUSTER_TENANT,
    FEDERATION_AUDIENCE,
    GITHUB_ISSUER,
    GITHUB_SUBJECT,
    REGISTRY_CALLER_ID,
    REGISTRY_CALLER_SECRET,
    REGISTRY_TENANT,
)
from tests.sandbox.standins.standin_world import credential, read_state

OIDC = {"tenantId": CLUSTER_TENANT, "clientId": CLUSTER_CALLER_ID, "subscriptionId": "any", "useOidc": "true"}
GRAPH = "https://graph.microsoft.com/.default"
AMBIENT = {
    "ARM_USE_DEFAULT_AZURE_CREDENTIAL": "true",
    "AZURE_TENANT_ID": REGISTRY_TENANT,
    "AZURE_CLIENT_ID": REGISTRY_CALLER_ID,
    "AZURE_CLIENT_SECRET": REGISTRY_CALLER_SECRET,
}


async def test_default_credential_of_azure_native_beats_a_secret_unless_it_is_switched_off(http):
    given = credential("cluster", "caller")
    assert (await prepare(Settings(given, AMBIENT), http).claims())["tid"] == REGISTRY_TENANT
    off = {**given, "useDefaultAzureCredential": "false"}
    assert (await prepare(Settings(off, AMBIENT), http).claims())["tid"] == CLUSTER_TENANT
    with pytest.raises(OperatorError, match="DefaultAzureCredential: failed to acquire a token"):
        prepare(Settings(given, {"ARM_USE_DEFAULT_AZURE_CREDENTIAL": "true"}), http)
    assert (await (await sign_in(Settings(given, AMBIENT), http)).claims())["tid"] == CLUSTER_TENANT


async def test_workload_identity_of_a_pod_reaches_azuread_unless_it_is_switched_off(http, store, tmp_path):
    token = federated_token(read_state(store), GITHUB_ISSUER, GITHUB_SUBJECT, FEDERATION_AUDIENCE)
    (tmp_path / "token").write_text(token)
    pod = {
        "ARM_USE_AKS_WORKLOAD_IDENTITY": "true",
        "AZURE_FEDERATED_TOKEN_FILE": str(tmp_path / "token"),
        "AZURE_CLIENT_ID": CLUSTER_CALLER_ID,
        "AZURE_TENANT_ID": CLUSTER_TENANT,
    }
    assert (await (await sign_in(Settings({}, pod), http)).claims())["appid"] == CLUSTER_CALLER_ID
    other = credential("registry", "caller")
    with pytest.raises(OperatorError, match="mismatch between supplied Client ID and that provided by AKS Workload"):
        await sign_in(Settings(other, pod), http)
    off = {**other, "useAksWorkloadIdentity": "false"}
    assert (await (await sign_in(Settings(off, pod), http)).claims())["appid"] == REGISTRY_CALLER_ID


def test_token_of_the_environment_beats_a_file_in_azure_native_and_contradicts_it_in_azuread(tmp_path):
    (tmp_path / "token").write_text("mine\n")
    given = {**OIDC, "oidcTokenFilePath": str(tmp_path / "token")}
    environ = {"ARM_OIDC_TOKEN": "other"}
    assert azure_native_credential(Settings(given, environ)).oidc_token == "other"
    with pytest.raises(OperatorError, match="mismatch between supplied OIDC token and supplied OIDC token file"):
        azuread_credential(Settings(given, environ))
    assert azuread_credential(Settings(given, {"ARM_OIDC_TOKEN": "mine"})).oidc_token == "mine"


@pytest.mark.parametrize(("name", "called"), [("clientId", "Client ID"), ("clientSecret", "Client Secret")])
def test_file_of_the_environment_must_hold_what_azuread_is_given(name: str, called: str, tmp_path):
    (tmp_path / "file").write_text("other")
    variable = {"clientId": "ARM_CLIENT_ID_FILE_PATH", "clientSecret": "ARM_CLIENT_SECRET_FILE_PATH"}[name]
    environ = {variable: str(tmp_path / "file")}
    with pytest.raises(OperatorError, match=f"mismatch between supplied {called} and supplied {called} file contents"):
        azuread_credential(Settings({name: "mine"}, environ))
    assert azure_native_credential(Settings({name: "mine"}, environ)).method in ("secret", "cli")


def test_what_only_azuread_reads():
    environ = {
        "ARM_CLIENT_CERTIFICATE": "bm9uc2Vuc2U=",
        "ARM_OIDC_REQUEST_URL": "https://job",
        "SYSTEM_ACCESSTOKEN": "bearer",
    }
    azuread = azuread_credential(Settings(OIDC, environ))
    assert (azuread.method, azuread.oidc_request_url, azuread.oidc_request_token) == (
        "certificate",
        "https://job",
        "bearer",
    )
    native = azure_native_credential(Settings(OIDC, environ))
    assert (native.method, native.oidc_request_url, native.oidc_request_token) == ("oidc", "", "")


BOTH = [
    ("tenantId", "ARM_TENANT_ID", "tenant_id"),
    ("clientId", "ARM_CLIENT_ID", "client_id"),
    ("clientSecret", "ARM_CLIENT_SECRET", "secret"),
    ("clientCertificatePath", "ARM_CLIENT_CERTIFICATE_PATH", "certificate_path"),
    ("clientCertificatePassword", "ARM_CLIENT_CERTIFICATE_PASSWORD", "certificate_password"),
    ("oidcToken", "ARM_OIDC_TOKEN", "oidc_token"),
    ("oidcTokenFilePath", "ARM_OIDC_TOKEN_FILE_PATH", "oidc_token_path"),
    ("oidcRequestUrl", "ACTIONS_ID_TOKEN_REQUEST_URL", "oidc_request_url"),
    ("oidcRequestToken", "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "oidc_request_token"),
]
AZUREAD = [
    ("oidcRequestUrl", "ARM_OIDC_REQUEST_URL", "oidc_request_url"),
    ("oidcRequestUrl", "SYSTEM_OIDCREQUESTURI", "oidc_request_url"),
    ("oidcRequestToken", "ARM_OIDC_REQUEST_TOKEN", "oidc_request_token"),
    ("oidcRequestToken", "SYSTEM_ACCESSTOKEN", "oidc_request_token"),
    ("adoPipelineServiceConnectionId", "ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID", "service_connection_id"),
    ("adoPipelineServiceConnectionId", "ARM_OIDC_AZURE_SERVICE_CONNECTION_ID", "service_connection_id"),
]


@pytest.mark.parametrize(("argument", "variable", "field"), [*BOTH, *AZUREAD])
@pytest.mark.parametrize("read", [azure_native_credential, azuread_credential])
def test_variable_stands_in_for_its_argument_alone(read, argument: str, variable: str, field: str):
    environ = {variable: "theirs"}
    is_read = read is azuread_credential or (argument, variable, field) in BOTH
    assert getattr(read(Settings({}, environ)), field) == ("theirs" if is_read else "")
    if is_read:
        assert getattr(read(Settings({argument: "mine"}, environ)), field) == "mine"


@pytest.mark.parametrize(
    ("argument", "variable", "method"), [("useOidc", "ARM_USE_OIDC", "oidc"), ("useMsi", "ARM_USE_MSI", "msi")]
)
def test_flag_is_read_from_its_variable_and_an_explicit_false_is_preferred(argument: str, variable: str, method: str):
    for read in (azure_native_credential, azuread_credential):
        assert read(Settings({}, {variable: "true"})).method == method
        assert read(Settings({argument: "false"}, {variable: "true"})).method == "cli"
        assert read(Settings({"oidcToken": "t"}, {})).method == "cli"
    # The flag of azure-native is one word, that of azuread what Go reads as true.
    assert azure_native_credential(Settings({}, {variable: "1"})).method == "cli"
    assert azuread_credential(Settings({}, {variable: "1"})).method == method


def test_azure_native_takes_no_location_from_the_environment(http):
    given = credential("cluster", "caller")
    assert prepare(Settings(given, {"ARM_LOCATION_NAME": "westeurope"}), http).location == ""
    assert prepare(Settings({**given, "location": "westeurope"}, {}), http).location == "westeurope"


async def test_audience_of_the_environment_is_that_of_azure_natives_request(http, monkeypatch):
    asked = []

    async def send(method, url, **_):
        asked.append(url)
        return Answer(403, {}, "no")

    monkeypatch.setattr(http, "send", send)
    given = {**OIDC, "oidcRequestUrl": "https://job/", "oidcRequestToken": "bearer"}
    for signing in (
        prepare(Settings(given, {"ARM_OIDC_AUDIENCE": "api://other"}), http).claims,
        lambda: sign_in(Settings(given, {"ARM_OIDC_AUDIENCE": "api://other"}), http),
    ):
        with pytest.raises(OperatorError):
            await signing()
    assert asked == [
        "https://job/?audience=api%3A%2F%2Fother",
        "https://job/?audience=api%3A%2F%2FAzureADTokenExchange",
    ]


@pytest.mark.parametrize("text", ["tenant-a,tenant-b", '"tenant-a"', "[1]", " "])
def test_auxiliary_tenants_of_the_environment_must_be_a_list(http, text: str):
    given = credential("cluster", "caller")
    with pytest.raises(OperatorError, match=r"failed to unmarshal '.*' as Auxiliary Tenants"):
        prepare(Settings(given, {"ARM_AUXILIARY_TENANT_IDS": text}), http)
    for well_formed in (f"[{json.dumps(REGISTRY_TENANT)}]", "[]", "null"):
        prepare(Settings(given, {"ARM_AUXILIARY_TENANT_IDS": well_formed}), http)


async def test_secret_goes_to_the_host_that_the_metadata_host_names(http, monkeypatch):
    sent = []
    described = {
        "name": "evil",
        "authentication": {"loginEndpoint": "https://login.evil.example/"},
        "microsoftGraphResourceId": "https://graph.evil.example/",
        "resourceManager": "https://arm.evil.example/",
    }

    async def send(method, url, **rest):
        sent.append((url, rest.get("form", {}).get("client_secret")))
        return Answer(200, {}, json.dumps(described)) if "/metadata/" in url else Answer(400, {}, "no")

    monkeypatch.setattr(http, "send", send)
    given = {**credential("cluster", "caller"), "environment": "public"}
    settings = Settings(given, {"ARM_METADATA_HOSTNAME": "evil.example"})
    with pytest.raises(OperatorError):
        await sign_in(settings, http)
    with pytest.raises(OperatorError):
        await prepare(settings, http, await cloud_of_metadata(settings, http)).claims()
    asked = [
        ("https://evil.example/metadata/endpoints?api-version=2022-09-01", None),
        (f"https://login.evil.example/{CLUSTER_TENANT}/oauth2/v2.0/token", given["clientSecret"]),
    ]
    assert sent == asked * 2


@pytest.mark.parametrize(
    ("environ", "host"),
    [
        ({"AZURE_REGIONAL_AUTHORITY_NAME": "westeurope"}, "westeurope.login.microsoft.com"),
        ({"MSAL_FORCE_REGION": "evil.example/?"}, "evil.example/?.login.microsoft.com"),
        ({"AZURE_REGIONAL_AUTHORITY_NAME": "a", "MSAL_FORCE_REGION": "b"}, "a.login.microsoft.com"),
        ({"MSAL_FORCE_REGION": "DisableMsalForceRegion"}, "login.microsoftonline.com"),
    ],
)
async def test_region_of_the_environment_names_the_host_that_azure_natives_secret_goes_to(
    http, monkeypatch, environ: dict[str, str], host: str
):
    sent = []

    async def send(method, url, **rest):
        sent.append(url)
        return Answer(400, {}, "no")

    monkeypatch.setattr(http, "send", send)
    given = credential("cluster", "caller")
    with pytest.raises(OperatorError):
        await prepare(Settings(given, environ), http).claims()
    with pytest.raises(OperatorError):
        await sign_in(Settings(given, environ), http)
    assert sent == [
        f"https://{host}/{CLUSTER_TENANT}/oauth2/v2.0/token",
        f"https://login.microsoftonline.com/{CLUSTER_TENANT}/oauth2/v2.0/token",
    ]


async def test_token_of_a_managed_identity_comes_from_any_address_that_the_environment_names(http, monkeypatch):
    asked = []
    token = await SignIn(http, PUBLIC, azuread_credential(Settings(credential("registry", "caller"), {}))).token(GRAPH)

    async def send(method, url, **rest):
        asked.append((method, url, rest["headers"]))
        return Answer(200, {}, json.dumps({"access_token": token, "expires_in": "3600"}))

    monkeypatch.setattr(http, "send", send)
    given = {"tenantId": CLUSTER_TENANT, "clientId": CLUSTER_CALLER_ID, "useMsi": "true", "environment": "public"}
    environ = {"ARM_MSI_ENDPOINT": "http://evil.example/token"}
    graph = await sign_in(Settings(given, environ), http)
    assert (await graph.claims())["tid"] == REGISTRY_TENANT
    query = f"api-version=2018-02-01&resource=https%3A%2F%2Fgraph.microsoft.com&client_id={CLUSTER_CALLER_ID}"
    assert asked == [("GET", f"http://evil.example/token?{query}", {"Metadata": "true"})]
    with pytest.raises(OperatorError, match="no managed identity endpoint on this machine"):
        await sign_in(Settings(given, {}), http)
    native = Settings({**given, "subscriptionId": "any"}, environ)
    with pytest.raises(OperatorError):
        await prepare(native, http).claims()
    assert len(asked) == 1


async def test_endpoint_of_a_managed_identity_that_refuses(http, monkeypatch):
    async def send(method, url, **rest):
        return Answer(400, {}, "no identity")

    monkeypatch.setattr(http, "send", send)
    settings = Settings({"useMsi": "true", "msiEndpoint": "http://169.254.169.254/token", "environment": "public"}, {})
    with pytest.raises(OperatorError, match="metadata endpoint: received HTTP status 400 with body: no identity"):
        await sign_in(settings, http)


@pytest.mark.parametrize(
    ("name", "hosts"),
    [
        ("", ("login.microsoftonline.com", "graph.microsoft.com")),
        ("Global", ("login.microsoftonline.com", "graph.microsoft.com")),
        ("public", ("login.microsoftonline.com", "graph.microsoft.com")),
        ("usgovernment", ("login.microsoftonline.us", "graph.microsoft.us")),
        ("USGovernmentL4", ("login.microsoftonline.us", "graph.microsoft.us")),
        ("usgovernmentl5", ("login.microsoftonline.us", "dod-graph.microsoft.us")),
        ("dod", ("login.microsoftonline.us", "dod-graph.microsoft.us")),
        ("china", ("login.partner.microsoftonline.cn", "microsoftgraph.chinacloudapi.cn")),
    ],
)
def test_environments_of_azuread_name_the_hosts(name: str, hosts: tuple[str, str]):
    cloud = azuread_cloud(Settings({"environment": name}, {}))
    assert (cloud.login_host, cloud.graph_host) == hosts
    assert azuread_cloud(Settings({}, {"ARM_ENVIRONMENT": name})) == cloud
    assert azuread_cloud(Settings({"environment": "public"}, {"ARM_ENVIRONMENT": "china"})) is PUBLIC


@pytest.mark.parametrize(
    ("name", "host"),
    [
        ("", "management.azure.com"),
        ("public", "management.azure.com"),
        ("AzureCloud", "management.azure.com"),
        ("usgov", "management.usgovcloudapi.net"),
        ("usgovernment", "management.usgovcloudapi.net"),
        ("usgovernmentl4", "management.usgovcloudapi.net"),
        ("AzureUSGovernment", "management.usgovcloudapi.net"),
        ("AzureUSGovernmentCloud", "management.usgovcloudapi.net"),
        ("china", "management.chinacloudapi.cn"),
        ("AzureChinaCloud", "management.chinacloudapi.cn"),
    ],
)
def test_environments_of_azure_native_name_the_host(http, name: str, host: str):
    given = credential("cluster", "caller")
    assert prepare(Settings({**given, "environment": name}, {}), http).cloud.arm_host == host
    assert prepare(Settings(given, {"ARM_ENVIRONMENT": name}), http).cloud.arm_host == host
    explicit = Settings({**given, "environment": "public"}, {"ARM_ENVIRONMENT": "china"})
    assert prepare(explicit, http).cloud is PUBLIC


@pytest.mark.parametrize("name", ["azurepubliccloud", "dod", "germany"])
def test_environment_that_azure_native_does_not_know_is_refused(http, name: str):
    with pytest.raises(OperatorError, match=f"configuration data is not available for Azure environment '{name}'"):
        prepare(Settings({**credential("cluster", "caller"), "environment": name}, {}), http)


@pytest.mark.parametrize(("package", "sdk"), [(Azuread, pulumi_azuread), (AzureNative, pulumi_azure_native)])
def test_secret_is_what_the_sdk_wraps_and_azuread_alone_marks_it_by_itself(package, sdk):
    source = inspect.getsource(sdk.Provider._internal_init)
    wrapped = re.findall(r'__dict__\["(\w+)"\] = None if \w+ is None else pulumi\.Output\.secret', source)
    camel = {re.sub("_([a-z])", lambda match: match[1].upper(), name) for name in wrapped}
    arguments = json.loads(package().schema())["provider"]["inputProperties"]
    assert {name for name, it in arguments.items() if it.get("secret")} == camel
    assert camel == {"clientCertificatePassword", "clientId", "clientSecret"}
    assert package.secret_config == (camel if package is Azuread else frozenset())
