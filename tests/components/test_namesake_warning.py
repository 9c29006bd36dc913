"""Which applications of the display name a person hears of, before the stack's is made and after."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any, cast

import pulumi
import pytest

from crosstenant.components.pieces import namesake_warning
from crosstenant.components.pieces.namesake_warning import warn_of_namesakes
from crosstenant.components.tenant import TenantProviders
from crosstenant.resources.internal_functions import Namesake

COMPONENT = cast("pulumi.Resource", SimpleNamespace())
PROVIDERS = cast("TenantProviders", SimpleNamespace(tenant_id="the tenant", crosstenant=None, azuread=None))
OLD, OWN, SECOND = (Namesake(f"client-{it}", it, "2026-01-01T00:00:00Z") for it in ("old", "own", "second"))
ASKED = SimpleNamespace(new_inputs={"displayName": "pull"})
MADE = SimpleNamespace(new_outputs={"displayName": "pull", "objectId": "own", "clientId": "client-own"})


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ([], [OWN], []),
        ([OLD], [OWN, OLD], ["client-old"]),
        ([], [OWN, SECOND], ["client-second"]),
        ([OLD], [OWN, SECOND, OLD], ["client-old", "client-second"]),
    ],
)
async def test_each_other_application_is_named_once_with_the_command_that_removes_it(monkeypatch, before, after, told):
    answers = [before, after]
    warned: list[str] = []

    async def namesakes(display_name: str, opts: object) -> list[Namesake]:
        assert display_name == "pull"
        return answers.pop(0)

    async def command(*_: object) -> str:
        return "the command"

    monkeypatch.setattr(namesake_warning, "namesakes", namesakes)
    monkeypatch.setattr(namesake_warning, "import_command", command)
    for name in ("before_create", "after_create"):
        monkeypatch.setattr(namesake_warning, name, lambda name, work: [work])
    monkeypatch.setattr(pulumi.log, "warn", lambda message, resource: warned.append(message))
    warnings = warn_of_namesakes("pull-application", COMPONENT, PROVIDERS)
    for (hook,), told_of in ((warnings.before_create, ASKED), (warnings.after_create, MADE)):
        await cast("Callable[[Any], Awaitable[None]]", hook)(told_of)
    assert [it.split("'az ad app delete --id ")[1].split("'")[0] for it in warned] == told
