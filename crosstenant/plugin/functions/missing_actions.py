"""``missingActions``: which actions of Resource Manager the caller surely may not use on a scope.

The azure-native provider hears of a missing permission at the update; a preview asks for it here.
"""

from __future__ import annotations

from typing import ClassVar

from crosstenant.plugin.context import Context
from crosstenant.provider_kit.declared import DeclaredFunction
from crosstenant.provider_kit.fields import Field, Fields
from crosstenant.provider_kit.resource import Properties


class MissingActions(DeclaredFunction[Context]):
    """Reads the caller's own permissions; where they cannot be read, nothing is missing."""

    token: ClassVar[str] = "crosstenant:index:missingActions"  # noqa: S105
    inputs: ClassVar[Fields] = {
        "scope": Field("string", "ARM ID of a resource or resource group.", required=True),
        "actions": Field("array", "The actions.", items="string", required=True),
    }
    outputs: ClassVar[Fields] = {
        "missing": Field("array", "Those that no role of the caller permits there.", items="string", required=True)
    }

    async def answer(self, inputs: Properties) -> Properties:
        """Answers with the missing ones."""
        return {"missing": await self.context.caller_rights.missing(inputs["scope"], inputs["actions"])}
