"""``mayWriteNone``: whether the caller surely cannot create an application, or a service principal, in its directory.

The azuread provider hears of a missing permission at the update; a preview asks for it here.
"""

from __future__ import annotations

from typing import ClassVar

from crosstenant.azure.directory.directory_rights import may_write_none
from crosstenant.plugin.context import Context
from crosstenant.provider_kit.declared import DeclaredFunction
from crosstenant.provider_kit.fields import Field, Fields
from crosstenant.provider_kit.resource import Properties


class MayWriteNone(DeclaredFunction[Context]):
    """Reads the caller's token, and asks Microsoft Graph where the token has nothing that permits it."""

    token: ClassVar[str] = "crosstenant:index:mayWriteNone"  # noqa: S105
    inputs: ClassVar[Fields] = {
        "collection": Field("string", "What is to be created: `applications`, `servicePrincipals`.", required=True)
    }
    outputs: ClassVar[Fields] = {"surely": Field("boolean", "False where that is not certain.", required=True)}

    async def answer(self, inputs: Properties) -> Properties:
        """Whether it is certain; a sign-in that fails is told by the provider that needs it."""
        from azure.core.exceptions import AzureError

        try:
            return {"surely": await may_write_none(self.context.tenant, inputs["collection"])}
        except AzureError:
            return {"surely": False}
