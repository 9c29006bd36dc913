"""The manifests as a GitOps tool applies them, by server-side apply: they are valid, and the refresher may do its work.

What the refresher may do is asked from both sides: the rules that the API server counts, and its requests.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
import yaml

from crosstenant.model.kubernetes.manifests import refresher_manifests
from crosstenant.model.kubernetes.plan import (
    FIRST_JOB,
    PULL_SECRET,
    REFRESHER,
    ProvedRegistry,
    PullNamespace,
    RefresherConfig,
    RefresherPlan,
)
from crosstenant.sandbox.host.server import Sandbox
from crosstenant.sandbox.kubernetes.passing_time import pass_time
from crosstenant.sandbox.world.built_in_roles import ACR_PULL
from crosstenant.sandbox.world.cluster_issuers import issuer_url
from crosstenant.sandbox.world.drift import CLUSTERS, resource
from crosstenant.sandbox.world.seed import REGISTRY, REGISTRY_TENANT
from crosstenant.sandbox.world.state import Store
from tests.clients.estate import Estate, Identity
from tests.kubernetes.cluster_world import Cluster
from tests.kubernetes.pods import phase, pod, state

Json = dict[str, Any]

HOST = "fabrikamimages.azurecr.io"
IMAGE = f"{HOST}/hello:1.0"
MERGE_PATCH = {"Content-Type": "application/merge-patch+json"}


class Delivery:
    """The manifests of one cluster with one namespace, and the identity that they name."""

    def __init__(self, cluster: Cluster, client_id: str) -> None:
        self.cluster = cluster
        self.apps = cluster.namespace("apps")
        self.own = self.apps.replace("apps", "crosstenant")
        apps = PullNamespace(self.apps, service_accounts=("default",))
        self.plan = RefresherPlan(self.own, (apps,), "7 * * * *")
        registry = ProvedRegistry(HOST, "hello", "1.0")
        authority = "https://login.microsoftonline.com"
        config = RefresherConfig(REGISTRY_TENANT, client_id, authority, [registry], [apps])
        self.documents: list[Json] = list(yaml.safe_load_all(refresher_manifests(self.plan, config)))

    def apply(self, leave_out: str = "") -> None:
        """Applies the documents in their order, but those of one kind; unknown and misplaced fields are refused."""
        for document in self.documents:
            if document["kind"] != leave_out:
                query = {"fieldManager": "argocd-controller", "fieldValidation": "Strict"}
                headers = {"Content-Type": "application/apply-patch+yaml"}
                content = yaml.safe_dump(document)
                answer = self.cluster.admin.patch(address(document), params=query, content=content, headers=headers)
                assert answer.is_success, answer.text
                assert "warning" not in answer.headers, answer.headers["warning"]

    def secret(self) -> httpx.Response:
        return self.cluster.admin.get(f"/api/v1/namespaces/{self.apps}/secrets/{PULL_SECRET}")


def address(document: Json) -> str:
    """Where the API has a document."""
    group, metadata = document["apiVersion"], document["metadata"]
    root = f"/apis/{group}" if "/" in group else f"/api/{group}"
    place = f"/namespaces/{metadata['namespace']}" if "namespace" in metadata else ""
    return f"{root}{place}/{document['kind'].lower()}s/{metadata['name']}"


def allowed(client: httpx.Client, namespace: str) -> list[tuple[str, str, tuple[str, ...]]]:
    """Resource, name and verbs of what the caller may do in a namespace, beyond what every service account may."""
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectRulesReview",
        "spec": {"namespace": namespace},
    }
    answer = client.post("/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", json=review).raise_for_status().json()
    return [
        (resource, name, tuple(sorted(rule["verbs"])))
        for rule in answer["status"]["resourceRules"]
        for resource in rule["resources"]
        for name in rule.get("resourceNames") or ["*"]
        if not resource.startswith("selfsubject")
    ]


@pytest.fixture
def estate(azure: Sandbox) -> Estate:
    return Estate(azure.url, azure.environment()["SSL_CERT_FILE"])


@pytest.fixture
def make_delivery(cluster_api: Cluster) -> Iterator[Callable[[str], Delivery]]:
    """Makes a delivery for a client ID; its CronJob does not outlive the test, whose clock others move."""
    made: list[Delivery] = []

    def make(client_id: str) -> Delivery:
        made.append(Delivery(cluster_api, client_id))
        return made[-1]

    yield make
    for one in made:
        cluster_api.admin.delete(f"/api/v1/namespaces/{one.own}")


@pytest.fixture
def delivery(make_delivery: Callable[[str], Delivery]) -> Delivery:
    """One that names no identity of the sandbox."""
    return make_delivery("00000000-0000-4000-8000-0000000000c9")


@pytest.fixture
def refresher(delivery: Delivery) -> Iterator[httpx.Client]:
    """A client of the API with the refresher's own token."""
    delivery.apply(leave_out="Job")
    token = delivery.cluster.token(delivery.own, REFRESHER)
    with delivery.cluster.bearer(token) as client:
        delivery.cluster.until(lambda: allowed(client, delivery.apps), 10)
        yield client


def test_manifests_can_be_applied_again_and_again(delivery: Delivery) -> None:
    delivery.apply(leave_out="Job")
    before = [delivery.cluster.get(address(it)) for it in delivery.documents if it["kind"] != "Job"]
    delivery.apply(leave_out="Job")
    after = [delivery.cluster.get(address(it)) for it in delivery.documents if it["kind"] != "Job"]
    assert [it["metadata"]["resourceVersion"] for it in after] == [it["metadata"]["resourceVersion"] for it in before]


def test_refresher_may_write_its_one_secret_and_nothing_else(delivery: Delivery, refresher: httpx.Client) -> None:
    assert allowed(refresher, delivery.apps) == [("secrets", PULL_SECRET, ("create", "get", "patch"))]
    assert allowed(refresher, delivery.own) == []
    assert allowed(refresher, "default") == []
    secrets = f"/api/v1/namespaces/{delivery.apps}/secrets"
    content = {"data": {".dockerconfigjson": base64.b64encode(b'{"auths":{}}').decode()}}
    document = {"apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/dockerconfigjson", **content}

    def applied(name: str) -> int:
        headers = {"Content-Type": "application/apply-patch+yaml"}
        body = json.dumps({**document, "metadata": {"name": name}})
        query = {"fieldManager": "refresher"}
        return refresher.patch(f"{secrets}/{name}", params=query, content=body, headers=headers).status_code

    assert applied(PULL_SECRET) == 201
    assert applied("another") == 403
    assert refresher.patch(f"{secrets}/{PULL_SECRET}", json=content, headers=MERGE_PATCH).status_code == 200
    assert refresher.get(secrets).status_code == 403
    assert refresher.delete(f"{secrets}/{PULL_SECRET}").status_code == 403
    # A POST has no name that could be limited.
    assert refresher.post(secrets, json={**document, "metadata": {"name": PULL_SECRET}}).status_code == 403
    own = f"/api/v1/namespaces/{delivery.own}"
    assert refresher.post(f"{own}/pods", json=pod("more")).status_code == 403
    assert refresher.post(f"{own}/serviceaccounts/{REFRESHER}/token", json={"spec": {}}).status_code == 403


def test_namespace_of_the_refresher_refuses_pods_that_are_not_restricted(delivery: Delivery) -> None:
    delivery.apply(leave_out="Job")
    pods = f"/api/v1/namespaces/{delivery.own}/pods"
    delivery.cluster.until(
        lambda: delivery.cluster.admin.get(f"/api/v1/namespaces/{delivery.own}/serviceaccounts/default").is_success
    )
    answer = delivery.cluster.admin.post(pods, json=pod("root"))
    assert answer.status_code == 403
    assert 'violates PodSecurity "restricted:latest"' in answer.json()["message"]


@pytest.fixture
def identity(estate: Estate, cluster_api: Cluster) -> Identity:
    """An identity of the registry tenant with the role, without a federated credential."""
    made = estate.add_identity(cluster_api.namespace("identity"))
    estate.assign(REGISTRY, ACR_PULL, made.principal_id)
    return made


async def test_applied_manifests_deliver_a_pull_that_outlives_the_token(
    azure: Sandbox,
    store: Store,
    cluster_api: Cluster,
    estate: Estate,
    identity: Identity,
    make_delivery: Callable[[str], Delivery],
) -> None:
    delivery = make_delivery(identity.client_id)
    with store.read() as world:
        issuer = issuer_url(resource(world, CLUSTERS, cluster_api.name))
    assert issuer
    estate.trust(identity, issuer, delivery.plan.subject)
    delivery.apply()
    job = f"/apis/batch/v1/namespaces/{delivery.own}/jobs/{FIRST_JOB}"
    cluster_api.until(lambda: cluster_api.get(job)["status"].get("succeeded") == 1)
    uid = delivery.secret().json()["metadata"]["uid"]
    assert pulls(cluster_api, delivery.apps, "at-first")

    # Four hours: longer than the token that the first run wrote.
    runs = [it for it in await pass_time(store, 4 * 3600, azure.url) if it.namespace == delivery.own]
    assert [(it.cron_job, it.succeeded, it.message) for it in runs] == [(REFRESHER, True, "")] * 4
    assert pulls(cluster_api, delivery.apps, "later")
    assert delivery.secret().json()["metadata"]["uid"] == uid

    # Two hours are missed: the token still lives.
    patch = {"spec": {"suspend": True}}
    cron_job = f"/apis/batch/v1/namespaces/{delivery.own}/cronjobs/{REFRESHER}"
    assert cluster_api.admin.patch(cron_job, json=patch, headers=MERGE_PATCH).is_success
    assert not [it for it in await pass_time(store, 2 * 3600, azure.url) if it.namespace == delivery.own]
    assert pulls(cluster_api, delivery.apps, "two-missed")
    await pass_time(store, 3600, azure.url)
    assert not pulls(cluster_api, delivery.apps, "three-missed")


def pulls(cluster: Cluster, namespace: str, name: str) -> bool:
    """Whether a pod of the namespace, which names no pull secret, pulls an image."""
    container = {"imagePullPolicy": "Always"}
    cluster.create(f"/api/v1/namespaces/{namespace}/pods", pod(name, IMAGE, container=container))

    def ended() -> str:
        if phase(cluster, namespace, name) == "Running":
            return "pulled"
        return state(cluster, namespace, name).get("waiting", {}).get("reason", "").replace("ContainerCreating", "")

    return cluster.until(ended) == "pulled"
