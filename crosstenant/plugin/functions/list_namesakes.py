"""``listNamesakes``: the applications of a tenant that have a display name already.

An interrupted update may have made the application that the stack is about to make, and Entra makes a second one of the
same name without a word.
"""

from __future__ import annotations

from typing import ClassVar

from crosstenant.azure.directory.graph import Graph
from crosstenant.plugin.context import Context
from crosstenant.provider_kit.declared import DeclaredFunction
from crosstenant.provider_kit.fields import Field, Fields
from crosstenant.provider_kit.resource import Properties

_SHOWN = 3


class ListNamesakes(DeclaredFunction[Context]):
    """Looks for them; a caller that may not read the directory finds none."""

    token: ClassVar[str] = "crosstenant:index:listNamesakes"  # noqa: S105
    inputs: ClassVar[Fields] = {"displayName": Field("string", "The display name.", required=True)}
    outputs: ClassVar[Fields] = {
        "applications": Field(
            "array", "The newest ones, each with clientId, objectId and createdAt.", required=True, items="object"
        )
    }

    async def answer(self, inputs: Properties) -> Properties:
        """Answers with the newest ones."""
        from azure.core.exceptions import AzureError

        graph = Graph(self.context.tenant)
        try:
            found = await graph.applications_named(inputs["displayName"])
        except AzureError:
            # It is for a warning: the creation tells what the caller lacks.
            found = []
        finally:
            await graph.aclose()
        return {
            "applications": [
                {"clientId": it.client_id, "objectId": it.object_id, "createdAt": it.created_at}
                for it in found[:_SHOWN]
            ]
        }
