"""Applications and service principals of a tenant from Microsoft Graph; it only reads.

https://learn.microsoft.com/graph/api/application-get and https://learn.microsoft.com/graph/api/serviceprincipal-get.
The least permission is ``Application.Read.All``. A change may not be visible for some seconds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, cast

from crosstenant.azure.connections.answer_forms import entries_of, form_due
from crosstenant.azure.connections.documents import object_in
from crosstenant.azure.identities.identities import FederatedCredential, credential_of
from crosstenant.azure.sign_in.tenant import Tenant
from crosstenant.model.arm_id import is_uuid
from crosstenant.model.consent import MULTI_TENANT
from crosstenant.model.secret_dates import utc_time

if TYPE_CHECKING:
    from azure.core import AsyncPipelineClient
    from azure.core.rest import AsyncHttpResponse, HttpRequest

Json = dict[str, Any]


@dataclass(frozen=True)
class Secret:
    """One of an application's passwords; Graph never shows its value."""

    key_id: str
    """UUID."""
    display_name: str
    ends_at: datetime
    made_at: datetime | None = None
    """Its start, which is the time of its creation unless somebody wrote another."""


@dataclass(frozen=True)
class Application:
    """An application in its own tenant."""

    client_id: str
    object_id: str
    display_name: str
    audience: str
    """Its sign-in audience: ``AzureADMyOrg``, ``AzureADMultipleOrgs``, ..."""
    secrets: tuple[Secret, ...]
    """Its secrets, including expired ones."""

    @property
    def is_multi_tenant(self) -> bool:
        """Whether another tenant can have a service principal of it."""
        return self.audience in MULTI_TENANT


@dataclass(frozen=True)
class Namesake:
    """An application by its display name, which Entra lets several have."""

    client_id: str
    object_id: str
    created_at: str
    """UTC time, ``2026-11-01T12:00:00Z``."""


@dataclass(frozen=True)
class ServicePrincipal:
    """The service principal of an application in one tenant."""

    object_id: str
    enabled: bool
    """Whether it may sign in."""
    secrets: tuple[Secret, ...] = ()
    """Secrets of its own, beside those of the application; they sign in to this tenant alone."""


class Graph:
    """The directory of one tenant."""

    def __init__(self, tenant: Tenant) -> None:
        """:param tenant: The tenant to sign in to."""
        self._tenant = tenant
        self._client: AsyncPipelineClient[HttpRequest, AsyncHttpResponse] | None = None

    async def application(self, client_id: str) -> Application | None:
        """The application of a client ID (UUID), if it belongs to this tenant.

        :raises azure.core.exceptions.AzureError: Sign-in failed, or Graph refused or could not be reached.
        """
        found = await self._get("applications", client_id, "id,appId,displayName,signInAudience,passwordCredentials")
        if found is None:
            return None
        with form_due():
            return Application(
                client_id=found["appId"],
                object_id=found["id"],
                display_name=str(found.get("displayName") or ""),
                audience=str(found.get("signInAudience") or ""),
                secrets=_secrets(found),
            )

    async def applications_named(self, display_name: str) -> list[Namesake]:
        """The applications of this tenant that have a display name, the newest first.

        :param display_name: The display name.
        :raises azure.core.exceptions.AzureError: Sign-in failed, or Graph refused or could not be reached.
        """
        quoted = display_name.replace("'", "''")
        query = {"$filter": f"displayName eq '{quoted}'", "$select": "id,appId,createdDateTime"}
        # One page: several are remarkable, and a hundred no more than ten.
        page = await self._read("applications", query)
        with form_due():
            found = [
                Namesake(_uuid(one["appId"]), _uuid(one["id"]), str(one.get("createdDateTime") or ""))
                for one in _entries(page)
            ]
        return sorted(found, key=lambda it: it.created_at, reverse=True)

    async def service_principal(self, client_id: str) -> ServicePrincipal | None:
        """The service principal of an application in this tenant, by the application's client ID (UUID).

        :raises azure.core.exceptions.AzureError: Sign-in failed, or Graph refused or could not be reached.
        """
        found = await self._get("servicePrincipals", client_id, "id,appId,accountEnabled,passwordCredentials")
        if found is None:
            return None
        with form_due():
            return ServicePrincipal(found["id"], bool(found.get("accountEnabled", True)), _secrets(found))

    async def document(self, collection: str, client_id: str) -> Json | None:
        """Graph's whole document of an application or a service principal.

        :param collection: ``applications`` or ``servicePrincipals``.
        :param client_id: The application's client ID (UUID).
        :raises azure.core.exceptions.AzureError: Sign-in failed, or Graph refused or could not be reached.
        """
        return await self._get(collection, client_id)

    async def may_list(self, collection: str) -> bool:
        """Whether the caller may list applications or service principals; true also where Graph does not tell.

        :param collection: ``applications`` or ``servicePrincipals``.
        """
        from azure.core.exceptions import AzureError

        from crosstenant.azure.refusals.refusals import take_apart

        try:
            await self._read(collection, {"$top": "1", "$select": "id"})
        except AzureError as error:
            return take_apart(error).code != "Authorization_RequestDenied"
        return True

    async def owners(self, collection: str, object_id: str) -> list[str]:
        """Object IDs of the owners of an application or a service principal.

        :param collection: ``applications`` or ``servicePrincipals``.
        :param object_id: Its object ID (UUID).
        :raises azure.core.exceptions.AzureError: Sign-in failed, or Graph refused or could not be reached.
        """
        # One page: an application has 100 owners at most.
        found = await self._read(f"{collection}/{object_id}/owners", {"$select": "id"})
        with form_due():
            return [_uuid(one["id"]) for one in _entries(found)]

    async def federated_credentials(self, object_id: str) -> list[FederatedCredential]:
        """The federated identity credentials of an application.

        https://learn.microsoft.com/graph/api/application-list-federatedidentitycredentials

        :param object_id: The application's object ID (UUID).
        :raises azure.core.exceptions.AzureError: Sign-in failed, or Graph refused or could not be reached.
        """
        # One page: an application has 20 at most.
        found = await self._read(f"applications/{object_id}/federatedIdentityCredentials", {})
        with form_due():
            return [credential_of(it) for it in _entries(found)]

    async def aclose(self) -> None:
        """Closes the connections."""
        if self._client:
            await self._client.close()
            self._client = None

    async def _get(self, collection: str, client_id: str, select: str = "") -> Json | None:
        found = await self._read(f"{collection}(appId='{client_id}')", {"$select": select} if select else {})
        if found is not None:
            with form_due():
                _check_ids(found)
        return found

    async def _read(self, path: str, query: dict[str, str]) -> Json | None:
        from azure.core.exceptions import HttpResponseError
        from azure.core.rest import HttpRequest

        from crosstenant.azure.refusals.absence import is_absent

        url = f"https://{self._tenant.cloud.graph_host}/v1.0/{path}"
        response = await self._pipeline().send_request(HttpRequest("GET", url, params=query))
        if response.status_code == 404 and is_absent(HttpResponseError(response=response)):
            return None
        return object_in(response)

    def _pipeline(self) -> AsyncPipelineClient[HttpRequest, AsyncHttpResponse]:
        if self._client is None:
            from azure.core import AsyncPipelineClient
            from azure.core.pipeline import policies

            from crosstenant.azure.connections.retries import BoundedRetryPolicy
            from crosstenant.azure.connections.transport import AzureTransport
            from crosstenant.azure.sign_in.renewed_token import RenewedTokenPolicy

            host = f"https://{self._tenant.cloud.graph_host}"
            chain: list[Any] = [
                policies.UserAgentPolicy("crosstenant"),
                policies.ProxyPolicy(),
                BoundedRetryPolicy(),
                RenewedTokenPolicy(self._tenant.credential(), f"{host}/.default"),
            ]
            self._client = AsyncPipelineClient(host, policies=chain, transport=AzureTransport())
        return self._client


def _entries(page: Json | None) -> list[Json]:
    return [] if page is None else entries_of(page)


def _check_ids(document: Json) -> None:
    """Commands to copy are made with these IDs, so that they must be what Graph documents: UUIDs."""
    secrets = cast("list[Json]", document.get("passwordCredentials") or [])
    for found in (document["id"], document["appId"], *(it["keyId"] for it in secrets)):
        _uuid(found)


def _uuid(found: object) -> str:
    if not isinstance(found, str) or not is_uuid(found):
        raise ValueError("an ID that is not a UUID")
    return found


def _secrets(document: Json) -> tuple[Secret, ...]:
    return tuple(_secret(one) for one in cast("list[Json]", document.get("passwordCredentials") or []))


def _secret(document: Json) -> Secret:
    return Secret(
        key_id=str(document.get("keyId") or ""),
        display_name=str(document.get("displayName") or ""),
        ends_at=_time(str(document["endDateTime"])),
        made_at=utc_time(document.get("startDateTime")),
    )


def _time(text: str) -> datetime:
    # Graph writes fractions of up to seven digits, which Python 3.10 does not read.
    return datetime.strptime(re.sub(r"\.\d+", "", text), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
