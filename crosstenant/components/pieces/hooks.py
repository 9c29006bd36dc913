"""Hooks on the resources of other providers: advice for their errors, and pauses.

What hooks need is known here alone: a name that is unique in the run, the settings of the run for a callback, and an
engine that has hooks; with an older one a resource does without, and the run has a warning.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any, Final, TypeVar
from weakref import WeakSet

import pulumi
from pulumi.resource_hooks import ErrorHook, ErrorHookArgs, ResourceHook, ResourceHookArgs, ResourceHookOptions
from pulumi.runtime.proto import resource_pb2
from pulumi.runtime.settings import get_monitor, monitor_supports_feature

from crosstenant.model.matched_texts.matched_text import MatchedText
from crosstenant.model.matched_texts.provider_texts import OWN_ASSIGNMENT_EXISTS, SERVICE_PRINCIPAL_EXISTS
from crosstenant.model.outside_text import in_one_line
from crosstenant.model.pauses import PRINCIPAL, PRINCIPAL_SECONDS, pause_within

T = TypeVar("T")

_numbers = count(1)
_EXISTS: Final = (OWN_ASSIGNMENT_EXISTS, SERVICE_PRINCIPAL_EXISTS)
_told_of_old_engine: WeakSet[object] = WeakSet()

OLD_ENGINE: Final = (
    "the Pulumi CLI is older than 3.217.1 and has no error hooks: upgrade it. Until then an update does not wait for a "
    "new service principal to replicate, and an error of the azuread or azure-native provider has no advice"
)
"""The warning for an engine without error hooks, which the Python SDK does not report by itself."""

NOT_REPLICATED: Final = (
    "Azure Resource Manager has not known the service principal for {minutes:g} min: if it was made a short time ago,"
    " run 'pulumi up' again in a few minutes, or let it wait longer (replication_timeout_seconds of the component). If"
    " it is older, check that it is a service principal of this tenant"
)
"""The advice where a role assignment's principal is still unknown after all pauses."""


@dataclass(frozen=True)
class Failure:
    """An operation on a resource that its provider refused."""

    error: str
    """What the provider said."""

    operation: str
    """``create``, ``update`` or ``delete``."""

    inputs: Mapping[str, object]
    """The resource's new inputs; those that it had, where it is deleted."""


Advise = Callable[[Failure], Coroutine[Any, Any, str | None]]
"""What to do about a failure, for a person; nothing where the provider says it itself."""


def on_error(
    resource_name: str,
    component: pulumi.Resource,
    advise: Advise,
    *,
    replicating: MatchedText | None = None,
    replication_seconds: float | None = None,
    still: str = NOT_REPLICATED,
) -> list[ErrorHook]:
    """Hooks that log the advice on a resource's failure; none for an engine without error hooks.

    :param resource_name: The resource's name.
    :param component: The component that the advice is shown for.
    :param advise: Gives the advice.
    :param replicating: The text of an error that passes, as while a principal has not replicated: the operation is
        repeated then.
    :param replication_seconds: For how long; by default for ``PRINCIPAL_SECONDS``.
    :param still: The advice where the error is there after all pauses, with a place for the ``minutes``.
    """
    if not monitor_supports_feature(resource_pb2.RESOURCE_MONITOR_FEATURE_ERROR_HOOKS):
        _tell_of_old_engine(component)
        return []

    async def wait_or_advise(failed: ErrorHookArgs) -> bool:
        attempts = len(failed.errors)
        if replicating and replicating.is_in(failed.errors[0]):
            seconds = PRINCIPAL_SECONDS if replication_seconds is None else replication_seconds
            pause = pause_within(PRINCIPAL, attempts, seconds)
            if pause is not None:
                await asyncio.sleep(pause)
                return True
            pulumi.log.error(still.format(minutes=round(seconds / 60, 1)), component)
            return False
        failure = Failure(failed.errors[0], failed.failed_operation, failed.new_inputs or failed.old_inputs or {})
        advice = await advise(failure)
        if advice:
            # It may quote the error, in which a server chooses names.
            pulumi.log.error(in_one_line(advice + _if_asked_for(failure, failed.urn)), component)
        return False

    return [ErrorHook(_name(resource_name, "error"), _in_this_run(wait_or_advise))]


def before_create(
    resource_name: str, work: Callable[[ResourceHookArgs], Coroutine[Any, Any, None]]
) -> list[ResourceHook]:
    """Hooks that do ``work`` before a resource is made, in a preview too; none for an engine without hooks.

    :param resource_name: The resource's name.
    :param work: What to do; an error that it raises refuses the resource.
    """
    return _hooks(_name(resource_name, "check"), work, ResourceHookOptions(on_dry_run=True))


def after_create(
    resource_name: str, work: Callable[[ResourceHookArgs], Coroutine[Any, Any, None]]
) -> list[ResourceHook]:
    """Hooks that do ``work`` after a resource is made; none for an engine without hooks.

    :param resource_name: The resource's name.
    :param work: What to do; an error that it raises is a warning of the engine.
    """
    return _hooks(_name(resource_name, "made"), work)


def _hooks(
    name: str, work: Callable[[ResourceHookArgs], Coroutine[Any, Any, None]], options: ResourceHookOptions | None = None
) -> list[ResourceHook]:
    if not monitor_supports_feature(resource_pb2.RESOURCE_MONITOR_FEATURE_RESOURCE_HOOKS):
        return []
    return [ResourceHook(name, _in_this_run(work), options)]


def _if_asked_for(failure: Failure, urn: str) -> str:
    """What to do where the user asked for a second one of what can exist once only: the engine does not tell a hook."""
    if failure.operation != "create" or not any(it.is_in(failure.error) for it in _EXISTS):
        return ""
    return (
        ". If --replace asked for another one: omit that option. If 'pulumi state taint' did: pulumi state untaint"
        f" '{urn}'"
    )


def _tell_of_old_engine(component: pulumi.Resource) -> None:
    """Warns once in a run: what is missing would otherwise show as raw errors of other providers."""
    monitor = get_monitor()
    if monitor is not None and monitor not in _told_of_old_engine:
        _told_of_old_engine.add(monitor)
        pulumi.log.warn(OLD_ENGINE, component)


def _name(resource_name: str, purpose: str) -> str:
    # Names are unique in a run, and resources of two parents may share one.
    return f"{resource_name}-{purpose}-{next(_numbers)}"


def _in_this_run(work: Callable[..., Coroutine[Any, Any, T]]) -> Callable[..., Awaitable[T]]:
    # A callback arrives in a context of its own, and Pulumi keeps the run's connections in the context.
    context = contextvars.copy_context()
    return lambda *arguments: context.copy().run(asyncio.ensure_future, work(*arguments))
