"""What a program's mistakes look like: one sentence, no stack trace."""

from __future__ import annotations

import pulumi


class ArgumentError(pulumi.RunError):
    """An argument of a component is wrong. Pulumi prints the text alone and ends the preview before anything is made.

    The text names the component, the property as the program spells it, what is wrong and what to write instead.
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
