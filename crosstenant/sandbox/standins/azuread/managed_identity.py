"""Sign-in of azuread with the machine's managed identity, as far as an endpoint is named for it.

hashicorp/go-azure-sdk, sdk/auth/managed_identity_authorizer.go and client.go: a plain GET to the endpoint, whose token
is taken as it is. Without a named endpoint the real provider asks the machine's metadata service, which the sandbox
does not have.
"""

from __future__ import annotations

import asyncio
import time
from typing import ClassVar
from urllib.parse import urlencode

from crosstenant.sandbox.standins.azuread.tokens import AzureadSignIn, given_up
from crosstenant.sandbox.standins.clouds import Cloud
from crosstenant.sandbox.standins.http import Http, Sleep
from crosstenant.sandbox.standins.signin import Credential, SignInFailure


class EndpointSignIn(AzureadSignIn):
    """Tokens from the endpoint that ``msiEndpoint`` or ``ARM_MSI_ENDPOINT`` names."""

    waits: ClassVar[tuple[float, ...]] = (2, 4, 8, 16)

    def __init__(
        self, http: Http, cloud: Cloud, credential: Credential, endpoint: str, sleep: Sleep = asyncio.sleep
    ) -> None:
        """Asks for nothing yet."""
        super().__init__(http, cloud, credential, sleep)
        self._endpoint = endpoint

    async def _request(self, scope: str) -> tuple[str, float]:
        query = {"api-version": "2018-02-01", "resource": scope.removesuffix("/.default")}
        if self.credential.client_id:
            query["client_id"] = self.credential.client_id
        url = f"{self._endpoint}?{urlencode(query)}"
        answer = await self._ask("GET", url, headers={"Metadata": "true"})
        if not 200 <= answer.status <= 299:
            said = f"received HTTP status {answer.status} with body: {answer.text}"
            if self.is_repeated(answer):
                said = given_up("GET", url, answer, len(self.waits) + 1)
            elif answer.cut_off:
                said = "unexpected EOF"
            raise SignInFailure(f"ManagedIdentityAuthorizer: failed to request token from metadata endpoint: {said}")
        found = answer.json
        return str(found["access_token"]), time.time() + float(found.get("expires_in") or 0)
