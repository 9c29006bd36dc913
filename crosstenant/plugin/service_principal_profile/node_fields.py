"""The inputs that let a refresh ask the cluster's nodes whether they pull."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from crosstenant.azure.clusters.node_proofs import NodeQuestion
from crosstenant.model.clouds import Cloud
from crosstenant.plugin.node_pull_check.question import QUESTION, question_in
from crosstenant.plugin.node_pull_check.sentences import of_another_cloud
from crosstenant.provider_kit.fields import Field, Fields
from crosstenant.provider_kit.resource import Failure, Properties

_IN_QUESTION: Final = {
    "nodePullImage": "image",
    "nodePullCoverage": "coverage",
    "nodePullNamespace": "namespace",
    "nodePullTimeoutSeconds": "timeoutSeconds",
}


def _field(name: str, description: str) -> Field:
    # Without defaults: a program that does not ask the nodes has none of these inputs.
    return replace(QUESTION[_IN_QUESTION[name]], description=description, required=False, default=None)


NODE_PULL: Final[Fields] = {
    "nodePullImage": _field(
        "nodePullImage",
        "An image, by its full reference with a tag or digest, that the cluster's own nodes must pull: a refresh asks "
        "them, as a `NodePullCheck` does. If the registry does not accept their credential, `credentialState` becomes "
        "`unknown`; the next update asks them again, and resets the cluster if that is still so. It changes nothing on "
        "the cluster.",
    ),
    "nodePullCoverage": _field(
        "nodePullCoverage", "Which nodes pull `nodePullImage`: `each-node-pool` (default) or `each-node`."
    ),
    "nodePullNamespace": _field(
        "nodePullNamespace", "The namespace of the pods that pull `nodePullImage`; `default` by default."
    ),
    "nodePullTimeoutSeconds": _field(
        "nodePullTimeoutSeconds", "How long the nodes have for `nodePullImage`, in seconds, 10 to 480; 180 by default."
    ),
}


def node_question(inputs: Properties) -> NodeQuestion | None:
    """What a refresh asks the nodes; ``None`` if nothing, or if it is not known yet."""
    return question_in({name: inputs.get(given) for given, name in _IN_QUESTION.items()})


def refuse_nodes(inputs: Properties, cloud: Cloud) -> list[Failure]:
    """What is wrong with these inputs together, and with an image that no node of the cluster's cloud can pull.

    Each refresh would see such nodes refused, and each update would reset the cluster for it.
    """
    image = inputs.get("nodePullImage")
    if isinstance(image, str):
        problem = of_another_cloud(image, cloud)
        return [Failure("nodePullImage", problem)] if problem else []
    if "nodePullImage" in inputs:
        return []
    given = [name for name in NODE_PULL if name in inputs]
    return [Failure(given[0], "is given without nodePullImage, the image that the nodes pull")] if given else []
