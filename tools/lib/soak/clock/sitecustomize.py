"""Lets the Python processes of a command see another date: the machine's, and what SOAK_AHEAD adds to it, in seconds.

On PYTHONPATH, so that Python loads it before anything else: in the program, in the plugin, in stand-ins of plugins. A
rotation is due by the date that the program sees. `time.time` stays: files have the machine's times.
"""

from __future__ import annotations

import datetime
import os

_AHEAD = datetime.timedelta(seconds=float(os.environ.get("SOAK_AHEAD", "0")))
_machines = datetime.datetime


class _Kind(type):
    """Times that are made in C are of the machine's type, and count as times too."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, _machines)

    def __subclasscheck__(cls, subclass: type) -> bool:
        return issubclass(subclass, _machines)


class _Ahead(_machines, metaclass=_Kind):
    """`datetime.datetime` with another present."""

    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> datetime.datetime:
        return _machines.now(tz) + _AHEAD

    @classmethod
    def utcnow(cls) -> datetime.datetime:
        return _machines.now(datetime.timezone.utc).replace(tzinfo=None) + _AHEAD

    @classmethod
    def today(cls) -> datetime.datetime:
        return _machines.now() + _AHEAD


datetime.datetime = _Ahead  # pyright: ignore[reportAttributeAccessIssue]
