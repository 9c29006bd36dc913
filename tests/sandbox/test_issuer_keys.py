"""How Entra fetches the keys of an issuer: discovery document first, and nothing is taken that is not the issuer's."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from crosstenant.sandbox.entra.issuer_keys import MOST_KEYS, fetch_keys, is_fetched

ISSUER = "https://westeurope.oic.prod-aks.azure.com/tenant/cluster/"


def internet(discovery: Any, keys: Any = None) -> Starlette:
    async def configuration(request: Request) -> Response:
        return JSONResponse(discovery)

    async def jwks(request: Request) -> Response:
        return JSONResponse(keys)

    return Starlette(
        routes=[
            Route("/tenant/cluster/.well-known/openid-configuration", configuration),
            Route("/tenant/cluster/openid/v1/jwks", jwks),
        ]
    )


def discovery(issuer: str = ISSUER, path: str = "openid/v1/jwks") -> dict[str, str]:
    return {"issuer": issuer, "jwks_uri": f"{ISSUER}{path}"}


async def test_only_the_first_keys_are_kept():
    keys = [{"kid": str(number)} for number in range(MOST_KEYS + 5)]
    found = await fetch_keys(internet(discovery(), {"keys": keys}), ISSUER)
    assert found == keys[:MOST_KEYS]


@pytest.mark.parametrize(
    ("document", "keys"),
    [
        (discovery(issuer=ISSUER.rstrip("/")), {"keys": []}),
        (discovery(path="elsewhere"), {"keys": []}),
        (discovery(), {}),
        (discovery(), "keys"),
        (None, {"keys": []}),
    ],
)
async def test_documents_that_do_not_vouch_for_the_issuer_are_no_answer(document: Any, keys: Any):
    assert await fetch_keys(internet(document, keys), ISSUER) is None


@pytest.mark.parametrize(
    ("issuer", "fetched"),
    [
        (ISSUER, True),
        ("https://usgovvirginia.oic.prod-aks.azure.us/t/c/", True),
        ("https://chinanorth3.oic.prod-aks.azure.cn/t/c/", True),
        ("http://westeurope.oic.prod-aks.azure.com/t/c/", False),
        ("https://token.actions.githubusercontent.com", False),
        ("https://management.azure.com/", False),
        ("", False),
    ],
)
def test_only_the_issuers_of_clusters_are_fetched(issuer: str, fetched: bool):
    assert is_fetched(issuer) is fetched
