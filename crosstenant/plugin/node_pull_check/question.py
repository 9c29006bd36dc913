"""The inputs that say what the nodes of a cluster are asked: of a ``NodePullCheck``, and of a profile's ``read``."""

from __future__ import annotations

from typing import Final

from crosstenant.azure.clusters.node_proofs import NodeQuestion
from crosstenant.model.kubernetes.node_pull.plan import (
    DEFAULT_NAMESPACE,
    DEFAULT_SECONDS,
    LONGEST_SECONDS,
    check_image,
    check_namespace,
)
from crosstenant.model.modes import NodePullCoverage
from crosstenant.provider_kit.fields import Field, Fields
from crosstenant.provider_kit.resource import Properties
from crosstenant.provider_kit.values import UNKNOWN, Plain


def _image(name: str, value: Plain) -> str | None:
    try:
        check_image(value)
    except ValueError as error:
        return str(error)
    return None


def _namespace(name: str, value: Plain) -> str | None:
    try:
        check_namespace(value)
    except ValueError as error:
        return str(error)
    return None


def _seconds(name: str, value: Plain) -> str | None:
    return None if 10 <= value <= LONGEST_SECONDS else f"must be a number of seconds from 10 to {LONGEST_SECONDS}"


QUESTION: Final[Fields] = {
    "image": Field(
        "string",
        "The image that the nodes pull, by its full reference with a tag or digest: "
        "`fabrikamimages.azurecr.io/backend/api:1.0`. It is pulled and never run.",
        required=True,
        refusal=_image,
    ),
    "coverage": Field(
        "string",
        "Which nodes pull. `each-node-pool` (default): one node of each node pool. `each-node`: every node.",
        default=NodePullCoverage.EACH_NODE_POOL.value,
        choices=NodePullCoverage,
    ),
    "namespace": Field(
        "string",
        f"The namespace of the pods, which must exist; `{DEFAULT_NAMESPACE}` by default. Its service account `default` "
        "must not add pull secrets, or the pull says nothing about the cluster's own credential.",
        default=DEFAULT_NAMESPACE,
        refusal=_namespace,
    ),
    "timeoutSeconds": Field(
        "number",
        f"How long the nodes have, in seconds, 10 to {LONGEST_SECONDS}; {DEFAULT_SECONDS} by default.",
        default=DEFAULT_SECONDS,
        refusal=_seconds,
    ),
}


def question_in(inputs: Properties) -> NodeQuestion | None:
    """The question of known inputs; ``None`` where the image is not known yet."""
    if not isinstance(inputs.get("image"), str):
        return None
    coverage, namespace, seconds = (
        QUESTION[name].default if (value := inputs.get(name)) in (None, UNKNOWN) else value
        for name in ("coverage", "namespace", "timeoutSeconds")
    )
    return NodeQuestion(inputs["image"], NodePullCoverage(coverage), namespace, int(seconds))
