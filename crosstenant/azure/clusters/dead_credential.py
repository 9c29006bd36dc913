"""Whether a failed cluster's credential is what is wrong: then the reset is the cure.

https://learn.microsoft.com/troubleshoot/azure/azure-kubernetes/error-codes/aadsts7000222: a cluster whose secret has
expired cannot sign in any longer, and ends as ``Failed``; any other operation signs in with the same secret.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Final

from crosstenant.azure.clusters.cluster_state import ClusterState
from crosstenant.azure.directory.graph import Graph
from crosstenant.azure.sign_in.secret_proof import ApplicationUnknown, SecretExpired, SecretRefused, SignInError
from crosstenant.azure.sign_in.tenant import Tenant
from crosstenant.azure.waiting import Clock, unheard
from crosstenant.model.credentials.kinds import AppCredential
from crosstenant.model.secret_dates import utc_text

# https://learn.microsoft.com/entra/identity-platform/reference-error-codes
_REASONS: Final = {
    "AADSTS7000222": "its secret has expired",
    "AADSTS7000215": "its secret is not one of the application's any longer",
    "AADSTS700016": "the tenant does not know its application any longer",
    "AADSTS7000229": "its application has no service principal in the tenant any longer",
}
_BY_REFUSAL: Final[dict[type[SignInError], str]] = {
    SecretExpired: _REASONS["AADSTS7000222"],
    SecretRefused: _REASONS["AADSTS7000215"],
    ApplicationUnknown: _REASONS["AADSTS700016"],
}
_CODE: Final = re.compile(r"AADSTS\d+")


class DeadCredentials:
    """The credentials that failed clusters have."""

    def __init__(self, tenant: Tenant, directory: Graph, prove: Callable[..., Awaitable[str]], clock: Clock) -> None:
        """
        :param tenant: The cluster tenant.
        :param directory: Its directory.
        :param prove: Signs in with a secret.
        :param clock: The clock.
        """
        self._tenant = tenant
        self._directory = directory
        self._prove = prove
        self._clock = clock

    async def reason(
        self, state: ClusterState, credential: AppCredential | None = None, *, new_key_id: str | None = None
    ) -> str:
        """Why a failed cluster's credential does not sign in; empty for another cluster, and where nothing shows it.

        :param state: The cluster.
        :param credential: What it was given last, as far as that is known.
        :param new_key_id: Key ID (UUID) of the secret that it is to be given: it does not have that one.
        """
        if not state.has_failed or state.uses_managed_identity:
            return ""
        for code in _CODE.findall(state.failure):
            if code in _REASONS:
                return f"{_REASONS[code]} ({code})"
        if credential and state.uses(credential.client_id):
            return await self._refused(credential)
        return await self._ended(state.client_id, new_key_id)

    async def application_is_gone(self, client_id: str) -> bool:
        """Whether the tenant has neither the application nor a service principal of it; no where that is not known.

        :param client_id: The application's client ID (UUID).
        """
        from azure.core.exceptions import AzureError

        try:
            found = await self._directory.application(client_id) or await self._directory.service_principal(client_id)
        except AzureError:
            return False
        return found is None

    async def _refused(self, credential: AppCredential) -> str:
        try:
            await self._prove(
                self._tenant.tenant_id,
                self._tenant.cloud,
                credential,
                deadline=self._clock.now(),
                on_wait=unheard,
                clock=self._clock,
            )
        except SignInError as refusal:
            return _BY_REFUSAL.get(type(refusal), "")
        return ""

    async def _ended(self, client_id: str, new_key_id: str | None) -> str:
        """The same for a secret that is not known; nothing where the caller may not read the directory."""
        from azure.core.exceptions import AzureError

        try:
            # An application of another tenant has no more than a service principal here; either may have the secret.
            application = await self._directory.application(client_id)
            principal = await self._directory.service_principal(client_id)
        except AzureError:
            return ""
        if principal is None:
            return _REASONS["AADSTS700016"]
        if application is None:
            return ""
        ends = [it.ends_at for holder in (application, principal) for it in holder.secrets if it.key_id != new_key_id]
        if not ends:
            return _REASONS["AADSTS7000215"]
        if max(ends) > self._clock.utc():
            return ""
        return f"the last secret of its application ended at {utc_text(max(ends))}"
