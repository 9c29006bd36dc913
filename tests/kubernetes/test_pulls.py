"""Pods pull from the sandbox's registries with the credentials that a node would use, and are refused as on a node."""

from __future__ import annotations

import base64
import json
import ssl
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from crosstenant.sandbox.host.server import Sandbox
from crosstenant.sandbox.world.built_in_roles import ACR_PULL
from crosstenant.sandbox.world.seed import REGISTRY, REGISTRY_TENANT
from tests.clients.estate import Application, Estate
from tests.kubernetes.cluster_world import Cluster
from tests.kubernetes.pods import events, phase, pod, state

Json = dict[str, Any]

HOST = "fabrikamimages.azurecr.io"
IMAGE = f"{HOST}/hello:1.0"
TOKEN_USER = "00000000-0000-0000-0000-000000000000"


@pytest.fixture(scope="module")
def estate(azure: Sandbox) -> Estate:
    return Estate(azure.url, azure.environment()["SSL_CERT_FILE"])


def refresh_token(azure: Sandbox, application: Application) -> str:
    """ACR's refresh token for an application, as the refresher gets it."""
    trusting = ssl.create_default_context(cafile=azure.environment()["SSL_CERT_FILE"])
    with httpx.Client(proxy=azure.url, verify=trusting) as client:
        form = {
            "grant_type": "client_credentials",
            "client_id": application.client_id,
            "client_secret": application.secret,
            "scope": "https://containerregistry.azure.net/.default",
        }
        address = f"https://login.microsoftonline.com/{REGISTRY_TENANT}/oauth2/v2.0/token"
        token = client.post(address, data=form).raise_for_status().json()["access_token"]
        exchange = {"grant_type": "access_token", "service": HOST, "tenant": REGISTRY_TENANT, "access_token": token}
        return client.post(f"https://{HOST}/oauth2/exchange", data=exchange).raise_for_status().json()["refresh_token"]


def pull_secret(host: str, username: str, password: str) -> Json:
    auth = base64.b64encode(f"{username}:{password}".encode()).decode()
    entry = {"username": username, "password": password, "auth": auth}
    config = json.dumps({"auths": {host: entry}})
    kind = "kubernetes.io/dockerconfigjson"
    return {"metadata": {"name": "registry-pull"}, "type": kind, "stringData": {".dockerconfigjson": config}}


def puller(name: str, with_secret: bool = True) -> Json:
    """A pod that pulls its image even where the node has it."""
    secrets = [{"name": "registry-pull"}] if with_secret else []
    return pod(name, IMAGE, container={"imagePullPolicy": "Always"}, imagePullSecrets=secrets)


def test_pod_pulls_with_its_secret_and_is_refused_without_the_role(
    azure: Sandbox, cluster_api: Cluster, estate: Estate
) -> None:
    namespace = cluster_api.namespace()
    application = estate.add_application()
    principal = estate.add_principal(application)
    assignment = estate.assign(REGISTRY, ACR_PULL, principal)
    base = f"/api/v1/namespaces/{namespace}"
    cluster_api.create(f"{base}/secrets", pull_secret(HOST, TOKEN_USER, refresh_token(azure, application)))
    cluster_api.create(f"{base}/pods", puller("allowed"))
    cluster_api.until(lambda: phase(cluster_api, namespace, "allowed") == "Running")
    estate.unassign(assignment)
    cluster_api.create(f"{base}/pods", puller("refused"))
    waiting = cluster_api.until(lambda: _backing_off(cluster_api, namespace, "refused"))
    unresolved = f'failed to pull and unpack image "{IMAGE}": failed to resolve reference "{IMAGE}": '
    words = f"{unresolved}pull access denied, repository does not exist or may require authorization: server message: "
    words += "insufficient_scope: authorization failed"
    assert waiting["message"] == f'Back-off pulling image "{IMAGE}": ErrImagePull: {words}'
    told = [message for reason, message in events(cluster_api, namespace) if reason == "Failed"]
    failed = [f'Failed to pull image "{IMAGE}": {words}', "Error: ErrImagePull", "Error: ImagePullBackOff"]
    assert sorted(set(told)) == sorted(failed)
    # The kubelet tries again by itself.
    estate.assign(REGISTRY, ACR_PULL, principal)
    cluster_api.until(lambda: phase(cluster_api, namespace, "refused") == "Running")


@pytest.mark.parametrize("host", ["fabrikamabac.azurecr.io", "fabrikamimages.azurecr.us"])
def test_secret_of_another_registry_is_not_shown(cluster_api: Cluster, host: str) -> None:
    namespace = cluster_api.namespace()
    cluster_api.create(f"/api/v1/namespaces/{namespace}/secrets", pull_secret(host, "user", "password"))
    cluster_api.create(f"/api/v1/namespaces/{namespace}/pods", puller("refused"))
    waiting = cluster_api.until(lambda: _backing_off(cluster_api, namespace, "refused"))
    assert "failed to authorize: failed to fetch anonymous token: " in waiting["message"]


def test_cluster_with_a_service_principal_pulls_with_its_own_credential(
    cluster_named: Callable[[str], Cluster],
) -> None:
    cluster = cluster_named("aks-prod")
    namespace = cluster.namespace()
    cluster.create(f"/api/v1/namespaces/{namespace}/pods", puller("own", with_secret=False))
    waiting = cluster.until(lambda: _backing_off(cluster, namespace, "own"))
    # With the service principal's credential, and then without one, as Azure's credential provider says.
    token = f"{HOST}/oauth2/token?service={HOST}&scope=repository%3Ahello%3Apull: 401 Unauthorized"
    assert f"failed to fetch oauth token: unexpected status from GET request to https://{token}" in waiting["message"]
    assert "failed to fetch anonymous token: " in waiting["message"]


def test_image_that_the_node_has_is_not_pulled_again(azure: Sandbox, cluster_api: Cluster, estate: Estate) -> None:
    namespace = cluster_api.namespace()
    application = estate.add_application()
    estate.assign(REGISTRY, ACR_PULL, estate.add_principal(application))
    base = f"/api/v1/namespaces/{namespace}"
    cluster_api.create(f"{base}/secrets", pull_secret(HOST, application.client_id, application.secret))
    cluster_api.create(f"{base}/pods", puller("first"))
    cluster_api.until(lambda: phase(cluster_api, namespace, "first") == "Running")
    cluster_api.create(f"{base}/pods", pod("second", IMAGE))  # without a pull secret
    cluster_api.until(lambda: phase(cluster_api, namespace, "second") == "Running")
    assert f'Container image "{IMAGE}" already present on machine' in dict(events(cluster_api, namespace)).values()


def _backing_off(cluster: Cluster, namespace: str, name: str) -> Json | None:
    waiting = state(cluster, namespace, name).get("waiting")
    return waiting if waiting and waiting["reason"] == "ImagePullBackOff" else None
