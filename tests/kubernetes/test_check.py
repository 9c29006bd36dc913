"""``crosstenant check`` reads a real API server: with a client certificate, and with a token that may do no more."""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from crosstenant.cli.check.command import check
from crosstenant.model.federation import TOKEN_AUDIENCE
from crosstenant.model.kubernetes.plan import PullNamespace, RefresherConfig, RefresherPlan
from crosstenant.model.kubernetes.refresher_objects import RefresherObjects, refresher_objects
from crosstenant.sandbox.host.server import Sandbox
from crosstenant.sandbox.world import cluster_issuers, managed_identities, seed
from crosstenant.sandbox.world.state import Store
from tests.cli.test_check_federated_in_sandbox import CALLERS, TENANTS, links
from tests.cli.test_check_in_sandbox import assign_acr_pull
from tests.kubernetes.cluster_world import Cluster

MERGE = {"Content-Type": "application/merge-patch+json"}
PLANTED = "eyJwbGFudGVkIn0.eyJwbGFudGVkIn0.c2lnbmF0dXJl"
Run = Callable[[str], Result]


@pytest.fixture
def apps(cluster_api: Cluster) -> str:
    return cluster_api.namespace("apps")


@pytest.fixture
def run(
    azure: Sandbox, store: Store, cluster_api: Cluster, apps: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Run]:
    """Checks a whole chain whose refresher is in the cluster, and its pull secret in ``apps``."""
    environment = azure.environment()
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    # aiohttp reads SSL_CERT_FILE when it is imported, which may have been before there was a sandbox.
    trusting = ssl.create_default_context(cafile=environment["SSL_CERT_FILE"])
    monkeypatch.setattr("aiohttp.connector._SSL_CONTEXT_VERIFIED", trusting)
    plan = RefresherPlan(f"refresher-{apps}", (PullNamespace(apps),), "7 * * * *")
    with store.change() as state:
        identity = managed_identities.create(state, seed.IDENTITY_GROUP, f"pull-{apps}", "westeurope")
        issuer = cluster_issuers.issuer_url(state["resources"][seed.MANAGED_IDENTITY_CLUSTER.lower()])
        trust = {"name": "aks", "issuer": issuer, "subject": plan.subject, "audiences": [TOKEN_AUDIENCE]}
        identity[managed_identities.CREDENTIALS].append({**trust, "_usable_at": 0.0})
        assign_acr_pull(state, identity["properties"]["principalId"])
        client_id, identity_id = identity["properties"]["clientId"], identity["id"]
    config = RefresherConfig(seed.REGISTRY_TENANT, client_id, "https://login.example", [], plan.namespaces)
    deploy(cluster_api, refresher_objects(plan, config=config.text(), content_hash="x"), apps)
    options = ("--identity", identity_id, "--cluster", seed.MANAGED_IDENTITY_CLUSTER, "--registry", seed.REGISTRY)

    def checked(kubeconfig: str) -> Result:
        file = tmp_path / "kubeconfig"
        file.write_text(kubeconfig)
        return CliRunner().invoke(check, [*options, *TENANTS, "--json", "--kubeconfig", str(file)], env=CALLERS)

    yield checked
    # Its CronJob does not outlive the test, whose clock others move: a run of it could not end.
    cluster_api.admin.delete(f"/api/v1/namespaces/{plan.namespace}")


def deploy(cluster: Cluster, objects: RefresherObjects, apps: str) -> None:
    """Creates what the check reads: the namespace, ConfigMap, CronJob and pull secret."""
    namespace: Any = objects.namespace["metadata"]
    own = namespace["name"]
    cluster.create("/api/v1/namespaces", objects.namespace)
    cluster.create(f"/api/v1/namespaces/{own}/configmaps", objects.config_map)
    cluster.create(f"/apis/batch/v1/namespaces/{own}/cronjobs", objects.cron_job)
    cluster.create(f"/api/v1/namespaces/{apps}/secrets", objects.namespaces[0].secret)
    renew(cluster, apps, "2999-01-01T00:00:00Z")


def renew(cluster: Cluster, apps: str, expires_at: str, **more: str) -> None:
    annotations = {"crosstenant.io/expires-at": expires_at, **more}
    patch = {
        "metadata": {"annotations": annotations},
        "stringData": {".dockerconfigjson": f'{{"auths":{{"{PLANTED}":{{}}}}}}'},
    }
    path = f"/api/v1/namespaces/{apps}/secrets/registry-pull"
    cluster.admin.patch(path, json=patch, headers=MERGE).raise_for_status()


def in_cluster(result: Result) -> dict[str, tuple[str, str]]:
    return {
        it["link"]: (it["state"], it["finding"]) for it in links(result) if it["link"] in ("refresher", "pull secret")
    }


def with_token(cluster: Cluster, token: str) -> str:
    """The cluster's kubeconfig with a token in the place of the administrator's certificate."""
    document = json.loads(json.dumps(cluster.kubeconfig))
    document["users"][0]["user"] = {"token": token}
    return yaml.safe_dump(document)


def test_the_clusters_side_of_a_whole_chain_is_read_with_a_client_certificate(
    run: Run, cluster_api: Cluster, apps: str
) -> None:
    result = run(json.dumps(cluster_api.kubeconfig))
    assert result.exit_code == 0, result.output
    assert in_cluster(result) == {
        "refresher": (
            "ok",
            f"CronJob refresher-{apps}/pull-refresher runs at '7 * * * *'; the CronJob has not had a good run yet",
        ),
        "pull secret": ("ok", "is valid until 2999-01-01T00:00:00Z"),
    }
    assert PLANTED not in result.output


def test_a_suspended_cron_job_and_an_expired_secret_are_broken(run: Run, cluster_api: Cluster, apps: str) -> None:
    path = f"/apis/batch/v1/namespaces/refresher-{apps}/cronjobs/pull-refresher"
    cluster_api.admin.patch(path, json={"spec": {"suspend": True}}, headers=MERGE).raise_for_status()
    renew(cluster_api, apps, "2026-01-01T00:00:00Z", **{"crosstenant.io/last-error": "no role"})
    result = run(json.dumps(cluster_api.kubeconfig))
    assert result.exit_code == 1
    found = in_cluster(result)
    assert found["refresher"][0] == "broken"
    assert "is suspended" in found["refresher"][1]
    assert found["pull secret"] == ("broken", "expired at 2026-01-01T00:00:00Z; the last renewal failed: no role")


def test_a_token_needs_get_on_the_named_objects_alone(run: Run, cluster_api: Cluster, apps: str) -> None:
    cluster_api.service_account(apps, "checker")
    kubeconfig = with_token(cluster_api, cluster_api.token(apps, "checker"))
    blind = run(kubeconfig)
    assert blind.exit_code == 2, blind.output
    state, finding = in_cluster(blind)["refresher"]
    assert state == "not seen"
    assert f"system:serviceaccount:{apps}:checker" in finding

    for namespace, rules in {
        f"refresher-{apps}": [
            {"apiGroups": ["batch"], "resources": ["cronjobs"], "resourceNames": ["pull-refresher"], "verbs": ["get"]},
            {"apiGroups": [""], "resources": ["configmaps"], "resourceNames": ["pull-refresher"], "verbs": ["get"]},
        ],
        apps: [{"apiGroups": [""], "resources": ["secrets"], "resourceNames": ["registry-pull"], "verbs": ["get"]}],
    }.items():
        base = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}"
        cluster_api.create(f"{base}/roles", {"metadata": {"name": "checker"}, "rules": rules})
        binding = {
            "metadata": {"name": "checker"},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "checker"},
            "subjects": [{"kind": "ServiceAccount", "name": "checker", "namespace": apps}],
        }
        cluster_api.create(f"{base}/rolebindings", binding)
    # The API server's authorizer knows a new binding after a moment.
    cluster_api.until(lambda: run(kubeconfig).exit_code == 0)
