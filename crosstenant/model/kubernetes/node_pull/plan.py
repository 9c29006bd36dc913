"""What the nodes of a cluster are asked: which image, in which namespace, which nodes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from crosstenant.model.argument_text import quoted_name
from crosstenant.model.modes import NodePullCoverage

DEFAULT_NAMESPACE: Final = "default"
DEFAULT_SECONDS: Final = 180
LONGEST_SECONDS: Final = 480
"""AKS does not document how long a command may run; this leaves time for its clean-up within ten minutes."""

# https://github.com/distribution/reference/blob/main/reference.go, with a host that names a registry.
_IMAGE: Final = re.compile(
    r"(?P<host>(?=[^/]*[.:])[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d+)?)"
    r"/(?P<repository>[a-z0-9]+(?:(?:\.|__?|-+|/)[a-z0-9]+)*)"
    r"(?::(?P<tag>\w[\w.-]{0,127}))?(?:@(?P<digest>sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}))?",
    re.ASCII,
)
_LABEL: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
_RUN: Final = re.compile(r"[0-9a-f]{8,32}", re.ASCII)


def check_image(image: str) -> None:
    """Accepts the full reference of an image.

    :param image: ``fabrikamimages.azurecr.io/backend/api:1.0``, with a tag, a digest or both.
    :raises ValueError: The text has another form; the message says what to write.
    """
    found = _IMAGE.fullmatch(image)
    if found is None or not (found["tag"] or found["digest"]):
        raise ValueError(
            f"{quoted_name(image)} must be the full reference of an image, with its registry and a tag or digest:"
            " 'fabrikamimages.azurecr.io/backend/api:1.0'"
        )


def check_namespace(namespace: str) -> None:
    """Accepts the name of a namespace.

    :param namespace: A DNS label: 1 to 63 small letters, digits and hyphens.
    :raises ValueError: The text has another form.
    """
    if not _LABEL.fullmatch(namespace):
        raise ValueError(f"{quoted_name(namespace)} must be the name of a namespace: small letters, digits and hyphens")


@dataclass(frozen=True)
class NodePullPlan:
    """One question to the nodes of one cluster."""

    image: str
    """The image, by its full reference."""
    node_pools: tuple[str, ...]
    """The node pools with nodes of Linux, by which the pods of ``EACH_NODE_POOL`` are placed."""
    coverage: NodePullCoverage = NodePullCoverage.EACH_NODE_POOL
    namespace: str = DEFAULT_NAMESPACE
    """The namespace of the pods; it must exist."""
    seconds: int = DEFAULT_SECONDS
    """How long the nodes have, at most."""

    def __post_init__(self) -> None:
        # All of these go into the text of a shell's command.
        check_image(self.image)
        check_namespace(self.namespace)
        for pool in self.node_pools:
            if not _LABEL.fullmatch(pool):
                raise ValueError(f"'{pool}' must be the name of a node pool")


def check_run(run: str) -> None:
    """Accepts the name of a run.

    :param run: 8 to 32 hexadecimal digits.
    :raises ValueError: The text has another form.
    """
    if not _RUN.fullmatch(run):
        raise ValueError(f"'{run}' must be 8 to 32 hexadecimal digits")
