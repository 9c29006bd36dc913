"""The functions of the azuread provider that this package and its examples use."""

from __future__ import annotations

from typing import Any, ClassVar

from crosstenant.errors import OperatorError
from crosstenant.provider_kit.resource import Failure, Function, Properties
from crosstenant.sandbox.standins.azuread.application_document import from_graph
from crosstenant.sandbox.standins.azuread.graph import Graph, equals
from crosstenant.sandbox.standins.azuread.service_principal import principal_outputs
from crosstenant.sandbox.standins.http import Json
from crosstenant.sandbox.standins.unknown import does_not_know

_ANYTHING = {"type": "object", "properties": {"id": {"type": "string"}}}
_KEYS = ("clientId", "displayName", "objectId")
_BY_KEY: dict[str, Any] = {
    "inputs": {"type": "object", "properties": {name: {"type": "string"} for name in _KEYS}},
    "outputs": _ANYTHING,
}
_LISTS = {
    "api": "apis",
    "publicClient": "publicClients",
    "singlePageApplication": "singlePageApplications",
    "web": "webs",
}
"""What the function gives as a list of at most one, by the resource's name for it."""


class GetClientConfig(Function[Graph]):
    """Who the provider is signed in as."""

    token = "azuread:index/getClientConfig:getClientConfig"
    schema: ClassVar[dict[str, Any]] = {"outputs": _ANYTHING}

    async def call(self, args: Properties) -> tuple[Properties, list[Failure]]:
        """Answers from the token alone."""
        claims = await self.context.claims()
        return {
            "id": f"{claims['tid']}-{claims['appid']}-{claims['oid']}",
            "tenantId": claims["tid"],
            "clientId": claims["appid"],
            "objectId": claims["oid"],
        }, []


class GetServicePrincipal(Function[Graph]):
    """Looks a service principal up, without touching it."""

    token = "azuread:index/getServicePrincipal:getServicePrincipal"
    schema: ClassVar[dict[str, Any]] = _BY_KEY

    async def call(self, args: Properties) -> tuple[Properties, list[Failure]]:
        """Finds it by exactly one of ``clientId``, ``objectId`` and ``displayName``."""
        failures = _exactly_one(args, self.token)
        if failures:
            return {}, failures
        principal = await self._find(args)
        return {"id": f"/servicePrincipals/{principal['id']}", **principal_outputs(principal)}, []

    async def _find(self, args: Properties) -> Json:
        if object_id := args.get("objectId"):
            found = await self.context.find(f"/servicePrincipals/{object_id}")
            if found is None:
                raise OperatorError(f'Service principal with object ID "{object_id}" was not found')
            return found
        if client_id := args.get("clientId"):
            listed = await _list(self.context, "servicePrincipals", "appId", str(client_id))
            if not listed:
                raise OperatorError(f'No service principal found for client ID: "{client_id}"')
            return listed[0]
        listed = await _list(self.context, "servicePrincipals", "displayName", str(args["displayName"]))
        return _only(listed, "service principal", f"displayName eq '{args['displayName']}'")


class GetApplication(Function[Graph]):
    """Looks an application of the tenant up."""

    token = "azuread:index/getApplication:getApplication"
    schema: ClassVar[dict[str, Any]] = _BY_KEY

    async def call(self, args: Properties) -> tuple[Properties, list[Failure]]:
        """Finds it by exactly one of ``clientId``, ``objectId`` and ``displayName``."""
        failures = _exactly_one(args, self.token)
        if failures:
            return {}, failures
        if object_id := args.get("objectId"):
            found = await self.context.find(f"/applications/{object_id}")
            if found is None:
                raise OperatorError(f'Application with object ID "{object_id}" was not found')
        else:
            attribute, value = next((theirs, args[ours]) for ours, theirs in _ATTRIBUTES.items() if args.get(ours))
            listed = await _list(self.context, "applications", attribute, str(value))
            found = _only(listed, "application", f"{attribute} eq '{value}'")
        owners = await self.context.owners(f"/applications/{found['id']}")
        outputs = from_graph(found, False, owners)
        del outputs["templateId"]
        blocks = {ours: outputs.pop(name, None) for name, ours in _LISTS.items()}
        lists = {name: [block] if block else [] for name, block in blocks.items()}
        return {"id": f"/applications/{found['id']}", **outputs, **lists}, []


_ATTRIBUTES = {"clientId": "appId", "displayName": "displayName"}


async def _list(graph: Graph, collection: str, attribute: str, value: str) -> list[Json]:
    found: list[Json] = (await graph.call("GET", f"/{collection}{equals(attribute, value)}"))["value"]
    return [one for one in found if str(one[attribute]).lower() == value.lower()]


def _only(listed: list[Json], what: str, described: str) -> Json:
    if len(listed) == 1:
        return listed[0]
    count = "Found multiple" if listed else "No"
    raise OperatorError(f'{what.capitalize()} not found: {count} {what}s found matching filter: "{described}"')


def _exactly_one(args: Properties, token: str) -> list[Failure]:
    unknown = [name for name in args if name not in _KEYS]
    if unknown:
        return [Failure(name, does_not_know("azuread", f"'{name}' of {token}")) for name in unknown]
    given = [name for name in _KEYS if args.get(name)]
    if len(given) == 1:
        return []
    return [Failure(name, f"exactly one of {', '.join(_KEYS)} must be specified") for name in given or _KEYS[:1]]
