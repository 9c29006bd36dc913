"""The outputs of the package's custom resources, typed."""

from __future__ import annotations

from typing import Any, cast

import pulumi


def output_of(resource: pulumi.CustomResource, name: str) -> pulumi.Output[Any]:
    """The resource's output that Python calls ``name``, for a property decorated with ``pulumi.getter``."""
    return cast("pulumi.Output[Any]", pulumi.get(resource, name))  # pyright: ignore[reportUnknownMemberType]
