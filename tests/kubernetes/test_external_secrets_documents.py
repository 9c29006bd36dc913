"""What the delivery ``external-secrets`` puts into a namespace is what the operator's own definitions admit.

The operator does not run here: test_other_clients asks its generator.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from crosstenant.model.kubernetes.external_secrets_objects import ExternalSecretsPlan
from crosstenant.model.kubernetes.manifests import external_secrets_manifests
from crosstenant.model.kubernetes.plan import PullNamespace
from crosstenant.sandbox.world.seed import REGISTRY_TENANT
from lib import toolchain
from tests.kubernetes.cluster_world import Cluster

MODULE = "github.com/external-secrets/external-secrets"
DEFINITIONS = ("external-secrets.io_externalsecrets", "generators.external-secrets.io_acraccesstokens")
PLURALS = {
    "ServiceAccount": "serviceaccounts",
    "ACRAccessToken": "acraccesstokens",
    "ExternalSecret": "externalsecrets",
}
APPLY = {"Content-Type": "application/apply-patch+yaml"}
CLIENT = "00000000-0000-4000-8000-0000000000c9"


@pytest.fixture(scope="module")
def operator(cluster_api: Cluster) -> Iterator[Cluster]:
    """A cluster with the operator's definitions, from the module that its generator is built from."""
    folder = toolchain.MODULES / "external-secrets-generator"
    go, env = toolchain.go_for("external-secrets-generator")
    command = [str(go), "list", "-mod=readonly", "-m", "-f", "{{.Dir}}", MODULE]
    source = subprocess.run(command, cwd=folder, env=env, text=True, check=True, capture_output=True).stdout.strip()
    definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    made: list[str] = []
    for file in DEFINITIONS:
        document: Any = yaml.safe_load((Path(source) / "config/crds/bases" / f"{file}.yaml").read_text())
        # Older versions are converted by the operator itself, which is not there.
        document["spec"].pop("conversion", None)
        name = cluster_api.create(definitions, document)["metadata"]["name"]
        made.append(name)
        cluster_api.until(lambda: "Established" in conditions(cluster_api.get(f"{definitions}/{made[-1]}")))
    yield cluster_api
    for name in made:
        cluster_api.delete(f"{definitions}/{name}")


def conditions(document: Any) -> list[str]:
    return [it["type"] for it in (document.get("status", {}).get("conditions") or []) if it["status"] == "True"]


def address(document: Any) -> str:
    group = document["apiVersion"]
    root = f"/apis/{group}" if "/" in group else f"/api/{group}"
    metadata = document["metadata"]
    return f"{root}/namespaces/{metadata['namespace']}/{PLURALS[document['kind']]}/{metadata['name']}"


def applied(cluster: Cluster, document: Any) -> httpx.Response:
    """Applies a document; unknown fields are refused. A new definition is served a moment after it is established."""
    query = {"fieldManager": "test", "fieldValidation": "Strict"}
    until = time.monotonic() + 10
    while True:
        answer = cluster.admin.patch(address(document), params=query, headers=APPLY, json=document)
        if answer.status_code != 404 or time.monotonic() > until:
            return answer
        time.sleep(0.1)


@pytest.mark.parametrize("servers", [["one.azurecr.io"], ["one.azurecr.io", "two.azurecr.io"]], ids=len)
def test_operators_definitions_admit_every_document(operator: Cluster, servers: list[str]) -> None:
    namespace = PullNamespace(operator.namespace("apps"), service_accounts=("default",))
    plan = ExternalSecretsPlan("crosstenant-images", (namespace,))
    documents = list(yaml.safe_load_all(external_secrets_manifests(plan, REGISTRY_TENANT, CLIENT, servers)))
    assert len(documents) == 3 + len(servers)
    for document in documents:
        answer = applied(operator, document)
        assert answer.is_success, answer.text
        assert "warning" not in answer.headers, answer.headers["warning"]
    secret = operator.get(address(documents[-2]))
    assert secret["spec"]["refreshInterval"] == "1h0m0s"
    assert len(secret["spec"]["dataFrom"]) == len(servers)
