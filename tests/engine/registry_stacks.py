"""Programs and changes for tests of the registry's side."""

from __future__ import annotations

import re
import shlex
import ssl
from pathlib import Path
from typing import Any

import httpx

from crosstenant.sandbox.world import drift, seed
from crosstenant.sandbox.world.directory_documents import new_service_principal
from crosstenant.sandbox.world.state import State
from lib.stack import Outcome, Stack
from tests.engine.engine_world import Azure

HEAD = """
import pulumi
from crosstenant import *

config = pulumi.Config()
a_secret = pulumi.Output.secret


def tenant(side):
    return tenant_from_config(config, side)

"""
"""What every program here begins with."""

ROLE = "azure-native:authorization:RoleAssignment"
CHECK = "crosstenant:index:PullCheck"
PROFILE = "crosstenant:index:ServicePrincipalProfile"
CONSENT = "crosstenant:index:Consent"


def rewrite(tmp_path: Path, source: str) -> None:
    """Changes the program of the stack that ``make_stack`` made."""
    (tmp_path / "project" / "__main__.py").write_text(source)


def of_type(stack: Stack, kind: str) -> list[dict[str, Any]]:
    """The resources of one type in the stack's state."""
    return [it for it in stack.resources() if it["type"] == kind]


def imports(outcome: Outcome) -> list[str]:
    """The commands in an output that take something over, each once."""
    flat = " ".join(outcome.output.split())
    return list(dict.fromkeys(re.findall(r"pulumi import .*?--provider '[^']*'", flat)))


def follow_imports(stack: Stack, outcome: Outcome) -> None:
    """Runs each ``pulumi import`` that an output advises, to the letter."""
    found = imports(outcome)
    assert found, outcome.output
    for command in found:
        done = stack.operate(*shlex.split(command)[1:])
        assert done.code == 0, f"{command}\n{done.output}"


def outputs(stack: Stack) -> dict[str, Any]:
    """The stack's outputs; secret ones stay encrypted."""
    return next(it for it in stack.resources() if it["type"] == "pulumi:pulumi:Stack").get("outputs", {})


def permissions(azure: Azure, *names: str) -> None:
    """Sets the Microsoft Graph permissions of the deployment in the registry's tenant."""

    def change(state: State) -> None:
        principal = drift.service_principal(state, seed.REGISTRY_TENANT, seed.REGISTRY_CALLER_ID)
        principal["_graph_permissions"] = list(names)

    azure.change(change)


def open_page(azure: Azure, url: str) -> httpx.Response:
    """Opens a page of the sandbox as a browser does."""
    trusting = ssl.create_default_context(cafile=azure.environ["SSL_CERT_FILE"])
    with httpx.Client(proxy=azure.environ["HTTPS_PROXY"], verify=trusting) as browser:
        return browser.get(url)


def give_service_principal(state: State, client_id: str, object_id: str) -> None:
    """Gives an application a service principal in the registry's tenant, as its administrator may."""
    drift.set_audience(state, client_id, "AzureADMultipleOrgs")
    application = drift.application(state, client_id)
    principal = new_service_principal(object_id, application, seed.REGISTRY_TENANT, "2024-01-01T00:00:00Z")
    state["servicePrincipals"][object_id] = {**principal, "_usable_at": 0.0, "_owners": []}


def give_role(state: State, registry_id: str, object_id: str, role: str = seed.ACR_PULL, name: str = "") -> str:
    """Assigns a role on a registry behind Pulumi's back; the assignment's name."""
    name = name or "c0ffee00-0000-4000-8000-000000000001"
    assignment_id = f"{registry_id}/providers/Microsoft.Authorization/roleAssignments/{name}"
    subscription = registry_id.split("/")[2]
    definitions = f"/subscriptions/{subscription}/providers/Microsoft.Authorization/roleDefinitions"
    state["roleAssignments"][assignment_id.lower()] = {
        "id": assignment_id,
        "name": name,
        "type": "Microsoft.Authorization/roleAssignments",
        "properties": {
            "roleDefinitionId": f"{definitions}/{role}",
            "principalId": object_id,
            "principalType": "ServicePrincipal",
            "scope": registry_id,
            "condition": None,
            "conditionVersion": None,
        },
        "_effective_at": 0.0,
    }
    return name


def roles_of(state: State, object_id: str) -> dict[str, dict[str, Any]]:
    """The role assignments of a principal by the name of the registry."""
    found = [
        it["properties"] for it in state["roleAssignments"].values() if it["properties"]["principalId"] == object_id
    ]
    return {it["scope"].rsplit("/", 1)[-1]: it for it in found}
