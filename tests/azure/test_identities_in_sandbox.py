"""``findIdentity`` against the sandbox: an identity that is there, one that is to be made, one that cannot be read."""

from __future__ import annotations

import pytest

from crosstenant.azure.sign_in.tenant import Tenant
from crosstenant.errors import OperatorError
from crosstenant.model.clouds import PUBLIC
from crosstenant.model.credentials.kinds import ClientSecret
from crosstenant.plugin.context import Context
from crosstenant.plugin.functions.find_identity import FindIdentity
from crosstenant.provider_kit.resource import Properties
from crosstenant.sandbox.world import managed_identities, seed
from crosstenant.sandbox.world.state import Store
from tests.fakes import Terminal, as_log

IDENTITY = f"{seed.IDENTITY_GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-pull"
TRUST = {"name": "prod-aks", "issuer": "https://x/", "subject": "s", "audiences": ["api://AzureADTokenExchange"]}


async def found(
    *,
    must_exist: bool = True,
    client_id: str = seed.REGISTRY_CALLER_ID,
    secret: str = seed.REGISTRY_CALLER_SECRET,
    identity_id: str = IDENTITY,
) -> Properties:
    tenant = Tenant(seed.REGISTRY_TENANT, PUBLIC, ClientSecret(client_id, secret))
    answer, failures = await FindIdentity(Context(tenant, as_log(Terminal()))).call(
        {"id": identity_id, "mustExist": must_exist}
    )
    assert not failures
    return answer


async def test_an_identity_and_what_it_trusts(store: Store):
    with store.change() as state:
        made = managed_identities.create(state, seed.IDENTITY_GROUP, "id-pull", "northeurope")
        made[managed_identities.CREDENTIALS].append(dict(TRUST))
    assert await found() == {
        "exists": True,
        "clientId": made["properties"]["clientId"],
        "principalId": made["properties"]["principalId"],
        "tenantId": seed.REGISTRY_TENANT,
        "location": "northeurope",
        "credentials": [{"name": "prod-aks", "issuer": "https://x/", "subject": "s"}],
    }


async def test_the_region_of_one_that_is_to_be_made_is_its_groups(store: Store):
    answer = await found(must_exist=False)
    assert (answer["exists"], answer["location"], answer["credentials"]) == (False, "westeurope", [])


async def test_one_that_must_exist_and_cannot_be_read_is_an_error_with_the_reason(store: Store):
    powerless, secret = seed.REGISTRY_POWERLESS_ID, seed.REGISTRY_POWERLESS_SECRET
    with pytest.raises(OperatorError, match=f"^reading identity {IDENTITY}: "):
        await found(client_id=powerless, secret=secret)
    # One that is to be made is left to its creation, which tells why.
    assert (await found(must_exist=False, client_id=powerless, secret=secret))["location"] == ""


async def test_a_group_that_the_same_update_makes_tells_no_region(store: Store):
    answer = await found(must_exist=False, identity_id=IDENTITY.replace("rg-identities", "rg-new"))
    assert (answer["exists"], answer["location"]) == (False, "")
