"""``azuread.ServicePrincipal``: of an application of this tenant, or of another's multi-tenant application."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from crosstenant.errors import OperatorError
from crosstenant.provider_kit.fields import Field, Fields
from crosstenant.provider_kit.resource import Failure, Properties
from crosstenant.sandbox.standins.azuread.application import described, object_path, remove_owner, set_owners
from crosstenant.sandbox.standins.azuread.arguments import Argument, Arguments, each, one_of, uuid_text
from crosstenant.sandbox.standins.azuread.bridged import BridgedResource, keeping
from crosstenant.sandbox.standins.azuread.graph import GraphError, Summarised, equals, just_created
from crosstenant.sandbox.standins.http import Answer, Json

_NOT_SERVED = ("featureTags", "features")


class ServicePrincipal(BridgedResource):
    """A service principal. Its ID is ``/servicePrincipals/<object ID>``."""

    token = "azuread:index/servicePrincipal:ServicePrincipal"
    inputs: ClassVar[Arguments] = {
        "clientId": Argument("string", required=True, replaces=True, refusal=uuid_text),
        "accountEnabled": Argument("boolean", default=True),
        "alternativeNames": Argument("array"),
        "appRoleAssignmentRequired": Argument("boolean", default=False),
        "description": Argument("string"),
        "featureTags": Argument("array", computed=True),
        "features": Argument("array", computed=True),
        "loginUrl": Argument("string"),
        "notes": Argument("string"),
        "notificationEmailAddresses": Argument("array"),
        "owners": Argument("array", refusal=each(uuid_text)),
        "preferredSingleSignOnMode": Argument("string", refusal=one_of("oidc", "password", "saml", "notSupported")),
        "samlSingleSignOn": Argument("object"),
        "tags": Argument("array", computed=True),
        "useExisting": Argument("boolean"),
    }
    outputs: ClassVar[Fields] = {
        "appRoleIds": Field("object", required=True),
        "appRoles": Field("array", required=True),
        "applicationTenantId": Field("string", required=True),
        "displayName": Field("string", required=True),
        "homepageUrl": Field("string", required=True),
        "logoutUrl": Field("string", required=True),
        "oauth2PermissionScopeIds": Field("object", required=True),
        "oauth2PermissionScopes": Field("array", required=True),
        "objectId": Field("string", required=True),
        "redirectUris": Field("array", required=True),
        "samlMetadataUrl": Field("string", required=True),
        "servicePrincipalNames": Field("array", required=True),
        "signInAudience": Field("string", required=True),
        "type": Field("string", required=True),
    }
    write_only: ClassVar[frozenset[str]] = frozenset({"useExisting"})

    def check_together(self, inputs: Properties) -> list[Failure]:
        """Refuses what this stand-in does not serve."""
        unserved = [name for name in _NOT_SERVED if inputs.get(name)]
        return [Failure(name, "is not served by the sandbox's stand-in") for name in unserved]

    async def create(self, urn: str, inputs: Properties, timeout: float) -> tuple[str, Properties]:
        """Creates it, or with ``useExisting`` patches the one that is there."""
        found = await self._existing(str(inputs["clientId"]))
        if found is None:
            return await self._create_new(inputs)
        path = f"/servicePrincipals/{found['id']}"
        if not inputs.get("useExisting"):
            raise OperatorError(
                f'A resource with the ID "{found["id"]}" already exists: To be managed via Terraform, this resource'
                " needs to be imported into the State. Please see the resource documentation for"
                ' "azuread_service_principal" for more information.'
            )
        outputs: Properties = {"objectId": found["id"], **inputs}
        async with keeping(path, inputs, outputs):
            outputs.update(await self.update(urn, path, {}, inputs, timeout))
        return path, outputs

    async def _existing(self, client_id: str) -> Json | None:
        try:
            listed = await self.context.call("GET", f"/servicePrincipals{equals('appId', client_id)}")
        except GraphError as error:
            raise Summarised("Could not list existing service principals", error) from None
        found: list[Json] = listed["value"]
        return next((one for one in found if str(one["appId"]).lower() == client_id.lower()), None)

    async def _create_new(self, inputs: Properties) -> tuple[str, Properties]:
        graph = self.context
        caller = str((await graph.claims())["oid"])
        named: list[str] = inputs.get("owners") or []
        owners = [owner for owner in named if owner.lower() != caller.lower()]
        body = {
            **_to_graph(inputs),
            "appId": inputs["clientId"],
            "description": f"TERRAFORM_UPDATE_{uuid.uuid4()}",
            "owners@odata.bind": [await graph.bind(owner) for owner in (caller, *owners)],
        }
        try:
            created = await graph.call("POST", "/servicePrincipals", body, also_retry=_application_not_seen)
        except GraphError as error:
            raise Summarised("Could not create service principal", error) from None
        path = f"/servicePrincipals/{created['id']}"
        outputs: Properties = {"objectId": created["id"], **inputs}
        async with keeping(path, inputs, outputs):
            description = {"description": inputs.get("description")}
            try:
                await graph.call("PATCH", path, description, also_retry=just_created)
            except GraphError as error:
                timed_out = "Timed out whilst waiting for new service principal to be replicated in Azure AD"
                failed = "Failed to patch service principal after creating"
                raise Summarised(timed_out if error.status == 404 else failed, error) from None
            if len(owners) == len(named):
                await remove_owner(graph, path, caller)
            outputs.update(await self.read_back(path))
        return path, outputs

    async def observe(self, resource_id: str, olds: Properties) -> Properties | None:
        """Reads the service principal, its one beta property and its owners."""
        path = object_path(resource_id, "servicePrincipals")
        principal = await self.context.find(path)
        if principal is None:
            return None
        beta = await self.context.call("GET", f"{path}?$select=samlMetadataUrl", version="beta")
        owners = await self.context.owners(path)
        return {**principal_outputs(principal), "samlMetadataUrl": beta.get("samlMetadataUrl") or "", "owners": owners}

    async def update(
        self, urn: str, resource_id: str, olds: Properties, news: Properties, timeout: float
    ) -> Properties:
        """Patches everything that the program may set."""
        path = object_path(resource_id, "servicePrincipals")
        try:
            await self.context.call("PATCH", path, _to_graph(news), also_retry=just_created)
        except GraphError as error:
            raise Summarised(f"Updating {described(path)}", error) from None
        await set_owners(self.context, path, olds, news)
        return {**await self.read_back(path), **self.remembered(news)}

    async def delete(self, urn: str, resource_id: str, olds: Properties, timeout: float) -> None:
        """Deletes it, one that was found with ``useExisting`` too."""
        path = object_path(resource_id, "servicePrincipals")
        try:
            await self.context.call("DELETE", path)
        except GraphError as error:
            raise Summarised(f"Deleting {described(path)}", error) from None
        await self.context.until_gone(path, described(path))


def principal_outputs(principal: Json) -> Properties:
    """What Graph's document of a service principal tells, under the provider's names."""
    roles: list[Json] = principal.get("appRoles") or []
    scopes: list[Json] = principal.get("oauth2PermissionScopes") or []
    names: list[str] = principal.get("servicePrincipalNames") or []
    return {
        "objectId": principal["id"],
        "clientId": principal["appId"],
        "displayName": principal.get("displayName") or "",
        "accountEnabled": principal["accountEnabled"],
        "alternativeNames": principal.get("alternativeNames") or [],
        "appRoleAssignmentRequired": bool(principal.get("appRoleAssignmentRequired")),
        "appRoleIds": {role["value"]: role["id"] for role in roles if role.get("value")},
        "appRoles": roles,
        "applicationTenantId": principal["appOwnerOrganizationId"] or "",
        "description": principal.get("description") or "",
        "homepageUrl": principal.get("homepage") or "",
        "loginUrl": principal.get("loginUrl") or "",
        "logoutUrl": principal.get("logoutUrl") or "",
        "notes": principal.get("notes") or "",
        "notificationEmailAddresses": principal.get("notificationEmailAddresses") or [],
        "oauth2PermissionScopeIds": {scope["value"]: scope["id"] for scope in scopes if scope.get("value")},
        "oauth2PermissionScopes": scopes,
        "preferredSingleSignOnMode": principal.get("preferredSingleSignOnMode") or "",
        "redirectUris": principal.get("replyUrls") or [],
        "servicePrincipalNames": [name for name in names if name.lower() != principal["appId"].lower()],
        "signInAudience": principal.get("signInAudience") or "",
        "tags": principal.get("tags") or [],
        "type": principal.get("servicePrincipalType") or "",
    }


def _to_graph(inputs: Properties) -> Json:
    saml: Any = inputs.get("samlSingleSignOn")
    relay = saml.get("relayState") if saml else None
    return {
        "accountEnabled": inputs["accountEnabled"],
        "alternativeNames": inputs.get("alternativeNames") or [],
        "appRoleAssignmentRequired": inputs["appRoleAssignmentRequired"],
        "description": inputs.get("description"),
        "loginUrl": inputs.get("loginUrl"),
        "notes": inputs.get("notes"),
        "notificationEmailAddresses": inputs.get("notificationEmailAddresses") or [],
        "preferredSingleSignOnMode": inputs.get("preferredSingleSignOnMode"),
        "samlSingleSignOnSettings": {"relayState": relay} if relay else None,
        "tags": inputs.get("tags") or [],
    }


def _application_not_seen(answer: Answer) -> bool:
    # An application that Graph's replica has not heard of yet, and one that this caller may never use, read the same.
    message = answer.error[1]
    return (answer.status == 400 and "does not reference a valid application object" in message) or (
        answer.status == 403 and "must in the local tenant" in message
    )
