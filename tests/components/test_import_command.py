"""The `pulumi import` command of an advice is one that a shell takes as it is."""

from __future__ import annotations

import asyncio
import shlex
from types import SimpleNamespace
from typing import Any, cast

from crosstenant.components.pieces.import_command import import_command


class Urn:
    def __init__(self, urn: str) -> None:
        self._urn = urn

    async def future(self) -> str:
        return self._urn


def resource(urn: str) -> Any:
    return SimpleNamespace(urn=Urn(urn))


def test_group_with_parentheses_and_name_with_a_space_are_one_word_each():
    scope = "/subscriptions/00000000-0000-4000-8000-000000000000/resourceGroups/rg(images)/providers/x"
    command = asyncio.run(
        import_command("a:b:C", "my images", scope, resource("urn:component"), cast(Any, resource("urn:provider")))
    )
    assert shlex.split(command) == [
        *("pulumi", "import", "a:b:C", "my images", scope, "--generate-code=false", "--protect=false"),
        *("--parent", "parent=urn:component", "--provider", "provider=urn:provider"),
    ]
