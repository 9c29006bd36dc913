"""A pull by a cluster's own nodes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

from crosstenant.model.modes import (
    NodePullCoverage,
    NodePullCoverageText,
    NodePullResult,
    PullCheckMode,
    PullCheckModeText,
)
from crosstenant.resources.node_pull import NodePull
from crosstenant.resources.outputs import choice_of, output_of, versioned


class NodePullCheck(pulumi.CustomResource):
    """Proves that a cluster's own nodes pull an image, with the credential that is on them.

    Through AKS's run-command a pod on each node pool (or each node) pulls the image; its own code never runs, and the
    pods are removed, also after a failure. Azure never shows a cluster's secret: this check notices a cluster that was
    reset by hand to a secret that does not pull.

    A refresh repeats it. What the nodes were refused is drift of ``result``; what could not be asked (a stopped
    cluster, no room, a policy) is a warning, and the last result stays.
    """

    def __init__(
        self,
        resource_name: str,
        *,
        cluster_id: pulumi.Input[str],
        image: pulumi.Input[str],
        coverage: pulumi.Input[NodePullCoverageText] | None = None,
        namespace: pulumi.Input[str] | None = None,
        timeout_seconds: pulumi.Input[float] | None = None,
        mode: pulumi.Input[PullCheckModeText] | None = None,
        triggers: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
        waits_for: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """
        :param resource_name: The resource's name in the stack.
        :param cluster_id: ARM ID of the cluster. Another ID replaces the resource.
        :param image: The image, by its full reference with a tag or digest:
            ``fabrikamimages.azurecr.io/backend/api:1.0``.
        :param coverage: ``each-node-pool`` (default): one node of each node pool; ``each-node``: every node.
        :param namespace: The namespace of the pods, which exists; ``default`` by default. Its service account
            ``default`` must not add pull secrets.
        :param mode: What a missing proof does: ``require`` (default), ``warn`` or ``skip``. A stopped cluster is never
            an error.
        :param timeout_seconds: How long the nodes have, in seconds, 10 to 480; 180 by default.
        :param triggers: Values whose change repeats the check, such as ``reset_at`` of a ``ServicePrincipalProfile``.
        :param waits_for: What the cluster's reset waits for, while the cluster has never had the credential that
            pulls: its nodes are not asked until then.
        :param opts: Resource options; the provider is one of the cluster's tenant. Let it depend on the resources that
            the pull needs.
        """
        arguments: dict[str, Any] = {
            "clusterId": cluster_id,
            "image": image,
            "coverage": coverage,
            "namespace": namespace,
            "mode": mode,
            "timeoutSeconds": timeout_seconds,
            "triggers": triggers,
            "waitsFor": waits_for,
            "result": None,
            "detail": None,
            "nodes": None,
        }
        super().__init__("crosstenant:index:NodePullCheck", resource_name, arguments, versioned(opts))

    @property
    def cluster_id(self) -> pulumi.Output[str]:
        """ARM ID of the cluster."""
        return output_of(self, "clusterId")

    @property
    def image(self) -> pulumi.Output[str]:
        """The image that the nodes pull."""
        return output_of(self, "image")

    @property
    def coverage(self) -> pulumi.Output[NodePullCoverage]:
        """Which nodes pull: ``each-node-pool`` or ``each-node``."""
        return choice_of(self, "coverage", NodePullCoverage)

    @property
    def namespace(self) -> pulumi.Output[str]:
        """The namespace of the pods."""
        return output_of(self, "namespace")

    @property
    def mode(self) -> pulumi.Output[PullCheckMode]:
        """What a missing proof does: ``require``, ``warn`` or ``skip``."""
        return choice_of(self, "mode", PullCheckMode)

    @property
    def timeout_seconds(self) -> pulumi.Output[float]:
        """How long the nodes have, in seconds."""
        return output_of(self, "timeoutSeconds")

    @property
    def triggers(self) -> pulumi.Output[Sequence[str] | None]:
        """Values whose change repeats the check."""
        return output_of(self, "triggers")

    @property
    def waits_for(self) -> pulumi.Output[str | None]:
        """What the cluster's reset waited for when the nodes were not asked therefore."""
        return output_of(self, "waitsFor")

    @property
    def result(self) -> pulumi.Output[NodePullResult]:
        """The most serious answer of the nodes, or why they were not asked. Of nodes: ``pulled``, ``refused``,
        ``image absent``, ``registry not reachable``, ``no capacity``, ``admission denied``, ``pull secret``,
        ``no answer``, ``no node``. Of the cluster: ``run-command disabled``, ``run-command failed``, ``not permitted``,
        ``cluster stopped``, ``skipped``, ``not checked``."""
        return choice_of(self, "result", NodePullResult)

    @property
    def detail(self) -> pulumi.Output[str | None]:
        """What is wrong and what to do, in a sentence; none where every node pulled."""
        return output_of(self, "detail")

    @property
    def nodes(self) -> pulumi.Output[Sequence[NodePull] | None]:
        """What each node or node pool answered when ``result`` last changed."""
        return output_of(self, "nodes").apply(lambda it: None if it is None else [_node_pull(one) for one in it])


def _node_pull(found: Mapping[str, str]) -> NodePull:
    return NodePull(
        node_pool=found["nodePool"], node=found.get("node", ""), result=found["result"], detail=found.get("detail", "")
    )
