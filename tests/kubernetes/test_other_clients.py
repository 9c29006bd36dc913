"""Other people's clients in a cluster with a real API server: what signs in with a service account's own token.

- The External Secrets Operator's generator, which asks for the token by TokenRequest, and what the operator does with
  its answer: the keys rewritten, the template filled. Its controller does not run.
- azure-identity, with a token of TokenRequest as the kubelet projects it.
- Registry clients, with the pull secret that the refresher wrote.
"""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jwt
import pytest
from azure.identity import WorkloadIdentityCredential

from crosstenant.model.docker_config import docker_config
from crosstenant.model.kubernetes.external_secrets_objects import (
    ExternalSecretsPlan,
    external_secrets_objects,
    pull_template,
)
from crosstenant.model.kubernetes.plan import ProvedRegistry, PullNamespace, RefresherConfig, RefresherPlan
from crosstenant.model.kubernetes.refresher_objects import refresher_objects
from crosstenant.sandbox.host.server import Sandbox
from crosstenant.sandbox.world.built_in_roles import ACR_PULL, REPOSITORY_READER
from crosstenant.sandbox.world.seed import ABAC_REGISTRY, CLUSTER_TENANT, FEDERATION_AUDIENCE, REGISTRY, REGISTRY_TENANT
from lib.checkout import ROOT
from tests.clients.estate import Estate, Identity
from tests.clients.registry_client import RegistryClient
from tests.kubernetes.cluster_world import Cluster
from tests.kubernetes.operator_clients import Generator

HOST = "fabrikamimages.azurecr.io"
IMAGE = f"{HOST}/hello:1.0"
REFRESHER = ROOT / "crosstenant" / "refresher" / "refresh_pull_secrets.py"


@pytest.fixture
def external(
    cluster_api: Cluster, namespace: str, make_trusted: Callable[[str, str], Identity]
) -> tuple[Identity, Any, str]:
    """What the delivery puts into the namespace: the identity, the generator's document, the service account's path."""
    plan = ExternalSecretsPlan("pull", (PullNamespace(namespace),))
    identity = make_trusted(namespace, plan.name)
    [objects] = external_secrets_objects(
        plan, tenant_id=REGISTRY_TENANT, client_id=identity.client_id, login_servers=[HOST], template={}
    )
    accounts = f"/api/v1/namespaces/{namespace}/serviceaccounts"
    account: Any = objects.service_account
    cluster_api.create(accounts, account)
    [document] = objects.generators
    return identity, document, f"{accounts}/{account['metadata']['name']}"


def test_external_secrets_generator_works_across_tenants(
    generator: Generator, external: tuple[Identity, Any, str], estate: Estate, client: RegistryClient
):
    identity, document, _ = external
    secret = generator.secret(document)
    assert secret["username"] == "00000000-0000-0000-0000-000000000000"
    client.sign_in(docker_config([HOST], secret["username"], secret["password"]))
    # That the operator says "ready" does not say that there is a role.
    assert not client.pull(IMAGE).pulled
    estate.assign(REGISTRY, ACR_PULL, identity.principal_id)
    assert client.pull(IMAGE).pulled


def test_external_secrets_generator_fails_where_a_registry_refuses_tokens_for_resource_manager(
    generator: Generator, external: tuple[Identity, Any, str], estate: Estate
):
    estate.take_tokens_for_resource_manager(REGISTRY, "disabled")
    try:
        assert "unexpected status code 401" in generator.refusal(external[1])
    finally:
        estate.take_tokens_for_resource_manager(REGISTRY, "enabled")
    generator.secret(external[1])


def test_external_secrets_generator_needs_the_registry_tenant_in_the_annotation(
    generator: Generator, external: tuple[Identity, Any, str], cluster_api: Cluster
):
    wrong = {"metadata": {"annotations": {"azure.workload.identity/tenant-id": CLUSTER_TENANT}}}
    headers = {"Content-Type": "application/merge-patch+json"}
    assert cluster_api.admin.patch(external[2], json=wrong, headers=headers).status_code == 200
    assert "AADSTS700016" in generator.refusal(external[1])


def test_pull_secret_that_the_operator_fills_pulls_from_every_registry(
    generator: Generator,
    estate: Estate,
    make_trusted: Callable[[str, str], Identity],
    cluster_api: Cluster,
    namespace: str,
    client: RegistryClient,
):
    plan = ExternalSecretsPlan("pull", (PullNamespace(namespace),))
    identity = make_trusted(namespace, plan.name)
    hosts = [HOST, "fabrikamabac.azurecr.io"]
    estate.assign(REGISTRY, ACR_PULL, identity.principal_id)
    estate.assign(ABAC_REGISTRY, REPOSITORY_READER, identity.principal_id)
    [objects] = external_secrets_objects(
        plan,
        tenant_id=REGISTRY_TENANT,
        client_id=identity.client_id,
        login_servers=hosts,
        template=pull_template(hosts),
    )
    cluster_api.create(f"/api/v1/namespaces/{namespace}/serviceaccounts", objects.service_account)
    items: list[Any] = [*objects.generators, objects.external_secret]
    secret = generator.secret({"apiVersion": "v1", "kind": "List", "items": items})
    assert list(secret) == [".dockerconfigjson"]
    client.sign_in(secret[".dockerconfigjson"])
    for host in hosts:
        outcome = client.pull(f"{host}/hello:1.0")
        assert outcome.pulled, outcome.said


def test_azure_identity_signs_in_with_a_token_of_the_api_server(
    azure: Sandbox,
    cluster_api: Cluster,
    namespace: str,
    make_trusted: Callable[[str, str], Identity],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    identity = make_trusted(namespace, "default")
    (tmp_path / "token").write_text(cluster_api.token(namespace, "default", FEDERATION_AUDIENCE))
    for name, value in azure.environment().items():
        monkeypatch.setenv(name, value)
    with WorkloadIdentityCredential(
        tenant_id=REGISTRY_TENANT, client_id=identity.client_id, token_file_path=str(tmp_path / "token")
    ) as credential:
        token = credential.get_token("https://containerregistry.azure.net/.default").token
    claims = jwt.decode(token, options={"verify_signature": False})
    assert (claims["tid"], claims["oid"]) == (REGISTRY_TENANT, identity.principal_id)


class Refresher:
    """The refresher as a process beside the cluster, with the tokens that the kubelet would project."""

    def __init__(self, azure: Sandbox, cluster: Cluster, plan: RefresherPlan, client_id: str, folder: Path) -> None:
        registry = ProvedRegistry(HOST, "hello", "1.0")
        authority = "https://login.microsoftonline.com"
        config = RefresherConfig(REGISTRY_TENANT, client_id, authority, [registry], plan.namespaces)
        folder.mkdir()
        (folder / "config.json").write_text(config.text())
        (folder / "ca.crt").write_text(cluster.authority)
        account = plan.namespace, plan.service_account
        (folder / "token").write_text(cluster.token(*account))
        (folder / "entra-token").write_text(cluster.token(*account, FEDERATION_AUDIENCE))
        self._environ = {
            **azure.surroundings(),
            "CROSSTENANT_CONFIG": str(folder / "config.json"),
            "CROSSTENANT_TOKEN_FILE": str(folder / "entra-token"),
            "CROSSTENANT_SERVICE_ACCOUNT": str(folder),
            "CROSSTENANT_PATIENCE_SECONDS": "0",
            "KUBERNETES_SERVICE_HOST": cluster.host,
            "KUBERNETES_SERVICE_PORT": "443",
        }

    def run(self) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-I", "-B", str(REFRESHER)]
        return subprocess.run(
            command, env=self._environ, capture_output=True, text=True, timeout=60, check=False, cwd=os.sep
        )


def test_registry_client_pulls_with_what_the_refresher_wrote_while_the_role_is_there(
    azure: Sandbox,
    cluster_api: Cluster,
    namespace: str,
    make_trusted: Callable[[str, str], Identity],
    estate: Estate,
    client: RegistryClient,
    tmp_path: Path,
):
    own = namespace.replace("apps", "crosstenant")
    plan = RefresherPlan(own, (PullNamespace(namespace),), "7 * * * *")
    objects = refresher_objects(plan, config="{}", content_hash="none")
    [pulling] = objects.namespaces
    cluster_api.create("/api/v1/namespaces", objects.namespace)
    cluster_api.create(f"/api/v1/namespaces/{own}/serviceaccounts", objects.service_account)
    cluster_api.create(f"/api/v1/namespaces/{namespace}/secrets", pulling.secret)
    rbac = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}"
    cluster_api.create(f"{rbac}/roles", pulling.role)
    cluster_api.create(f"{rbac}/rolebindings", pulling.role_binding)
    identity = make_trusted(own, plan.service_account)
    refresher = Refresher(azure, cluster_api, plan, identity.client_id, tmp_path / "mounted")

    def signed_in() -> RegistryClient:
        path = f"/api/v1/namespaces/{namespace}/secrets/{plan.namespaces[0].secret}"
        client.sign_in(base64.b64decode(cluster_api.get(path)["data"][".dockerconfigjson"]).decode())
        return client

    before = refresher.run()
    assert before.returncode != 0
    assert "AcrPull" in before.stderr
    assert not signed_in().pull(IMAGE).pulled
    assignment = estate.assign(REGISTRY, ACR_PULL, identity.principal_id)
    after = refresher.run()
    assert after.returncode == 0, after.stderr
    assert signed_in().pull(IMAGE).pulled
    estate.unassign(assignment)
    assert not signed_in().pull(IMAGE).pulled
