"""The resources of a stack's state, and what one says of another."""

from __future__ import annotations

import json
from typing import Any, Final, cast

Json = dict[str, Any]

APPLICATION: Final = "azuread:index/application:Application"
PASSWORD: Final = "azuread:index/applicationPassword:ApplicationPassword"  # noqa: S105 (a type)
PROVIDER: Final = "pulumi:providers:crosstenant"

# What an export writes in the place of a secret: https://www.pulumi.com/docs/iac/concepts/secrets/
_SIGNATURE: Final = "4dabf18193072939515e22adb298388d"


def shown(value: object) -> str | None:
    """The text of a decrypted secret; nothing for one that is encrypted."""
    if isinstance(value, dict) and _SIGNATURE in value:
        plaintext = cast("Json", value).get("plaintext")
        return str(json.loads(plaintext)) if plaintext else None
    return value if isinstance(value, str) else None


def state_of(export: Json) -> StackState:
    """The resources of an exported stack.

    :param export: From ``pulumi stack export``.
    """
    deployment = cast("Json", export.get("deployment") or {})
    return StackState(cast("list[Json]", deployment.get("resources") or []))


class StackState:
    """The resources of a stack, with what one says of another."""

    def __init__(self, resources: list[Json]) -> None:
        """:param resources: As a stack's export lists them."""
        self._every = resources
        # A replaced resource may wait in the state for its deletion.
        self._resources = [one for one in resources if not one.get("delete") and one.get("inputs") is not None]
        self._by_urn = {str(one["urn"]): one for one in self._resources}

    def of_types(self, *types: str) -> list[Json]:
        """The resources of some types that were made.

        :param types: ``azuread:index/application:Application``, ...
        """
        return [one for one in self._resources if one["type"] in types and one.get("outputs")]

    def components(self, kind: str) -> list[Json]:
        """The components of a type; they have outputs, and need not have inputs.

        :param kind: ``crosstenant:index:FederatedPull``.
        """
        return [one for one in self._every if one["type"] == kind and not one.get("delete")]

    def children(self, parent: Json) -> list[Json]:
        """The resources that were made below a component.

        :param parent: The component.
        """
        return [one for one in self._resources if one.get("parent") == parent["urn"] and one.get("outputs")]

    def provider(self, resource: Json) -> Json:
        """The provider that a resource belongs to.

        :param resource: A resource with a provider.
        """
        return self._by_urn[str(resource["provider"]).rpartition("::")[0]]

    def tenant(self, resource: Json) -> Json:
        """The arguments of the provider that a resource belongs to."""
        provider = self.provider(resource)
        return {**provider["inputs"], "tenantId": str(provider["inputs"]["tenantId"]).lower()}

    def key_ids(self) -> tuple[str, ...]:
        """Key IDs of all the secrets of applications, those included that wait for their deletion."""
        passwords = [cast("Json", one.get("outputs") or {}) for one in self._every if one["type"] == PASSWORD]
        return tuple(str(it["keyId"]) for it in passwords if it.get("keyId"))

    def tenants(self) -> list[str]:
        """The tenants of this package's providers, in the order of the state."""
        own = [one["inputs"] for one in self._resources if one["type"] == PROVIDER]
        return list(dict.fromkeys(str(it["tenantId"]).lower() for it in own if it.get("tenantId")))

    def client_id(self, resource: Json) -> str:
        """Client ID, in lower case, of the application that a resource was given.

        From the application itself where the stack makes it: a refresh writes what a cluster was found to act as to
        the profile's own.
        """
        dependencies = cast("dict[str, list[str]]", resource.get("propertyDependencies") or {})
        for urn in dependencies.get("clientId") or []:
            application = self._by_urn.get(urn)
            if application and application["type"] == APPLICATION:
                return str(application["outputs"]["clientId"]).lower()
        return str(resource["inputs"]["clientId"]).lower()
