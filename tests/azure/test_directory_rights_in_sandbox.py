"""Whether a caller surely cannot create what the directory has, by its token and by Microsoft Graph."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Literal

import pytest

from crosstenant.azure.directory import directory_rights
from crosstenant.azure.directory.directory_rights import may_write_none
from crosstenant.azure.sign_in.tenant import Tenant
from crosstenant.azure.sign_in.token_claims import claims_of
from crosstenant.model.clouds import PUBLIC
from crosstenant.model.credentials.kinds import ClientSecret
from crosstenant.plugin.context import Context
from crosstenant.plugin.functions.may_write_none import MayWriteNone
from crosstenant.sandbox.world import drift, seed
from crosstenant.sandbox.world.faults import new_fault
from crosstenant.sandbox.world.state import Store
from tests.fakes import Terminal, as_log

ADMINISTRATOR = "158c047a-c907-4556-b7ef-446551a6b5f7"
EVERY_APPLICATION = "0997a1d0-0d1d-4acb-b408-d5ca73121e90"


@pytest.fixture
async def tenant(store: Store) -> AsyncIterator[Tenant]:
    tenant = Tenant(seed.REGISTRY_TENANT, PUBLIC, ClientSecret(seed.REGISTRY_CALLER_ID, seed.REGISTRY_CALLER_SECRET))
    yield tenant
    await tenant.aclose()


def permissions(store: Store, *names: str) -> None:
    with store.change() as state:
        principal = drift.service_principal(state, seed.REGISTRY_TENANT, seed.REGISTRY_CALLER_ID)
        principal["_graph_permissions"] = list(names)


@pytest.mark.parametrize("collection", ["applications", "servicePrincipals"])
@pytest.mark.parametrize(
    ("names", "surely"),
    [
        ([], True),
        (["User.Read.All"], True),
        # Beside it a role that somebody defined may permit the creation.
        (["Application.Read.All"], False),
        (["Application.ReadWrite.OwnedBy"], False),
        (["Directory.ReadWrite.All"], False),
    ],
)
async def test_an_application_without_any_permission_surely_cannot(
    store: Store,
    tenant: Tenant,
    names: list[str],
    surely: bool,
    collection: Literal["applications", "servicePrincipals"],
):
    permissions(store, *names)
    assert await may_write_none(tenant, collection) is surely


@pytest.mark.parametrize(
    "claims",
    [
        {"wids": [EVERY_APPLICATION, ADMINISTRATOR]},
        # A directory role is in the token only if the claim is.
        {"wids": []},
        {"wids": None},
        # A person's.
        {"idtyp": "user", "scp": "user_impersonation"},
        {"idtyp": None},
        {"roles": ["Application.ReadWrite.All"]},
    ],
)
async def test_nothing_follows_from_a_token_that_may_permit_it(
    store: Store, tenant: Tenant, monkeypatch: pytest.MonkeyPatch, claims: dict[str, Any]
):
    permissions(store)
    monkeypatch.setattr(directory_rights, "claims_of", lambda token: {**(claims_of(token) or {}), **claims})
    assert await may_write_none(tenant, "applications") is False


async def test_nothing_follows_from_a_token_that_cannot_be_read(
    store: Store, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
):
    permissions(store)
    monkeypatch.setattr(directory_rights, "claims_of", lambda token: None)
    assert await may_write_none(tenant, "applications") is False


async def test_graph_decides_where_the_token_has_nothing(store: Store, tenant: Tenant):
    permissions(store)
    fault = {"service": "graph", "path": "/applications", "times": -1, "status": 403, "code": "Other"}
    with store.change() as state:
        state["faults"].append(new_fault(fault))
    assert await may_write_none(tenant, "applications") is False


async def test_a_sign_in_that_fails_is_told_elsewhere(store: Store):
    tenant = Tenant(seed.REGISTRY_TENANT, PUBLIC, ClientSecret(seed.REGISTRY_CALLER_ID, "not-the-secret"))
    answer = await MayWriteNone(Context(tenant, as_log(Terminal()))).answer({"collection": "applications"})
    await tenant.aclose()
    assert answer == {"surely": False}
