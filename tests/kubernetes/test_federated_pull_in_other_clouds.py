"""``FederatedPull`` in US Government and China: every client, and the pods of the cluster, stay within the cloud."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from crosstenant.model.federation import OPERATOR_AUDIENCE
from crosstenant.model.kubernetes.external_secrets_objects import (
    ENVIRONMENT_TYPES,
    ExternalSecretsPlan,
    external_secrets_objects,
)
from crosstenant.model.kubernetes.plan import PullNamespace
from crosstenant.sandbox.host.request_log import requests
from crosstenant.sandbox.host.server import Sandbox
from crosstenant.sandbox.host.state_file import open_store
from crosstenant.sandbox.world import clouds, seed
from crosstenant.sandbox.world.cluster_issuers import issuer_url
from crosstenant.sandbox.world.drift import CLUSTERS, resource
from crosstenant.sandbox.world.ids import IDENTITY_TYPE
from crosstenant.sandbox.world.managed_identities import CREDENTIALS, create, is_identity
from lib import cluster_clients
from lib.checkout import ROOT
from lib.sandbox import CONFIG, SECRETS
from lib.stack import Outcome, Stack
from tests.installed import failing_without_it
from tests.kubernetes.cluster_world import Cluster
from tests.kubernetes.operator_clients import Generator
from tests.kubernetes.pods import phase, pod
from tests.kubernetes.provider_plugins import STAND_IN, environment

pytestmark = pytest.mark.engine

CALLERS = {
    "CLUSTER_CLIENT_ID": seed.CLUSTER_CALLER_ID,
    "CLUSTER_CLIENT_SECRET": seed.CLUSTER_CALLER_SECRET,
    "REGISTRY_CLIENT_ID": seed.REGISTRY_CALLER_ID,
    "REGISTRY_CLIENT_SECRET": seed.REGISTRY_CALLER_SECRET,
}
AUDIENCES = {"usgovernment": "api://AzureADTokenExchangeUSGov", "china": "api://AzureADTokenExchangeChina"}


@pytest.fixture(params=AUDIENCES)
def cloud(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def azure(cloud: str, tmp_path: Path, _own_cache: None) -> Iterator[Sandbox]:  # pyright: ignore[reportUnusedParameter]
    with Sandbox(open_store(tmp_path / "azure" / "state.json", cloud)) as running:
        yield running


def test_the_external_secrets_generator_is_trusted_with_its_own_audience(azure: Sandbox, cloud: str, tmp_path: Path):
    """What the component declares for it in this cloud: its documents, and a credential with ``OPERATOR_AUDIENCE``."""
    with failing_without_it():
        executable = cluster_clients.executable(cluster_clients.GENERATOR, "make test-kubernetes")
    store, here = open_store(tmp_path / "azure" / "state.json"), clouds.CLOUDS[cloud]
    cluster = Cluster(azure, store, "aks-managed", tmp_path)
    namespace = cluster.namespace("apps")
    plan = ExternalSecretsPlan("pull", (PullNamespace(namespace),), ENVIRONMENT_TYPES[cloud])
    with store.change() as state:
        identity = create(state, seed.IDENTITY_GROUP, "pull", here.location)
        issuer = issuer_url(resource(state, CLUSTERS, "aks-managed"))
        identity[CREDENTIALS] = [
            {"name": "aks", "issuer": issuer, "subject": plan.subjects[0], "audiences": [OPERATOR_AUDIENCE]}
        ]
    [objects] = external_secrets_objects(
        plan,
        tenant_id=seed.REGISTRY_TENANT,
        client_id=identity["properties"]["clientId"],
        login_servers=[f"fabrikamimages.{here.registry_suffix}"],
        template={},
    )
    cluster.create(f"/api/v1/namespaces/{namespace}/serviceaccounts", objects.service_account)
    generator = Generator(executable, azure, cluster, namespace)
    assert generator.secret(objects.generators[0])["username"] == "00000000-0000-0000-0000-000000000000"
    with store.change() as state:
        resource(state, IDENTITY_TYPE, "pull")[CREDENTIALS][0]["audiences"] = [AUDIENCES[cloud]]
    assert "AADSTS700212" in generator.refusal(objects.generators[0])
    cluster.close()


def done(outcome: Outcome) -> Outcome:
    assert outcome.code == 0, outcome.output
    return outcome


def test_a_chain_without_a_secret_stays_within_its_cloud(azure: Sandbox, cloud: str, tmp_path: Path):
    store = open_store(tmp_path / "azure" / "state.json")
    here = clouds.CLOUDS[cloud]
    cluster = Cluster(azure, store, "aks-managed", tmp_path)
    assert cluster.host.endswith(f".{here.cluster_domain}")
    namespace = cluster.namespace("apps")
    environ = {**environment(STAND_IN, azure, tmp_path), **CALLERS}
    stack = Stack(ROOT / "examples" / "federated", "test", tmp_path / "stack", environ=environ)
    settings = {
        **CONFIG,
        "environment": cloud,
        "clusterId": seed.MANAGED_IDENTITY_CLUSTER,
        "identityGroup": seed.IDENTITY_GROUP.rpartition("/")[2],
        "namespace": namespace,
        "repository": "hello",
        "reference": "1.0",
    }
    stack.create(settings, {**SECRETS, "kubeconfig": cluster.kubeconfig_file.read_text()})
    done(stack.operate("up"))

    with store.read() as state:
        [credential] = next(it for it in state["resources"].values() if is_identity(it))[CREDENTIALS]
    assert credential["audiences"] == [AUDIENCES[cloud]]
    assert f".{here.issuer_domain}/" in credential["issuer"]
    image = f"fabrikamimages.{here.registry_suffix}/hello:1.0"
    cluster.create(f"/api/v1/namespaces/{namespace}/pods", pod("shop", image, container={"imagePullPolicy": "Always"}))
    cluster.until(lambda: phase(cluster, namespace, "shop") == "Running")
    quiet = done(stack.operate("preview", "--refresh", "--expect-no-changes"))
    assert not quiet.changes
    checked = stack.command("crosstenant", "check", "--stack", "test", "--cwd", str(tmp_path / "stack"), "--json")
    assert {it["state"] for it in json.loads(checked.output)["links"]} <= {"ok", "skipped"}, checked.output
    done(stack.operate("destroy"))
    cluster.close()

    hosts = {it["host"] for it in requests(store)}
    assert [it for it in hosts if clouds.cloud_of_host(it) is not here and not it.endswith(here.cluster_domain)] == []
    assert {here.login_host, here.arm_host, f"fabrikamimages.{here.registry_suffix}"} <= hosts
