"""Hands each request of the engine to its resource or function, by type token.

Only this module translates between Pulumi's request classes and the plain interface of ``resource``.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Coroutine, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pulumi.provider.experimental import provider as pulumi_provider
from pulumi.provider.experimental.property_value import PropertyValue
from pulumi.provider.experimental.provider import Provider

from crosstenant.errors import OperatorError
from crosstenant.provider_kit.interception import current_request
from crosstenant.provider_kit.resource import Change, CustomResource, Diff, Difference, Failure, Function, Properties
from crosstenant.provider_kit.values import UNKNOWN, from_properties, to_properties

T = TypeVar("T")


@dataclass
class Served:
    """What a configured provider serves."""

    resources: Mapping[str, CustomResource[Any]] = field(default_factory=lambda: {})
    """By type token."""
    functions: Mapping[str, Function[Any]] = field(default_factory=lambda: {})
    """By function token."""
    unless: str = ""
    """What the operator must do for further resources and functions, if that is known."""

    @classmethod
    def of(cls, resources: Iterable[CustomResource[Any]], functions: Iterable[Function[Any]]) -> Served:
        """Indexes resources and functions by their tokens."""
        return cls({item.token: item for item in resources}, {item.token: item for item in functions})


class Package(ABC):
    """A provider package: its schema, its configuration, and what it serves once configured."""

    secret_config: frozenset[str] = frozenset()
    """Names of the configuration properties that are secret."""

    @abstractmethod
    def schema(self) -> str:
        """The Pulumi package schema as JSON."""

    @abstractmethod
    async def check_config(self, config: Properties) -> tuple[Properties, list[Failure]]:
        """Validates the arguments of an explicit provider; values may be ``UNKNOWN`` during a preview."""

    @abstractmethod
    async def configure(self, config: Properties) -> Served:
        """Makes what the provider serves from its checked arguments."""


class DispatchProvider(Provider):
    """The provider that the engine talks to."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._served = Served()
        self._running: set[asyncio.Task[Any]] = set()

    async def get_schema(self, request: pulumi_provider.GetSchemaRequest) -> pulumi_provider.GetSchemaResponse:
        """Answers with the package schema."""
        return pulumi_provider.GetSchemaResponse(self._package.schema())

    async def check_config(self, request: pulumi_provider.CheckRequest) -> pulumi_provider.CheckResponse:
        """Validates the provider's own arguments."""
        inputs, failures = await self._package.check_config(from_properties(request.new_inputs))
        secret = self._package.secret_config | _secrets_in(request.new_inputs)
        refused = _failures(_unprinted(failures, request.new_inputs), request.new_inputs)
        return pulumi_provider.CheckResponse(to_properties(inputs, secret), refused)

    async def configure(self, request: pulumi_provider.ConfigureRequest) -> pulumi_provider.ConfigureResponse:
        """Configures the provider; the engine calls it once, with known values only."""
        config = {key: value for key, value in from_properties(request.args).items() if value is not UNKNOWN}
        self._served = await self._package.configure(config)
        return pulumi_provider.ConfigureResponse(
            accept_secrets=True, supports_preview=True, accept_resources=False, accept_outputs=True
        )

    async def invoke(self, request: pulumi_provider.InvokeRequest) -> pulumi_provider.InvokeResponse:
        """Calls a function."""
        function = self._served.functions.get(request.tok)
        if function is None:
            raise OperatorError(self._served.unless or f"this plugin has no function '{request.tok}'")
        value, failures = await function.call(from_properties(request.args))
        return pulumi_provider.InvokeResponse(to_properties(value), _failures(failures, request.args))

    async def check(self, request: pulumi_provider.CheckRequest) -> pulumi_provider.CheckResponse:
        """Validates a resource's inputs."""
        resource = self._resource(request.type)
        olds, news = from_properties(request.old_inputs), from_properties(request.new_inputs)
        inputs, failures = await resource.check(request.urn, olds, news)
        secret = resource.secret_properties | _secrets_in(request.new_inputs)
        refused = _failures(_unprinted(failures, request.new_inputs), request.new_inputs)
        return pulumi_provider.CheckResponse(to_properties(inputs, secret), refused)

    async def diff(self, request: pulumi_provider.DiffRequest) -> pulumi_provider.DiffResponse:
        """Compares a resource's state with its inputs."""
        resource = self._resource(request.type)
        diff = await resource.diff(
            request.urn,
            request.resource_id,
            _old_inputs(),
            from_properties(request.old_state),
            from_properties(request.new_inputs),
        )
        return _diff_response(diff)

    async def create(self, request: pulumi_provider.CreateRequest) -> pulumi_provider.CreateResponse:
        """Creates a resource, or answers a preview with its future outputs."""
        resource = self._resource(request.type)
        inputs = from_properties(request.properties)
        secret = resource.secret_properties | _secrets_in(request.properties)
        if request.preview:
            outputs = await resource.preview_create(request.urn, inputs)
            return pulumi_provider.CreateResponse("", to_properties(outputs, secret))
        resource_id, outputs = await self._run(resource.create(request.urn, inputs, request.timeout))
        return pulumi_provider.CreateResponse(resource_id, to_properties(outputs, secret))

    async def read(self, request: pulumi_provider.ReadRequest) -> pulumi_provider.ReadResponse:
        """Observes a resource; an empty answer tells the engine that it does not exist."""
        resource = self._resource(request.type)
        inputs, olds = from_properties(request.inputs), from_properties(request.properties)
        observed = await self._run(resource.read(request.urn, request.resource_id, inputs, olds))
        if observed is None:
            return pulumi_provider.ReadResponse("")
        secret = resource.secret_properties | _secrets_in(request.inputs)
        return pulumi_provider.ReadResponse(
            observed.resource_id, to_properties(observed.outputs, secret), to_properties(observed.inputs, secret)
        )

    async def update(self, request: pulumi_provider.UpdateRequest) -> pulumi_provider.UpdateResponse:
        """Updates a resource in place, or answers a preview with its future outputs."""
        resource = self._resource(request.type)
        olds, news = from_properties(request.olds), from_properties(request.news)
        if request.preview:
            outputs = await resource.preview_update(request.urn, request.resource_id, olds, news)
        else:
            work = resource.update(request.urn, request.resource_id, olds, news, request.timeout)
            outputs = await self._run(work)
        secret = resource.secret_properties | _secrets_in(request.news)
        return pulumi_provider.UpdateResponse(to_properties(outputs, secret))

    async def delete(self, request: pulumi_provider.DeleteRequest) -> None:
        """Deletes a resource."""
        resource = self._resource(request.type)
        olds = from_properties(request.properties)
        await self._run(resource.delete(request.urn, request.resource_id, olds, request.timeout))

    async def cancel(self) -> None:
        """Cancels the running operations; each reports its progress."""
        for task in self._running:
            task.cancel()

    def _resource(self, urn_type: str) -> CustomResource[Any]:
        token = urn_type.rsplit("$", 1)[-1]  # A child's URN has its parents' types before its own.
        resource = self._served.resources.get(token)
        if resource is None:
            raise OperatorError(self._served.unless or f"this plugin has no resource type '{token}'")
        return resource

    async def _run(self, work: Coroutine[Any, Any, T]) -> T:
        task = asyncio.ensure_future(work)
        self._running.add(task)
        try:
            return await task
        except asyncio.CancelledError:
            raise OperatorError("cancelled") from None
        finally:
            self._running.discard(task)


def _old_inputs() -> Properties:
    # Pulumi's DiffRequest leaves out the old inputs that the engine sends.
    return from_properties(PropertyValue.unmarshal_map(current_request.get().old_inputs))


def _secrets_in(properties: Mapping[str, PropertyValue] | None) -> set[str]:
    return {key for key, value in (properties or {}).items() if value.contains_secret()}


def _unprinted(failures: list[Failure], given: Mapping[str, PropertyValue] | None) -> list[Failure]:
    # The engine prints the value of the property that a failure names, in clear unless the program marked it as secret
    # (pulumi/pulumi, pkg/resource/deploy/step_generator.go, issueCheckFailures): the reason names the property instead.
    def in_clear(failure: Failure) -> bool:
        value = (given or {}).get(failure.property)
        return failure.hides_value and value is not None and not value.contains_secret()

    return [Failure("", f"{it.property} {it.reason}") if in_clear(it) else it for it in failures]


def _failures(
    failures: list[Failure], given: Mapping[str, PropertyValue] | None
) -> list[pulumi_provider.CheckFailure] | None:
    # A reason may repeat the input, which may be a secret in the place of an ID.
    secrets = {str(value.value) for value in (given or {}).values() if value.contains_secret() and value.value}

    def plain(reason: str) -> str:
        for secret in secrets:
            reason = reason.replace(secret, "[secret]")
        return reason

    return [pulumi_provider.CheckFailure(failure.property, plain(failure.reason)) for failure in failures] or None


def _diff_response(diff: Diff) -> pulumi_provider.DiffResponse:
    return pulumi_provider.DiffResponse(
        changes=bool(diff.differences),
        replaces=[name for name, item in diff.differences.items() if item.change is Change.REPLACE],
        diffs=list(diff.differences),
        delete_before_replace=diff.delete_before_replace,
        detailed_diff={
            name: pulumi_provider.PropertyDiff(_kind(item), item.is_input) for name, item in diff.differences.items()
        },
    )


def _kind(item: Difference) -> pulumi_provider.PropertyDiffKind:
    verb = "ADD" if item.added else "DELETE" if item.removed else "UPDATE"
    return pulumi_provider.PropertyDiffKind[f"{verb}_REPLACE" if item.change is Change.REPLACE else verb]
