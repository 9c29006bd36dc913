"""The check that no two components of a program renew one pull secret, each with its own registries."""

from __future__ import annotations

from dataclasses import replace

from crosstenant.components.arguments.arg_path import ArgPath
from crosstenant.components.arguments.federated_cluster_args import FederatedClusterSpec
from crosstenant.components.arguments.one_component import claims_of_program
from crosstenant.model.arm_id import ArmId


def of_one_component(clusters: list[FederatedClusterSpec]) -> list[FederatedClusterSpec]:
    """The clusters, in which no other component of the program has the same pull secret or refresher.

    :param clusters: The clusters; outputs fail as soon as they are known, if another component has one of them.
    :raises ArgumentError: Another component has one in a cluster that is known already.
    """
    claims = claims_of_program()
    if claims is None:
        return clusters
    # Components of one name under two parents are two.
    mine = [clusters[0].at]

    def claim(key: str, at: ArgPath, what: str, remedy: str) -> None:
        first = claims.setdefault(key, mine)
        if first is not mine:
            raise at.error(f"{first[0].component} has {what} as well: {remedy}")

    def taken(cluster: FederatedClusterSpec, found: ArmId) -> ArmId:
        for index, it in enumerate(cluster.namespaces):
            claim(
                f"{found.key} secret {it.name}/{it.secret}",
                cluster.at / "namespaces" / index / "secret_name",
                f"pull secret '{it.secret}' in namespace '{it.name}' of cluster '{found.name}'",
                "give this one another name; a pod or service account names one for each registry tenant",
            )
        namespace = cluster.refresher.namespace
        claim(
            f"{found.key} namespace {namespace}",
            cluster.at / "refresher" / "namespace",
            f"a refresher in namespace '{namespace}' of cluster '{found.name}'",
            "give this one a namespace of its own",
        )
        return found

    def checked(cluster: FederatedClusterSpec) -> FederatedClusterSpec:
        parsed = cluster.id.parsed
        if isinstance(parsed, ArmId):
            taken(cluster, parsed)
            return cluster
        return replace(cluster, id=replace(cluster.id, parsed=parsed.apply(lambda it: taken(cluster, it))))

    return [checked(it) for it in clusters]
