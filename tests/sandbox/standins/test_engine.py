"""The stand-ins under the real engine, with the providers' own SDKs: one chain across two tenants, up to destroy."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pulumi
import pulumi_azure_native
import pulumi_azuread
import pytest
from pulumi import automation
from pulumi_azure_native import authorization

from crosstenant.sandbox.host.plugins import prepare_plugins
from crosstenant.sandbox.host.request_log import request_log
from crosstenant.sandbox.host.server import Sandbox
from crosstenant.sandbox.world.drift import disable_service_principal, remove_role_assignment, remove_secret
from crosstenant.sandbox.world.seed import (
    ACR_PULL,
    OLD_CLUSTER_APP_ID,
    REGISTRY,
    REGISTRY_SUBSCRIPTION,
    REGISTRY_TENANT,
)
from crosstenant.sandbox.world.state import Store
from tests.sandbox.standins.standin_world import add_fault, change, credential, read_state

ROOT = Path(__file__).parents[3]
TOOLS = f"{ROOT / '.tools' / 'bin'}:{Path(sys.executable).parent}:{os.environ['PATH']}"
ROLE = f"/subscriptions/{REGISTRY_SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{ACR_PULL}"

pytestmark = pytest.mark.engine


@pytest.fixture
def stack(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[automation.Stack]:
    """A stack whose plugins reach the sandbox; its program is set by each test."""
    monkeypatch.setenv("PATH", TOOLS)
    (tmp_path / "backend").mkdir()
    with Sandbox(store) as sandbox:
        plugins = prepare_plugins(tmp_path / "home")
        variables = {
            **sandbox.environment(),
            **plugins.environment,
            "PULUMI_BACKEND_URL": f"file://{tmp_path / 'backend'}",
            "PULUMI_CONFIG_PASSPHRASE": "test",
        }
        workspace = automation.LocalWorkspaceOptions(env_vars=variables)
        yield automation.create_or_select_stack("test", "standins", lambda: None, opts=workspace)


def providers(tenant: str, role: str = "owner", **changed: str) -> tuple[Any, Any]:
    """The azuread and azure-native providers of a tenant."""
    given: dict[str, Any] = {
        re.sub("[A-Z]", lambda it: f"_{it[0].lower()}", name): it for name, it in credential(tenant, role).items()
    }
    given |= changed
    native = pulumi_azure_native.Provider(f"{tenant}-azure-native", environment="public", **given)
    del given["subscription_id"]
    return pulumi_azuread.Provider(f"{tenant}-azuread", environment="public", **given), native


def chain(audience: str = "AzureADMultipleOrgs") -> None:
    """An application of one tenant that may pull from a registry of the other."""
    (at_home, _), (abroad, native) = providers("cluster"), providers("registry")
    here, there = pulumi.ResourceOptions(provider=at_home), pulumi.ResourceOptions(provider=abroad)
    caller = pulumi_azuread.get_client_config_output(opts=pulumi.InvokeOptions(provider=at_home))
    application = pulumi_azuread.Application(
        "application",
        display_name="pull",
        sign_in_audience=audience,
        owners=[caller.object_id],
        web={"redirect_uris": ["https://www.microsoft.com/"]},
        opts=here,
    )
    pulumi_azuread.ServicePrincipal("home", client_id=application.client_id, owners=[caller.object_id], opts=here)
    password = pulumi_azuread.ApplicationPassword(
        "password", application_id=application.id, end_date="2090-01-01T00:00:00Z", opts=here
    )
    principal = pulumi_azuread.ServicePrincipal("abroad", client_id=application.client_id, opts=there)
    assignment = authorization.RoleAssignment(
        "assignment",
        scope=REGISTRY,
        role_assignment_name="11111111-1111-4111-8111-111111111111",
        principal_id=principal.object_id,
        principal_type="ServicePrincipal",
        role_definition_id=ROLE,
        opts=pulumi.ResourceOptions(provider=native),
    )
    pulumi.export("clientId", application.client_id)
    pulumi.export("homeTenant", principal.application_tenant_id)
    pulumi.export("assignment", assignment.id)
    pulumi.export("secret", password.value)


def test_chain_across_two_tenants(stack: automation.Stack, store: Store, tmp_path: Path) -> None:
    stack.workspace.program = chain
    add_fault(store, service="graph", method="POST", path="addPassword", status=503)  # tried again
    created = stack.up()
    assert created.summary.resource_changes == {"create": 10}
    outputs = {name: output.value for name, output in created.outputs.items()}
    assert outputs["homeTenant"] == credential("cluster", "owner")["tenantId"]
    assert outputs["assignment"].startswith(f"{REGISTRY}/providers/Microsoft.Authorization/")
    assert created.outputs["secret"].secret
    kept = [file.read_text() for file in (tmp_path / "backend").rglob("*.json*")]
    assert kept
    assert not any(outputs["secret"] in text for text in kept)

    unchanged = stack.preview(expect_no_changes=True, refresh=True)
    assert unchanged.change_summary == {"same": 10}

    client_id = outputs["clientId"]
    change(store, lambda state: remove_role_assignment(state, REGISTRY, client_id))
    change(store, lambda state: remove_secret(state, client_id))
    change(store, lambda state: disable_service_principal(state, REGISTRY_TENANT, client_id))
    assert stack.preview(refresh=True).change_summary == {"create": 2, "same": 7, "update": 1}
    stack.up(refresh=True)

    request_log(store).unlink()
    stack.destroy()
    assert deletions(store) == [
        "DELETE /roleAssignments",
        "POST /removePassword",
        "DELETE /servicePrincipals",
        "DELETE /servicePrincipals",
        "DELETE /applications",
    ]


def deletions(store: Store) -> list[str]:
    """What the request log says was deleted, in a fixed order of kinds that leaves the engine its parallelism."""
    entries = [json.loads(line) for line in request_log(store).read_text().splitlines()]
    kinds = ["roleAssignments", "removePassword", "servicePrincipals", "applications"]
    writes = [entry for entry in entries if entry["method"] != "GET" and entry["service"] != "login"]
    found = [(next(kind for kind in kinds if f"/{kind}" in it["path"]), it["method"]) for it in writes]
    assert found[-1][0] == "applications"
    return [f"{method} /{kind}" for kind, method in sorted(found, key=lambda it: kinds.index(it[0]))]


@pytest.mark.parametrize("name", ["azuread", "azure-native"])
def test_schema_is_one_that_the_engine_takes(tmp_path: Path, name: str) -> None:
    plugins = prepare_plugins(tmp_path)
    executable = next((tmp_path / "plugins").glob(f"resource-{name}-v*")) / f"pulumi-resource-{name}"
    environ = {**os.environ, "PATH": TOOLS, "PULUMI_HOME": str(tmp_path)}
    command = ["pulumi", "package", "get-schema", str(executable)]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["version"] == plugins.stand_ins[name]


def adopt(resource_id: str) -> None:
    """Imports an application."""
    at_home, _ = providers("cluster")
    options = pulumi.ResourceOptions(provider=at_home, import_=resource_id)
    pulumi_azuread.Application("old", display_name="aks-prod-original", opts=options)


def test_import_takes_what_is_there(stack: automation.Stack, store: Store) -> None:
    applications = read_state(store)["applications"].values()
    object_id = next(one["id"] for one in applications if one["appId"] == OLD_CLUSTER_APP_ID)
    stack.workspace.program = lambda: adopt(f"/applications/{object_id}")
    assert stack.preview().change_summary == {"create": 3, "import": 1}


@pytest.mark.parametrize(
    ("program", "message"),
    [
        (lambda: chain("AzureADMultipleOrg"), "expected sign_in_audience to be one of"),
        (lambda: adopt("/applications/00000000-0000-4000-8000-000000000000"), "does not exist"),
        (lambda: use(providers("cluster", client_secret="wrong")[0]), "AADSTS7000215"),
    ],
)
def test_preview_stops_before_anything_is_made(
    stack: automation.Stack, store: Store, program: Callable[[], None], message: str
) -> None:
    stack.workspace.program = program
    with pytest.raises(automation.CommandError, match=message) as caught:
        stack.preview()
    assert "Traceback" not in str(caught.value)
    writes = [line for line in request_log(store).read_text().splitlines() if '"graph"' in line and '"POST"' in line]
    assert writes == []


def use(provider: Any) -> None:
    """Makes the engine start a provider."""
    pulumi_azuread.Application("any", display_name="any", opts=pulumi.ResourceOptions(provider=provider))
