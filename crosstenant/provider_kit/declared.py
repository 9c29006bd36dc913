"""Resource types and functions that follow from a table of fields."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace
from typing import Any, ClassVar, TypeVar

from crosstenant.provider_kit import fields
from crosstenant.provider_kit.field_schema import function_schema, resource_schema
from crosstenant.provider_kit.fields import Fields
from crosstenant.provider_kit.resource import CustomResource, Diff, Failure, Function, Properties
from crosstenant.provider_kit.values import UNKNOWN

C = TypeVar("C")


class DeclaredResource(CustomResource[C]):
    """A resource type whose schema, check, diff and secrets follow from its fields."""

    description: ClassVar[str] = ""
    """The description for programs in every language, in Markdown."""
    inputs: ClassVar[Fields]
    outputs: ClassVar[Fields]
    """The outputs that are not inputs."""

    def __init_subclass__(cls, **arguments: Any) -> None:
        super().__init_subclass__(**arguments)
        if "inputs" in vars(cls):
            cls.schema = resource_schema(_package(cls.token), cls.description, cls.inputs, cls.outputs)
            cls.secret_properties = fields.secrets(cls.inputs, cls.outputs)

    async def check(self, urn: str, olds: Properties, news: Properties) -> tuple[Properties, list[Failure]]:
        """Refuses unknown, missing and malformed inputs, and sets the defaults; no request is sent."""
        inputs, failures = fields.check(self.inputs, olds, news)
        # What is wrong with one of them beside the others may be a secret in its place, too.
        return inputs, failures or [replace(it, hides_value=True) for it in self.check_together(inputs)]

    def check_together(self, inputs: Properties) -> list[Failure]:
        """The failures of inputs that are valid one by one and invalid together."""
        return []

    async def diff(
        self, urn: str, resource_id: str, old_inputs: Properties, olds: Properties, news: Properties
    ) -> Diff:
        """The inputs that differ."""
        return Diff(fields.differences(self.inputs, old_inputs, news))


class DeclaredFunction(Function[C]):
    """A function whose schema and check follow from its fields."""

    description: ClassVar[str] = ""
    inputs: ClassVar[Fields]
    outputs: ClassVar[Fields]

    def __init_subclass__(cls, **arguments: Any) -> None:
        super().__init_subclass__(**arguments)
        if "inputs" in vars(cls):
            cls.schema = function_schema(_package(cls.token), cls.description, cls.inputs, cls.outputs)

    async def call(self, args: Properties) -> tuple[Properties, list[Failure]]:
        """Answers, when the arguments are valid."""
        known = {name: value for name, value in args.items() if value is not UNKNOWN}
        inputs, failures = fields.check(self.inputs, {}, known)
        return ({}, failures) if failures else (await self.answer(inputs), [])

    @abstractmethod
    async def answer(self, inputs: Properties) -> Properties:
        """The return value for checked arguments; every condition that it knows is an ``OperatorError``."""


def _package(token: str) -> str:
    return token.split(":", 1)[0]
