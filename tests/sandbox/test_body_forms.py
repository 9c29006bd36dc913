"""Bodies with values of another type than Azure declares are refused, as what is no JSON, and end in no exception."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from crosstenant.sandbox.world.body_forms import FLAG, NUMBER, OBJECT, OBJECTS, TEXT, TEXTS, misfit, read_body
from crosstenant.sandbox.world.seed import CLUSTER, CLUSTER_GROUP, CLUSTER_OWNER_ID, OLD_CLUSTER_APP_ID, REGISTRY
from tests.sandbox.arm_world import Arm
from tests.sandbox.directory_world import Caller

ODD = (None, 1, [], {}, "x", [1], [None])
AKS, IDENTITIES = "providers/Microsoft.ContainerService", "providers/Microsoft.ManagedIdentity"
WINDOW = {"schedule": {"weekly": {"intervalWeeks": 1, "dayOfWeek": "Monday"}}, "durationHours": 4, "startTime": "10:00"}
POOL = {"name": "system", "count": 1, "vmSize": "Standard_D2s_v5", "mode": "System"}
CLUSTER_BODY = {
    "location": "westeurope",
    "tags": {"a": "b"},
    "identity": {"type": "SystemAssigned"},
    "properties": {
        "dnsPrefix": "new",
        "agentPoolProfiles": [POOL],
        "servicePrincipalProfile": {"clientId": OLD_CLUSTER_APP_ID, "secret": "x"},
        "oidcIssuerProfile": {"enabled": True},
    },
}
ARM_BODIES = [
    ("PUT", f"{CLUSTER_GROUP}/{AKS}/managedClusters/new", CLUSTER_BODY),
    ("PATCH", CLUSTER, {"tags": {"a": "b"}}),
    ("POST", f"{CLUSTER}/resetServicePrincipalProfile", {"clientId": OLD_CLUSTER_APP_ID, "secret": "x"}),
    ("PUT", f"{CLUSTER}/maintenanceConfigurations/default", {"properties": {"maintenanceWindow": WINDOW}}),
    ("PUT", f"{CLUSTER_GROUP}/{IDENTITIES}/userAssignedIdentities/new", {"location": "westeurope", "tags": {"a": "b"}}),
    ("PATCH", REGISTRY, {"tags": {}, "sku": {"name": "Premium"}, "properties": {"adminUserEnabled": False}}),
    ("PUT", CLUSTER_GROUP, {"location": "westeurope", "tags": {"a": "b"}}),
]
PASSWORD = {"displayName": "p", "startDateTime": "2030-01-01T00:00:00Z", "endDateTime": "2030-03-01T00:00:00Z"}
GRAPH_BODIES = [
    (
        "PATCH",
        "/applications/{application}",
        {
            "displayName": "n",
            "signInAudience": "AzureADMultipleOrgs",
            "web": {"redirectUris": ["https://a.example/"]},
            "tags": ["a"],
            "keyCredentials": [{"keyId": "k", "key": "k"}],
            "passwordCredentials": [],
        },
    ),
    ("POST", "/applications", {"displayName": "n", "owners@odata.bind": ["https://graph.example/{principal}"]}),
    ("POST", "/applications/{application}/addPassword", {"passwordCredential": PASSWORD}),
    ("POST", "/applications/{application}/owners/$ref", {"@odata.id": "https://graph.example/{principal}"}),
    (
        "POST",
        "/applications/{application}/federatedIdentityCredentials",
        {"name": "n", "issuer": "https://a.example/", "subject": "s", "audiences": ["api://AzureADTokenExchange"]},
    ),
    ("PATCH", "/servicePrincipals/{principal}", {"accountEnabled": True, "tags": ["a"], "notes": "n"}),
]


@pytest.mark.parametrize(("method", "path", "body"), ARM_BODIES, ids=[it[1].rsplit("/", 1)[-1] for it in ARM_BODIES])
def test_arm_refuses_what_has_another_type(arm: Arm, method: str, path: str, body: Any) -> None:
    codes = {arm.call(method, path, changed).status_code for changed in _changed(body)}
    assert 400 in codes
    assert codes <= {200, 201, 202, 400, 409}, "409: a cluster that a former request is creating"


@pytest.mark.parametrize(("method", "path", "body"), GRAPH_BODIES, ids=[f"{it[0]} {it[1]}" for it in GRAPH_BODIES])
async def test_graph_refuses_what_has_another_type(
    graph_caller: Callable[[str], Caller], method: str, path: str, body: Any
) -> None:
    caller = graph_caller(CLUSTER_OWNER_ID)
    application = await caller.application()
    principal = await caller.principal(application)
    ids = {"application": application["id"], "principal": principal["id"]}
    codes: set[int] = set()
    for changed in _changed(json.loads(json.dumps(body).replace("{principal}", principal["id"]))):
        url = f"/v1.0{path.format(**ids)}"
        codes.add((await caller.client.request(method, url, json=changed, headers=caller.headers)).status_code)
    assert 400 in codes
    assert codes <= {200, 201, 204, 400, 404, 409}
    assert (await caller.get(f"/applications/{application['id']}"))["web"]["redirectUris"] in (
        [],
        ["https://a.example/"],
    )


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ({"tags": ["a"], "other": 1}, ""),
        ({"flag": None, "count": 1, "part": {"tags": []}}, ""),
        ({"tags": "a"}, "tags must be a list of strings"),
        ({"tags": None}, "tags must be a list of strings"),
        ({"part": {"parts": [{"count": True}]}}, "part.parts[0].count must be a number"),
        ({"parts": [{}, 1]}, "parts must be a list of objects"),
        ({"part": []}, "part must be an object"),
        ({"flag": 1}, "flag must be a boolean"),
        ([{"name": {}}], "[0].name must be a string"),
    ],
)
def test_the_first_misfit_is_named_with_its_place(document: object, problem: str) -> None:
    forms = {"tags": TEXTS, "flag": FLAG, "count": NUMBER, "part": OBJECT, "parts": OBJECTS, "name": TEXT}
    assert misfit(document, forms) == problem


@pytest.mark.parametrize("content", [b"{", b'{"a": "\\ud800"}', b"[" * 100_000, b"\xff"])
def test_a_body_that_is_no_json_text_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_body(content)


def _changed(body: Any) -> Iterator[Any]:
    """The body with each of its parts in turn replaced by each odd value."""
    for place in _places(body, ()):
        for value in ODD:
            changed = copy.deepcopy(body)
            part = changed
            for name in place[:-1]:
                part = part[name]
            part[place[-1]] = value
            yield changed


def _places(part: Any, at: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    inner = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    for name, value in inner:
        yield (*at, name)
        yield from _places(value, (*at, name))
