"""Hooks: when an operation is repeated, when advice is logged, and an engine that has no hooks."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import cast

import pulumi
import pytest
from pulumi.resource_hooks import ErrorHookArgs, ResourceHookArgs

from crosstenant.components.pieces import hooks
from crosstenant.components.pieces.hooks import Failure, after_create, before_create, on_error
from crosstenant.model.matched_texts.identity_texts import CREDENTIALS_AT_ONCE
from crosstenant.model.matched_texts.matched_text import MatchedText
from crosstenant.model.matched_texts.provider_texts import OWN_ASSIGNMENT_EXISTS, PRINCIPAL_REPLICATING

COMPONENT = cast("pulumi.Resource", SimpleNamespace())
Callback = Callable[[ErrorHookArgs], Awaitable[bool]]


class Run:
    """A run without an engine: the hooks that it makes, what they log, and how long they wait."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.logged: list[str] = []
        self.slept: list[float] = []
        self.names: list[str] = []

        def hook(name: str, callback: object, *options: object) -> object:
            self.names.append(name)
            return callback

        async def sleep(seconds: float) -> None:
            self.slept.append(seconds)

        monkeypatch.setattr(hooks, "monitor_supports_feature", lambda feature: True)
        monkeypatch.setattr(hooks, "ErrorHook", hook)
        monkeypatch.setattr(hooks, "ResourceHook", hook)
        monkeypatch.setattr(pulumi.log, "error", lambda message, resource: self.logged.append(message))
        # In that module alone: a sandbox of another test sleeps in its own thread.
        monkeypatch.setattr(hooks, "asyncio", SimpleNamespace(sleep=sleep, ensure_future=asyncio.ensure_future))

    async def fails(self, *errors: str, replicating: MatchedText | None = None) -> bool:
        """Whether an operation is repeated after it failed with these errors, newest first."""
        (hook,) = cast("list[Callback]", on_error("images", COMPONENT, advise, replicating=replicating))
        return await hook(ErrorHookArgs("urn", "", "images", "type", {"scope": "S"}, errors=list(errors)))


async def advise(failure: Failure) -> str | None:
    return f"remove the lock on {failure.inputs['scope']}" if "Locked" in failure.error else None


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    return Run(monkeypatch)


async def test_advice_is_logged_once_the_operation_has_failed(run: Run):
    assert await run.fails("ScopeLocked") is False
    assert run.logged == ["remove the lock on S"]


async def test_what_exists_once_only_cannot_be_asked_for_again(run: Run):
    (hook,) = cast("list[Callback]", on_error("images", COMPONENT, advise))
    for operation in ("create", "update"):
        error = f"Locked: {OWN_ASSIGNMENT_EXISTS.samples[0]}"
        await hook(
            ErrorHookArgs("urn:p$t::n", "", "n", "t", {"scope": "S"}, failed_operation=operation, errors=[error])
        )
    assert run.logged == [
        "remove the lock on S. If --replace asked for another one: omit that option. If 'pulumi state taint' did:"
        " pulumi state untaint 'urn:p$t::n'",
        "remove the lock on S",
    ]


async def test_an_error_without_advice_is_left_as_it_is(run: Run):
    assert await run.fails("something else") is False
    assert run.logged == []


async def test_what_has_not_replicated_is_waited_for_within_bounds(run: Run):
    errors: list[str] = []
    while await run.fails(*(errors := ["PrincipalNotFound", *errors]), replicating=PRINCIPAL_REPLICATING):
        pass
    assert sum(run.slept) == 120
    (advice,) = run.logged
    assert "has not known the service principal for 2 min" in advice
    assert "run 'pulumi up' again in a few minutes, or let it wait longer (replication_timeout_seconds" in advice


async def test_a_write_that_another_one_keeps_off_is_repeated_and_told_in_its_own_words(run: Run):
    errors = ["ConcurrentFederatedIdentityCredentialsWritesForSingleManagedIdentity"] * 99
    (hook,) = cast(
        "list[Callback]",
        on_error("trust", COMPONENT, advise, replicating=CREDENTIALS_AT_ONCE, still="busy for {minutes:g} min"),
    )
    for count in (1, 99):
        await hook(ErrorHookArgs("urn", "", "trust", "type", {}, errors=errors[:count]))
    assert (len(run.slept), run.logged) == (1, ["busy for 2 min"])


async def test_nothing_is_waited_for_where_nothing_replicates(run: Run):
    assert await run.fails("PrincipalNotFound") is False
    assert run.slept == []


async def test_hooks_of_resources_that_share_a_name_have_names_of_their_own(run: Run):
    await run.fails("x")
    await run.fails("x")
    first, second = run.names
    assert first.startswith("images-error-")
    assert second.startswith("images-error-")
    assert first != second


async def test_an_engine_without_hooks_gets_none(run: Run, monkeypatch: pytest.MonkeyPatch):
    async def work(created: ResourceHookArgs) -> None:
        raise AssertionError

    monkeypatch.setattr(hooks, "monitor_supports_feature", lambda feature: False)
    assert on_error("images", COMPONENT, advise) == []
    assert before_create("images", work) == []
    assert after_create("images", work) == []


def test_an_engine_without_error_hooks_is_named_once_in_a_run(run: Run, monkeypatch: pytest.MonkeyPatch):
    class Monitor:
        pass

    monitors = [Monitor(), Monitor()]
    monkeypatch.setattr(pulumi.log, "warn", lambda message, resource: run.logged.append(message))
    monkeypatch.setattr(hooks, "get_monitor", lambda: monitors[0])
    on_error("images", COMPONENT, advise)
    assert run.logged == []
    monkeypatch.setattr(hooks, "monitor_supports_feature", lambda feature: False)
    on_error("images", COMPONENT, advise)
    on_error("others", COMPONENT, advise)
    assert run.logged == [hooks.OLD_ENGINE]
    monkeypatch.setattr(hooks, "get_monitor", lambda: monitors[1])
    on_error("images", COMPONENT, advise)
    assert run.logged == [hooks.OLD_ENGINE] * 2


@pytest.mark.parametrize("hooks_of", [before_create, after_create])
async def test_a_callback_has_the_settings_of_its_run(run: Run, hooks_of: Callable[..., object]):
    setting: contextvars.ContextVar[str] = contextvars.ContextVar("setting")
    setting.set("this run")

    async def work(created: ResourceHookArgs) -> None:
        run.logged.append(setting.get())

    (hook,) = cast("list[Callable[[object], Awaitable[None]]]", hooks_of("images", work))
    await contextvars.Context().run(hook, None)
    assert run.logged == ["this run"]
