"""The kubelet's own credential provider, as AKS installs it, asked for a pod's service account across the tenants.

AKS does not let its users configure the provider so: the node's configuration forwards no tenant annotation. What is
shown is that the chain carries it, and what hangs on the field ``tenant`` of the exchange: the provider sends there
the tenant of the node's configuration, which is the cluster's.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crosstenant.model.docker_config import docker_config
from crosstenant.sandbox.host.server import Sandbox
from crosstenant.sandbox.world.built_in_roles import ACR_PULL
from crosstenant.sandbox.world.open_questions import REGISTRY_EXCHANGE_TENANT, OpenQuestion
from crosstenant.sandbox.world.seed import CLUSTER_TENANT, REGISTRY, REGISTRY_TENANT
from lib import cluster_clients
from tests.both_answers import both_answers
from tests.clients.estate import Estate, Identity
from tests.clients.registry_client import RegistryClient
from tests.installed import failing_without_it

pytestmark = pytest.mark.large

LOGIN_SERVER = "fabrikamimages.azurecr.io"
IMAGE = f"{LOGIN_SERVER}/hello:1.0"
API = "credentialprovider.kubelet.k8s.io/v1"
CLIENT_ID = "kubernetes.azure.com/acr-client-id"
TENANT_ID = "kubernetes.azure.com/acr-tenant-id"
NEEDS_BOTH = {CLIENT_ID: "client id annotation", TENANT_ID: "tenant id annotation"}


class CredentialProvider:
    """The program on a node, whose configuration names the node's tenant."""

    def __init__(self, executable: Path, sandbox: Sandbox, folder: Path) -> None:
        self._executable = executable
        self._environ = sandbox.surroundings()
        self._configuration = folder / "azure.json"

    def ask(
        self, token: str, annotated: dict[str, str], tenant: str = CLUSTER_TENANT
    ) -> subprocess.CompletedProcess[str]:
        """Asks for the credentials of an image, as the kubelet does."""
        configuration = {"cloud": "AzurePublicCloud", "tenantId": tenant, "useManagedIdentityExtension": True}
        self._configuration.write_text(json.dumps(configuration))
        request = {
            "apiVersion": API,
            "kind": "CredentialProviderRequest",
            "image": IMAGE,
            "serviceAccountToken": token,
            "serviceAccountAnnotations": annotated,
        }
        return subprocess.run(
            [self._executable, self._configuration],
            input=json.dumps(request),
            env=self._environ,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def credentials(self, *asked: Any) -> tuple[str, str]:
        """User name and password for the registry."""
        done = self.ask(*asked)
        assert done.returncode == 0, done.stderr
        answer = json.loads(done.stdout)
        assert (answer["kind"], answer["apiVersion"]) == ("CredentialProviderResponse", API)
        found = answer["auth"][LOGIN_SERVER]
        return found["username"], found["password"]

    def refusal(self, *asked: Any) -> str:
        """What the provider writes to the kubelet's log when it has no credentials."""
        done = self.ask(*asked)
        assert done.returncode != 0, done.stdout
        assert "panic" not in done.stderr
        return done.stderr


@pytest.fixture
def provider(sandbox: Sandbox, tmp_path: Path) -> CredentialProvider:
    """The program; a machine without it fails here, and reads how to get it."""
    with failing_without_it():
        executable = cluster_clients.executable(cluster_clients.CREDENTIAL_PROVIDER, "make test-clients")
    return CredentialProvider(executable, sandbox, tmp_path)


@pytest.fixture
def annotated(trusted: Identity) -> dict[str, str]:
    """Those of the pod's service account."""
    return {CLIENT_ID: trusted.client_id, TENANT_ID: REGISTRY_TENANT}


@both_answers(REGISTRY_EXCHANGE_TENANT)
def test_the_node_s_tenant_in_the_exchange_decides(
    provider: CredentialProvider,
    client: RegistryClient,
    estate: Estate,
    trusted: Identity,
    cluster_token: Callable[..., str],
    annotated: dict[str, str],
    given_answers: dict[OpenQuestion, str],
):
    estate.assign(REGISTRY, ACR_PULL, trusted.principal_id)
    if given_answers[REGISTRY_EXCHANGE_TENANT] == "checked":
        said = provider.refusal(cluster_token(), annotated)
        assert f"https://{LOGIN_SERVER}/oauth2/exchange responded with status code 401" in said
        found = provider.credentials(cluster_token(), annotated, REGISTRY_TENANT)
    else:
        found = provider.credentials(cluster_token(), annotated)
    client.sign_in(docker_config([LOGIN_SERVER], *found))
    outcome = client.pull(IMAGE)
    assert outcome.pulled, outcome.said


def test_credentials_come_without_a_role_and_pull_only_with_one(
    provider: CredentialProvider,
    client: RegistryClient,
    estate: Estate,
    trusted: Identity,
    cluster_token: Callable[..., str],
    annotated: dict[str, str],
):
    client.sign_in(docker_config([LOGIN_SERVER], *provider.credentials(cluster_token(), annotated)))
    assert not client.pull(IMAGE).pulled
    assignment = estate.assign(REGISTRY, ACR_PULL, trusted.principal_id)
    assert client.pull(IMAGE).pulled
    # The same refresh token: the registry reads the roles anew for each access token.
    estate.unassign(assignment)
    assert not client.pull(IMAGE).pulled


@pytest.mark.parametrize("missing", [CLIENT_ID, TENANT_ID])
def test_the_provider_needs_both_annotations(
    provider: CredentialProvider, cluster_token: Callable[..., str], annotated: dict[str, str], missing: str
):
    del annotated[missing]
    assert f"{NEEDS_BOTH[missing]} {missing} is not found" in provider.refusal(cluster_token(), annotated)


def test_annotation_with_the_cluster_s_tenant_is_refused_by_entra(
    provider: CredentialProvider, cluster_token: Callable[..., str], annotated: dict[str, str]
):
    assert "AADSTS700016" in provider.refusal(cluster_token(), {**annotated, TENANT_ID: CLUSTER_TENANT})


def test_pod_of_another_service_account_gets_nothing(
    provider: CredentialProvider, cluster_token: Callable[..., str], annotated: dict[str, str]
):
    assert "AADSTS700213" in provider.refusal(cluster_token("apps", "default"), annotated)
