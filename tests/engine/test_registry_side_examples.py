"""The examples of the registry's side, each run as it is."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path

import pytest

from crosstenant.sandbox.host.plugins import prepare_plugins
from crosstenant.sandbox.world import drift, seed
from lib import python_env
from lib.checkout import KUBERNETES
from lib.sandbox import CONFIG, SECRETS
from lib.stack import Stack
from tests.engine.engine_world import Azure
from tests.engine.registry_stacks import CHECK, PROFILE, ROLE, of_type, outputs, roles_of

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def example(azure: Azure, tmp_path: Path) -> Callable[..., Stack]:
    """Makes a stack of an example, configured for the seeded tenants."""

    def make(
        name: str,
        *,
        without: tuple[str, ...] = (),
        secrets: dict[str, str] | None = None,
        environ: dict[str, str] | None = None,
        **config: str,
    ) -> Stack:
        stack = Stack(EXAMPLES / name, "test", tmp_path / "stack", environ={**azure.environ, **(environ or {})})
        stack.create(
            {key: value for key, value in {**CONFIG, **config}.items() if key not in without},
            {**SECRETS, **(secrets or {})},
        )
        return stack

    return make


def test_one_identity_pulls_from_registries_of_two_tenants(example, azure: Azure):
    azure.change(seed.add_registry_tenant)
    stack = example(
        "many-registries",
        secondRegistryTenantId=seed.SECOND_REGISTRY_TENANT,
        secondRegistryId=seed.SECOND_REGISTRY,
        secondRegistryClientId=seed.SECOND_REGISTRY_CALLER_ID,
        secrets={"secondRegistryClientSecret": seed.SECOND_REGISTRY_CALLER_SECRET},
    )
    up = stack.operate("up")
    assert up.code == 0, up.output
    shown = outputs(stack)
    assert shown["loginServers"] == ["fabrikamimages.azurecr.io", "northwindimages.azurecr.io"]
    assert shown["pullResults"] == ["granted", "granted"]
    state = azure.state
    principals = {
        tenant: drift.service_principal(state, tenant, shown["clientId"])["id"]
        for tenant in (seed.CLUSTER_TENANT, seed.REGISTRY_TENANT, seed.SECOND_REGISTRY_TENANT)
    }
    fabrikam = roles_of(state, principals[seed.REGISTRY_TENANT])
    northwind = roles_of(state, principals[seed.SECOND_REGISTRY_TENANT])
    assert {name: it["roleDefinitionId"].rsplit("/", 1)[-1] for name, it in fabrikam.items()} == {
        "fabrikamimages": seed.ACR_PULL
    }
    assert {name: it["roleDefinitionId"].rsplit("/", 1)[-1] for name, it in northwind.items()} == {
        "northwindimages": seed.ACR_REPOSITORY_READER
    }
    assert len(of_type(stack, ROLE)) == 2
    (profile,) = of_type(stack, PROFILE)
    assert {it["urn"] for it in of_type(stack, CHECK)} <= set(profile["dependencies"])
    cluster = state["resources"][seed.CLUSTER.lower()]
    assert {node["clientId"] for node in cluster["_nodes"]} == {shown["clientId"]}
    assert stack.operate("preview", "--refresh", "--expect-no-changes").code == 0


@pytest.fixture
def kubernetes(azure: Azure, tmp_path: Path) -> dict[str, str]:
    """What a program needs in its environment to use pulumi-kubernetes, which `.venv` does not hold."""
    if not python_env.is_kubernetes_there():
        pytest.fail(f"there is no {python_env.kubernetes_pin()} in {KUBERNETES}: run make setup-tests", pytrace=False)
    with pytest.MonkeyPatch.context() as patch:
        # There is a stand-in for the plugins of installed packages only, and `.venv` does not hold this one.
        patch.syspath_prepend(str(KUBERNETES))
        return {"PYTHONPATH": str(KUBERNETES), **prepare_plugins(tmp_path / "pulumi-home").environment}


def test_a_managed_identity_cluster_gets_a_valid_image_pull_secret(
    example, azure: Azure, kubernetes: dict[str, str], tmp_path: Path
):
    rendered = tmp_path / "manifests"
    stack = example(
        "managed-identity-cluster",
        without=("clusterId",),
        environ=kubernetes,
        namespace="shop",
        renderTo=str(rendered),
    )
    up = stack.operate("up")
    assert up.code == 0, up.output
    assert azure.resets == []
    manifest = json.loads((rendered / "1-manifest" / "v1-secret-shop-registry-credentials.yaml").read_text())
    assert (manifest["apiVersion"], manifest["kind"]) == ("v1", "Secret")
    assert manifest["metadata"] == {"name": "registry-credentials", "namespace": "shop"}
    assert manifest["type"] == "kubernetes.io/dockerconfigjson"
    document = json.loads(manifest["stringData"][".dockerconfigjson"])
    (server,) = document["auths"]
    assert server == "fabrikamimages.azurecr.io"
    entry = document["auths"][server]
    assert b64decode(entry["auth"]).decode() == f"{entry['username']}:{entry['password']}"
    application = next(it for it in azure.state["applications"].values() if it["appId"] == entry["username"])
    assert entry["password"].startswith(application["passwordCredentials"][0]["hint"])
    kept = json.dumps(stack.resources())
    assert entry["password"] not in kept
    assert entry["password"] not in up.output
