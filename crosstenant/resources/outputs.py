"""The outputs of the package's custom resources, typed."""

from __future__ import annotations

from enum import Enum
from typing import Any, TypeVar, cast

import pulumi

from crosstenant._version import VERSION
from crosstenant.plugin_download import plugin_download_url

E = TypeVar("E", bound=Enum)


def output_of(resource: pulumi.CustomResource, name: str) -> pulumi.Output[Any]:
    """The resource's output that the plugin calls ``name`` (camelCase).

    The properties that return it are plain ones: ``pulumi.getter`` would have the SDK look for the value under the
    Python name, while the arguments that announce it carry the plugin's.
    """
    return cast("pulumi.Output[Any]", vars(resource)[name])


def choice_of(resource: pulumi.CustomResource, name: str, choices: type[E]) -> pulumi.Output[E]:
    """The same for an output that is one of a few texts, as the member of their enumeration."""
    return output_of(resource, name).apply(choices)


def versioned(opts: pulumi.ResourceOptions | None) -> pulumi.ResourceOptions:
    """The options, with this package's version as that of the plugin, and where the engine downloads the plugin."""
    plugin = pulumi.ResourceOptions(version=VERSION, plugin_download_url=plugin_download_url())
    return pulumi.ResourceOptions.merge(plugin, opts)
