"""Signing in: a token of another tenant than the one that was asked for is refused."""

from __future__ import annotations

from typing import Any

import jwt
import pytest
from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError

from crosstenant.azure.refusals.refusals import explain
from crosstenant.azure.sign_in import credentials
from crosstenant.azure.sign_in.tenant import Tenant
from crosstenant.model.clouds import PUBLIC
from crosstenant.model.credentials.kinds import AzureCli, Credential, ManagedIdentity

A = "a0000000-0000-4000-8000-00000000000a"
B = "b0000000-0000-4000-8000-00000000000b"
SCOPE = "https://management.azure.com/.default"


class Machine:
    """A credential that has one token, whichever tenant is asked for."""

    def __init__(self, token: str) -> None:
        self.token = token

    async def get_token(self, *_: str, **__: object) -> AccessToken:
        return AccessToken(self.token, 2**40)

    async def close(self) -> None:
        pass


def token(**claims: Any) -> str:
    return jwt.encode(claims, "a key that is long enough for the algorithm", "HS256")


async def sign_in(tenant: Tenant, got: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setitem(credentials.MAKERS, type(tenant.credentials), lambda *_: Machine(got))
    return (await tenant.credential().get_token(SCOPE)).token


OF_A = f"https://sts.windows.net/{A}/", f"https://login.microsoftonline.com/{A}/v2.0", f"https://sts.windows.net/{A}"


@pytest.mark.parametrize(
    "got",
    [
        token(tid=B),
        token(tid=B.upper()),
        token(iss=f"https://sts.windows.net/{B.upper()}/"),
        token(oid="o", iss="https://issuer.test/tenant"),
        "opaque",
    ],
)
async def test_token_of_the_tenant_or_of_none_that_it_names_is_taken(got: str, monkeypatch: pytest.MonkeyPatch):
    assert await sign_in(Tenant(B, PUBLIC, ManagedIdentity()), got, monkeypatch) == got


@pytest.mark.parametrize("claims", [{"tid": A}, *({"iss": it} for it in OF_A), {"tid": "", "iss": OF_A[0]}])
async def test_token_is_of_the_tenant_that_it_or_its_issuer_names(
    claims: dict[str, str], monkeypatch: pytest.MonkeyPatch
):
    with pytest.raises(ClientAuthenticationError, match=f"of tenant {A}"):
        await sign_in(Tenant(B, PUBLIC, ManagedIdentity()), token(**claims), monkeypatch)


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        (
            ManagedIdentity(),
            f"the machine's managed identity cannot sign in to tenant {B}: the token that it got is of tenant {A};"
            " run where the managed identity is, or give the provider another kind of credential",
        ),
        (
            AzureCli(),
            f"the Azure CLI's user cannot sign in to tenant {B}: the token that it got is of tenant {A};"
            f" run 'az login --tenant {B}', or give the provider another kind of credential",
        ),
    ],
)
async def test_token_of_another_tenant_is_refused(kind: Credential, sentence: str, monkeypatch: pytest.MonkeyPatch):
    tenant, got = Tenant(B, PUBLIC, kind), token(tid=A)
    with pytest.raises(ClientAuthenticationError) as refused:
        await sign_in(tenant, got, monkeypatch)
    assert explain(refused.value, doing="signing in", on="", tenant=tenant) == f"signing in: {sentence}"
    assert got not in str(refused.value)
