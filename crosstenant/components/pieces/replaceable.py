"""Options of the children that ordinary life replaces: a rotation, another permission mode of a registry.

What a component's ``protect`` guards must be neither replaced nor deleted: the application and its service principals.
What its ``retain_on_delete`` keeps would be left behind at every replacement: a secret that is still valid, a role.
"""

from __future__ import annotations

import pulumi


def replaceable(options: pulumi.ResourceOptions) -> pulumi.ResourceOptions:
    """The options of a child that is replaced in ordinary life.

    Without these two the engine gives it the component's.

    :param options: The other options.
    """
    own = pulumi.ResourceOptions(protect=False, retain_on_delete=False)
    return pulumi.ResourceOptions.merge(options, own)
