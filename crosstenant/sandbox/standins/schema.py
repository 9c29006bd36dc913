"""The package schema of a stand-in: programs in YAML ask for it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from crosstenant.provider_kit.field_schema import property_schema
from crosstenant.provider_kit.fields import Fields


def package_schema(
    name: str, version: str, config: Fields, resources: Mapping[str, Any], functions: Mapping[str, Any]
) -> str:
    """A package schema as JSON.

    :param config: The provider's arguments.
    :param resources: Entries by type token.
    :param functions: Entries by function token.
    """
    provider = {"inputProperties": {argument: property_schema(name, field) for argument, field in config.items()}}
    # A token of a bridged package has the name once more in its module: azuread:index/application:Application.
    meta = {"moduleFormat": "(.*)(?:/[^/]*)"}
    described = {"name": name, "version": version, "meta": meta, "provider": provider}
    return json.dumps({**described, "resources": dict(resources), "functions": dict(functions)})
