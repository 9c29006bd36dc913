"""kubectl applies the manifests of the refresher's delivery, as Argo CD and Flux do, and asks what it then may."""

from __future__ import annotations

import base64
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from crosstenant.model.kubernetes.manifests import refresher_manifests
from crosstenant.model.kubernetes.plan import ProvedRegistry, PullNamespace, RefresherConfig, RefresherPlan
from crosstenant.sandbox.host.server import Sandbox
from crosstenant.sandbox.world.built_in_roles import ACR_PULL
from crosstenant.sandbox.world.cluster_issuers import issuer_url
from crosstenant.sandbox.world.drift import CLUSTERS, resource
from crosstenant.sandbox.world.seed import REGISTRY, REGISTRY_TENANT
from crosstenant.sandbox.world.state import Store
from lib import cluster_clients
from lib.progress import SetupError
from tests.clients.estate import Estate, Identity
from tests.kubernetes.cluster_world import Cluster

HOST = "fabrikamimages.azurecr.io"
FIRST_JOB = "job/pull-refresher-first"


class Kubectl:
    """kubectl with an administrator's kubeconfig."""

    def __init__(self, executable: Path, azure: Sandbox, cluster: Cluster, home: Path) -> None:
        self._command = [str(executable), "--kubeconfig", str(cluster.kubeconfig_file)]
        self._environ = {**azure.surroundings(), "HOME": str(home)}

    def run(self, *words: str, given: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self._command, *words],
            input=given,
            env=self._environ,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def ok(self, *words: str, given: str = "") -> str:
        done = self.run(*words, given=given)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def may(self, account: str, *words: str) -> bool:
        """Whether a service account may do something: ``may("ns:name", "patch", "secret/pull", "-n", "apps")``."""
        answer = self.run("auth", "can-i", *words, "--as", f"system:serviceaccount:{account}").stdout.strip()
        assert answer in ("yes", "no")
        return answer == "yes"


@pytest.fixture
def kubectl(azure: Sandbox, cluster_api: Cluster, tmp_path: Path) -> Kubectl:
    """A machine without it fails here, and reads how to get it."""
    try:
        executable = cluster_clients.executable(cluster_clients.KUBECTL, "make test-kubernetes")
    except SetupError as error:
        pytest.fail(str(error), pytrace=False)
    return Kubectl(executable, azure, cluster_api, tmp_path)


@pytest.fixture
def plan(cluster_api: Cluster) -> RefresherPlan:
    apps = PullNamespace(cluster_api.namespace("apps"), service_accounts=("default",))
    return RefresherPlan(apps.name.replace("apps", "crosstenant"), (apps,), "7 * * * *")


@pytest.fixture
def identity(azure: Sandbox, store: Store, cluster_api: Cluster, plan: RefresherPlan) -> Identity:
    """An identity that trusts the refresher and may pull."""
    estate = Estate(azure.url, azure.environment()["SSL_CERT_FILE"])
    with store.read() as state:
        issuer = issuer_url(resource(state, CLUSTERS, cluster_api.name))
    assert issuer
    identity = estate.add_identity(f"id-{plan.namespace}")
    estate.trust(identity, issuer, plan.subject)
    estate.assign(REGISTRY, ACR_PULL, identity.principal_id)
    return identity


def test_manifests_are_applied_and_fill_the_pull_secret(
    kubectl: Kubectl, plan: RefresherPlan, identity: Identity, cluster_api: Cluster
):
    authority = "https://login.microsoftonline.com"
    registries = [ProvedRegistry(HOST, "hello", "1.0")]
    config = RefresherConfig(REGISTRY_TENANT, identity.client_id, authority, registries, plan.namespaces)
    manifests = refresher_manifests(plan, config)
    apply = ("apply", "--server-side", "--validate=strict", "--filename", "-")
    kubectl.ok(*apply, given=manifests)
    kubectl.ok("wait", "--for=condition=complete", FIRST_JOB, "--namespace", plan.namespace, "--timeout=60s")
    [pod] = json.loads(kubectl.ok("get", "pods", "--namespace", plan.namespace, "--output", "json"))["items"]
    assert pod["status"]["phase"] == "Succeeded"

    [apps] = plan.namespaces
    secret: Any = cluster_api.get(f"/api/v1/namespaces/{apps.name}/secrets/{apps.secret}")
    assert HOST in json.loads(base64.b64decode(secret["data"][".dockerconfigjson"]))["auths"]

    # A sync that changes nothing leaves the secret as it is.
    kubectl.ok(*apply, given=manifests)
    assert cluster_api.get(f"/api/v1/namespaces/{apps.name}/secrets/{apps.secret}") == secret


def test_refresher_may_write_its_secret_and_nothing_else(kubectl: Kubectl, plan: RefresherPlan, identity: Identity):
    config = RefresherConfig(REGISTRY_TENANT, identity.client_id, "https://login.microsoftonline.com", [], ())
    kubectl.ok("apply", "--server-side", "--filename", "-", given=refresher_manifests(plan, config))
    [apps] = plan.namespaces
    account, there = f"{plan.namespace}:{plan.service_account}", ("--namespace", apps.name)
    assert kubectl.may(account, "patch", f"secret/{apps.secret}", *there)
    assert kubectl.may(account, "get", f"secret/{apps.secret}", *there)
    for verb in ("delete", "list"):
        assert not kubectl.may(account, verb, f"secret/{apps.secret}", *there)
    for what in ("secret/other", "secrets", "pods", "serviceaccounts"):
        assert not kubectl.may(account, "patch", what, *there)
    assert not kubectl.may(account, "get", f"secret/{apps.secret}", "--namespace", "default")
    assert not kubectl.may(account, "create", "serviceaccounts/token", "--namespace", plan.namespace)
