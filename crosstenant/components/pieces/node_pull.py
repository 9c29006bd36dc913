"""The proof by a cluster's own nodes, after the reset of its credential."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

from crosstenant.components.arguments.cluster_args import ClusterSpec
from crosstenant.components.arguments.node_pull_args import image_of_a_pull_check
from crosstenant.components.arguments.registry_args import RegistrySpec
from crosstenant.components.output_objects import RegistryGrant
from crosstenant.components.pieces.replaceable import replaceable
from crosstenant.components.tenant import TenantProviders
from crosstenant.model.modes import NodePullCoverage, PullCheckMode
from crosstenant.resources.node_pull_check import NodePullCheck
from crosstenant.resources.service_principal_profile import ServicePrincipalProfile


@dataclass(frozen=True)
class AskedPull:
    """What the nodes of one cluster are asked."""

    image: pulumi.Input[str]
    coverage: NodePullCoverage | None
    namespace: str | None
    mode: PullCheckMode | None
    timeout_seconds: int | None

    own_secret_is_proved: bool
    """Whether every pull check must pass before a reset."""

    @property
    def may_reset(self) -> bool:
        """Whether nodes that are refused may let the cluster be reset.

        Without a proof of the stack's own secret their refusal may have another cause, which no reset repairs.
        """
        return self.mode is not PullCheckMode.SKIP and self.own_secret_is_proved


def node_pull(
    cluster: ClusterSpec, registries: Sequence[RegistrySpec], grants: Sequence[RegistryGrant]
) -> AskedPull | None:
    """What the nodes of a cluster are asked; ``None`` if the program does not want it.

    :param cluster: The cluster.
    :param registries: The registries of the component.
    :param grants: What they are, in the same order.
    """
    options = cluster.prove_on_nodes
    if options is None:
        return None
    image = options.get("image")
    if image is None:
        found = image_of_a_pull_check(registries)
        assert found is not None, "the arguments were checked"
        image = pulumi.Output.concat(grants[found[0]].login_server, found[1])
    coverage, mode = options.get("coverage"), options.get("mode")
    return AskedPull(
        image,
        None if coverage is None else NodePullCoverage(coverage),
        options.get("namespace"),
        None if mode is None else PullCheckMode(mode),
        options.get("timeout_seconds"),
        all(it.pull_check.get("mode", PullCheckMode.REQUIRE) == PullCheckMode.REQUIRE for it in registries),
    )


def prove_on_nodes(
    name: str,
    cluster: ClusterSpec,
    asked: AskedPull,
    profile: ServicePrincipalProfile,
    component: pulumi.Resource,
    providers: TenantProviders,
) -> NodePullCheck:
    """Declares the proof, a child of ``component``.

    :param name: Prefix of its name.
    :param cluster: The cluster.
    :param asked: What its nodes are asked.
    :param profile: Its credential.
    :param component: The component that it belongs to.
    :param providers: The providers of the cluster tenant.
    """

    def resource_name(stack_name: str) -> str:
        return f"{name}-{stack_name}-node-pull"

    return NodePullCheck(
        resource_name(cluster.name.text),
        cluster_id=cluster.id.text,
        image=asked.image,
        coverage=asked.coverage,
        namespace=asked.namespace,
        timeout_seconds=asked.timeout_seconds,
        mode=asked.mode,
        triggers=[profile.reset_at.apply(lambda it: it or "")],
        waits_for=_without_credential(profile) if cluster.holds.waits_by else None,
        opts=replaceable(
            pulumi.ResourceOptions(
                parent=component,
                provider=providers.crosstenant,
                replacement_trigger=providers.tenant_id,
                depends_on=[profile],
                aliases=cluster.name.aliases(resource_name),
            )
        ),
    )


def _without_credential(profile: ServicePrincipalProfile) -> pulumi.Output[str]:
    """What the cluster waits for, if it has another application: with an earlier secret of this one its nodes pull."""

    def other(known: list[Any]) -> Any:
        waits_for, present, client_id = known
        return waits_for if str(present or "").lower() != client_id.lower() else None

    waits: pulumi.Output[Any] = pulumi.Output.all(
        profile.waits_for, profile.cluster_client_id, profile.client_id
    ).apply(other)
    return waits
