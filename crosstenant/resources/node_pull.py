"""The pull of one node, as an output.

Its annotations are not postponed: Pulumi reads them where it is an output of a component.
"""

from typing import TYPE_CHECKING


class NodePull(dict[str, str]):
    """What one node, or one node pool, answered. Its keys are attributes too."""

    node_pool: str
    """Name of the node pool."""
    node: str
    """Name of the node; empty where no node took the pod."""
    result: str
    """What the node answered: a value of ``NodePullResult``."""
    detail: str
    """Why there was no pull; empty after a pull."""

    if not TYPE_CHECKING:  # Type checkers go by the attributes above.

        def __getattr__(self, name: str) -> str:
            if name not in self:
                raise AttributeError(f"{type(self).__name__} has no attribute '{name}'")
            return self[name]
