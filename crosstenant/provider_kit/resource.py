"""The interfaces of a custom resource and a function of the plugin.

Everything here is plain Python (``values``); gRPC and Pulumi's request classes stay in ``dispatch`` and ``serving``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, ClassVar, Generic, TypeVar

from crosstenant.provider_kit.values import Plain

C = TypeVar("C")

Properties = dict[str, Plain]
"""A resource's inputs or outputs under their schema names (camelCase)."""


@dataclass(frozen=True)
class Failure:
    """One reason why inputs are refused, shown at preview beside the property's name."""

    property: str
    """The input's schema name, ``clusterId``."""
    reason: str
    """What is wrong and what to write instead."""
    hides_value: bool = False
    """Whether nothing may print the input's value: it is a secret, or may be one in the wrong place."""


class Change(Enum):
    """The change that a differing property needs."""

    UPDATE = "update"
    REPLACE = "replace"


@dataclass(frozen=True)
class Difference:
    """One differing property, as the preview shows it."""

    change: Change
    is_input: bool = True
    """Whether old and new are both inputs; ``False`` where an output in the state differs from the program."""
    added: bool = False
    """Whether there was no value before."""
    removed: bool = False
    """Whether the value was removed."""


@dataclass(frozen=True)
class Diff:
    """The differences between the state and the program."""

    differences: dict[str, Difference] = field(default_factory=lambda: {})
    """By schema name of the property; nothing in it means no change."""
    delete_before_replace: bool = False
    """Whether a replacement deletes the old object before it creates the new one."""


@dataclass(frozen=True)
class Observed:
    """The result of ``read``: inputs and outputs, because a read without inputs would delete them from the state."""

    resource_id: str
    inputs: Properties
    outputs: Properties


class CustomResource(ABC, Generic[C]):
    """A resource type of a plugin. One instance serves one provider; methods may run at the same time.

    ``C`` is its context, from the plugin that serves it.

    Every method raises ``OperatorError`` for a condition that it knows. A cancelled engine cancels the running task.
    """

    token: ClassVar[str]
    """The type token, ``crosstenant:index:ServicePrincipalProfile``."""
    schema: ClassVar[dict[str, Any]]
    """The type's entry in the package schema: description, inputProperties, requiredInputs, properties, required."""
    secret_properties: ClassVar[frozenset[str]]
    """Schema names of the inputs and outputs that are Pulumi secrets."""

    def __init__(self, context: C) -> None:
        self.context = context

    @abstractmethod
    async def check(self, urn: str, olds: Properties, news: Properties) -> tuple[Properties, list[Failure]]:
        """Validates and completes the inputs; values may be ``UNKNOWN`` during a preview."""

    @abstractmethod
    async def diff(
        self, urn: str, resource_id: str, old_inputs: Properties, olds: Properties, news: Properties
    ) -> Diff:
        """Compares the state (``old_inputs`` and outputs ``olds``) with the inputs ``news``."""

    @abstractmethod
    async def preview_create(self, urn: str, inputs: Properties) -> Properties:
        """The outputs of a create as far as a preview can know them (``UNKNOWN`` for the rest); changes nothing."""

    @abstractmethod
    async def create(self, urn: str, inputs: Properties, timeout: float) -> tuple[str, Properties]:
        """Creates; returns the resource ID and the outputs. ``timeout`` is in seconds, 0 for the type's default."""

    @abstractmethod
    async def read(self, urn: str, resource_id: str, inputs: Properties, olds: Properties) -> Observed | None:
        """Observes the real object; ``None`` if it does not exist. ``inputs`` and ``olds`` are empty during an
        import."""

    @abstractmethod
    async def preview_update(self, urn: str, resource_id: str, olds: Properties, news: Properties) -> Properties:
        """The outputs of an update as far as a preview can know them; changes nothing."""

    @abstractmethod
    async def update(
        self, urn: str, resource_id: str, olds: Properties, news: Properties, timeout: float
    ) -> Properties:
        """Updates in place; returns the new outputs."""

    @abstractmethod
    async def delete(self, urn: str, resource_id: str, olds: Properties, timeout: float) -> None:
        """Deletes; an object that is gone already is not an error."""


class Function(ABC, Generic[C]):
    """A function of a plugin (an invoke)."""

    token: ClassVar[str]
    """The function token, ``crosstenant:index:getRegistry``."""
    schema: ClassVar[dict[str, Any]]
    """The function's entry in the package schema: description, inputs, outputs."""

    def __init__(self, context: C) -> None:
        self.context = context

    @abstractmethod
    async def call(self, args: Properties) -> tuple[Properties, list[Failure]]:
        """Answers with the return value, or with the failures of its arguments."""
