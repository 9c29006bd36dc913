"""US Government and China in the sandbox: their hosts, tokens and names, and what the hosts of another cloud answer."""

import ast
import ssl
from pathlib import Path

import httpx
import jwt
import pytest
from click.testing import CliRunner

from crosstenant.sandbox.cli.commands import sandbox
from crosstenant.sandbox.entra.assertions import ASSERTION_TYPE, federated_token
from crosstenant.sandbox.host.state_file import open_store
from crosstenant.sandbox.world.clouds import CLOUDS, cloud_of
from crosstenant.sandbox.world.open_questions import CHINA_ELSEWHERE
from crosstenant.sandbox.world.seed import (
    CLUSTER,
    CLUSTER_CALLER_ID,
    CLUSTER_OWNER_ID,
    CLUSTER_OWNER_SECRET,
    CLUSTER_TENANT,
    GITHUB_ISSUER,
    GITHUB_SUBJECT,
    OLD_CLUSTER_APP_ID,
    OLD_CLUSTER_SECRET,
    REGISTRY,
    REGISTRY_OWNER_ID,
    REGISTRY_OWNER_SECRET,
    REGISTRY_TENANT,
)

SANDBOX = Path(__file__).parents[2] / "crosstenant" / "sandbox"
LOGIN = {
    "public": "login.microsoftonline.com",
    "usgovernment": "login.microsoftonline.us",
    "china": "login.partner.microsoftonline.cn",
}
GRAPH = {
    "public": "graph.microsoft.com",
    "usgovernment": "graph.microsoft.us",
    "china": "microsoftgraph.chinacloudapi.cn",
}
ARM = {
    "public": "management.azure.com",
    "usgovernment": "management.usgovcloudapi.net",
    "china": "management.chinacloudapi.cn",
}
SUFFIX = {"public": "azurecr.io", "usgovernment": "azurecr.us", "china": "azurecr.cn"}
ISSUER = {
    "public": "https://sts.windows.net/",
    "usgovernment": "https://sts.windows.net/",
    "china": "https://sts.chinacloudapi.cn/",
}
AUDIENCE = {
    "public": "api://AzureADTokenExchange",
    "usgovernment": "api://AzureADTokenExchangeUSGov",
    "china": "api://AzureADTokenExchangeChina",
}
OTHER_CLOUDS = [(here, there) for here in LOGIN for there in LOGIN if here != there]
RESET = f"{CLUSTER}/resetServicePrincipalProfile?api-version=2026-04-01"


class Client:
    """An HTTP client in the sandbox, whose state is of one cloud."""

    def __init__(self, running, cloud):
        open_store(running.store.path, cloud).reset()
        self.running = running
        trusting = ssl.create_default_context(cafile=running.roots)
        self.http = httpx.Client(proxy=running.url, verify=trusting, trust_env=False)

    def sign_in(self, cloud, scope, app_id=CLUSTER_OWNER_ID, tenant=CLUSTER_TENANT, **credential):
        form = {"grant_type": "client_credentials", "client_id": app_id, "scope": scope, **credential}
        if not credential:
            form["client_secret"] = CLUSTER_OWNER_SECRET
        return self.http.post(f"https://{LOGIN[cloud]}/{tenant}/oauth2/v2.0/token", data=form)

    def bearer(self, cloud, host, **caller):
        answer = self.sign_in(cloud, f"https://{host}/.default", **caller)
        return {"Authorization": f"Bearer {answer.json()['access_token']}"}


@pytest.fixture
def client(running):
    made = []

    def make(cloud):
        made.append(Client(running, cloud))
        return made[-1]

    yield make
    for one in made:
        one.http.close()


def refusal(answer):
    return answer.status_code, answer.json()["error_description"].split(":")[0]


@pytest.mark.parametrize("cloud", ["usgovernment", "china"])
def test_tokens_are_of_the_cloud(client, cloud):
    here = client(cloud)
    token = here.sign_in(cloud, f"https://{ARM[cloud]}/.default").json()["access_token"]
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims["aud"] == f"https://{ARM[cloud]}/"
    assert claims["iss"] == claims["idp"] == f"{ISSUER[cloud]}{CLUSTER_TENANT}/"
    for foreign in (ARM["public"], "management.core.windows.net", GRAPH["public"]):
        assert refusal(here.sign_in(cloud, f"https://{foreign}/.default")) == (400, "AADSTS500011")
    address = f"https://{LOGIN[cloud]}/{CLUSTER_TENANT}/v2.0/.well-known/openid-configuration"
    document = here.http.get(address).json()
    assert document["token_endpoint"].startswith(f"https://{LOGIN[cloud]}/")
    assert document["msgraph_host"] == GRAPH[cloud]
    older = here.http.get(address.replace("/v2.0/", "/")).json()
    assert older["issuer"] == f"{ISSUER[cloud]}{CLUSTER_TENANT}/"


@pytest.mark.parametrize("cloud", ["usgovernment", "china"])
def test_services_name_hosts_of_the_cloud(client, cloud):
    here = client(cloud)
    graph = here.http.get(f"https://{GRAPH[cloud]}/v1.0/applications", headers=here.bearer(cloud, GRAPH[cloud]))
    assert graph.json()["@odata.context"].startswith(f"https://{GRAPH[cloud]}/v1.0/")
    arm = here.bearer(cloud, ARM[cloud])
    body = {"clientId": OLD_CLUSTER_APP_ID, "secret": OLD_CLUSTER_SECRET}
    reset = here.http.post(f"https://{ARM[cloud]}{RESET}", headers=arm, json=body)
    assert reset.status_code == 202
    for header in ("Azure-AsyncOperation", "Location"):
        assert reset.headers[header].startswith(f"https://{ARM[cloud]}/subscriptions/")
    owner = {"tenant": REGISTRY_TENANT, "app_id": REGISTRY_OWNER_ID, "client_secret": REGISTRY_OWNER_SECRET}
    registries = here.bearer(cloud, ARM[cloud], **owner)
    address = f"https://{ARM[cloud]}{REGISTRY.replace('fabrikamimages', 'freshimages')}?api-version=2025-11-01"
    body = {"location": "any", "sku": {"name": "Premium"}}
    fresh = here.http.put(address, headers=registries, json=body).json()
    assert fresh["properties"]["loginServer"] == f"freshimages.{SUFFIX[cloud]}"
    challenge = here.http.get(f"https://fabrikamimages.{SUFFIX[cloud]}/v2/").headers["WWW-Authenticate"]
    assert f'realm="https://fabrikamimages.{SUFFIX[cloud]}/oauth2/token"' in challenge
    tenant = f"https://{ARM[cloud]}/subscriptions/{CLUSTER.split('/')[2]}"
    locations = here.http.get(f"{tenant}/locations?api-version=2022-12-01", headers=arm).json()["value"]
    namespace = here.http.get(f"{tenant}/providers/Microsoft.ContainerService?api-version=2021-04-01", headers=arm)
    for kind in namespace.json()["resourceTypes"]:
        assert kind["locations"] == [one["displayName"] for one in locations]
    assert [one["name"] for one in locations] == list(CLOUDS[cloud].locations)
    old = here.http.get(f"https://{ARM[cloud]}{CLUSTER}?api-version=2015-01-01", headers=arm).json()["error"]
    assert f"The supported locations are '{', '.join(CLOUDS[cloud].locations)}'" in old["message"]


@pytest.mark.parametrize("cloud", LOGIN)
def test_registry_takes_tokens_for_resource_manager_of_its_cloud_and_for_registries(client, cloud):
    here = client(cloud)
    registry = f"fabrikamimages.{SUFFIX[cloud]}"
    owner = {"tenant": REGISTRY_TENANT, "app_id": REGISTRY_OWNER_ID, "client_secret": REGISTRY_OWNER_SECRET}

    def exchange(host):
        token = here.sign_in(cloud, f"https://{host}/.default", **owner).json()["access_token"]
        form = {"grant_type": "access_token", "service": registry, "access_token": token}
        return here.http.post(f"https://{registry}/oauth2/exchange", data=form).status_code

    assert exchange(ARM[cloud]) == 200
    assert exchange("containerregistry.azure.net") == 200
    assert exchange(GRAPH[cloud]) == 401


@pytest.mark.parametrize("cloud", LOGIN)
def test_endpoint_metadata_describes_the_cloud_of_the_host(client, cloud):
    here = client("usgovernment")
    address = f"https://{ARM[cloud]}/metadata/endpoints?api-version="
    found = here.http.get(f"{address}2022-09-01").json()
    assert found["resourceManager"] == f"https://{ARM[cloud]}/"
    assert found["microsoftGraphResourceId"] == f"https://{GRAPH[cloud]}/"
    assert found["authentication"]["loginEndpoint"] == f"https://{LOGIN[cloud]}"
    assert found["suffixes"]["acrLoginServer"] == SUFFIX[cloud]
    names = [one["name"] for one in here.http.get(f"{address}2019-10-01").json()]
    assert names == ["AzureCloud", "AzureUSGovernment", "AzureChinaCloud"]


@pytest.mark.parametrize("cloud", LOGIN)
def test_federated_credentials_have_the_audience_that_the_cloud_proposes(client, cloud):
    here = client(cloud)

    def attempt(audience):
        with here.running.store.read() as state:
            assertion = federated_token(state, GITHUB_ISSUER, GITHUB_SUBJECT, audience)
        return here.sign_in(
            cloud,
            f"https://{ARM[cloud]}/.default",
            CLUSTER_CALLER_ID,
            client_assertion=assertion,
            client_assertion_type=ASSERTION_TYPE,
        )

    for name, audience in AUDIENCE.items():
        assert attempt(audience).status_code == (200 if name == cloud else 401)
    assert refusal(attempt("api://other")) == (401, "AADSTS700212")


@pytest.mark.parametrize(("here", "there"), OTHER_CLOUDS)
def test_hosts_of_another_cloud_know_nothing_of_this_one(client, here, there):
    caller = client(here)
    scope = f"https://{ARM[there]}/.default"
    assert refusal(caller.sign_in(there, scope)) == (400, "AADSTS900382")
    with caller.running.store.change() as state:
        CHINA_ELSEWHERE.put(state, "no_tenant")
    expected = "AADSTS90002" if "china" in (here, there) else "AADSTS900382"
    assert refusal(caller.sign_in(there, scope)) == (400, expected)
    assert refusal(caller.sign_in(there, scope, tenant="d" * 8)) == (400, "AADSTS90002")
    subscription = "/".join(CLUSTER.split("/")[:3])
    arm = caller.bearer(here, ARM[here])
    refused = caller.http.get(f"https://{ARM[there]}{subscription}?api-version=2022-12-01", headers=arm)
    assert (refused.status_code, refused.json()["error"]["code"]) == (401, "InvalidAuthenticationToken")
    graph = caller.http.get(f"https://{GRAPH[there]}/v1.0/applications", headers=caller.bearer(here, GRAPH[here]))
    assert (graph.status_code, graph.json()["error"]["code"]) == (401, "InvalidAuthenticationToken")
    assert caller.http.get(f"https://fabrikamimages.{SUFFIX[there]}/v2/").status_code == 404
    assert {it["host"] for it in caller.running.requests} >= {LOGIN[there], GRAPH[there], ARM[there]}


def test_node_gets_nothing_from_another_clouds_registry(client):
    here = client("usgovernment")
    pull = ("crosstenant", "sandbox", "pull", "--cluster", "aks-prod", "fabrikamimages.azurecr.io/hello:1.0")
    assert "fabrikamimages.azurecr.io/v2/hello/manifests/1.0 answers 404" in here.running.run(*pull, code=1)


def test_clouds_of_a_state_are_not_mixed(tmp_path):
    path = tmp_path / "state.json"

    def run(*options, code=0):
        done = CliRunner().invoke(sandbox, ["run", "--state", str(path), *options, "--", "true"])
        assert done.exit_code == code, done.output
        return done.output

    def present():
        with open_store(path).read() as state:
            return cloud_of(state).name

    run("--cloud", "china")
    assert present() == "china"
    assert "is of cloud 'china': add --fresh, or name another file" in run("--cloud", "public", code=1)
    for again in (("--fresh",), ("--cloud", "china"), ("--fresh", "--cloud", "usgovernment")):
        run(*again)
        assert present() == (again[-1] if "--cloud" in again else "china")
    reset = CliRunner().invoke(sandbox, ["reset", "--state", str(path)])
    assert (reset.exit_code, present()) == (0, "usgovernment")
    assert "Cloud: usgovernment" in CliRunner().invoke(sandbox, ["show", "--state", str(path)]).output


def test_no_two_clouds_share_a_host_of_their_services():
    hosts = [host for cloud in CLOUDS.values() for host in (*cloud.login_hosts, cloud.graph_host, cloud.arm_host)]
    assert len(hosts) == len(set(hosts))


def test_no_service_names_a_host_of_the_public_cloud():
    hosts = ("login.microsoftonline.com", "graph.microsoft.com", "management.azure.com")
    lists = {SANDBOX / "world" / "clouds.py", SANDBOX / "standins" / "clouds.py"}
    named = []
    for path in sorted(set(SANDBOX.rglob("*.py")) - lists):
        tree = ast.parse(path.read_text())
        documented = {
            id(node.body[0].value)
            for node in ast.walk(tree)
            if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
            and isinstance(node.body[0], ast.Expr)
        }
        texts = [
            (node.lineno, node.value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documented
        ]
        named += [f"{path.name}:{line}" for line, text in texts if any(host in text for host in hosts)]
    assert named == []
