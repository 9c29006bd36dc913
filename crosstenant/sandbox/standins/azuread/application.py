"""``azuread.Application``."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from crosstenant.errors import OperatorError
from crosstenant.provider_kit.fields import Field, Fields
from crosstenant.provider_kit.resource import Failure, Properties
from crosstenant.provider_kit.values import UNKNOWN
from crosstenant.sandbox.standins.azuread.application_document import from_graph, to_graph
from crosstenant.sandbox.standins.azuread.arguments import Argument, Arguments, each, not_empty, one_of, uuid_text
from crosstenant.sandbox.standins.azuread.bridged import BridgedResource, keeping
from crosstenant.sandbox.standins.azuread.graph import Graph, GraphError, Summarised, equals, just_created
from crosstenant.sandbox.standins.azuread.redirect_uri import block_with_redirect_uris
from crosstenant.sandbox.standins.http import Json

AUDIENCES = ("AzureADMyOrg", "AzureADMultipleOrgs", "AzureADandPersonalMicrosoftAccount", "PersonalMicrosoftAccount")
_CLAIMS = ("All", "None", "ApplicationGroup", "DirectoryRole", "SecurityGroup")
_WEB = ("http", "https", "ms-appx-web", "brk-multihub")
_NOT_SERVED = ("featureTags", "logoImage", "optionalClaims", "password", "templateId")


class Application(BridgedResource):
    """An application in its own tenant. Its ID is ``/applications/<object ID>``."""

    token = "azuread:index/application:Application"
    inputs: ClassVar[Arguments] = {
        "displayName": Argument("string", required=True, refusal=not_empty),
        "api": Argument("object"),
        "appRoles": Argument("array"),
        "description": Argument("string"),
        "deviceOnlyAuthEnabled": Argument("boolean"),
        "fallbackPublicClientEnabled": Argument("boolean"),
        "featureTags": Argument("array", computed=True),
        "groupMembershipClaims": Argument("array", refusal=each(one_of(*_CLAIMS))),
        "identifierUris": Argument("array"),
        "logoImage": Argument("string"),
        "marketingUrl": Argument("string"),
        "notes": Argument("string"),
        "oauth2PostResponseRequired": Argument("boolean"),
        "optionalClaims": Argument("object"),
        "owners": Argument("array", refusal=each(uuid_text)),
        "password": Argument("object"),
        "preventDuplicateNames": Argument("boolean", default=False),
        "privacyStatementUrl": Argument("string"),
        "publicClient": Argument("object", refusal=block_with_redirect_uris()),
        "requiredResourceAccesses": Argument("array"),
        "serviceManagementReference": Argument("string"),
        "signInAudience": Argument("string", default="AzureADMyOrg", refusal=one_of(*AUDIENCES)),
        "singlePageApplication": Argument("object", refusal=block_with_redirect_uris("http", "https")),
        "supportUrl": Argument("string"),
        "tags": Argument("array", computed=True),
        "templateId": Argument("string", computed=True, replaces=True, refusal=uuid_text),
        "termsOfServiceUrl": Argument("string"),
        "web": Argument("object", refusal=block_with_redirect_uris(*_WEB)),
    }
    outputs: ClassVar[Fields] = {
        "appRoleIds": Field("object", required=True),
        "clientId": Field("string", required=True),
        "disabledByMicrosoft": Field("string", required=True),
        "logoUrl": Field("string", required=True),
        "oauth2PermissionScopeIds": Field("object", required=True),
        "objectId": Field("string", required=True),
        "publisherDomain": Field("string", required=True),
    }
    write_only: ClassVar[frozenset[str]] = frozenset({"preventDuplicateNames"})

    def check_together(self, inputs: Properties) -> list[Failure]:
        """Refuses what this stand-in does not serve, and what Entra takes from no application of such an audience."""
        failures = [
            Failure(name, "is not served by the sandbox's stand-in") for name in _NOT_SERVED if inputs.get(name)
        ]
        audience: str = inputs["signInAudience"]
        api: Any = inputs.get("api")
        version: Any = 1 if api in (None, UNKNOWN) else api.get("requestedAccessTokenVersion", 1)
        if audience in AUDIENCES[2:] and version == 1:
            reason = f'`requested_access_token_version` must be 2 when `sign_in_audience` is "{audience}"'
            failures.append(Failure("signInAudience", reason))
        return failures

    async def create(self, urn: str, inputs: Properties, timeout: float) -> tuple[str, Properties]:
        """Creates it under its name; the patches and the owner's removal tell whether Graph's replicas know it."""
        graph = self.context
        if inputs.get("preventDuplicateNames"):
            await self._refuse_duplicate(str(inputs["displayName"]))
        caller = str((await graph.claims())["oid"])
        named: list[str] = inputs.get("owners") or []
        owners = [owner for owner in named if owner.lower() != caller.lower()]
        bound = [await graph.bind(owner) for owner in (caller, *owners)]
        try:
            created = await graph.call("POST", "/applications", {**to_graph(inputs), "owners@odata.bind": bound})
        except GraphError as error:
            raise Summarised("Could not create application", error) from None
        path = f"/applications/{created['id']}"
        outputs: Properties = {"objectId": created["id"], "clientId": created["appId"], **inputs}
        async with keeping(path, inputs, outputs):
            await self._settle(path, f"TERRAFORM_UPDATE_{uuid.uuid4()}")
            await self._settle(path, str(inputs["displayName"]))
            if len(owners) == len(named):
                await remove_owner(graph, path, caller)
            outputs.update(await self.read_back(path))
        return path, outputs

    async def observe(self, resource_id: str, olds: Properties) -> Properties | None:
        """Reads the application, its one beta property and its owners."""
        path = object_path(resource_id, "applications")
        application = await self.context.find(path)
        if application is None:
            return None
        beta = await self.context.call("GET", f"{path}?$select=oauth2RequirePostResponse", version="beta")
        owners = await self.context.owners(path)
        return from_graph(application, bool(beta.get("oauth2RequirePostResponse")), owners)

    async def update(
        self, urn: str, resource_id: str, olds: Properties, news: Properties, timeout: float
    ) -> Properties:
        """Patches the whole object, then its owners if the program names them differently."""
        graph, path = self.context, object_path(resource_id, "applications")
        if news.get("preventDuplicateNames"):
            await self._refuse_duplicate(str(news["displayName"]), path)
        try:
            await graph.call("PATCH", path, to_graph(news), also_retry=just_created)
        except GraphError as error:
            raise Summarised(f"Could not update {described(path)}", error) from None
        await set_owners(graph, path, olds, news)
        return {**await self.read_back(path), **self.remembered(news)}

    async def delete(self, urn: str, resource_id: str, olds: Properties, timeout: float) -> None:
        """Deletes it, which moves it to the tenant's deleted items, and its service principal of its own tenant."""
        path = object_path(resource_id, "applications")
        try:
            await self.context.call("DELETE", path)
        except GraphError as error:
            raise Summarised(f"Deleting {described(path)}", error) from None
        await self.context.until_gone(path, described(path))

    async def _settle(self, path: str, display_name: str) -> None:
        try:
            await self.context.call("PATCH", path, {"displayName": display_name}, also_retry=just_created)
        except GraphError as error:
            timed_out = "Timed out whilst waiting for new application to be replicated in Azure AD"
            failed = "Failed to patch application after creating"
            raise Summarised(timed_out if error.status == 404 else failed, error) from None

    async def _refuse_duplicate(self, display_name: str, own_path: str = "") -> None:
        found: list[Json] = (await self.context.call("GET", f"/applications{equals('displayName', display_name)}"))[
            "value"
        ]
        for one in found:
            if own_path != f"/applications/{one['id']}":
                raise OperatorError(
                    f'An existing "azuread_application" with name "{display_name}" (ID: "{one["id"]}") was found and '
                    "`prevent_duplicate_names` was specified: To be managed via Terraform, this resource needs to be "
                    "imported into the State."
                )


def object_path(resource_id: str, collection: str) -> str:
    """The path of an object from its resource ID, which is the same text.

    :raises OperatorError: The ID has another form; an import with a bare object ID ends here.
    """
    prefix, _, object_id = resource_id.rpartition("/")
    if prefix != f"/{collection}" or uuid_text("id", object_id):
        raise OperatorError(f"specified ID ({resource_id!r}) is not valid: expected the form /{collection}/<object ID>")
    return resource_id


def described(path: str) -> str:
    """An object as the provider's errors name it: its type, and the object ID.

    https://github.com/hashicorp/go-azure-sdk, microsoft-graph/common-types: ``String`` of an ID.
    """
    kind = "Application" if path.startswith("/applications/") else "Service Principal"
    return f'{kind} ({kind}: "{path.rsplit("/", 1)[-1]}")'


async def remove_owner(graph: Graph, path: str, owner: str) -> None:
    """Removes an owner; a missing owner is not an error."""
    try:
        await graph.call("DELETE", f"{path}/owners/{owner}/$ref")
    except GraphError as error:
        if error.status != 404:
            raise Summarised(f"Could not remove initial owner from {described(path)}", error) from None


async def set_owners(graph: Graph, path: str, olds: Properties, news: Properties) -> None:
    """Makes the owners those that the program names, if it names some and others than before."""
    wanted: list[str] = news.get("owners") or []
    before: list[str] = olds.get("owners") or []
    if not wanted or set(wanted) == set(before):
        return
    present = await graph.owners(path)
    for owner in wanted:
        if owner not in present:
            await graph.call("POST", f"{path}/owners/$ref", {"@odata.id": await graph.bind(owner)})
    for owner in present:
        if owner not in wanted:
            await remove_owner(graph, path, owner)
