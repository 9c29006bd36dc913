"""A YAML program's ``FederatedPull``, which the plugin hosts, delivers into a cluster with a real API server.

Nothing secret is in what Pulumi logs at its highest level, nor in the stack's state.
"""

from __future__ import annotations

import base64
import json
import re
import textwrap
from pathlib import Path
from typing import Any

import pytest

from crosstenant.model.kubernetes.yaml_text import yaml_text
from crosstenant.sandbox.host.server import Sandbox
from crosstenant.sandbox.world import seed
from lib.checkout import ROOT
from lib.sandbox import CONFIG, SECRETS
from lib.stack import Outcome, Stack
from tests.engine.engine_world import YAML_CONFIG, YAML_TENANTS
from tests.kubernetes.cluster_world import Cluster
from tests.kubernetes.provider_plugins import STAND_IN, environment

pytestmark = pytest.mark.engine

JWT = re.compile(r"eyJ[\w-]{10,}\.eyJ[\w-]{10,}")

PROGRAM = f"""{YAML_CONFIG}\
      kubeconfig: {{type: string, secret: true}}
      namespace: {{type: string}}
    resources:
      yamlpull:
        type: crosstenant:FederatedPull
        properties:
{YAML_TENANTS}\
          registries:
            - registryId: ${{registryId}}
              pullCheck: {{repository: hello, reference: "1.0"}}
          identity: {{resourceGroup: rg-identities}}
          clusters:
            - clusterId: "{seed.MANAGED_IDENTITY_CLUSTER}"
              kubeconfig: ${{kubeconfig}}
              namespaces:
                - name: ${{namespace}}
                  secretName: images
                  serviceAccounts: [default]
    outputs:
      clientId: ${{yamlpull.clientId}}
"""


@pytest.fixture
def stack(azure: Sandbox, cluster_api: Cluster, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Stack:
    project = tmp_path / "project"
    project.mkdir()
    plugins = {"providers": [{"name": "crosstenant", "path": str(ROOT / ".venv" / "bin")}]}
    head = "\n".join(["name: program", "runtime: yaml", f"plugins: {json.dumps(plugins)}"])
    (project / "Pulumi.yaml").write_text(f"{head}\n{textwrap.dedent(PROGRAM)}")
    made = Stack(
        project, "test", tmp_path / "stack", environ=environment(STAND_IN, azure, tmp_path_factory.mktemp("plugins"))
    )
    settings = {**CONFIG, "namespace": cluster_api.namespace("apps")}
    # As az writes it: a text of JSON would reach a YAML program as an object.
    made.create(settings, {**SECRETS, "kubeconfig": yaml_text(cluster_api.kubeconfig)})
    return made


def test_a_yaml_program_delivers_and_nothing_secret_is_logged(stack: Stack, cluster_api: Cluster):
    up = done(stack.operate("up", "-v=9", "--logtostderr"))
    namespace = next(it for it in stack.resources() if it["type"] == "kubernetes:core/v1:Secret")["inputs"]["metadata"][
        "namespace"
    ]
    secret = cluster_api.get(f"/api/v1/namespaces/{namespace}/secrets/images")
    auths: dict[str, Any] = json.loads(base64.b64decode(secret["data"][".dockerconfigjson"]))["auths"]
    (token,) = [it["password"] for it in auths.values()]
    account = cluster_api.get(f"/api/v1/namespaces/{namespace}/serviceaccounts/default")
    assert account["imagePullSecrets"] == [{"name": "images"}]

    key = cluster_api.kubeconfig["users"][0]["user"]["client-key-data"]
    state = json.dumps(stack.resources())
    config_map = cluster_api.get("/api/v1/namespaces/crosstenant-yamlpull/configmaps/pull-refresher")
    for place, text in (("log", up.output), ("state", state), ("ConfigMap", json.dumps(config_map))):
        assert token not in text, place
        assert not JWT.search(text), place
        # The kubeconfig itself: where it is needed it is encrypted.
        assert key not in text, place

    assert not done(stack.operate("up")).changes
    done(stack.operate("destroy"))
    assert cluster_api.admin.get("/api/v1/namespaces/crosstenant-yamlpull").status_code == 404
    account = cluster_api.get(f"/api/v1/namespaces/{namespace}/serviceaccounts/default")
    assert "imagePullSecrets" not in account


def done(outcome: Outcome) -> Outcome:
    assert outcome.code == 0, outcome.output[-5000:]
    return outcome
