"""What the caller surely may not do is refused before it is made, in a preview."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from types import SimpleNamespace
from typing import Any, cast

import pulumi
import pytest
from pulumi.resource_hooks import ResourceHookArgs

from crosstenant.components.pieces import missing_rights
from crosstenant.components.pieces.missing_rights import ASSIGN, refuse_without_actions, refuse_without_directory
from crosstenant.components.tenant import TenantProviders
from tests.components.construction import CREDENTIAL, IDENTITY, PRINCIPAL, ROLE_ASSIGNMENT, build
from tests.components.programs import federated, pull, role

SCOPE = "/subscriptions/s/resourceGroups/rg"
COMPONENT = cast("pulumi.Resource", None)
PROVIDERS = cast("TenantProviders", SimpleNamespace(crosstenant=None))


class Preview:
    """A preview or an update without an engine, and what its hooks ask the plugin."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[object] = []
        self.missing: list[str] = []
        self.is_dry_run = True

        async def missing_actions(scope: str, actions: Sequence[str], opts: pulumi.InvokeOptions) -> list[str]:
            self.asked.append((scope, list(actions)))
            return self.missing

        async def may_write_none(collection: str, opts: pulumi.InvokeOptions) -> bool:
            self.asked.append(collection)
            return bool(self.missing)

        monkeypatch.setattr(missing_rights, "missing_actions", missing_actions)
        monkeypatch.setattr(missing_rights, "may_write_none", may_write_none)
        monkeypatch.setattr(missing_rights, "before_create", lambda name, work: [work])
        monkeypatch.setattr(pulumi.runtime, "is_dry_run", lambda: self.is_dry_run)

    async def makes_role(self, inputs: dict[str, Any]) -> None:
        """A role assignment is about to be made."""
        (hook,) = refuse_without_actions(
            "images",
            lambda it: cast("str | None", it.get("scope")),
            [ASSIGN],
            lambda scope: f"assign on {scope}",
            COMPONENT,
            PROVIDERS,
        )
        await _call(hook, inputs)

    async def makes_application(self) -> None:
        """An application is about to be made."""
        (hook,) = refuse_without_directory("pull", "applications", "give it OwnedBy", COMPONENT, PROVIDERS)
        await _call(hook, {})


async def _call(hook: object, inputs: dict[str, Any]) -> None:
    call = cast("Callable[[ResourceHookArgs], Awaitable[None]]", hook)
    await call(cast("ResourceHookArgs", SimpleNamespace(new_inputs=inputs)))


@pytest.fixture
def preview(monkeypatch: pytest.MonkeyPatch) -> Preview:
    return Preview(monkeypatch)


async def test_the_refusal_names_the_scope_and_the_action(preview: Preview):
    preview.missing = [ASSIGN]
    with pytest.raises(pulumi.RunError) as refused:
        await preview.makes_role({"scope": SCOPE})
    assert str(refused.value) == f"assign on {SCOPE} (missing: Microsoft.Authorization/roleAssignments/write)"
    with pytest.raises(pulumi.RunError, match="give it OwnedBy"):
        await preview.makes_application()


async def test_a_caller_that_may_is_not_refused(preview: Preview):
    await preview.makes_role({"scope": SCOPE})
    await preview.makes_application()
    assert preview.asked == [(SCOPE, [ASSIGN]), "applications"]


async def test_an_update_leaves_the_answer_to_azure(preview: Preview):
    preview.is_dry_run, preview.missing = False, [ASSIGN]
    await preview.makes_role({"scope": SCOPE})
    await preview.makes_application()
    assert preview.asked == []


async def test_a_scope_that_the_preview_does_not_know_is_not_asked_for(preview: Preview):
    preview.missing = [ASSIGN]
    await preview.makes_role({})
    assert preview.asked == []


def test_what_needs_a_right_is_checked_before_it_is_made():
    chain = build(lambda: pull(cluster_role_assignments=[role()]))
    made = [it for it in chain.custom if it.type in (ROLE_ASSIGNMENT, PRINCIPAL)]
    assert len([it for it in made if it.type == ROLE_ASSIGNMENT]) == 2
    for it in made:
        # The service principal in the application's own tenant needs what the application needs.
        assert bool(it.request.hooks.before_create) is not it.name.endswith("cluster-service-principal"), it.name
    without_secret = build(federated)
    for kind in (IDENTITY, CREDENTIAL, ROLE_ASSIGNMENT):
        assert without_secret.one(kind).request.hooks.before_create, kind
