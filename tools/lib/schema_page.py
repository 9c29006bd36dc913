"""docs/reference.md, made of the package schema: what programs in every language write and read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

_PREFIX = "#/types/"
_ORDER = ("CrossTenantPull", "FederatedPull", "PullIdentity", "RegistryAccess")
"""The components, most used first; the other resources follow in alphabetical order."""
_HEAD = """\
# Reference: all languages

Made by `make schema` from [schema.json](../schema.json), which the plugin serves; `make lint` compares it. It has every
component, resource, function and type, with all inputs and outputs, as YAML and TypeScript write them. Others write the
same names in their own case:

| language | resource | input | type | function |
| --- | --- | --- | --- | --- |
| YAML | `crosstenant:CrossTenantPull` | `clusterTenant` | a mapping | `fn::invoke`, `crosstenant:getCluster` |
| TypeScript | `new CrossTenantPull(...)` | `clusterTenant` | an object | `getCluster` |
| Go | `NewCrossTenantPull(...)` | `ClusterTenant` | `TenantArgs` | `LookupCluster` |
| C# | `new CrossTenantPull(...)` | `ClusterTenant` | `TenantArgs` | `GetCluster.Invoke` |
| Java | `new CrossTenantPull(...)` | `clusterTenant(...)` of the builder | `TenantArgs` | `getCluster` |
| [Python](reference-python.md) | `CrossTenantPull(...)` | `cluster_tenant` | `TenantArgs` | `get_cluster` |

A default in the column *default* is the schema's own; where a description names one, the component or the plugin sets
it. What is *secret* is encrypted in the state. Inputs marked *plain* take a value that the program knows, not an
output.
"""


def page(schema: dict[str, Any]) -> str:
    """The text of the page.

    :param schema: The package schema.
    """
    resources, types = schema.get("resources", {}), schema.get("types", {})
    functions, provider = schema.get("functions", {}), schema.get("provider", {})
    names = {_name(token): token for token in resources}
    components = sorted(
        (name for name in names if resources[names[name]].get("isComponent")),
        key=lambda name: (_ORDER.index(name) if name in _ORDER else len(_ORDER), name),
    )
    others = sorted(set(names) - set(components))
    enums = sorted(token for token in types if "enum" in types[token])
    objects = sorted(set(types) - set(enums))
    parts = [
        _HEAD,
        "## Components\n",
        *(_resource(name, resources[names[name]], types) for name in components),
        "## Resources\n",
        *(_resource(name, resources[names[name]], types) for name in others),
        "## Provider\n",
        _text(provider),
        _inputs(provider.get("inputProperties", {}), provider.get("requiredInputs", ()), types),
        "## Functions\n",
        *(_function(_name(token), functions[token], types) for token in sorted(functions)),
        "## Types\n",
        *(_object(_name(token), types[token], types) for token in objects),
        "## Enumerations\n",
        *(_enumeration(_name(token), types[token]) for token in enums),
    ]
    return "\n".join(parts)


def _resource(name: str, it: dict[str, Any], types: dict[str, Any]) -> str:
    parts = [f"### {name}\n", _text(it)]
    parts += ["**Inputs**\n", _inputs(it.get("inputProperties", {}), it.get("requiredInputs", ()), types)]
    parts += ["**Outputs**\n", _outputs(it.get("properties", {}), types)]
    return "\n".join(parts)


def _function(name: str, it: dict[str, Any], types: dict[str, Any]) -> str:
    inputs, outputs = it.get("inputs", {}), it.get("outputs", {})
    parts = [f"### {name}\n", _text(it)]
    parts += ["**Inputs**\n", _inputs(inputs.get("properties", {}), inputs.get("required", ()), types)]
    parts += ["**Outputs**\n", _outputs(outputs.get("properties", {}), types)]
    return "\n".join(parts)


def _object(name: str, it: dict[str, Any], types: dict[str, Any]) -> str:
    return "\n".join([f"### {name}\n", _text(it), _inputs(it["properties"], it.get("required", ()), types)])


def _enumeration(name: str, it: dict[str, Any]) -> str:
    rows = ((f"`{value['value']}`", _prose(value)) for value in it["enum"])
    return "\n".join([f"### {name}\n", _text(it), _table(("value", "meaning"), rows)])


def _inputs(properties: dict[str, Any], required: Iterable[str], types: dict[str, Any]) -> str:
    if not properties:
        return "None.\n"
    needed = set(required)
    # What must be given comes first.
    names = sorted(properties, key=lambda name: (name not in needed, name))
    return _table(
        ("name", "type", "required", "secret", "default", "description"),
        (
            (
                f"`{name}`",
                _type(properties[name], types) + (" (plain)" if _is_plain(properties[name]) else ""),
                "yes" if name in needed else "",
                "yes" if properties[name].get("secret") else "",
                _default(properties[name]),
                _prose(properties[name]),
            )
            for name in names
        ),
    )


def _outputs(properties: dict[str, Any], types: dict[str, Any]) -> str:
    if not properties:
        return "None.\n"
    return _table(
        ("name", "type", "secret", "description"),
        (
            (f"`{name}`", _type(it, types), "yes" if it.get("secret") else "", _prose(it))
            for name, it in sorted(properties.items())
        ),
    )


def _type(it: dict[str, Any], types: dict[str, Any]) -> str:
    if ref := it.get("$ref"):
        # Only types of this package have a place on the page; `pulumi.json#/Any` has a name alone.
        if not ref.startswith(_PREFIX):
            return ref.rpartition("/")[2].lower()
        name = _name(ref.removeprefix(_PREFIX))
        return f"[{name}](#{name.lower()})" if ref.removeprefix(_PREFIX) in types else name
    if it["type"] == "array":
        return f"list of {_type(it['items'], types)}"
    if it["type"] == "object":
        inner = it.get("additionalProperties")
        return f"map of {_type(inner, types)}" if inner else "object"
    return it["type"]


def _is_plain(it: dict[str, Any]) -> bool:
    return bool(it.get("plain"))


def _default(it: dict[str, Any]) -> str:
    if "default" in it:
        return f"`{str(it['default']).lower() if isinstance(it['default'], bool) else it['default']}`"
    variables = it.get("defaultInfo", {}).get("environment", ())
    return ", ".join(f"`{name}`" for name in variables)


def _text(it: dict[str, Any]) -> str:
    # A heading of a description stands below that of its section.
    return re.sub(r"^#+ ", "#### ", it.get("description", "").strip(), flags=re.MULTILINE) + "\n"


def _prose(it: dict[str, Any]) -> str:
    return " ".join(it.get("description", "").split()).replace("|", "\\|")


def _name(token: str) -> str:
    return token.rpartition(":")[2]


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    return "".join(f"{line}\n" for line in _lines(head, rows))


def _lines(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    for cells in (head, tuple("---" for _ in head), *rows):
        yield f"| {' | '.join(cells)} |"
