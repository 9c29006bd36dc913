"""The check that no subscription has resources of both tenants, for each ID as soon as it is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from crosstenant.components.arguments.id_arguments import IdArgument
from crosstenant.components.arguments.registry_args import RegistrySpec
from crosstenant.model.arm_id import ArmId

IN_BOTH: Final = (
    "subscription {0} holds both a cluster and a registry, but a subscription belongs to one tenant: one of the IDs is"
    " wrong"
)
ROLE_BESIDE_REGISTRY: Final = (
    "subscription {0} holds a registry and so belongs to the registry tenant: roles there follow from registries, write"
    " a scope of the cluster tenant here"
)


def held_apart(
    cluster_side: Sequence[IdArgument], registries: Sequence[RegistrySpec], text: str
) -> tuple[list[IdArgument], list[RegistrySpec]]:
    """Both, unchanged but for outputs, which fail if they turn out to be in a subscription of the other side.

    :param cluster_side: IDs of the cluster tenant.
    :param registries: The registries.
    :param text: What to say of a subscription that is on both sides.
    :raises ArgumentError: Two that are known already share a subscription.
    """
    # The check is made by an output, so that an ID which the program wrote as text stays known to a preview. Clusters
    # are touched after every registry has answered: to wait for the registries' IDs costs them nothing.
    known_here = [it for it in cluster_side if it.known]
    known_there = [it.id for it in registries if it.id.known]
    return (
        [
            _apart(it, known_there if it.known else [registry.id for registry in registries], text)
            for it in cluster_side
        ],
        [it if it.id.known else replace(it, id=_apart(it.id, known_here, text)) for it in registries],
    )


def _apart(given: IdArgument, others: Sequence[IdArgument], text: str) -> IdArgument:
    def check(this: ArmId, those: Sequence[ArmId]) -> None:
        if any(this.subscription_id == other.subscription_id for other in those):
            raise given.at.error(text.format(this.subscription_id))

    return given.held_against(others, check)
