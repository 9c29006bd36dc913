"""Parts of a Pulumi package schema that both stand-ins need: programs in YAML ask for it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Literal

Kind = Literal["string", "boolean", "array", "object"]

TYPES: dict[Kind, type] = {"string": str, "boolean": bool, "array": list, "object": dict}
"""The plain type of each kind."""


def type_spec(kind: Kind) -> dict[str, Any]:
    """A property: the lists and objects of the stand-ins hold anything."""
    anything = {"$ref": "pulumi.json#/Any"}
    if kind == "array":
        return {"type": "array", "items": anything}
    return {"type": "object", "additionalProperties": anything} if kind == "object" else {"type": kind}


def package_schema(
    name: str,
    version: str,
    config: Mapping[str, Kind],
    secret_config: Iterable[str],
    resources: Mapping[str, Any],
    functions: Mapping[str, Any],
) -> str:
    """A package schema as JSON.

    :param config: The provider's arguments that are not secret; ``secret_config`` those that are.
    :param resources: Entries by type token; ``functions`` by function token.
    """
    arguments = {argument: type_spec(kind) for argument, kind in config.items()}
    secrets = {argument: {"type": "string", "secret": True} for argument in sorted(secret_config)}
    provider = {"inputProperties": {**arguments, **secrets}}
    # A token of a bridged package has the name once more in its module: azuread:index/application:Application.
    meta = {"moduleFormat": "(.*)(?:/[^/]*)"}
    described = {"name": name, "version": version, "meta": meta, "provider": provider}
    return json.dumps({**described, "resources": dict(resources), "functions": dict(functions)})
