"""What a ``FederatedPull`` declares in a cluster. ``construction.py`` says what such tests do not prove.

What is in the documents is tested with the documents, ``tests/model/kubernetes``.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from crosstenant import ArgumentError, PullNamespaceArgs, RegistryArgs
from crosstenant.model.kubernetes.plan import DEFAULT_IMAGE, content_hash
from crosstenant.model.kubernetes.refresher_objects import refresher_text
from lib import python_env
from lib.checkout import KUBERNETES
from tests.components.construction import (
    CREDENTIAL,
    REGISTRY_ID,
    ROLE_ASSIGNMENT,
    UNKNOWN,
    Built,
    Secret,
    build,
    later,
)
from tests.components.programs import CLUSTER_TENANT, REGISTRY_TENANT, federated, federated_cluster

COMPONENT = "crosstenant:index:FederatedPull prod"
JOB = "kubernetes:batch/v1:Job"
KUBECONFIG = "planted-kubeconfig"


@pytest.fixture(autouse=True)
def with_sdk(monkeypatch: pytest.MonkeyPatch) -> None:
    """pulumi-kubernetes, which `.venv` does not hold."""
    if not python_env.is_kubernetes_there():
        pytest.skip("pulumi-kubernetes is not in .tools/kubernetes: make setup-tests")
    monkeypatch.syspath_prepend(str(KUBERNETES))


def delivered(delivery: str = "refresher", *clusters: Any, **changes: Any) -> Built:
    given = list(clusters) or [federated_cluster(kubeconfig=KUBECONFIG)]
    return build(lambda: federated(delivery=delivery, clusters=given, **changes))


def in_cluster(built: Built) -> list[tuple[str, str]]:
    """Types and names of what is declared in clusters."""
    return sorted((it.type.removeprefix("kubernetes:"), it.name) for it in built.custom if it.type.startswith("kube"))


def test_the_refresher_and_what_it_needs():
    built = delivered()
    assert in_cluster(built) == [
        ("batch/v1:CronJob", "prod-aks-cron-job"),
        ("batch/v1:Job", "prod-aks-first-job"),
        ("core/v1:ConfigMap", "prod-aks-config-map"),
        ("core/v1:Namespace", "prod-aks-namespace"),
        ("core/v1:Secret", "prod-aks.shop-secret"),
        ("core/v1:ServiceAccount", "prod-aks-service-account"),
        ("core/v1:ServiceAccountPatch", "prod-aks.shop-default-pull-secrets"),
        ("rbac.authorization.k8s.io/v1:Role", "prod-aks.shop-role"),
        ("rbac.authorization.k8s.io/v1:RoleBinding", "prod-aks.shop-role-binding"),
    ]
    found = [it for it in built.custom if it.type.startswith("kubernetes:")]
    assert {(it.parent, it.provider) for it in found} == {(COMPONENT, "prod-aks-kubernetes")}
    # They are replaced in ordinary life.
    assert {(it.request.HasField("protect"), it.request.protect) for it in found} == {(True, False)}


def test_the_kubeconfig_is_secret_in_the_provider_and_nowhere_else():
    built = delivered()
    provider = built.one("pulumi:providers:kubernetes")
    assert provider.inputs["kubeconfig"] == Secret(KUBECONFIG)
    others = [it.inputs for it in built.resources if it is not provider and it.type != provider.type]
    assert KUBECONFIG not in str(others)
    assert KUBECONFIG not in str(built.outputs)


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(lambda it: it, id="plain"),
        pytest.param(later, id="output"),
    ],
)
def test_a_kubeconfig_that_arrives_as_an_object_is_json_text_and_secret(given: Callable[[object], Any]):
    kubeconfig = {"clusters": [], "current-context": "a"}
    built = build(lambda: federated(delivery="refresher", clusters=[federated_cluster(kubeconfig=given(kubeconfig))]))
    text = built.one("pulumi:providers:kubernetes").inputs["kubeconfig"]
    assert text == Secret('{"clusters": [], "current-context": "a"}')


def test_the_proof_waits_for_all_that_permits_the_pull_and_the_cron_job_for_the_proof():
    built = delivered(
        "refresher",
        federated_cluster("a", kubeconfig=KUBECONFIG),
        federated_cluster("b", kubeconfig=KUBECONFIG),
    )
    job = built.one(JOB, "prod-b-first-job")
    assert job.dependencies >= {
        f"{CREDENTIAL} prod-b-credential",
        f"{ROLE_ASSIGNMENT} prod-images-pull-role",
        "kubernetes:core/v1:ConfigMap prod-b-config-map",
        "kubernetes:core/v1:Secret prod-b.shop-secret",
        "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding prod-b.shop-role-binding",
    }
    assert f"{CREDENTIAL} prod-a-credential" not in job.dependencies
    assert f"{JOB} prod-b-first-job" in built.one("kubernetes:batch/v1:CronJob", "prod-b-cron-job").dependencies


def test_the_proof_runs_again_for_another_configuration_and_for_a_secret_that_is_made_again():
    built = delivered()
    config = built.one("kubernetes:core/v1:ConfigMap").inputs["data"]["config.json"]
    annotations = built.one(JOB).inputs["spec"]["template"]["metadata"]["annotations"]
    expected = content_hash(refresher_text(), config, "uid-of-prod-aks.shop-secret")
    assert annotations == {"crosstenant.io/content-hash": expected}


def test_the_content_of_a_pull_secret_is_the_refreshers():
    made = delivered().one("kubernetes:core/v1:Secret")
    assert list(made.request.ignoreChanges) == ["data", "stringData"]
    assert made.inputs["metadata"]["namespace"] == "shop"
    assert made.inputs["metadata"]["name"] == "registry-pull"


def test_what_the_refresher_is_told():
    registry = RegistryArgs(
        registry_id=REGISTRY_ID, pull_check={"repository": "api", "reference": "1.0", "mode": "warn"}
    )
    config = delivered(registries=[registry]).one("kubernetes:core/v1:ConfigMap").inputs["data"]["config.json"]
    assert '"clientId": "client-of-identity"' in config
    assert '"mode": "warn"' in config
    assert ('"repository": "api"' in config, '"reference": "1.0"' in config) == (True, True)
    assert '"loginServer": "images.azurecr.io"' in config


def test_an_identity_that_is_not_made_yet_leaves_the_plan_whole():
    given = federated_cluster(kubeconfig=KUBECONFIG)
    built = build(lambda: federated(delivery="refresher", clusters=[given]), preview=True)
    assert in_cluster(built) == in_cluster(delivered())
    assert UNKNOWN not in str(built.one("kubernetes:batch/v1:CronJob").inputs)


def test_settings_of_the_refresher():
    settings = {"namespace": "pulls", "service_account": "puller", "image": "mirror/python:3", "schedule": "5 * * * *"}
    built = delivered("refresher", federated_cluster(kubeconfig=KUBECONFIG, refresher=settings))
    cron = built.one("kubernetes:batch/v1:CronJob").inputs
    assert (cron["metadata"]["namespace"], cron["spec"]["schedule"]) == ("pulls", "5 * * * *")
    text = str(cron)
    assert ("mirror/python:3" in text, "'puller'" in text, DEFAULT_IMAGE in text) == (True, True, False)


def test_the_external_secrets_operator_renews_in_each_namespace():
    namespaces = [PullNamespaceArgs(name="shop"), PullNamespaceArgs(name="web", service_accounts=["default"])]
    built = delivered("external-secrets", federated_cluster(kubeconfig=KUBECONFIG, namespaces=namespaces))
    assert in_cluster(built) == [
        ("core/v1:ServiceAccount", "prod-aks.shop-service-account"),
        ("core/v1:ServiceAccount", "prod-aks.web-service-account"),
        ("core/v1:ServiceAccountPatch", "prod-aks.web-default-pull-secrets"),
        ("external-secrets.io/v1:ExternalSecret", "prod-aks.shop-external-secret"),
        ("external-secrets.io/v1:ExternalSecret", "prod-aks.web-external-secret"),
        ("generators.external-secrets.io/v1alpha1:ACRAccessToken", "prod-aks.shop-generator-0"),
        ("generators.external-secrets.io/v1alpha1:ACRAccessToken", "prod-aks.web-generator-0"),
    ]
    credentials = [it for it in built.custom if it.type == CREDENTIAL]
    assert [(it.name, it.inputs["subject"]) for it in credentials] == [
        ("prod-aks.shop-credential", "system:serviceaccount:shop:crosstenant-prod"),
        ("prod-aks.web-credential", "system:serviceaccount:web:crosstenant-prod"),
    ]
    assert [it.inputs["federatedIdentityCredentialResourceName"] for it in credentials] == [
        "prod-aks_shop",
        "prod-aks_web",
    ]
    secret = built.one("kubernetes:external-secrets.io/v1:ExternalSecret", "prod-aks.web-external-secret")
    assert secret.dependencies >= {f"{CREDENTIAL} prod-aks.web-credential", f"{ROLE_ASSIGNMENT} prod-images-pull-role"}
    generator = built.one(
        "kubernetes:generators.external-secrets.io/v1alpha1:ACRAccessToken", "prod-aks.web-generator-0"
    )
    assert generator.inputs["spec"]["registry"] == "images.azurecr.io"


@pytest.mark.parametrize(
    ("delivery", "cloud", "audience"),
    [
        ("refresher", "public", "api://AzureADTokenExchange"),
        ("refresher", "usgovernment", "api://AzureADTokenExchangeUSGov"),
        ("refresher", "china", "api://AzureADTokenExchangeChina"),
        ("external-secrets", "public", "api://AzureADTokenExchange"),
        ("external-secrets", "usgovernment", "api://AzureADTokenExchange"),
        ("external-secrets", "china", "api://AzureADTokenExchange"),
    ],
)
def test_a_credential_has_the_audience_that_its_token_is_asked_for(delivery: str, cloud: str, audience: str):
    """The refresher asks for that of its cloud; the operator asks for one and the same in every cloud."""
    tenants = {
        "cluster_tenant": {**CLUSTER_TENANT, "environment": cloud},
        "registry_tenant": {**REGISTRY_TENANT, "environment": cloud},
    }
    built = delivered(delivery, **tenants)
    assert [it.inputs["audiences"] for it in built.custom if it.type == CREDENTIAL] == [[audience]]
    if delivery == "refresher":
        assert f"'audience': '{audience}'" in str(built.one("kubernetes:batch/v1:CronJob").inputs)


def test_names_of_clusters_and_namespaces_do_not_run_into_each_other():
    built = delivered(
        "refresher",
        federated_cluster("aks", kubeconfig=KUBECONFIG, namespaces=[PullNamespaceArgs(name="dev-team")]),
        federated_cluster("aks-dev", kubeconfig=KUBECONFIG, namespaces=[PullNamespaceArgs(name="team")]),
    )
    names = [(it.type, it.name) for it in built.custom]
    assert len(set(names)) == len(names)


def test_a_program_passes_a_provider_of_its_own():
    def program() -> None:
        import pulumi_kubernetes  # type: ignore[import-not-found]

        mine = pulumi_kubernetes.Provider("mine", kubeconfig="own")
        federated(delivery="refresher", kubernetes_providers={"aks": mine})

    built = build(program)
    assert {it.provider for it in built.custom if it.type.startswith("kubernetes:")} == {"mine"}
    assert [it.name for it in built.resources if it.type == "pulumi:providers:kubernetes"] == ["mine"]


def test_nothing_is_declared_in_a_cluster_without_delivery():
    assert in_cluster(delivered("none")) == []


def test_a_program_without_the_sdk_reads_what_to_install(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "pulumi_kubernetes", None)

    def program() -> None:
        with pytest.raises(ArgumentError, match=r"delivery: .*pip install 'pulumi-crosstenant\[kubernetes\]'"):
            federated(delivery="refresher", clusters=[federated_cluster(kubeconfig=KUBECONFIG)])
        federated()
        refused.append(True)

    refused: list[bool] = []
    build(program)
    assert refused == [True]


def test_only_this_component_loads_the_sdk():
    program = (
        "import sys, crosstenant\n"
        "for name in crosstenant.__all__: getattr(crosstenant, name)\n"
        "import crosstenant.plugin.components\n"
        "assert not [it for it in sys.modules if it.startswith('pulumi_kubernetes')]\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        check=False,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(KUBERNETES)},
    )
    assert done.returncode == 0, done.stderr
