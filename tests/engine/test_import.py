"""Custom resources that take over what is there: ``pulumi import``, and the first update afterwards."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable
from pathlib import Path

from crosstenant.sandbox.world import seed
from lib.stack import Outcome, Stack
from tests.engine.engine_world import Azure
from tests.engine.refusal_world import without_trace_or_secret

PROFILE = "crosstenant:index:ServicePrincipalProfile"
PULL_CHECK = "crosstenant:index:PullCheck"
CHECK_ID = f"{seed.REGISTRY}/pullChecks/{seed.REGISTRY_CALLER_ID}"

PROVIDERS = """
    import pulumi
    from crosstenant import Provider, PullCheck, ServicePrincipalProfile

    config = pulumi.Config()
    tenants = {
        side: Provider(
            f"{side}-tenant",
            tenant_id=config.require(f"{side}TenantId"),
            client_id=config.require(f"{side}ClientId"),
            client_secret=config.require_secret(f"{side}ClientSecret"),
        )
        for side in ("cluster", "registry")
    }
"""

RESOURCES = f"""
    ServicePrincipalProfile(
        "profile",
        cluster_id=config.require("clusterId"),
        client_id="{seed.OLD_CLUSTER_APP_ID}",
        secret=pulumi.Output.secret("{seed.OLD_CLUSTER_SECRET}"),
        opts=pulumi.ResourceOptions(provider=tenants["cluster"]),
    )
    PullCheck(
        "check",
        registry_id=config.require("registryId"),
        client_id=config.require("registryClientId"),
        secret=config.require_secret("registryClientSecret"),
        opts=pulumi.ResourceOptions(provider=tenants["registry"]),
    )
"""


def import_into(stack: Stack, folder: Path, *resources: tuple[str, str, str]) -> Outcome:
    """Imports resources, each a type, an ID and the tenant whose provider it has."""
    providers = {
        side: next(it["urn"] for it in stack.resources() if it["urn"].endswith(f"::{side}-tenant"))
        for side in ("cluster", "registry")
    }
    names = {PROFILE: "profile", PULL_CHECK: "check"}
    plan = {
        "nameTable": {side: providers[side] for side in providers},
        "resources": [
            {"type": kind, "name": names[kind], "id": resource_id, "provider": side}
            for kind, resource_id, side in resources
        ],
    }
    file = folder / "import.json"
    file.write_text(json.dumps(plan))
    options = ["--file", str(file), "--generate-code=false", "--protect=false", "--yes", "--skip-preview"]
    return stack.command("pulumi", "import", *options, "--stack", "test", "--non-interactive", "--color", "never")


def test_each_custom_resource_is_imported_and_taken_over(
    make_stack: Callable[..., Stack], azure: Azure, tmp_path: Path
):
    azure.change(let_the_caller_pull)
    stack = make_stack(PROVIDERS)
    assert stack.operate("up").code == 0

    nowhere = import_into(stack, tmp_path, (PROFILE, seed.CLUSTER.replace("aks-prod", "aks-nowhere"), "cluster"))
    assert nowhere.code != 0
    assert nowhere.says("aks-nowhere", "does not exist")
    managed = import_into(stack, tmp_path, (PROFILE, seed.MANAGED_IDENTITY_CLUSTER, "cluster"))
    assert managed.code != 0
    assert managed.says("aks-managed has a managed identity: there is no service principal profile to import")
    for refused in (nowhere, managed):
        without_trace_or_secret(refused)

    imported = import_into(stack, tmp_path, (PROFILE, seed.CLUSTER, "cluster"), (PULL_CHECK, CHECK_ID, "registry"))
    assert imported.code == 0, imported.output
    assert azure.writes == []
    (profile,) = (it for it in stack.resources() if it["type"] == PROFILE)
    assert profile["outputs"]["credentialState"] == "unknown", "which secret a cluster has, Azure never tells"

    (tmp_path / "project" / "__main__.py").write_text(textwrap.dedent(PROVIDERS + RESOURCES))
    preview = stack.operate("preview")
    assert preview.code == 0, preview.output
    assert preview.says("/managedClusters/aks-prod: AKS drains and reimages")
    assert {(it.op, it.type, *sorted(it.properties)) for it in preview.changes} == {
        ("update", PROFILE, "secret"),
        ("update", PULL_CHECK, "result", "secret"),
    }

    up = stack.operate("up")
    assert up.code == 0, up.output
    assert azure.resets == [seed.CLUSTER.lower()]
    (check,) = (it for it in stack.resources() if it["type"] == PULL_CHECK)
    assert check["outputs"]["result"] == "granted"
    again = stack.operate("preview", "--refresh", "--expect-no-changes")
    assert again.code == 0, again.output


def let_the_caller_pull(state) -> None:
    """Makes the registry tenant's caller one that may pull: any application with the role will do for an import."""
    principal = seed.REGISTRY_CALLER_ID[:-2] + "d1"
    template = next(iter(state["roleAssignments"].values()))
    name = "5e1f2c3d-0000-4000-8000-000000000001"
    assignment_id = f"{seed.REGISTRY}/providers/Microsoft.Authorization/roleAssignments/{name}"
    role = (
        f"/subscriptions/{seed.REGISTRY_SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{seed.ACR_PULL}"
    )
    properties = {**template["properties"], "roleDefinitionId": role, "principalId": principal, "scope": seed.REGISTRY}
    state["roleAssignments"][assignment_id.lower()] = {
        **template, "id": assignment_id, "name": name, "properties": properties
    }  # fmt: skip
