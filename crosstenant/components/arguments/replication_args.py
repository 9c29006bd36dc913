"""How long a component waits for what it has just made."""

from __future__ import annotations

from crosstenant.components.arguments.arg_path import ArgPath

_LONGEST = 3600


def read_replication(at: ArgPath, seconds: int | None) -> int | None:
    """The seconds for which an update waits until Azure knows what the stack has made; none for the defaults.

    :param at: The argument.
    :param seconds: Its value, if the program gives it.
    :raises ArgumentError: It is out of range.
    """
    if seconds is not None and not 1 <= seconds <= _LONGEST:
        raise at.error(f"must be a number of seconds from 1 to {_LONGEST}")
    return seconds
