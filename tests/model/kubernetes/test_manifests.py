"""The manifests for Argo CD and Flux: what they leave out, their order, and what is in no stack."""

from __future__ import annotations

from typing import Any

import yaml

from crosstenant.model.kubernetes.external_secrets_objects import ExternalSecretsPlan
from crosstenant.model.kubernetes.manifests import external_secrets_manifests, refresher_manifests
from crosstenant.model.kubernetes.plan import ProvedRegistry, PullNamespace, RefresherConfig, RefresherPlan
from crosstenant.model.kubernetes.refresher_objects import refresher_text

NAMESPACES = (PullNamespace("shop", "pull", ("default",)), PullNamespace("bank"))
PLAN = RefresherPlan("crosstenant-images", NAMESPACES, "7 * * * *")
CONFIG = RefresherConfig(
    "11111111-1111-1111-1111-111111111111",
    "22222222-2222-2222-2222-222222222222",
    "https://login.microsoftonline.com",
    [ProvedRegistry("one.azurecr.io", "app", "1.0")],
    NAMESPACES,
)


def documents(text: str) -> list[Any]:
    return list(yaml.safe_load_all(text))


def test_order_is_that_of_an_installation_and_holds_no_secret():
    found = documents(refresher_manifests(PLAN, CONFIG))
    assert [it["kind"] for it in found] == [
        "Namespace",
        "ServiceAccount",
        "ConfigMap",
        "Role",
        "RoleBinding",
        "ServiceAccount",
        "Role",
        "RoleBinding",
        "Job",
        "CronJob",
    ]
    assert refresher_manifests(PLAN, CONFIG) == refresher_manifests(PLAN, CONFIG)


def test_refresher_survives_the_text_unchanged():
    config_map = documents(refresher_manifests(PLAN, CONFIG))[2]
    assert config_map["data"] == {"refresh_pull_secrets.py": refresher_text(), "config.json": CONFIG.text()}


def test_role_permits_to_create_the_secret_that_no_manifest_has():
    (shop, bank) = (it for it in documents(refresher_manifests(PLAN, CONFIG)) if it["kind"] == "Role")
    assert shop["rules"][0]["verbs"] == ["get", "patch", "create"]
    assert (shop["rules"][0]["resourceNames"], bank["rules"][0]["resourceNames"]) == (["pull"], ["registry-pull"])


def test_first_job_runs_again_when_it_changes_and_service_accounts_are_never_pruned():
    found = documents(refresher_manifests(PLAN, CONFIG))
    job = next(it for it in found if it["kind"] == "Job")
    assert job["metadata"]["annotations"] == {
        "argocd.argoproj.io/hook": "Sync",
        "argocd.argoproj.io/hook-delete-policy": "BeforeHookCreation",
        "kustomize.toolkit.fluxcd.io/force": "enabled",
    }
    shared = next(it for it in found if it["kind"] == "ServiceAccount" and it["metadata"]["name"] == "default")
    assert shared["metadata"]["annotations"] == {
        "argocd.argoproj.io/sync-options": "Prune=false,ServerSideApply=true",
        "kustomize.toolkit.fluxcd.io/prune": "disabled",
    }


def test_nothing_in_the_manifests_is_for_a_stack():
    assert "pulumi.com" not in refresher_manifests(PLAN, CONFIG)


def test_another_configuration_is_another_first_job():
    other = RefresherConfig(CONFIG.tenant_id, "3" * 8, CONFIG.authority, CONFIG.registries, CONFIG.namespaces)
    jobs = [
        next(it for it in documents(refresher_manifests(PLAN, config)) if it["kind"] == "Job")
        for config in (CONFIG, other)
    ]
    assert jobs[0] != jobs[1]


def test_external_secrets_manifests_have_one_set_for_each_namespace():
    plan = ExternalSecretsPlan("crosstenant-images", NAMESPACES)
    found = documents(external_secrets_manifests(plan, CONFIG.tenant_id, CONFIG.client_id, ["one.azurecr.io"]))
    assert [(it["kind"], it["metadata"]["namespace"]) for it in found] == [
        ("ServiceAccount", "shop"),
        ("ACRAccessToken", "shop"),
        ("ExternalSecret", "shop"),
        ("ServiceAccount", "shop"),
        ("ServiceAccount", "bank"),
        ("ACRAccessToken", "bank"),
        ("ExternalSecret", "bank"),
    ]
    assert "pulumi.com" not in yaml.safe_dump_all(found)
