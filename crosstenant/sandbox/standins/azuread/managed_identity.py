"""Sign-in of azuread with the machine's managed identity, as far as an endpoint is named for it.

hashicorp/go-azure-sdk, sdk/auth/managed_identity_authorizer.go: a plain GET to the endpoint, whose token is taken as it
is. Without a named endpoint the real provider asks the machine's metadata service, which the sandbox does not have.
"""

from __future__ import annotations

import time
from urllib.parse import urlencode

from crosstenant.sandbox.standins.clouds import Cloud
from crosstenant.sandbox.standins.http import Http
from crosstenant.sandbox.standins.signin import Credential, SignIn, SignInFailure


class EndpointSignIn(SignIn):
    """Tokens from the endpoint that ``msiEndpoint`` or ``ARM_MSI_ENDPOINT`` names."""

    def __init__(self, http: Http, cloud: Cloud, credential: Credential, endpoint: str) -> None:
        """Asks for nothing yet."""
        super().__init__(http, cloud, credential)
        self._endpoint = endpoint

    async def _request(self, scope: str) -> tuple[str, float]:
        query = {"api-version": "2018-02-01", "resource": scope.removesuffix("/.default")}
        if self.credential.client_id:
            query["client_id"] = self.credential.client_id
        answer = await self._http.send("GET", f"{self._endpoint}?{urlencode(query)}", headers={"Metadata": "true"})
        if not 200 <= answer.status <= 299:
            said = f"received HTTP status {answer.status} with body: {answer.text}" if answer.status else answer.text
            raise SignInFailure(f"ManagedIdentityAuthorizer: failed to request token from metadata endpoint: {said}")
        found = answer.json
        return str(found["access_token"]), time.time() + float(found.get("expires_in") or 0)
