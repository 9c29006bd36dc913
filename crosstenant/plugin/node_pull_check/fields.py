"""The inputs and outputs of a ``NodePullCheck``."""

from __future__ import annotations

from typing import Final

from crosstenant.model.modes import NodePullResult, PullCheckMode
from crosstenant.plugin import forms
from crosstenant.plugin.node_pull_check.question import QUESTION
from crosstenant.provider_kit.fields import Field, Fields, Shape

NODE_PULL: Final = Shape(
    "NodePull",
    "The pull of one node, or of one node pool.",
    {
        "nodePool": Field("string", "Name of the node pool.", required=True),
        "node": Field("string", "Name of the node; none where no node took the pod."),
        "result": Field("string", "What the node answers: a value of `NodePullResult`.", required=True),
        "detail": Field("string", "Why there was no pull, with the words of the cluster; none after a pull."),
    },
)

INPUTS: Final[Fields] = {
    "clusterId": Field(
        "string",
        "ARM ID of the cluster, in a subscription of the provider's tenant. Another one replaces the check.",
        required=True,
        replaces=True,
        compared_as=forms.compared_id,
        refusal=forms.cluster_id,
    ),
    **QUESTION,
    "mode": Field(
        "string",
        "What a missing proof does. `require` (default): it is an error. `warn`: it is a warning. `skip`: nothing is "
        "asked. A stopped cluster is never an error.",
        default=PullCheckMode.REQUIRE.value,
        choices=PullCheckMode,
    ),
    "triggers": Field(
        "array",
        "Values whose change repeats the check, such as `resetAt` of a `ServicePrincipalProfile`.",
        items="string",
    ),
    "waitsFor": Field(
        "string",
        "What the cluster's reset waits for, while the cluster has never had the credential that pulls: its nodes are "
        "not asked until then.",
        informs=True,
    ),
}

OUTPUTS: Final[Fields] = {
    "result": Field(
        "string",
        "The most serious answer of the nodes, or why they were not asked. Of nodes: `pulled`, `refused`, "
        "`image absent`, `registry not reachable`, `no capacity`, `admission denied`, `pull secret`, `no answer`, "
        "`no node`. Of the cluster: `run-command disabled`, `run-command failed`, `not permitted`, `cluster stopped`, "
        "`skipped`, `not checked`.",
        required=True,
        choices=NodePullResult,
    ),
    "detail": Field("string", "What is wrong and what to do, in a sentence; none where every node pulled."),
    "nodes": Field(
        "array", "The nodes that were asked, or one for each node pool, when `result` last changed.", shape=NODE_PULL
    ),
}

DESCRIPTION: Final = (
    "Proves that a cluster's own nodes pull an image: through AKS's run-command a pod on each node pool, or on each "
    "node, pulls it with the credential that is on the node. The pods are removed, also after a failure, and nothing "
    "of the image runs. Private clusters need no more than others.\n\n"
    "Azure never shows a cluster's secret, so this is what notices a cluster that was reset by hand to a secret that "
    "does not pull. Let it depend on what the pull needs, and give it `resetAt` of the `ServicePrincipalProfile` as a "
    "trigger. A refresh repeats the check: a pull that the nodes lost is a change of `result`. What merely could not "
    "be asked (a stopped cluster, no room for the pod, a policy that denies it) is a warning and no drift: the last "
    "result stays.\n\n"
    "The provider's caller needs, on the cluster, `Microsoft.ContainerService/managedClusters/read`, "
    "`.../runCommand/action` and `.../commandResults/read`. In a cluster with Entra integration, where the caller's "
    "own token is used, it also needs the permission to create, read and delete pods in the namespace, and to list "
    "nodes for `each-node`."
)
