"""A provider's settings, each from its own argument or else from the environment, as the real providers read them.

Field by field: an explicit provider without a ``clientId`` takes ``ARM_CLIENT_ID`` even when its tenant is another.
https://www.pulumi.com/registry/packages/azuread/installation-configuration/ and the same page of azure-native.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from crosstenant.provider_kit.resource import Properties


@dataclass(frozen=True)
class Settings:
    """The arguments of a provider, with its fallbacks."""

    config: Properties
    """The provider's arguments by schema name. The engine keeps them as strings, booleans too."""
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)

    def text(self, name: str, *variables: str) -> str:
        """The argument ``name``, or the first of ``variables`` that is set; empty when there is none."""
        value = self.config.get(name)
        if value not in (None, ""):
            return value if isinstance(value, str) else str(value).lower()
        return next((self.environ[variable] for variable in variables if self.environ.get(variable)), "")

    def flag(self, name: str, variable: str, default: bool = False) -> bool:
        """The boolean argument ``name``, or the variable."""
        value = self.text(name, variable).lower()
        return value in ("1", "true", "t") if value else default
