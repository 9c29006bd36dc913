"""The arguments of a proof by a cluster's own nodes, and their checks."""

from collections.abc import Sequence

import pulumi
from typing_extensions import NotRequired, TypedDict

from crosstenant.components.arguments.arg_path import ArgPath
from crosstenant.components.arguments.registry_args import RegistrySpec
from crosstenant.model.kubernetes.node_pull.plan import LONGEST_SECONDS, check_image, check_namespace
from crosstenant.model.modes import NodePullCoverageText, PullCheckModeText


class NodePullCheckOptions(TypedDict):
    """The options of a proof by a cluster's own nodes."""

    image: NotRequired[pulumi.Input[str]]
    """The image that they pull, by its full reference, ``fabrikamimages.azurecr.io/backend/api:1.0``; it is never run.
    Default: the image that the first pull check with a ``repository`` and a ``reference`` names."""

    coverage: NotRequired[NodePullCoverageText]
    """``each-node-pool`` (default): one node of each node pool; ``each-node``: every node."""

    namespace: NotRequired[str]
    """The namespace of the pods, which exists; ``default`` by default. Its service account ``default`` must not add
    pull secrets."""

    mode: NotRequired[PullCheckModeText]
    """What a missing proof does. ``require`` (default): it is an error, and the next wave does not begin; ``warn``; or
    ``skip``. A stopped cluster is never an error."""

    timeout_seconds: NotRequired[int]
    """How long the nodes have, in seconds, 10 to 480; 180 by default."""


def read_node_pull(at: ArgPath, options: NodePullCheckOptions | None) -> NodePullCheckOptions | None:
    """Reads the options.

    :param at: The argument.
    :param options: The options, in their declared form.
    :raises ArgumentError: An option is malformed.
    """
    if options is None:
        return None
    image = options.get("image")
    try:
        if isinstance(image, str):
            check_image(image)
    except ValueError as error:
        raise (at / "image").error(str(error)) from None
    try:
        check_namespace(options.get("namespace", "default"))
    except ValueError as error:
        raise (at / "namespace").error(str(error)) from None
    if not 10 <= options.get("timeout_seconds", 10) <= LONGEST_SECONDS:
        raise (at / "timeout_seconds").error(f"must be a number of seconds from 10 to {LONGEST_SECONDS}")
    return options


def image_of_a_pull_check(registries: Sequence[RegistrySpec]) -> tuple[int, str] | None:
    """The place of the first registry whose pull check names an image, and the image below its host.

    :param registries: The registries.
    """
    for index, registry in enumerate(registries):
        repository, reference = registry.pull_check.get("repository"), registry.pull_check.get("reference")
        if repository and reference:
            return index, f"/{repository}{'@' if ':' in reference else ':'}{reference}"
    return None


def check_images(
    at: ArgPath, options: Sequence[NodePullCheckOptions | None], registries: Sequence[RegistrySpec]
) -> None:
    """Checks that each proof has an image.

    :param at: The argument that holds the clusters.
    :param options: The options of each cluster.
    :param registries: The registries.
    :raises ArgumentError: A proof names no image, and neither does a pull check.
    """
    if image_of_a_pull_check(registries):
        return
    for index, given in enumerate(options):
        if given is not None and "image" not in given:
            raise (at / index / "prove_on_nodes").error(
                "needs an image that the nodes pull: give it 'image', or give the pull check of a registry its"
                " 'repository' and 'reference'"
            )
