"""The service principal in the registry tenant, in both modes, against the sandbox: real host names, real sign-in."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from crosstenant.azure.sign_in.tenant import Tenant
from crosstenant.errors import OperatorError
from crosstenant.model.clouds import PUBLIC
from crosstenant.model.credentials.kinds import ClientSecret
from crosstenant.plugin.consent import Consent
from crosstenant.plugin.context import Context
from crosstenant.plugin.functions.check_service_principal import CheckServicePrincipal
from crosstenant.sandbox.entra.consent import consent
from crosstenant.sandbox.world import drift, seed
from crosstenant.sandbox.world.faults import new_fault
from crosstenant.sandbox.world.state import Store
from tests.fakes import Terminal, as_log

URN = "urn:pulumi:dev::test::crosstenant:index:Consent::pull"
APP = seed.OLD_CLUSTER_APP_ID
INPUTS = {"clientId": APP, "secret": seed.OLD_CLUSTER_SECRET, "timeoutSeconds": 0}


def multi_tenant(store: Store) -> None:
    """Lets other tenants consent to the application."""
    with store.change() as state:
        drift.set_audience(state, APP, "AzureADMultipleOrgs")
        drift.application(state, APP)["requiredResourceAccess"] = [{"resourceAppId": "graph"}]


def permissions(store: Store, *names: str) -> None:
    """The caller's Microsoft Graph permissions in the registry's tenant."""
    with store.change() as state:
        principal = drift.service_principal(state, seed.REGISTRY_TENANT, seed.REGISTRY_CALLER_ID)
        principal["_graph_permissions"] = list(names)


def services_asked(store: Store) -> set[str]:
    """The services that have been called since the test began."""
    return {json.loads(line)["service"] for line in Path(f"{store.path}.requests.jsonl").read_text().splitlines()}


@asynccontextmanager
async def signed_in(client_id: str, secret: str) -> AsyncIterator[Context]:
    tenant = Tenant(seed.REGISTRY_TENANT, PUBLIC, ClientSecret(client_id, secret))
    yield Context(tenant, as_log(Terminal()))
    await tenant.aclose()


@pytest.fixture
async def context(store: Store) -> AsyncIterator[Context]:
    async with signed_in(seed.REGISTRY_CALLER_ID, seed.REGISTRY_CALLER_SECRET) as context:
        yield context


async def obstacle(context: Context, client_id: str | None = APP) -> str:
    found, failures = await CheckServicePrincipal(context).call({"clientId": client_id} if client_id else {})
    assert failures == []
    return found["obstacle"]


async def test_the_gate_opens_with_the_consent_and_without_a_right_in_the_directory(store: Store, context: Context):
    multi_tenant(store)
    permissions(store)
    with pytest.raises(OperatorError, match="has not given admin consent"):
        await Consent(context).create(URN, INPUTS, 0)
    with store.change() as state:
        consent(state, seed.REGISTRY_TENANT, APP)
        there = drift.service_principal(state, seed.REGISTRY_TENANT, APP)["id"]
    _, outputs = await Consent(context).create(URN, INPUTS, 0)
    assert outputs["objectId"] == there
    assert services_asked(store) == {"login"}


async def test_a_single_tenant_application_is_told_from_one_that_waits_for_consent(store: Store, context: Context):
    with pytest.raises(OperatorError, match="is single-tenant, so no other tenant can consent to it"):
        await Consent(context).create(URN, {**INPUTS, "timeoutSeconds": 60}, 0)


async def test_one_that_an_administrator_disabled_is_no_missing_consent(store: Store, context: Context):
    multi_tenant(store)
    with store.change() as state:
        consent(state, seed.REGISTRY_TENANT, APP)
        drift.disable_service_principal(state, seed.REGISTRY_TENANT, APP)
    with pytest.raises(OperatorError, match=r"is disabled in registry tenant .*: an administrator of that tenant"):
        await Consent(context).create(URN, INPUTS, 0)


async def test_a_tenant_that_does_not_exist_is_one_sentence(store: Store):
    missing = "00000000-0000-4000-8000-000000000000"
    nowhere = Context(Tenant(missing, PUBLIC), as_log(Terminal()))
    with pytest.raises(OperatorError, match=f"to tenant {missing}: there is no such tenant in this cloud"):
        await Consent(nowhere).create(URN, INPUTS, 0)


async def test_a_wrong_secret_is_an_error_at_preview_within_seconds(store: Store, context: Context):
    multi_tenant(store)
    with store.change() as state:
        consent(state, seed.REGISTRY_TENANT, APP)
    with pytest.raises(OperatorError, match="AADSTS7000215") as caught:
        await Consent(context).preview_create(URN, {**INPUTS, "secret": "not-the-secret"})
    assert "not-the-secret" not in str(caught.value)


async def test_a_secret_that_has_not_reached_entra_is_waited_for(store: Store, context: Context):
    multi_tenant(store)
    with store.change() as state:
        consent(state, seed.REGISTRY_TENANT, APP)
        there = drift.service_principal(state, seed.REGISTRY_TENANT, APP)["id"]
        (credential,) = drift.application(state, APP)["passwordCredentials"]
        credential["_usable_at"] = time.time() + 1
    _, outputs = await Consent(context).create(URN, INPUTS, 0)
    assert outputs["objectId"] == there


@pytest.mark.parametrize(
    ("names", "refused"),
    [
        (["Application.ReadWrite.OwnedBy"], True),
        (["Application.ReadWrite.OwnedBy", "User.Read.All"], True),
        (["Application.ReadWrite.OwnedBy", "Application.ReadWrite.All"], False),
        (["Application.ReadWrite.OwnedBy", "Directory.ReadWrite.All"], False),
        (["Application.ReadWrite.All"], False),
        # Graph refuses these at once, and a directory role may yet allow it.
        (["Application.Read.All"], False),
        ([], False),
    ],
)
async def test_only_a_permission_that_can_never_do_is_an_obstacle(
    store: Store, context: Context, names: list[str], refused: bool
):
    permissions(store, *names)
    found = await obstacle(context, None)
    assert bool(found) is refused
    if refused:
        assert seed.REGISTRY_CALLER_ID in found
        assert "Application.ReadWrite.All" in found
        assert "'consented'" in found


async def test_a_single_tenant_application_is_an_obstacle(store: Store, context: Context):
    assert "is single-tenant" in await obstacle(context)
    multi_tenant(store)
    assert await obstacle(context) == ""


async def test_what_the_sign_in_page_does_not_say_is_no_obstacle(store: Store, context: Context):
    assert await obstacle(context, "00000000-1111-4222-8333-444444444444") == ""
    with store.change() as state:
        state["faults"].append(new_fault({"service": "login", "path": "authorize", "times": -1, "drop": True}))
    assert await obstacle(context) == ""


async def test_a_malformed_client_id_is_a_failure_of_the_argument(store: Store, context: Context):
    _, (failure,) = await CheckServicePrincipal(context).call({"clientId": "puller"})
    assert failure.property == "clientId"


async def test_a_caller_that_cannot_sign_in_is_one_sentence(store: Store):
    async with signed_in(seed.REGISTRY_CALLER_ID, "not-the-secret") as context:
        with pytest.raises(OperatorError, match="AADSTS7000215") as caught:
            await CheckServicePrincipal(context).call({})
    assert "not-the-secret" not in str(caught.value)
