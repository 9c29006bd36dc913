"""Azure Resource Manager as the real provider calls it: azcore's retries, and its pollers for long-running operations.

https://github.com/Azure/azure-sdk-for-go/tree/main/sdk/azcore/runtime. The real provider looks every 10 or 30 s where
Azure names no time; this one looks each second.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from crosstenant.errors import OperatorError
from crosstenant.sandbox.standins.azure_native.tokens import is_transient
from crosstenant.sandbox.standins.clouds import Cloud
from crosstenant.sandbox.standins.http import Answer, Http, Json, Sleep, retrying
from crosstenant.sandbox.standins.signin import Credential, SignIn, SignInFailure, claims_of

_CONFLICTS: Final = (
    "AnotherOperationInProgress",
    "ConcurrentFederatedIdentityCredentialsWritesForSingleManagedIdentity",
)
"""Codes of a 409 that ask for another try: https://github.com/pulumi/pulumi-azure-native/pull/4421."""
_WAITS: Final = (20.0, 60.0, 120.0)
_METHODS: Final = {
    "secret": "ClientSecretCredential",
    "certificate": "ClientCertificateCredential",
    "oidc": "ClientAssertionCredential",
    "cli": "AzureCLICredential",
}
NOT_FOUND: Final = frozenset(
    {
        "EntityNotFound",
        "LockNotFound",
        "NotFound",
        "ParentResourceNotFound",
        "ResourceGroupNotFound",
        "ResourceNotFound",
        "RoleAssignmentNotFound",
        "SubscriptionNotFound",
    }
)
"""Codes of a 404 that mean deletion to the provider; it takes any other 404 for a proxy's."""


Warn = Callable[[str, str], Awaitable[None]]
"""Shows a warning at the resource of a URN."""


async def unheard(urn: str, message: str) -> None:
    """Drops a warning: the default without an engine."""


class ArmError(OperatorError):
    """ARM refused a call, or an operation failed."""

    def __init__(self, answer: Answer) -> None:
        """Words the refusal as the provider does."""
        code, message = answer.error
        super().__init__(_said(answer, code, message or answer.text) if answer.status else answer.text)
        self.status = answer.status
        self.code = code

    @property
    def means_gone(self) -> bool:
        """Whether the object is not there."""
        return self.status == 404 and self.code in NOT_FOUND


def _said(answer: Answer, code: str, message: str) -> str:
    if not answer.is_object:
        return f"RESPONSE {answer.status}: {answer.reason} ERROR CODE UNAVAILABLE {answer.text}"
    named = f' Code="{code}"' if code else ""
    return f'Status={answer.status}{named} Message="{message}"'


class StartedError(ArmError):
    """An operation that Azure had accepted failed: something of it may exist."""


@dataclass
class Arm:
    """ARM for one subscription, signed in as one caller; signs in at the first call."""

    http: Http
    sign_in: SignIn
    cloud: Cloud
    subscription_id: str
    location: str = ""
    """Where the provider's configuration puts what names no location."""
    sleep: Sleep = asyncio.sleep
    warn: Warn = unheard

    @property
    def credential(self) -> Credential:
        """What it signs in with."""
        return self.sign_in.credential

    async def claims(self) -> Json:
        """Who is signed in: ``oid``, ``tid``, ``appid``."""
        return claims_of(await self._token())

    async def send(self, method: str, resource_id: str, api_version: str, body: Json | None = None) -> Answer:
        """Calls ARM, again up to three times while it is busy; returns the last answer."""
        path = resource_id if resource_id.startswith("/") else f"/{resource_id}"
        return await self._send(method, f"https://{self.cloud.arm_host}{path}?api-version={api_version}", body)

    async def get(self, resource_id: str, api_version: str) -> Json:
        """The resource.

        :raises ArmError: ARM refused; ``means_gone`` when there is none.
        """
        answer = await self.send("GET", resource_id, api_version)
        if answer.status != 200:
            raise ArmError(answer)
        return _read(answer)

    async def put(self, resource_id: str, api_version: str, body: Json) -> Json:
        """Creates or updates a resource and waits until that is done.

        :raises StartedError: Azure accepted it and failed later.
        :raises ArmError: Azure refused.
        """
        answer = await self.send("PUT", resource_id, api_version, body)
        if answer.status not in (200, 201, 202):
            raise ArmError(answer)
        _read(answer)
        if await self._finish(answer):
            return await self.get(resource_id, api_version)
        found = answer.json
        while _provisioning(found) in ("creating", "updating", "accepted", "inprogress", "running"):
            await self.sleep(1)
            found = await self.get(resource_id, api_version)
        if _provisioning(found) in ("failed", "canceled"):
            raise StartedError(Answer(answer.status, answer.headers, answer.text))
        return found

    async def delete(self, resource_id: str, api_version: str) -> None:
        """Deletes a resource and waits until that is done; a missing resource is not an error."""
        answer = await self.send("DELETE", resource_id, api_version)
        if answer.status not in (200, 202, 204, 404):
            raise ArmError(answer)
        await self._finish(answer)

    async def _finish(self, answer: Answer) -> bool:
        """Follows the operation that ``answer`` begins, if it begins one."""
        operation, location = answer.headers.get("azure-asyncoperation"), answer.headers.get("location")
        if operation:
            status, looked = "InProgress", answer
            while status.lower() not in ("succeeded", "failed", "canceled"):
                await self.sleep(looked.retry_after or 1)
                looked = await self._send("GET", operation)
                if looked.status != 200:
                    raise StartedError(looked)
                status = str(looked.json.get("status", "Succeeded"))
            if status.lower() != "succeeded":
                raise StartedError(looked)
            return True
        if location and answer.status == 202:
            looked = answer
            while looked.status == 202:
                await self.sleep(looked.retry_after or 1)
                looked = await self._send("GET", looked.headers.get("location", location))
            if looked.status not in (200, 204) and not (looked.status == 404 and ArmError(looked).means_gone):
                raise StartedError(looked)
            return True
        return False

    async def _send(self, method: str, url: str, body: Json | None = None) -> Answer:
        async def send() -> Answer:
            headers = {"Authorization": f"Bearer {await self._token()}", "Accept": "application/json"}
            return await self.http.send(method, url, headers=headers, body=body)

        def is_retryable(answer: Answer) -> bool:
            if answer.status == 409:
                return answer.error[0] in _CONFLICTS
            return answer.status == 0 or is_transient(answer, max(_WAITS))

        return await retrying(send, is_retryable, iter(_WAITS), sleep=self.sleep, heeds_zero=False)

    async def _token(self) -> str:
        try:
            return await self.sign_in.token(self.cloud.arm_scope)
        except SignInFailure as error:
            raise OperatorError(f"{_METHODS[self.credential.method]} authentication failed. {error}") from None


def _read(answer: Answer) -> Json:
    if answer.text and not answer.is_object:
        raise OperatorError(f"unexpected response from Azure: '{answer.text}', HTTP status: {answer.reason}")
    return answer.json


def _provisioning(resource: Json) -> str:
    properties: Json = resource.get("properties") or {}
    return str(properties.get("provisioningState", "")).lower()
