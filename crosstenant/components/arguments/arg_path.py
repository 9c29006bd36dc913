"""The path of a value in a component's arguments, for messages in the program's spelling."""

from __future__ import annotations

from dataclasses import dataclass

from crosstenant.components.argument_error import ArgumentError


@dataclass(frozen=True)
class ArgPath:
    """An argument of a component; ``at / "registries" / 0 / "registry_id"`` is one inside it."""

    component: str
    """The component's type and name, ``CrossTenantPull 'prod'``."""

    path: str = ""
    """The argument, ``registries[0].registry_id``; empty for the arguments as a whole."""

    def __truediv__(self, part: str | int) -> ArgPath:
        if isinstance(part, int):
            return ArgPath(self.component, f"{self.path}[{part}]")
        return ArgPath(self.component, f"{self.path}.{part}" if self.path else part)

    def error(self, reason: str) -> ArgumentError:
        """The error about this argument.

        :param reason: What is wrong with the argument, and what to write instead.
        """
        return ArgumentError(self.component, self.path or "args", reason)
