"""The outputs of the package's custom resources, typed."""

from __future__ import annotations

from typing import Any, cast

import pulumi


def output_of(resource: pulumi.CustomResource, name: str) -> pulumi.Output[Any]:
    """The resource's output that the plugin calls ``name`` (camelCase).

    The properties that return it are plain ones: ``pulumi.getter`` would have the SDK look for the value under the
    Python name, while the arguments that announce it carry the plugin's.
    """
    return cast("pulumi.Output[Any]", vars(resource)[name])
