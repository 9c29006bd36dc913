"""The components' part of the package schema: what Pulumi's analyzer reads of the classes, fit for every language.

The analyzer takes names and docstrings as Python has them, and cannot know what is secret.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from pulumi.provider.experimental.component import ComponentProvider

from crosstenant.model.credentials.arguments import SECRET_NAMES, camel

Schema = dict[str, Any]

SECRETS: Final = frozenset(
    {
        "CrossTenantPull.properties.imagePullSecret",
        "CrossTenantPull.properties.servicePrincipalProfile",
        "FederatedCluster.properties.kubeconfig",
        "PullIdentity.properties.secret",
        "RegistryAccess.inputProperties.secret",
        "RegistryAccess.properties.imagePullSecret",
        "ServicePrincipalCredential.properties.secret",
        *(f"Tenant.properties.{camel(name)}" for name in SECRET_NAMES),
    }
)
"""Which properties of components and of their types are Pulumi secrets."""

REQUIRED_INPUTS: Final = {
    "CrossTenantPull": ("clusterTenant", "registryTenant"),
    "FederatedPull": ("clusterTenant", "registryTenant"),
    "PullIdentity": ("tenant",),
    "RegistryAccess": ("tenant",),
}
"""Inputs that only a Python program may omit: it can give ready-made providers in their place."""


def component_schema(provider: ComponentProvider) -> Schema:
    """The package schema with the components alone.

    :param provider: Pulumi's provider of the components.
    """
    schema: Schema = json.loads(_RENAMED_TYPE.sub(_without_args, provider.schema or "{}"))
    # Else the Go SDK lacks the argument types of some objects in lists, and does not compile (pkg/v3 3.274, codegen/go:
    # whether it makes one depends on the order of a component's inputs).
    schema["language"]["go"]["generateExtraInputTypes"] = True
    for token, kind in (*schema["types"].items(), *schema["resources"].items()):
        name = token.rsplit(":", 1)[-1]
        for path, declared in _properties(name, kind):
            _describe_once(declared)
            if path in SECRETS:
                declared["secret"] = True
        if name in REQUIRED_INPUTS:
            kind["requiredInputs"] = sorted({*kind["requiredInputs"], *REQUIRED_INPUTS[name]})
    return schema


def python_names(provider: ComponentProvider) -> dict[str, str]:
    """The schema's names of the components' properties, by their Python names.

    :param provider: Pulumi's provider of the components.
    """
    components = provider._component_defs.values()  # pyright: ignore[reportPrivateUsage]
    types = provider._type_defs.values()  # pyright: ignore[reportPrivateUsage]
    mappings = [
        *(mapping for it in components for mapping in (it.inputs_mapping, it.outputs_mapping)),
        *(it.properties_mapping for it in types),
    ]
    return {python: schema for mapping in mappings for schema, python in mapping.items()}


_RENAMED_TYPE: Final = re.compile(r"(?<=crosstenant:index:)\w+Args\b")


def _without_args(match: re.Match[str]) -> str:
    # SDKs of other languages append it.
    return match[0].removesuffix("Args")


def _properties(name: str, kind: Schema) -> Iterator[tuple[str, Schema]]:
    for side in ("properties", "inputProperties"):
        declared: dict[str, Schema] = kind.get(side) or {}
        yield from ((f"{name}.{side}.{property_name}", spec) for property_name, spec in declared.items())


def _describe_once(declared: Schema) -> None:
    for inner in ("items", "additionalProperties"):
        # The analyzer repeats the property's description there, where it is not shown.
        nested = declared.get(inner, {})
        nested.pop("description", None)
        nested.get("items", {}).pop("description", None)
