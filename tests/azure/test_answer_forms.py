"""JSON answers of another form than documented: an error of Azure's in one sentence, and never another exception."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web
from azure.core.exceptions import AzureError

from crosstenant.azure.arm import Arm
from crosstenant.azure.caller_rights import permits
from crosstenant.azure.clusters.clusters import Clusters, Ending
from crosstenant.azure.clusters.maintenance import maintenance_of
from crosstenant.azure.clusters.run_command import CommandNotRun, RunCommands
from crosstenant.azure.connections import transport
from crosstenant.azure.connections.answer_forms import OtherFormError, form_due
from crosstenant.azure.directory.graph import Graph
from crosstenant.azure.identities.identities import federated_credentials, find_identity
from crosstenant.azure.pages import listed
from crosstenant.azure.refusals.refusals import explain
from crosstenant.azure.registries.registries import Registries, UnknownModeError
from crosstenant.azure.role_assignments import roles_of
from crosstenant.azure.sign_in.secret_proof import prove_secret
from crosstenant.azure.waiting import unheard
from crosstenant.errors import OperatorError
from crosstenant.model.arm_id import IDENTITY_TYPE, parse_arm_id
from crosstenant.model.clouds import PUBLIC
from crosstenant.model.credentials.kinds import AppCredential
from tests.azure.aks_world import APP, CLUSTER, CLUSTER_ID, OBJECT_ID, SECRET, TENANT_ID, FakeClock, cluster
from tests.azure.scripted_azure import ARM, Azure
from tests.azure.test_foreign_addresses import azure
from tests.azure.tls_azure import REGISTRY_ID
from tests.changed_documents import ABSENT, places, with_value

__all__ = ["azure"]  # the fixture

GROUP = CLUSTER_ID.rpartition("/providers/")[0]
IDENTITY = parse_arm_id(f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/pull", IDENTITY_TYPE)
ROLE = f"{GROUP}/providers/Microsoft.Authorization/roleDefinitions/7f951dda-4ed3-4680-a7ca-43fe172d538d"
TIMES = {"startDateTime": "2026-01-01T00:00:00Z", "endDateTime": "2027-01-01T00:00:00Z"}
OBJECT = {
    "id": OBJECT_ID,
    "appId": APP,
    "displayName": "pull",
    "signInAudience": "AzureADMyOrg",
    "accountEnabled": True,
    "passwordCredentials": [{"keyId": OBJECT_ID, "displayName": "x", **TIMES}],
}
PROPERTIES = {
    "provisioningState": "Succeeded",
    "powerState": {"code": "Running"},
    "servicePrincipalProfile": {"clientId": APP},
    "agentPoolProfiles": [{"name": "p", "count": 1, "provisioningState": "Succeeded", "osType": "Linux"}],
    "oidcIssuerProfile": {"enabled": True, "issuerURL": "https://x/"},
    "fqdn": "a.b",
    "securityProfile": {"workloadIdentity": {"enabled": True}},
    "aadProfile": {"managed": True},
    "status": {"provisioningError": {"code": "a", "message": "b", "details": [{"code": "c"}]}},
}
WINDOW = {
    "schedule": {"weekly": {"intervalWeeks": 1, "dayOfWeek": "Monday"}},
    "durationHours": 4,
    "utcOffset": "+02:00",
    "startDate": "2026-01-01",
    "startTime": "02:00",
    "notAllowedDates": [{"start": "2026-01-01", "end": "2026-01-02"}],
}
REGISTRY = {
    "loginServer": "a.azurecr.io",
    "roleAssignmentMode": "LegacyRegistryPermissions",
    "networkRuleSet": {"defaultAction": "Allow"},
    "policies": {"azureADAuthenticationAsArmPolicy": {"status": "enabled"}},
}
OTHERS: tuple[Any, ...] = (
    None,
    1,
    True,
    [],
    {},
    "",
    [1],
    ["x"],
    {"a": 1},
    "x",
    10**30,
    float("nan"),
    "\ud800",
    ABSENT,
)

Read = Callable[[], Awaitable[object]]


class Services:
    """One client of each service."""

    def __init__(self, azure: Azure) -> None:
        self.azure = azure
        self.arm, self.graph = Arm(azure.tenant), Graph(azure.tenant)
        self.clusters, self.commands = Clusters(azure.tenant), RunCommands(azure.tenant, FakeClock())

    def reads(self) -> dict[str, tuple[Read, dict[str, Any]]]:
        arm, graph = self.arm, self.graph
        hours = {"timeInWeek": [{"day": "Monday", "hourSlots": [1, 2]}]}
        role = {"scope": CLUSTER_ID, "roleDefinitionId": ROLE, "condition": "", "principalId": OBJECT_ID}
        assignment = f"{CLUSTER_ID}/providers/Microsoft.Authorization/roleAssignments/{OBJECT_ID}"
        trust = {"issuer": "i", "subject": "s", "audiences": ["a"]}
        return {
            "cluster": (
                lambda: self.clusters.get(CLUSTER),
                {"id": CLUSTER_ID, "name": "aks-prod", "location": "x", "properties": PROPERTIES},
            ),
            "registry": (
                lambda: Registries(self.azure.tenant).get(REGISTRY_ID),
                {"id": REGISTRY_ID, "name": "n", "location": "x", "sku": {"name": "Basic"}, "properties": REGISTRY},
            ),
            "permissions": (
                lambda: permits(arm, CLUSTER_ID, "a/b"),
                {"value": [{"actions": ["a/*"], "notActions": ["c"]}]},
            ),
            "roles": (
                lambda: roles_of(arm, CLUSTER_ID, OBJECT_ID),
                {"value": [{"id": assignment, "properties": role}], "nextLink": ""},
            ),
            "hours": (lambda: maintenance_of(arm, CLUSTER), {"value": [{"name": "default", "properties": hours}]}),
            "window": (
                lambda: maintenance_of(arm, CLUSTER),
                {"value": [{"name": "aksManagedAutoUpgradeSchedule", "properties": {"maintenanceWindow": WINDOW}}]},
            ),
            "identity": (
                lambda: find_identity(arm, IDENTITY),
                {"location": "x", "properties": {"clientId": APP, "principalId": OBJECT_ID, "tenantId": APP}},
            ),
            "trusted": (
                lambda: federated_credentials(arm, IDENTITY),
                {"value": [{"name": "n", "properties": trust}], "nextLink": ""},
            ),
            "ending": (
                lambda: self.clusters.ending(f"https://{ARM}/x"),
                {"status": "Succeeded", "endTime": "2026-01-01T00:00:00Z"},
            ),
            "application": (lambda: graph.application(APP), OBJECT),
            "namesakes": (lambda: graph.applications_named("x"), {"value": [{"id": OBJECT_ID, "appId": APP}]}),
            "principal": (lambda: graph.service_principal(APP), OBJECT),
            "owners": (lambda: graph.owners("applications", OBJECT_ID), {"value": [{"id": OBJECT_ID}]}),
            "trusted by an application": (
                lambda: graph.federated_credentials(OBJECT_ID),
                {"value": [{"name": "n", **trust}]},
            ),
            "command": (
                lambda: self.commands.run(cluster(), "x", deadline=2000, on_wait=unheard),
                {"properties": {"provisioningState": "Succeeded", "exitCode": 0, "logs": "x", "reason": ""}},
            ),
            "sign-in": (
                lambda: prove_secret(TENANT_ID, PUBLIC, AppCredential(APP, SECRET), deadline=0, on_wait=unheard),
                {"token_type": "Bearer", "expires_in": 3599, "ext_expires_in": 3599, "access_token": "e30.e30.x"},
            ),
        }


@pytest.fixture
async def services(azure: Azure, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Services]:
    async def at_once(_transport: object, _seconds: float) -> None:
        """azure-core repeats a request whose answer it cannot read, after a pause."""

    monkeypatch.setattr(transport.AzureTransport, "sleep", at_once)
    services = Services(azure)
    yield services
    for client in (services.arm, services.graph, services.clusters, services.commands):
        await client.aclose()


async def test_each_part_of_an_answer_may_have_another_form(services: Services, caplog: pytest.LogCaptureFixture):
    # azure-identity logs what it cannot read; a lone surrogate in a test's log is the end of a worker of xdist.
    caplog.set_level(logging.CRITICAL, logger="azure")
    answer: list[Any] = [None]
    services.azure.answer = lambda request: web.Response(text=json.dumps(answer[0]), content_type="application/json")
    unexpected: list[str] = []
    for name, (read, document) in services.reads().items():
        answer[0] = document
        assert await read() is not None, name
        for path in places(document):
            for value in OTHERS:
                answer[0] = with_value(document, path, value)
                try:
                    await read()
                except (AzureError, OperatorError, UnknownModeError, CommandNotRun):
                    continue
                except Exception as error:
                    unexpected.append(f"{name} {path} {value!r}: {error!r}")
    assert unexpected == []


_OF_LISTS = ("permissions", "roles", "hours", "trusted", "namesakes", "owners", "trusted by an application")
_OF_OBJECTS = ("cluster", "registry", "identity", "application", "principal")


@pytest.mark.parametrize("name", _OF_LISTS)
@pytest.mark.parametrize("form", [{}, {"message": "blocked"}, {"value": None}, {"error": {"code": "x"}}])
async def test_answer_without_entries_is_not_an_empty_list(services: Services, name: str, form: object):
    services.azure.answer = lambda request: web.json_response(form)
    read, _ = services.reads()[name]
    if name == "permissions":
        assert await read() is None
        return
    with pytest.raises(OtherFormError):
        await read()


@pytest.mark.parametrize("name", [*_OF_OBJECTS, "owners", "trusted by an application", "ending"])
@pytest.mark.parametrize(
    "body", ["", '{"message": "no Route matched with those values"}', '{"error": {"message": "x"}}', "null"]
)
async def test_404_without_a_code_of_azure_is_not_an_absence(services: Services, name: str, body: str):
    services.azure.answer = lambda request: web.Response(status=404, text=body, content_type="application/json")
    read, _ = services.reads()[name]
    if name == "ending":
        assert await read() == Ending(is_hidden=True)
        return
    with pytest.raises(AzureError):
        await read()


@pytest.mark.parametrize("name", _OF_OBJECTS)
@pytest.mark.parametrize(
    ("code", "is_absence"),
    [
        ("ResourceNotFound", True),
        ("ResourceGroupNotFound", True),
        ("Request_ResourceNotFound", True),
        ("SubscriptionNotFound", False),
        ("TenantNotFound", False),
        ("InvalidResourceType", False),
    ],
)
async def test_404_with_a_code_of_azure(services: Services, name: str, code: str, is_absence: bool):
    said = {"error": {"code": code, "message": "x"}}
    services.azure.answer = lambda request: web.json_response(said, status=404)
    read, _ = services.reads()[name]
    if is_absence:
        assert await read() is None
        return
    with pytest.raises(AzureError):
        await read()


async def test_pages_that_lead_back_come_to_an_end(services: Services):
    pages = {"/a": "https://management.azure.com/b", "/b": "https://management.azure.com/a"}
    services.azure.answer = lambda request: web.json_response({"value": [], "nextLink": pages[request.path]})
    with pytest.raises(OtherFormError, match="its pages do not come to an end"):
        await listed(services.arm, "/a", "2022-04-01")
    assert services.azure.asked == [f"GET {ARM}/{it}" for it in "aba"]


async def test_pages_are_read_to_the_last(services: Services):
    pages = {"/a": "https://management.azure.com/b?page=2", "/b": ""}
    services.azure.answer = lambda request: web.json_response(
        {"value": [{"of": request.path}], "nextLink": pages[request.path]}
    )
    assert await listed(services.arm, "/a", "2022-04-01") == [{"of": "/a"}, {"of": "/b"}]


def test_the_sentence_names_the_object_and_what_may_have_answered():
    with pytest.raises(OtherFormError) as refused, form_due():
        {}["appId\x1b[2K"]
    said = explain(refused.value, doing="reading application", on=APP)
    assert said == (
        f"reading application {APP}: the answer has another form than is documented (KeyError: 'appId\\x1b[2K'); look"
        " for a proxy or a firewall that answers in Azure's place (HTTPS_PROXY, NO_PROXY), or update this package"
    )
