"""kubectl applies the manifests of the refresher's delivery, as Argo CD and Flux do, and asks what it then may."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest

from crosstenant.model.kubernetes.manifests import refresher_manifests
from crosstenant.model.kubernetes.plan import ProvedRegistry, PullNamespace, RefresherConfig, RefresherPlan
from crosstenant.sandbox.world.built_in_roles import ACR_PULL
from crosstenant.sandbox.world.seed import REGISTRY, REGISTRY_TENANT
from tests.clients.estate import Estate, Identity
from tests.kubernetes.cluster_world import Cluster
from tests.kubernetes.operator_clients import Kubectl

HOST = "fabrikamimages.azurecr.io"
FIRST_JOB = "job/pull-refresher-first"


@pytest.fixture
def plan(namespace: str) -> RefresherPlan:
    apps = PullNamespace(namespace, service_accounts=("default",))
    return RefresherPlan(apps.name.replace("apps", "crosstenant"), (apps,), "7 * * * *")


@pytest.fixture
def identity(estate: Estate, make_trusted: Callable[[str, str], Identity], plan: RefresherPlan) -> Identity:
    """An identity that trusts the refresher and may pull."""
    identity = make_trusted(plan.namespace, plan.service_account)
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

    account, there = f"{plan.namespace}:{plan.service_account}", ("--namespace", apps.name)
    assert kubectl.may(account, "patch", f"secret/{apps.secret}", *there)
    assert not kubectl.may(account, "patch", "secret/other", *there)
