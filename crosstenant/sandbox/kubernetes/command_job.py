"""What a run-command is asked to do: from Resource Manager, which checks it, to the cluster that runs it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class CommandUser:
    """As whom the command asks the cluster's API server; an administrator where all is empty."""

    name: str = ""
    """The user whom it impersonates: the object ID of a service principal."""
    groups: tuple[str, ...] = ()
    token: str = field(default="", repr=False)
    """A token that it shows instead, as it came: of another service, for example."""


@dataclass(frozen=True)
class CommandJob:
    """One run-command."""

    command_id: str
    host: str
    """Host name of the cluster's API server."""
    command: str
    context: bytes = field(repr=False)
    """A zip file, unpacked where the command runs; empty without files."""
    user: CommandUser


class CommandNotStarted(Exception):
    """The pod of a command did not run; the message is the API server's, and empty where it did not start in time."""


class CommandsMissing(OSError):
    """The sandbox cannot run a command here; the message says what is missing."""
