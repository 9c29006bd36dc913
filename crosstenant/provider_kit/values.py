"""Pulumi property values to plain Python and back.

Resources use plain Python: ``None``, ``bool``, ``int``, ``float``, ``str``, ``list``, ``dict``, and
``UNKNOWN`` for an output that a preview cannot know yet. Secrets are marked once, when a resource answers
the engine (``to_properties``), so that no secret depends on the path of a value.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, cast

from pulumi.provider.experimental.property_value import Computed, PropertyValue
from pulumi.runtime.rpc import UNKNOWN as _UNKNOWN_ON_THE_WIRE


class Unknown:
    """The type of ``UNKNOWN``, an output that is not known during a preview."""

    def __repr__(self) -> str:
        return "<unknown until the update runs>"

    def __bool__(self) -> bool:
        return False


UNKNOWN: Final = Unknown()

Plain = Any
"""``None``, ``bool``, ``int``, ``float``, ``str``, ``list[Plain]``, ``dict[str, Plain]`` or ``UNKNOWN``."""


def to_plain(value: PropertyValue) -> Plain:
    """One property value as plain Python; secrets lose their mark, whole numbers become ``int``."""
    inner = value.value
    # The SDK's property values neither read the engine's mark for an unknown nor write it: it arrives as a text.
    if isinstance(inner, Computed) or inner == _UNKNOWN_ON_THE_WIRE:
        return UNKNOWN
    if inner is None or isinstance(inner, (bool, str)):
        return inner
    if isinstance(inner, float):
        return int(inner) if inner.is_integer() else inner
    if isinstance(inner, Mapping):
        return {key: to_plain(item) for key, item in inner.items()}
    if isinstance(inner, Sequence):
        return [to_plain(item) for item in inner]
    raise TypeError(f"a property of type {type(inner).__name__} has no plain form")


def from_properties(properties: Mapping[str, PropertyValue] | None) -> dict[str, Plain]:
    """A property map as a plain dictionary, without the engine's own ``__`` keys."""
    return {key: to_plain(value) for key, value in (properties or {}).items() if not key.startswith("__")}


def to_value(plain: Plain) -> PropertyValue:
    """Plain Python as a property value that is not secret."""
    if plain is UNKNOWN:
        return PropertyValue(_UNKNOWN_ON_THE_WIRE)
    if plain is None or isinstance(plain, (bool, str)):
        return PropertyValue(plain)
    if isinstance(plain, (int, float)):
        return PropertyValue(float(plain))
    if isinstance(plain, Mapping):
        items = cast("Mapping[str, Plain]", plain)
        return PropertyValue({key: to_value(item) for key, item in items.items()})
    if isinstance(plain, Sequence):
        return PropertyValue([to_value(item) for item in cast("Sequence[Plain]", plain)])
    raise TypeError(f"{type(plain).__name__} cannot be a property value")


def to_properties(plain: Mapping[str, Plain], secret: Collection[str] = ()) -> dict[str, PropertyValue]:
    """A plain dictionary as a property map, the keys named in ``secret`` marked as Pulumi secrets."""
    return {
        key: to_value(value).with_secret(key in secret and value is not None)
        for key, value in plain.items()
        if value is not None
    }
