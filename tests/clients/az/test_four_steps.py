"""Microsoft's guide, step by step in the Azure CLI; then a node pulls, and the package finds a whole chain."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from crosstenant.sandbox.world import seed
from crosstenant.sandbox.world.state import Store
from lib.checkout import VENV
from tests.clients.az.azure_cli import AzureCli

pytestmark = pytest.mark.large

SCRIPT = Path(__file__).with_name("four_steps.sh")
IMAGE = "fabrikamimages.azurecr.io/hello:1.0"
TENANTS = {"CLUSTER_TENANT_ID": seed.CLUSTER_TENANT, "REGISTRY_TENANT_ID": seed.REGISTRY_TENANT}
CALLERS = {
    "CLUSTER_CLIENT_ID": seed.CLUSTER_CALLER_ID,
    "CLUSTER_CLIENT_SECRET": seed.CLUSTER_CALLER_SECRET,
    "REGISTRY_CLIENT_ID": seed.REGISTRY_CALLER_ID,
    "REGISTRY_CLIENT_SECRET": seed.REGISTRY_CALLER_SECRET,
}


@pytest.fixture(autouse=True)
def fresh_state(store: Store) -> None:
    """The seeded state for each test; the sandbox keeps its key, so that the callers stay signed in."""
    store.reset()


@pytest.fixture
def steps(cluster_owner: AzureCli, registry_owner: AzureCli) -> Callable[..., dict[str, str]]:
    """Runs the script; what it says of the application."""

    def run(consent: str) -> dict[str, str]:
        environ = {
            **cluster_owner.environ,
            "AZ_CLUSTER": cluster_owner.environ["AZURE_CONFIG_DIR"],
            "AZ_REGISTRY": registry_owner.environ["AZURE_CONFIG_DIR"],
            "APPLICATION": f"pull-by-{consent}",
            "CLUSTER_GROUP": "rg-clusters",
            "CLUSTER": "aks-prod",
            "REGISTRY": "fabrikamimages",
            "REGISTRY_TENANT": seed.REGISTRY_TENANT,
            "CONSENT": consent,
        }
        done = subprocess.run(
            ["sh", str(SCRIPT)], env=environ, capture_output=True, text=True, timeout=180, check=False
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


def command(caller: AzureCli, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """The package's own command, in the sandbox of a caller."""
    return subprocess.run(
        [str(VENV / "bin" / "crosstenant"), *words],
        env={**caller.environ, **environ},
        cwd=caller.folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def pull(caller: AzureCli) -> subprocess.CompletedProcess[str]:
    return command(caller, "sandbox", "pull", IMAGE, "--cluster", "aks-prod")


@pytest.mark.parametrize("consent", ["az", "page"])
def test_a_node_pulls_after_the_four_steps_and_the_chain_is_whole(
    steps: Callable[..., dict[str, str]], cluster_owner: AzureCli, consent: str
):
    before = pull(cluster_owner)
    assert before.returncode == 1, before.stdout
    assert "Application not registered with AAD." in before.stderr
    made = steps(consent)
    after = pull(cluster_owner)
    assert after.returncode == 0, after.stderr
    assert made["clientId"] in after.stdout

    options = ("--client-id", made["clientId"], "--cluster", seed.CLUSTER, "--registry", seed.REGISTRY)
    environ = {**TENANTS, **CALLERS, "CROSSTENANT_PULL_SECRET": made["secret"]}
    checked = command(cluster_owner, "check", *options, "--repository", "hello", **environ)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "whole" in checked.stdout
    assert made["secret"] not in checked.stdout + checked.stderr


def test_chain_of_the_four_steps_is_adopted(steps: Callable[..., dict[str, str]], cluster_owner: AzureCli):
    made = steps("az")
    options = ("--cluster", seed.CLUSTER, "--registry", seed.REGISTRY, "--out", "adopted")
    adopted = command(cluster_owner, "adopt", *options, **TENANTS, **CALLERS)
    assert adopted.returncode == 0, adopted.stdout + adopted.stderr
    document = json.loads((cluster_owner.folder / "adopted" / "import.json").read_text())
    imported = [re.sub(r".*:", "", one["type"]) for one in document["resources"] if "id" in one]
    assert sorted(imported) == [
        "Application",
        "RoleAssignment",
        "ServicePrincipal",
        "ServicePrincipal",
        "ServicePrincipalProfile",
    ]
    assert made["secret"] not in adopted.stdout + json.dumps(document)


def test_check_signs_in_as_the_user_of_the_azure_cli(
    steps: Callable[..., dict[str, str]],
    az: Callable[[], AzureCli],
    store: Store,
    cluster_owner: AzureCli,
    registry_owner: AzureCli,
):
    """az is signed in to both tenants, as one application that has a service principal and its roles in each."""
    made = steps("az")
    auditor = cluster_owner.ok("ad app create --display-name auditor --sign-in-audience AzureADMultipleOrgs")["appId"]
    secret = cluster_owner.ok(f"ad app credential reset --id {auditor}")["password"]
    both = az()
    for owner, tenant, subscription in (
        (cluster_owner, seed.CLUSTER_TENANT, seed.CLUSTER_SUBSCRIPTION),
        (registry_owner, seed.REGISTRY_TENANT, seed.REGISTRY_SUBSCRIPTION),
    ):
        owner.ok(f"ad sp create --id {auditor}")
        owner.ok(f"role assignment create --assignee {auditor} --role Reader --scope /subscriptions/{subscription}")
        both.sign_in(tenant, auditor, secret)
    with store.change() as state:  # an administrator's consent to Application.Read.All
        for principal in state["servicePrincipals"].values():
            if principal["appId"] == auditor:
                principal["_graph_permissions"] = ["Application.Read.All"]
    options = ("--client-id", made["clientId"], "--cluster", seed.CLUSTER, "--registry", seed.REGISTRY)
    checked = command(both, "check", *options, **TENANTS, CROSSTENANT_PULL_SECRET=made["secret"])
    assert checked.returncode == 0, checked.stdout + checked.stderr
