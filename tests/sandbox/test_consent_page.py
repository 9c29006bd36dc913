"""What the sign-in service tells of an application to people who are not signed in."""

from __future__ import annotations

import pytest

from crosstenant.sandbox.entra.clients import authenticate
from crosstenant.sandbox.world.drift import application, set_audience
from crosstenant.sandbox.world.seed import (
    CLUSTER_CALLER_ID,
    REGISTRY_TENANT,
    SECOND_REGISTRY,
    SECOND_REGISTRY_CALLER_ID,
    SECOND_REGISTRY_CALLER_SECRET,
    SECOND_REGISTRY_TENANT,
    add_registry_tenant,
)

UNKNOWN = "00000000-1111-4222-8333-444444444444"


@pytest.mark.parametrize("tenant", ["common", "organizations"])
async def test_the_page_for_all_tenants_refuses_a_single_tenant_application(client_for, store, tenant: str):
    async with client_for("login") as client:

        async def page(client_id: str = CLUSTER_CALLER_ID) -> tuple[int, str]:
            answer = await client.get(f"/{tenant}/oauth2/v2.0/authorize", params={"client_id": client_id})
            return answer.status_code, answer.text

        status, text = await page()
        assert (status, "AADSTS50194" in text) == (400, True)
        status, text = await page(UNKNOWN)
        assert (status, "AADSTS700016" in text) == (400, True)
        with store.change() as state:
            set_audience(state, CLUSTER_CALLER_ID, "AzureADMultipleOrgs")
        status, text = await page()
        assert (status, "Sign in" in text) == (200, True)


async def test_the_consent_page_goes_to_the_applications_own_address_where_none_is_named(client_for, store):
    with store.change() as state:
        set_audience(state, CLUSTER_CALLER_ID, "AzureADMultipleOrgs")
        application(state, CLUSTER_CALLER_ID)["requiredResourceAccess"] = [{"resourceAppId": "graph"}]
    async with client_for("login") as client:

        async def open_page():
            return await client.get(f"/{REGISTRY_TENANT}/adminconsent", params={"client_id": CLUSTER_CALLER_ID})

        assert "AADSTS500113" in (await open_page()).json()["error_description"]
        with store.change() as state:
            application(state, CLUSTER_CALLER_ID)["web"]["redirectUris"] = ["https://contoso.example/done"]
        answer = await open_page()
        assert answer.status_code == 302
        assert answer.headers["location"].startswith("https://contoso.example/done?tenant=")


def test_a_second_registry_tenant_has_a_registry_and_a_caller(store):
    with store.change() as state:
        add_registry_tenant(state)
        principal = authenticate(
            state, SECOND_REGISTRY_TENANT, SECOND_REGISTRY_CALLER_ID, SECOND_REGISTRY_CALLER_SECRET
        )
        scopes = {
            it["properties"]["scope"]
            for it in state["roleAssignments"].values()
            if it["properties"]["principalId"] == principal["id"]
        }
        assert scopes == {SECOND_REGISTRY.split("/providers/")[0]}
        assert state["resources"][SECOND_REGISTRY.lower()]["properties"]["loginServer"] == "northwindimages.azurecr.io"
