"""What a stand-in does not know: refused, because ignoring it would prove what is not so."""

from __future__ import annotations

from crosstenant.provider_kit.fields import Fields
from crosstenant.provider_kit.resource import Failure, Properties

# The engine's own, in every provider's configuration.
_OF_THE_ENGINE = frozenset({"version", "pluginDownloadURL", "pluginChecksums", "parameterization"})


def does_not_know(plugin: str, what: str) -> str:
    """The refusal.

    :param plugin: The plugin that the stand-in stands for, ``azuread``.
    :param what: The unknown, ``'tag' of azuread:index/application:Application``.
    """
    return f"the sandbox's stand-in for {plugin} does not know {what}: omit it, or install the real plugin"


def unknown_arguments(plugin: str, config: Properties, known: Fields) -> list[Failure]:
    """A refusal of each argument of a provider that is not in the stand-in's table.

    :param plugin: The plugin that the stand-in stands for.
    :param config: The provider's arguments, from the engine.
    :param known: The table.
    """
    names = [name for name in config if name not in known and name not in _OF_THE_ENGINE and not name.startswith("__")]
    return [Failure(name, does_not_know(plugin, f"the argument '{name}' of its provider")) for name in names]
