"""The Kubernetes provider plugin deploys what the refresher's delivery puts into a cluster, onto a real API server.

With the real plugin, as a user has it, and with the stand-in that takes its place where it is not installed: what one
does and the other does not is a defect of the stand-in.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crosstenant.model.kubernetes.documents import Document, owned_by_stack
from crosstenant.model.kubernetes.plan import (
    CONFIG_KEY,
    SCRIPT_KEY,
    ProvedRegistry,
    PullNamespace,
    RefresherConfig,
    RefresherPlan,
)
from crosstenant.model.kubernetes.refresher_objects import CONTENT_HASH, RefresherObjects, refresher_objects
from crosstenant.sandbox.host.server import Sandbox
from crosstenant.sandbox.world.seed import REGISTRY_TENANT
from lib import kubernetes_plugin
from lib.stack import Outcome
from tests.kubernetes.cluster_world import Cluster
from tests.kubernetes.documents_program import DocumentsStack
from tests.kubernetes.provider_plugins import REAL, STAND_IN, environment

pytestmark = pytest.mark.engine

SUSPENDED = {"spec": {"suspend": True}}
MERGE = {"Content-Type": "application/merge-patch+json"}


@pytest.fixture(scope="module", params=[REAL, STAND_IN])
def environ(request: pytest.FixtureRequest, azure: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return environment(request.param, azure, tmp_path_factory.mktemp("plugins"))


@pytest.fixture
def make_stack(environ: dict[str, str], cluster_api: Cluster, tmp_path: Path) -> Callable[[], DocumentsStack]:
    text = cluster_api.kubeconfig_file.read_text()
    return lambda: DocumentsStack(tmp_path / "stack", text, kubernetes_plugin.version(), environ)


@pytest.fixture
def objects(cluster_api: Cluster) -> RefresherObjects:
    """What a cluster gets; one namespace with one service account."""
    apps = PullNamespace(cluster_api.namespace("apps"), service_accounts=("default",))
    plan = RefresherPlan(cluster_api_name("crosstenant", apps.name), (apps,), "7 * * * *")
    registry = ProvedRegistry("fabrikamimages.azurecr.io", "hello", "1.0")
    client_id = "00000000-0000-4000-8000-0000000000c9"
    authority = "https://login.microsoftonline.com"
    config = RefresherConfig(REGISTRY_TENANT, client_id, authority, [registry], plan.namespaces)
    return refresher_objects(plan, config=config.text(), content_hash="first")


def cluster_api_name(prefix: str, other: str) -> str:
    """A name as new as the other one."""
    return f"{prefix}-{other.rsplit('-', 1)[-1]}"


def without_job(objects: RefresherObjects) -> list[Document]:
    """All but what waits for a pod."""
    documents = [objects.namespace, objects.service_account, objects.config_map]
    for it in objects.namespaces:
        documents += [it.secret, it.role, it.role_binding]
    return [owned_by_stack(it) for it in (*documents, objects.cron_job)]


def labelled(document: Any) -> Document:
    """The document with one more label."""
    metadata = document["metadata"]
    return {**document, "metadata": {**metadata, "labels": {**metadata["labels"], "team": "shop"}}}


def path_of(document: Any) -> str:
    """Where the API has a document."""
    group, kind, metadata = document["apiVersion"], document["kind"].lower() + "s", document["metadata"]
    root = f"/apis/{group}" if "/" in group else f"/api/{group}"
    place = f"/namespaces/{metadata['namespace']}" if "namespace" in metadata else ""
    return f"{root}{place}/{kind}/{metadata['name']}"


def done(outcome: Outcome) -> Outcome:
    assert outcome.code == 0, outcome.output
    return outcome


def contains(found: Any, declared: Any) -> bool:
    """Whether a document of the API has all that was declared; the API adds its defaults."""
    if isinstance(declared, dict):
        return isinstance(found, dict) and all(contains(found.get(key), it) for key, it in declared.items())
    if isinstance(declared, list):
        same = isinstance(found, list) and len(found) == len(declared)
        return same and all(contains(one, it) for one, it in zip(found, declared, strict=True))
    return found == declared


def test_api_server_takes_every_document_and_keeps_what_was_declared(
    make_stack: Callable[[], DocumentsStack], objects: RefresherObjects, cluster_api: Cluster
):
    documents, stack = without_job(objects), make_stack()
    stack.write(documents)
    preview = done(stack.operate("preview"))
    assert len([it for it in preview.changes if it.type.startswith("kubernetes:")]) == len(documents)
    assert cluster_api.admin.get(path_of(objects.cron_job)).status_code == 404
    done(stack.operate("up"))
    for document in documents:
        assert contains(cluster_api.get(path_of(document)), document), document

    # Twice the same: nothing to do, with a look at the cluster and without one.
    assert not done(stack.operate("up")).changes
    assert not done(stack.operate("up", "--refresh")).changes

    # The refresher writes its secret; the stack leaves that alone, and sees what else was changed.
    secret = path_of(objects.namespaces[0].secret)
    filled = base64.b64encode(json.dumps({"auths": {"registry": {}}}).encode()).decode()
    content = {"data": {".dockerconfigjson": filled}, "metadata": {"annotations": {"crosstenant.io/last-error": "no"}}}
    assert cluster_api.admin.patch(secret, json=content, headers=MERGE).status_code == 200
    assert cluster_api.admin.patch(path_of(objects.cron_job), json=SUSPENDED, headers=MERGE).status_code == 200
    assert not done(stack.operate("preview")).changes
    seen = done(stack.operate("preview", "--refresh"))
    assert [(it.op, it.type) for it in seen.changes] == [("update", "kubernetes:batch/v1:CronJob")]
    done(stack.operate("up", "--refresh"))
    assert cluster_api.get(path_of(objects.cron_job))["spec"]["suspend"] is False
    assert cluster_api.get(secret)["data"][".dockerconfigjson"] == filled
    assert filled not in json.dumps(stack.resources())

    # An update of the secret itself leaves its content alone, too.
    stack.write([labelled(it) if it["kind"] == "Secret" else it for it in documents])
    updated = done(stack.operate("up"))
    assert [(it.op, it.type) for it in updated.changes] == [("update", "kubernetes:core/v1:Secret")]
    found = cluster_api.get(secret)
    assert (found["metadata"]["labels"]["team"], found["data"][".dockerconfigjson"]) == ("shop", filled)

    # What was deleted comes back.
    stack.write(documents)
    done(stack.operate("up"))
    cluster_api.delete(path_of(objects.namespaces[0].role))
    repaired = done(stack.operate("up", "--refresh"))
    assert [(it.op, it.type) for it in repaired.changes] == [("create", "kubernetes:rbac.authorization.k8s.io/v1:Role")]

    done(stack.operate("destroy"))
    assert cluster_api.admin.get(path_of(objects.namespace)).status_code == 404
    assert cluster_api.admin.get(secret).status_code == 404
    assert not stack.resources()


def test_refusal_of_the_api_server_is_the_operation_s_error(
    make_stack: Callable[[], DocumentsStack], objects: RefresherObjects
):
    wrong: Any = json.loads(json.dumps(objects.cron_job))
    wrong["spec"]["schedule"] = "whenever"
    stack = make_stack()
    stack.write([objects.namespace, wrong])
    outcome = stack.operate("up")
    assert outcome.code != 0
    assert "spec.schedule" in outcome.output
    assert "whenever" in outcome.output
    done(stack.operate("destroy"))


def first_run(objects: RefresherObjects, script: str, content: str) -> list[Document]:
    """What the first Job needs, with another script in the refresher's place, and the Job of that content."""
    config_map: Any = {**objects.config_map, "data": {SCRIPT_KEY: script, CONFIG_KEY: "{}"}}
    job: Any = json.loads(json.dumps(objects.first_job))
    job["spec"]["template"]["metadata"]["annotations"] = {CONTENT_HASH: content}
    return [owned_by_stack(it) for it in (objects.namespace, objects.service_account, config_map, job)]


def test_job_is_awaited_and_its_failure_fails_the_update(
    make_stack: Callable[[], DocumentsStack], objects: RefresherObjects, cluster_api: Cluster
):
    stack = make_stack()
    stack.write(first_run(objects, "raise SystemExit('the registry refuses identity 42')", "failing"))
    failed = stack.operate("up")
    assert failed.code != 0
    assert failed.says("pull-refresher-first", "BackoffLimitExceeded")

    # The next update repeats it, without any change of the program; then with a better one.
    assert stack.operate("up").code != 0
    stack.write(first_run(objects, "import time; time.sleep(2)", "sleeping"))
    repeated = done(stack.operate("up"))
    assert repeated.seconds > 2
    assert cluster_api.get(path_of(objects.first_job))["status"]["succeeded"] == 1
    assert not done(stack.operate("up")).changes

    # A Job of other content is another Job, and runs.
    uid = cluster_api.get(path_of(objects.first_job))["metadata"]["uid"]
    stack.write(first_run(objects, "print('done')", "new"))
    replaced = done(stack.operate("up"))
    assert ("replace", "kubernetes:batch/v1:Job") in [(it.op, it.type) for it in replaced.changes]
    found = cluster_api.get(path_of(objects.first_job))
    assert (found["metadata"]["uid"] != uid, found["status"]["succeeded"]) == (True, 1)
    done(stack.operate("destroy"))
