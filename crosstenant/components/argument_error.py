"""The error for a program's wrong argument: one sentence, no stack trace."""

from __future__ import annotations

import pulumi


class ArgumentError(pulumi.RunError):
    """An argument of a component is wrong. Pulumi prints only the message and ends the preview before it creates
    anything.

    The message names the component, the property in the program's spelling, what is wrong and what to write.
    """

    def __init__(self, component: str, property_path: str, reason: str) -> None:
        """
        :param component: The component's type and name, ``CrossTenantPull 'prod'``.
        :param property_path: The argument, ``clusters[0].cluster_id``.
        :param reason: What is wrong and what to do.
        """
        super().__init__(f"{component}: {property_path}: {reason}")
        self.property_path = property_path
        self.reason = reason
