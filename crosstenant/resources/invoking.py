"""Calls of the plugin's functions, with one sentence for an error."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pulumi

from crosstenant._version import VERSION
from crosstenant.plugin_download import plugin_download_url

Refuse = Callable[[str], Exception]
"""Makes an error from its sentence."""

Answer = dict[str, Any]


def call_now(function: str, arguments: Mapping[str, str], opts: pulumi.InvokeOptions | None) -> Answer:
    """Calls a function and waits for its answer.

    :param function: Its name, ``getRegistry``.
    :param arguments: Its arguments by schema name.
    :param opts: Options with the provider of the tenant.
    :raises pulumi.RunError: It failed, or a preview does not know the provider's arguments yet.
    """
    try:
        answer = pulumi.runtime.invoke(_token(function), dict(arguments), _versioned(opts)).value
    except Exception as error:
        raise pulumi.RunError(_plain(str(error), function)) from None
    if not answer:
        raise pulumi.RunError(f"the provider of {function} is not known yet during this preview: call {function}Output")
    return answer


def call(
    function: str,
    arguments: Mapping[str, pulumi.Input[str] | pulumi.Input[bool]],
    opts: pulumi.InvokeOptions | None,
    refuse: Refuse = pulumi.RunError,
) -> pulumi.Output[Answer]:
    """Calls a function once its arguments are known.

    :param function: Its name, ``getRegistry``.
    :param arguments: Its arguments by schema name.
    :param opts: Options with the provider of the tenant.
    :param refuse: Makes the error that ends the run from the sentence that says why.
    """
    awaited = opts.depends_on if isinstance(opts, pulumi.InvokeOutputOptions) else None
    known = pulumi.Output.all(pulumi.Output.from_input(awaited), pulumi.Output.all(**arguments))
    return known.apply(lambda it: call_async(function, it[1], opts, refuse))


async def call_async(
    function: str,
    arguments: Mapping[str, str | bool | Sequence[str]],
    opts: pulumi.InvokeOptions | None,
    refuse: Refuse = pulumi.RunError,
) -> Answer:
    """The same for arguments that are known."""
    try:
        return await pulumi.runtime.invoke_async(_token(function), dict(arguments), _versioned(opts))
    except Exception as error:
        # Pulumi's SDK raises a bare Exception, which would reach the terminal as a stack trace.
        text = _plain(str(error), function)
        raise refuse(text) from None


def _token(function: str) -> str:
    return f"crosstenant:index:{function}"


def _versioned(opts: pulumi.InvokeOptions | None) -> pulumi.InvokeOptions:
    given = opts or pulumi.InvokeOptions()
    return pulumi.InvokeOptions(
        parent=given.parent,
        provider=given.provider,
        version=given.version or VERSION,
        plugin_download_url=given.plugin_download_url or plugin_download_url(),
    )


def _plain(message: str, function: str) -> str:
    token = _token(function)
    for noise in (f"invoke of {token} failed: ", f"invocation of {token} returned an error: "):
        message = message.replace(noise, "")
    return message
