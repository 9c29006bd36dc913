"""Hosts the package's components for programs in other languages."""

from __future__ import annotations

import inspect
import json
import re
from functools import lru_cache
from typing import Any, Final, cast

import pulumi
from pulumi.errors import InputPropertyError
from pulumi.provider.experimental.component import ComponentProvider
from pulumi.provider.server import ComponentInitError, ProviderServicer

from crosstenant import CrossTenantPull, PullIdentity, RegistryAccess
from crosstenant._version import VERSION
from crosstenant.components.argument_error import ArgumentError
from crosstenant.errors import OperatorError
from crosstenant.provider_kit.errors_to_grpc import abort


@lru_cache(maxsize=1)
def component_provider() -> ComponentProvider:
    """Pulumi's provider of components; it reads the schema from the components' annotations and docstrings."""
    return _Components([CrossTenantPull, PullIdentity, RegistryAccess], "crosstenant", None, VERSION)


def component_schema() -> dict[str, Any]:
    """The package schema with the components alone."""
    schema: dict[str, Any] = json.loads(component_provider().schema or "{}")
    for kind in (*schema["types"].values(), *schema["resources"].values()):
        kind["description"] = inspect.cleandoc(kind["description"])
        for name in ("properties", "inputProperties"):
            for declared in kind.get(name, {}).values():
                _complete(declared)
    return schema


def _complete(declared: dict[str, Any]) -> None:
    """Adds to a property what Pulumi's analyzer does not read from a class: that it is secret, as its text says."""
    declared["description"] = inspect.cleandoc(declared["description"])
    if _SECRET.search(declared["description"]):
        declared["secret"] = True


_SECRET: Final = re.compile(r"(^|\.\s)Secret[.;]")


@lru_cache(maxsize=1)
def component_servicer(engine: str, args: tuple[str, ...]) -> ProviderServicer:
    """What answers the engine's ``Construct``.

    :param engine: Address of the engine's gRPC server.
    :param args: The plugin's command-line arguments.
    """
    return _ComponentServicer(component_provider(), list(args), engine)


class _Components(ComponentProvider):
    """Pulumi's provider of components, which leaves it to them to refuse an output in place of a plain object.

    Pulumi's own takes such an output for an object without any fields, and says that the first one is missing.
    """

    def map_input_properties(
        self, inputs: Any, properties: Any, mapping: dict[str, str], component_name: str, property_path: str
    ) -> Any:
        given = cast("dict[str, Any]", inputs) if isinstance(inputs, dict) else {}
        outputs = {
            name: given[name]
            for name, declared in properties.items()
            if declared.ref and isinstance(given.get(name), pulumi.Output)
        }
        mapped = super().map_input_properties(
            {name: value for name, value in given.items() if name not in outputs},
            {name: declared for name, declared in properties.items() if name not in outputs},
            mapping,
            component_name,
            property_path,
        )
        return {**mapped} | {mapping[name]: value for name, value in outputs.items()}


class _ComponentServicer(ProviderServicer):
    """Pulumi's servicer, without the stack trace for what a component refuses."""

    async def Construct(self, request: Any, context: Any) -> Any:
        try:
            return await self._construct(request, context)  # pyright: ignore[reportUnknownMemberType]
        except Exception as error:
            await abort(_plain(error), context)


def _plain(error: Exception) -> Exception:
    found = error.inner if isinstance(error, ComponentInitError) else error
    # No property error of Pulumi's: for that the engine prints the property's value, and with it what was not marked
    # as secret; where the value is an output that is not known yet, it even fails itself (3.274).
    if isinstance(found, ArgumentError):
        return OperatorError(f"{_schema_path(found.property_path)}: {found.reason}")
    if isinstance(found, InputPropertyError):
        return OperatorError(found.reason)
    if isinstance(found, pulumi.RunError):
        return OperatorError(str(found))
    return found


def _schema_path(path: str) -> str:
    head, *rest = path.split("_")
    return head + "".join(part[:1].upper() + part[1:] for part in rest)
