"""What the delivery ``refresher`` puts into a cluster: names, permissions, the pod's restrictions."""

from __future__ import annotations

import json
from base64 import b64decode
from typing import Any

import pytest

from crosstenant.model.kubernetes.documents import Document
from crosstenant.model.kubernetes.plan import PullNamespace, RefresherPlan
from crosstenant.model.kubernetes.refresher_objects import RefresherObjects, refresher_objects, refresher_text, role

PLAN = RefresherPlan(
    namespace="crosstenant-images",
    namespaces=(PullNamespace("shop", "pull", ("default", "web")), PullNamespace("bank")),
    schedule="7 * * * *",
)


@pytest.fixture
def objects() -> RefresherObjects:
    return refresher_objects(PLAN, config="{}", content_hash="abc")


def at(document: Document, *path: str | int) -> Any:
    found: Any = document
    for step in path:
        found = found[step]
    return found


def pod(objects: RefresherObjects) -> Any:
    return at(objects.cron_job, "spec", "jobTemplate", "spec", "template")


def test_config_map_has_the_refresher_and_its_configuration(objects: RefresherObjects):
    assert objects.config_map["data"] == {"refresh_pull_secrets.py": refresher_text(), "config.json": "{}"}
    assert refresher_text().startswith('"""Renews the pull secrets')


def test_value_that_is_not_known_yet_is_placed_as_it_is():
    config, content_hash = object(), object()
    objects = refresher_objects(PLAN, config=config, content_hash=content_hash)
    assert at(objects.config_map, "data", "config.json") is config
    annotations = at(objects.first_job, "spec", "template", "metadata", "annotations")
    assert annotations == {"crosstenant.io/content-hash": content_hash}


def test_pull_secret_is_empty_and_of_the_kubelets_type(objects: RefresherObjects):
    secret = objects.namespaces[0].secret
    assert (at(secret, "metadata", "namespace"), at(secret, "metadata", "name")) == ("shop", "pull")
    assert secret["type"] == "kubernetes.io/dockerconfigjson"
    assert json.loads(b64decode(at(secret, "data", ".dockerconfigjson"))) == {"auths": {}}


def test_role_permits_its_own_secret_and_no_other(objects: RefresherObjects):
    assert [at(it.role, "rules") for it in objects.namespaces] == [
        [{"apiGroups": [""], "resources": ["secrets"], "resourceNames": [name], "verbs": ["get", "patch"]}]
        for name in ("pull", "registry-pull")
    ]
    for it in objects.namespaces:
        assert at(it.role_binding, "roleRef", "name") == at(it.role, "metadata", "name")
        assert at(it.role_binding, "subjects") == [
            {"kind": "ServiceAccount", "name": "pull-refresher", "namespace": "crosstenant-images"}
        ]


def test_roles_of_two_components_in_one_namespace_have_two_names():
    other = RefresherPlan("crosstenant-other", PLAN.namespaces, PLAN.schedule)
    names = {at(role(plan, PLAN.namespaces[0]), "metadata", "name") for plan in (PLAN, other)}
    assert len(names) == 2


def test_service_accounts_get_the_namespaces_secret(objects: RefresherObjects):
    assert objects.namespaces[1].service_accounts == {}
    assert objects.namespaces[0].service_accounts["web"] == {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {"name": "web", "namespace": "shop"},
        "imagePullSecrets": [{"name": "pull"}],
    }


def test_pod_has_no_privilege(objects: RefresherObjects):
    spec = pod(objects)["spec"]
    assert spec["automountServiceAccountToken"] is False
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    (container,) = spec["containers"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert set(container["resources"]) == {"requests", "limits"}
    assert all(it["readOnly"] for it in container["volumeMounts"])
    labels = at(objects.namespace, "metadata", "labels")
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"


def test_tokens_are_projected_for_one_hour_each_for_its_audience():
    plan = RefresherPlan("ns", PLAN.namespaces, PLAN.schedule, audience="api://AzureADTokenExchangeUSGov")
    volumes = {it["name"]: it for it in pod(refresher_objects(plan, config="", content_hash=""))["spec"]["volumes"]}
    assert volumes["entra-token"]["projected"]["sources"] == [
        {
            "serviceAccountToken": {
                "audience": "api://AzureADTokenExchangeUSGov",
                "expirationSeconds": 3600,
                "path": "token",
            }
        }
    ]
    token, roots = volumes["api-access"]["projected"]["sources"]
    assert token == {"serviceAccountToken": {"expirationSeconds": 3600, "path": "token"}}
    assert roots["configMap"]["name"] == "kube-root-ca.crt"


def test_environment_names_paths_below_the_mounts(objects: RefresherObjects):
    (container,) = pod(objects)["spec"]["containers"]
    environment = {it["name"]: it["value"] for it in container["env"]}
    mounts = [it["mountPath"] for it in container["volumeMounts"]]
    paths = [environment[f"CROSSTENANT_{it}"] for it in ("CONFIG", "TOKEN_FILE", "SERVICE_ACCOUNT")]
    for path in [*paths, container["command"][-1]]:
        assert any(path == mount or path.startswith(f"{mount}/") for mount in mounts), path


def test_cron_job_never_runs_twice_at_once_and_ends_in_time(objects: RefresherObjects):
    spec = at(objects.cron_job, "spec")
    assert spec["schedule"] == "7 * * * *"
    assert spec["concurrencyPolicy"] == "Forbid"
    assert spec["suspend"] is False
    assert spec["startingDeadlineSeconds"] == 1800
    assert (spec["successfulJobsHistoryLimit"], spec["failedJobsHistoryLimit"]) == (1, 2)
    assert 60 < spec["jobTemplate"]["spec"]["activeDeadlineSeconds"] < 3600


def test_first_job_waits_for_a_role_assignment_and_ends_before_the_update_stops_waiting(objects: RefresherObjects):
    spec, metadata = at(objects.first_job, "spec"), at(objects.first_job, "metadata")
    environment = {it["name"]: it["value"] for it in spec["template"]["spec"]["containers"][0]["env"]}
    waited = int(metadata["annotations"]["pulumi.com/timeoutSeconds"])
    assert 600 <= int(environment["CROSSTENANT_PATIENCE_SECONDS"]) < spec["activeDeadlineSeconds"] < waited
    assert spec["backoffLimit"] == 0
    assert metadata["name"] == "pull-refresher-first"


def test_first_job_that_failed_is_replaced_by_the_next_update(objects: RefresherObjects):
    assert at(objects.first_job, "metadata", "annotations", "pulumi.com/replaceUnready") == "true"
