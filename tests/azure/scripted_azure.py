"""Resource Manager, Graph and sign-in with scripted answers, beside a host that nobody may talk to."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final, cast

import aiohttp
import pytest
from aiohttp import web
from azure.core.credentials import AccessToken

from crosstenant.azure.clusters import watched_polling
from crosstenant.azure.clusters.clusters import Attempt, Clusters
from crosstenant.azure.clusters.reset_operation import ResetOperation
from crosstenant.azure.connections import transport
from crosstenant.azure.sign_in.tenant import Tenant
from crosstenant.model.clouds import PUBLIC
from crosstenant.model.credentials.kinds import AppCredential, ClientSecret
from tests.azure.aks_world import APP, CLUSTER, SECRET, TENANT_ID
from tests.azure.tls_azure import serving

if TYPE_CHECKING:
    from crosstenant.azure.sign_in.token_sharing import SharedCredential

ARM: Final = "management.azure.com"
EVIL: Final = "management.azure.com.evil.test"
LOGIN: Final = "login.microsoftonline.com"
STATUS: Final = f"https://{ARM}/subscriptions/x/operations/1"
_GRAPH: Final = "graph.microsoft.com"


class _Credential:
    async def get_token(self, *scopes: str, **kwargs: Any) -> AccessToken:
        return AccessToken("token-of-the-caller", int(time.time()) + 3600)


def signed_in() -> SharedCredential:
    """A credential that has signed in."""
    return cast("SharedCredential", _Credential())


class Azure:
    """What Azure answers, and what it was asked."""

    def __init__(self) -> None:
        self.answer: Callable[[web.Request], web.StreamResponse] = lambda request: web.Response(status=500)
        self.asked: list[str] = []
        self.tenant = Tenant(TENANT_ID, PUBLIC, ClientSecret(APP, "unused"), _made=[signed_in()])

    async def here(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(f"{request.method} {request.host}{request.path}")
        return self.answer(request)

    @property
    def elsewhere(self) -> list[str]:
        return [one for one in self.asked if EVIL in one]


@asynccontextmanager
async def scripted_azure(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Azure]:
    """Azure, with the SDK's clients led to it; a poll follows the other at once."""
    world = Azure()
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    async with serving(dict.fromkeys((ARM, _GRAPH, LOGIN, EVIL), world.here)) as new_connector:

        class Led(transport.AzureTransport):
            async def open(self) -> None:
                self.session = self.session or aiohttp.ClientSession(connector=new_connector(), auto_decompress=False)
                await super().open()

        monkeypatch.setattr(transport, "AzureTransport", Led)
        monkeypatch.setattr(watched_polling, "_SECONDS", 0)
        yield world


async def start_reset(clusters: Clusters, attempt: Attempt) -> None:
    """A reset that is begun without a wait."""

    async def on_progress(message: str) -> None:
        raise AssertionError(message)

    await clusters.start_reset(
        CLUSTER,
        AppCredential(APP, SECRET),
        deadline=time.monotonic() + 600,
        propagation_deadline=time.monotonic() + 600,
        on_progress=on_progress,
        attempt=attempt,
    )


async def reset(clusters: Clusters) -> ResetOperation:
    """The request for a reset, and its answer."""
    return await clusters._post_reset(CLUSTER, AppCredential(APP, SECRET))


async def silent() -> None:
    pass
