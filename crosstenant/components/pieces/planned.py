"""What the same program plans, so that no preview refuses what its update changes first.

A question to Azure in a preview is answered as things are now. Where the program itself declares the resource, the
update changes it before the answer counts.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TypeVar, cast

import pulumi

T = TypeVar("T")


@dataclass(frozen=True)
class Planned:
    """A resource that the program declares."""

    value: str | None
    """The property that was asked for; ``None`` where this process does not know it: the preview does not know it yet,
    or a component of another process has the resource."""


async def planned(source: pulumi.Input[str], name: str) -> Planned | None:
    """What the program declares about the resource that a value comes from; ``None`` if it comes from none of its own.

    :param source: The value: an argument as the program gave it.
    :param name: The property, as Python spells it.
    """
    found = await pulumi.Output.from_input(source).resources()
    own = [it for it in found if not await _is_another_stacks(it)]
    if not own:
        return None
    for resource in own:
        output: object = getattr(resource, name, None)
        if isinstance(output, pulumi.Output):
            value: object = await cast("pulumi.Output[object]", output).future()
            return Planned(value if isinstance(value, str) else None)
    return Planned(None)


async def _is_another_stacks(resource: pulumi.Resource) -> bool:
    """Whether a value comes from a stack reference, which this program does not change.

    In a component of the plugin the class is not known, and the type stands in the URN.
    """
    if isinstance(resource, pulumi.StackReference):
        return True
    urn = await resource.urn.future()
    return str(urn).split("::")[2:3] == ["pulumi:pulumi:StackReference"]


def unknown_text() -> pulumi.Output[str]:
    """An output that this preview does not know."""
    loop = asyncio.get_running_loop()

    def settled(result: T) -> asyncio.Future[T]:
        future: asyncio.Future[T] = loop.create_future()
        future.set_result(result)
        return future

    nothing: set[pulumi.Resource] = set()
    return pulumi.Output(settled(nothing), settled(""), settled(False))
