"""The Azure CLI's token for one tenant, from the account that the subscription selects.

``az account get-access-token --tenant T`` takes the current account, whichever tenant that is of: of two accounts for
two tenants it serves one, and ends in AADSTS50020 for the other. ``--subscription S`` takes the account that sees S,
and the tenant in which it does. Both options together are refused: Azure/azure-cli, azure/cli/core/_profile.py,
``Profile.get_raw_token``, and https://github.com/Azure/azure-cli/issues/21227. The account of a managed identity, and
Cloud Shell's own, have one tenant and take no ``--tenant``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from azure.core.credentials import AccessToken
from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import ClientAuthenticationError
from azure.identity.aio import AzureCliCredential

from crosstenant.azure.sign_in.closed_credential import ClosedCredential
from crosstenant.azure.sign_in.token_claims import tenant_of
from crosstenant.model.matched_texts.azure_texts import SUBSCRIPTION_NOT_IN_CLI, TENANT_NOT_FOR_CLI_ACCOUNT

# `az` takes seconds on a small or busy machine, where azure-identity would give up after ten.
_CLI_SECONDS: Final = 60


def is_cloud_shell(environ: Mapping[str, str]) -> bool:
    """Whether the azuread provider takes the environment for Cloud Shell.

    :param environ: The environment that provider plugins inherit.
    """
    return environ.get("AZUREPS_HOST_ENVIRONMENT", "").startswith("cloud-shell/")


def as_azuread_asks(tenant_id: str, environ: Mapping[str, str]) -> AsyncTokenCredential:
    """A credential that asks the Azure CLI as the azuread provider does: for the tenant, and in Cloud Shell for none.

    hashicorp/go-azure-sdk, sdk/auth/azure_cli_authorizer.go; it takes a subscription for Resource Manager only.

    :param tenant_id: UUID of the tenant.
    :param environ: The environment that provider plugins inherit.
    """
    return AzureCliCredential(process_timeout=_CLI_SECONDS) if is_cloud_shell(environ) else CliCredential(tenant_id)


class CliCredential(ClosedCredential):
    """The Azure CLI's token for a tenant."""

    def __init__(self, tenant_id: str, subscription_id: str | None = None) -> None:
        """
        :param tenant_id: UUID of the tenant.
        :param subscription_id: UUID of a subscription of the tenant, which selects the account, if one is known.
        """
        self.has_missed_subscription = False
        """Whether no account of the Azure CLI saw the subscription in the tenant when a token was last asked for."""
        self._tenant_id = tenant_id.lower()
        self._by_tenant = AzureCliCredential(tenant_id=tenant_id, process_timeout=_CLI_SECONDS)
        self._of_current_account = AzureCliCredential(process_timeout=_CLI_SECONDS)
        self._by_subscription = (
            AzureCliCredential(subscription=subscription_id, process_timeout=_CLI_SECONDS) if subscription_id else None
        )

    async def get_token(
        self,
        *scopes: str,
        claims: str | None = None,
        tenant_id: str | None = None,
        enable_cae: bool = False,
        **kwargs: Any,
    ) -> AccessToken:
        """A token for ``scopes``.

        :raises azure.core.exceptions.ClientAuthenticationError: The Azure CLI has none.
        """
        del enable_cae
        token = await self._of_the_subscription(*scopes, claims=claims, **kwargs)
        if token:
            return token
        try:
            return await self._by_tenant.get_token(*scopes, claims=claims, tenant_id=tenant_id, **kwargs)
        except ClientAuthenticationError as error:
            if not TENANT_NOT_FOR_CLI_ACCOUNT.is_in(str(error)):
                raise
        # Whether it is of the tenant is for the caller to see.
        return await self._of_current_account.get_token(*scopes, claims=claims, **kwargs)

    async def _of_the_subscription(self, *scopes: str, claims: str | None, **kwargs: Any) -> AccessToken | None:
        """The token of the account that sees the subscription, if there is one and it is of the tenant."""
        if self._by_subscription is None:
            return None
        self.has_missed_subscription = False
        try:
            token = await self._by_subscription.get_token(*scopes, claims=claims, **kwargs)
        except ClientAuthenticationError as error:
            # An account without a role in the subscription does not see it, and may have a token all the same.
            if SUBSCRIPTION_NOT_IN_CLI.is_in(str(error)):
                self.has_missed_subscription = True
                return None
            raise
        # A delegated subscription gives a token of the tenant that it is delegated to.
        self.has_missed_subscription = tenant_of(token.token, self._tenant_id) != self._tenant_id
        return None if self.has_missed_subscription else token

    async def close(self) -> None:
        """Closes all of them."""
        await self._by_tenant.close()
        await self._of_current_account.close()
        if self._by_subscription:
            await self._by_subscription.close()
