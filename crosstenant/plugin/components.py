"""Hosts the package's components for programs in other languages."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from enum import Enum
from functools import lru_cache
from typing import Any, cast

import pulumi
from pulumi.errors import InputPropertyError
from pulumi.provider.experimental.analyzer import ComponentDefinition, PropertyDefinition, TypeDefinition
from pulumi.provider.experimental.component import ComponentProvider
from pulumi.provider.server import ComponentInitError, ProviderServicer

from crosstenant import CrossTenantPull, FederatedPull, PullIdentity, RegistryAccess
from crosstenant._version import VERSION
from crosstenant.azure.refusals.masking import hide
from crosstenant.components.argument_error import ArgumentError
from crosstenant.components.arguments.one_component import hosted_in
from crosstenant.errors import OperatorError
from crosstenant.provider_kit.errors_to_grpc import abort


@lru_cache(maxsize=1)
def component_provider() -> ComponentProvider:
    """Pulumi's provider of components; it reads the schema from the components' annotations and docstrings."""
    return _Components([CrossTenantPull, FederatedPull, PullIdentity, RegistryAccess], "crosstenant", None, VERSION)


@lru_cache(maxsize=1)
def component_servicer(engine: str, args: tuple[str, ...]) -> ProviderServicer:
    """The servicer for the engine's ``Construct``.

    :param engine: Address of the engine's gRPC server.
    :param args: The plugin's command-line arguments.
    """
    return _ComponentServicer(component_provider(), list(args), engine)


class _Components(ComponentProvider):
    """Pulumi's provider of components, with what it lacks for inputs and outputs.

    In: an output in place of an object, and a text that its enumeration does not have, are left to the component to
    refuse, which knows the path and the words. Pulumi's own takes such an output for an object without any fields.

    Out: objects in lists get the schema's names too, and may be of any class.
    """

    def map_input_properties(
        self, inputs: Any, properties: Any, mapping: dict[str, str], component_name: str, property_path: str
    ) -> Any:
        given = cast("dict[str, Any]", inputs) if isinstance(inputs, dict) else {}
        ours = {
            name: _member(self.get_type_definition(declared), given[name])
            for name, declared in properties.items()
            if declared.ref and given.get(name) is not None and self._is_ours(declared, given[name])
        }
        mapped = super().map_input_properties(
            {name: value for name, value in given.items() if name not in ours},
            {name: declared for name, declared in properties.items() if name not in ours},
            mapping,
            component_name,
            property_path,
        )
        return {**mapped} | {mapping[name]: value for name, value in ours.items()}

    def get_state(self, instance: pulumi.ComponentResource, component_def: ComponentDefinition) -> dict[str, Any]:
        outputs = {
            name: (declared, getattr(instance, component_def.outputs_mapping[name], None))
            for name, declared in component_def.outputs.items()
        }
        return {name: self._outgoing(value, it) for name, (it, value) in outputs.items() if value is not None}

    def _is_ours(self, declared: PropertyDefinition, value: Any) -> bool:
        kind = self.get_type_definition(declared)
        return isinstance(value, pulumi.Output) or bool(kind and kind.enum)

    def _outgoing(self, value: Any, declared: PropertyDefinition) -> Any:
        if isinstance(value, pulumi.Output):
            return cast("pulumi.Output[Any]", value).apply(lambda known: self._outgoing(known, declared))
        if isinstance(value, Enum):
            return value.value
        kind = self.get_type_definition(declared) if declared.ref else None
        if value is not None and kind is not None and kind.properties:
            fields = {name: (it, _field(value, kind.properties_mapping[name])) for name, it in kind.properties.items()}
            return {name: self._outgoing(field, it) for name, (it, field) in fields.items() if field is not None}
        if declared.items is not None and isinstance(value, (list, tuple)):
            items = declared.items
            return [self._outgoing(item, items) for item in cast("list[Any]", value)]
        return value


def _member(kind: TypeDefinition | None, value: Any) -> Any:
    """A text as the member of the enumeration that it is declared to be of, if it is one."""
    if kind is not None and kind.enum and isinstance(value, str):
        with suppress(ValueError):
            return kind.python_type(value)
    return cast("Any", value)


def _field(value: Any, name: str) -> Any:
    if isinstance(value, Mapping) and name in value:
        return cast("Mapping[str, Any]", value)[name]
    return getattr(cast("Any", value), name, None)


class _ComponentServicer(ProviderServicer):
    """Pulumi's servicer, without a stack trace for the refusals of a component."""

    async def Construct(self, request: Any, context: Any) -> Any:
        try:
            with hosted_in(request.monitorEndpoint):
                return await self._construct(request, context)  # pyright: ignore[reportUnknownMemberType]
        except Exception as error:
            await abort(_plain(error), context, hide)


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
