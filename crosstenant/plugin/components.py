"""Hosts the package's components for programs in other languages."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

import pulumi
from pulumi.errors import InputPropertyError
from pulumi.provider.experimental.component import ComponentProvider
from pulumi.provider.server import ComponentInitError, ProviderServicer

from crosstenant import CrossTenantPull, PullIdentity, RegistryAccess
from crosstenant._version import VERSION
from crosstenant.errors import ArgumentError


@lru_cache(maxsize=1)
def component_provider() -> ComponentProvider:
    """Pulumi's provider of components; it reads the schema from the components' annotations and docstrings."""
    return ComponentProvider([CrossTenantPull, PullIdentity, RegistryAccess], "crosstenant", None, VERSION)


def component_schema() -> dict[str, Any]:
    """The package schema with the components alone."""
    schema = component_provider().schema
    return json.loads(schema or "{}")


@lru_cache(maxsize=1)
def component_servicer(engine: str, args: tuple[str, ...]) -> ProviderServicer:
    """What answers the engine's ``Construct``.

    :param engine: Address of the engine's gRPC server.
    :param args: The plugin's command-line arguments.
    """
    return _ComponentServicer(component_provider(), list(args), engine)


class _ComponentServicer(ProviderServicer):
    """Pulumi's servicer, without the stack trace for an argument that a component refuses."""

    async def _construct(self, request: Any, context: Any) -> Any:
        try:
            return await super()._construct(request, context)  # pyright: ignore[reportUnknownMemberType]
        except ComponentInitError as error:
            if isinstance(error.inner, ArgumentError):
                path = _schema_path(error.inner.property_path)
                raise InputPropertyError(path, error.inner.reason) from None
            if isinstance(error.inner, pulumi.RunError):
                raise error.inner from None
            raise


def _schema_path(path: str) -> str:
    head, *rest = path.split("_")
    return head + "".join(part[:1].upper() + part[1:] for part in rest)
