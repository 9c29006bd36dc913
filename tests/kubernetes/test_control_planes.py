"""The API server of a cluster: real, at the cluster's host name, one for each cluster, with the cluster's issuer."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from typing import Any

import httpx
import jwt

from crosstenant.sandbox.host.server import Sandbox
from crosstenant.sandbox.world.cluster_issuers import issuer_url
from crosstenant.sandbox.world.drift import CLUSTERS, resource
from crosstenant.sandbox.world.state import Store
from tests.kubernetes.cluster_world import Cluster

AUDIENCE = "api://AzureADTokenExchange"


def published_keys(azure: Sandbox, issuer: str) -> tuple[dict[str, Any], jwt.PyJWKSet]:
    """The discovery document of an issuer and its keys, fetched as Entra does: from the issuer's public host."""
    trusting = ssl.create_default_context(cafile=azure.environment()["SSL_CERT_FILE"])
    with httpx.Client(proxy=azure.url, verify=trusting) as client:
        discovery = client.get(f"{issuer}.well-known/openid-configuration").raise_for_status().json()
        return discovery, jwt.PyJWKSet.from_dict(client.get(discovery["jwks_uri"]).raise_for_status().json())


def test_tokens_verify_with_the_keys_of_the_public_issuer(azure: Sandbox, store: Store, cluster_api: Cluster) -> None:
    with store.read() as state:
        issuer = issuer_url(resource(state, CLUSTERS, cluster_api.name))
    assert issuer
    token = cluster_api.token(cluster_api.namespace(), "default", AUDIENCE)
    discovery, keys = published_keys(azure, issuer)
    assert discovery["issuer"] == issuer
    key = keys[jwt.get_unverified_header(token)["kid"]]
    claims = jwt.decode(token, key, algorithms=["RS256"], audience=AUDIENCE, issuer=issuer)
    assert claims["exp"] - claims["iat"] == 3600
    # The API server publishes the same keys, for those who may read them.
    own = cluster_api.get("/openid/v1/jwks")
    assert [one["kid"] for one in own["keys"]] == [one.key_id for one in keys.keys]
    assert cluster_api.get("/.well-known/openid-configuration")["jwks_uri"] == discovery["jwks_uri"]


def test_two_clusters_have_two_api_servers(cluster_named: Callable[[str], Cluster], cluster_api: Cluster) -> None:
    other = cluster_named("aks-prod")
    namespace = cluster_api.namespace()
    assert other.admin.get(f"/api/v1/namespaces/{namespace}").status_code == 404
    assert other.authority != cluster_api.authority
    token = cluster_api.token(namespace, "default")
    with cluster_api.bearer(token) as own, other.bearer(token) as foreign:
        assert own.get("/api/v1/namespaces").status_code == 403  # known, without a right
        assert foreign.get("/api/v1/namespaces").status_code == 401


def test_role_limits_a_service_account_to_the_named_secret(cluster_api: Cluster) -> None:
    namespace = cluster_api.namespace()
    cluster_api.service_account(namespace, "refresher")
    secrets = f"/api/v1/namespaces/{namespace}/secrets"
    for name in ("mine", "other"):
        cluster_api.create(secrets, {"metadata": {"name": name}, "stringData": {"key": "old"}})
    rules = [{"apiGroups": [""], "resources": ["secrets"], "resourceNames": ["mine"], "verbs": ["get", "patch"]}]
    rbac = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}"
    cluster_api.create(f"{rbac}/roles", {"metadata": {"name": "refresher"}, "rules": rules})
    binding = {
        "metadata": {"name": "refresher"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "refresher"},
        "subjects": [{"kind": "ServiceAccount", "name": "refresher", "namespace": namespace}],
    }
    cluster_api.create(f"{rbac}/rolebindings", binding)
    patch = {"stringData": {"key": "new"}}
    headers = {"Content-Type": "application/merge-patch+json"}
    with cluster_api.bearer(cluster_api.token(namespace, "refresher")) as refresher:
        # The authorizer follows the binding through a watch.
        cluster_api.until(lambda: refresher.get(f"{secrets}/mine").status_code == 200, 10)
        assert refresher.request("PATCH", f"{secrets}/mine", json=patch, headers=headers).status_code == 200
        assert refresher.request("PATCH", f"{secrets}/other", json=patch, headers=headers).status_code == 403
        assert refresher.get(secrets).status_code == 403
        assert refresher.delete(f"{secrets}/mine").status_code == 403
        assert refresher.post(secrets, json={"metadata": {"name": "third"}}).status_code == 403
