"""One token for all the clients of a tenant.

A run over many subscriptions has many clients, and each requests its own token. The Azure CLI starts a process for
every token, and a job's ID token is fetched each time. Therefore requests during a fetch wait for that token, and a
token is used until shortly before it expires, or until a service refuses it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from azure.core.credentials import AccessToken
from azure.core.credentials_async import AsyncTokenCredential

from crosstenant.azure.sign_in.closed_credential import ClosedCredential

_MARGIN_SECONDS = 300


class SharedCredential(ClosedCredential):
    """Shares another credential's tokens: one request at a time, and only when a new token is needed."""

    def __init__(self, make: Callable[[], AsyncTokenCredential]) -> None:
        """
        :param make: Makes the credential that signs in. After a refused token it makes another one: those of
            azure-identity keep their tokens too.
        :raises azure.core.exceptions.ClientAuthenticationError: It cannot be made.
        """
        self._make = make
        self._inner = make()
        self._has_refused_tokens = False
        self._tokens: dict[tuple[str, ...], AccessToken] = {}
        self._asking = asyncio.Lock()

    async def get_token(
        self,
        *scopes: str,
        claims: str | None = None,
        tenant_id: str | None = None,
        enable_cae: bool = False,
        **kwargs: Any,
    ) -> AccessToken:
        """A token for ``scopes``.

        :param scopes: OAuth scopes, ``https://management.azure.com/.default``.
        :param claims: Claims of a challenge: the present token was refused, so a new one is always asked for.
        :param tenant_id: Refused by the inner credential unless it is its own tenant.
        :param enable_cae: Whether the client can answer such a challenge.
        :raises azure.core.exceptions.ClientAuthenticationError: Sign-in failed.
        """
        async with self._asking:
            token = self._tokens.get(scopes)
            if token is None or claims or tenant_id or token.expires_on - time.time() < _MARGIN_SECONDS:
                if self._has_refused_tokens:
                    refused, self._inner = self._inner, self._make()
                    self._has_refused_tokens = False
                    await refused.close()
                token = await self._inner.get_token(
                    *scopes, claims=claims, tenant_id=tenant_id, enable_cae=enable_cae, **kwargs
                )
                self._tokens[scopes] = token
            return token

    def forget(self, token: str) -> None:
        """Discards a token that a service has refused before its time: the next request signs in again.

        :param token: The token; nothing happens if another has taken its place already.
        """
        kept = {scopes: it for scopes, it in self._tokens.items() if it.token != token}
        if len(kept) < len(self._tokens):
            self._tokens, self._has_refused_tokens = kept, True

    async def close(self) -> None:
        """Discards the tokens and closes the inner credential."""
        self._tokens.clear()
        await self._inner.close()
