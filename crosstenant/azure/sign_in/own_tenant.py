"""Tokens of the tenant that was asked for, and of no other.

A managed identity signs in to its own tenant, whichever tenant the arguments name, and the Azure CLI may answer with
another account. The lookups that follow would then fail one by one, or find what belongs to the other tenant.
"""

from __future__ import annotations

from typing import Any

from azure.core.credentials import AccessToken
from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import ClientAuthenticationError

from crosstenant.azure.connections.answer_forms import form_due
from crosstenant.azure.sign_in.closed_credential import ClosedCredential
from crosstenant.azure.sign_in.token_claims import tenant_of


class OwnTenantCredential(ClosedCredential):
    """Hands on another credential's tokens, if they are of its tenant."""

    def __init__(self, tenant_id: str, inner: AsyncTokenCredential) -> None:
        """
        :param tenant_id: UUID of the tenant to sign in to.
        :param inner: The credential that signs in.
        """
        self._tenant_id = tenant_id
        self._inner = inner

    async def get_token(
        self,
        *scopes: str,
        claims: str | None = None,
        tenant_id: str | None = None,
        enable_cae: bool = False,
        **kwargs: Any,
    ) -> AccessToken:
        """A token for ``scopes``.

        :raises azure.core.exceptions.ClientAuthenticationError: Sign-in failed, or the token is of another tenant.
        """
        with form_due():
            token = await self._inner.get_token(
                *scopes, claims=claims, tenant_id=tenant_id, enable_cae=enable_cae, **kwargs
            )
        signed_in = tenant_of(token.token, self._tenant_id)
        if signed_in != self._tenant_id.lower():
            raise ClientAuthenticationError(message=f"the token that it got is of tenant {signed_in}")
        return token

    async def close(self) -> None:
        """Closes the inner credential."""
        await self._inner.close()
