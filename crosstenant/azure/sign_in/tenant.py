"""One Entra tenant and the sign-in of this process to it.

A process serves one tenant. Its credential comes only from the provider's arguments: no ``DefaultAzureCredential``
and no ``ARM_*`` or ``AZURE_*`` variables, because both tenants of a chain have the same environment.

No Azure package is imported before a credential is needed.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from crosstenant.model.clouds import PUBLIC, Cloud, cloud_named
from crosstenant.model.credentials.kinds import AzureCli, Credential
from crosstenant.model.credentials.tenant_check import credential_of, with_job_address

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential

    from crosstenant.azure.sign_in.token_sharing import SharedCredential


@dataclass(frozen=True)
class Tenant:
    """An Entra tenant, with the credential of this process."""

    tenant_id: str
    """UUID of the tenant."""
    cloud: Cloud
    credentials: Credential = field(default_factory=AzureCli)
    subscription_id: str | None = None
    """UUID of a subscription of the tenant: it selects the Azure CLI's account."""
    _made: list[SharedCredential] = field(default_factory=list["SharedCredential"], repr=False, compare=False)
    _signing: list[AsyncTokenCredential] = field(
        default_factory=list["AsyncTokenCredential"], repr=False, compare=False
    )

    @property
    def caller(self) -> str:
        """The caller in the tenant, for a sentence: ``application 1f...`` or ``the Azure CLI's user``."""
        return self.credentials.caller

    def credential(self) -> SharedCredential:
        """The tenant's credential for Azure's asynchronous clients: always the same one, so that tokens are shared.

        :raises azure.core.exceptions.ClientAuthenticationError: The credential cannot be created (a certificate is
            missing or cannot be read).
        """
        if not self._made:
            from crosstenant.azure.sign_in.credentials import make_credential
            from crosstenant.azure.sign_in.own_tenant import OwnTenantCredential
            from crosstenant.azure.sign_in.token_sharing import SharedCredential

            def make() -> OwnTenantCredential:
                made = make_credential(self.tenant_id, self.cloud, self.credentials, self.subscription_id)
                self._signing[:] = [made]
                return OwnTenantCredential(self.tenant_id, made)

            self._made.append(SharedCredential(make))
        return self._made[0]

    @property
    def has_missed_subscription(self) -> bool:
        """Whether no account of the Azure CLI saw the subscription in the tenant at the last sign-in."""
        return any(getattr(it, "has_missed_subscription", False) for it in self._signing)

    async def aclose(self) -> None:
        """Closes the credential's connections; a later ``credential`` makes a new one."""
        while self._made:
            await self._made.pop().close()


def make_tenant(given: Mapping[str, Any]) -> Tenant:
    """The tenant that checked arguments describe.

    :param given: Arguments by their Python names, without those that have no value.
    """
    return Tenant(
        tenant_id=str(given["tenant_id"]).lower(),
        cloud=cloud_named(str(given.get("environment", PUBLIC.name))),
        credentials=credential_of(with_job_address(given, os.environ)),
        subscription_id=given.get("subscription_id"),
    )
