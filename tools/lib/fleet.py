"""A fleet of clusters in the sandbox: the cluster tenant with more subscriptions, and clusters in all of them."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any, cast

import yaml

from crosstenant.sandbox.world import resource_documents, seed
from crosstenant.sandbox.world.state import State
from lib import sandbox
from lib.checkout import ROOT
from lib.stack import Stack

Json = dict[str, Any]

EXAMPLE = ROOT / "examples" / "fleet"


class Fleet(Stack):
    """A stack of examples/fleet."""

    def __init__(
        self,
        folder: Path,
        clusters: list[str],
        *,
        canaries: list[str] | None = None,
        per_wave: int = 0,
        **settings: Any,
    ) -> None:
        """
        :param folder: Emptied and made anew.
        :param clusters: ARM IDs of the clusters.
        :param canaries: ARM IDs of those that are reset before the others.
        :param per_wave: How many of the others are in one wave; 0 for one wave of all.
        :param settings: As for ``Stack``.
        """
        super().__init__(EXAMPLE, "fleet", folder, **settings)
        config = {key: value for key, value in sandbox.CONFIG.items() if key != "clusterId"}
        self.create(config, sandbox.SECRETS)
        # `pulumi config` sets a list one item at a time.
        file = folder / "Pulumi.fleet.yaml"
        found = cast("Json", yaml.safe_load(file.read_text()))
        found["config"] |= {
            "fleet:clusters": clusters,
            "fleet:canaries": canaries or [],
            "fleet:clustersPerWave": per_wave,
        }
        file.write_text(yaml.safe_dump(found))


def add_fleet(state: State, clusters: int, subscriptions: int, seconds: float) -> list[str]:
    """Adds running clusters, each with two node pools and the old application, and lets the caller reset them.

    :param state: Changed in place.
    :param clusters: How many.
    :param subscriptions: In how many new subscriptions of the cluster tenant, in turn.
    :param seconds: How long a reset takes.
    :returns: The clusters' ARM IDs.
    """
    state["settings"]["reset"].update(seconds=seconds, retry_after=1)
    groups = [_add_subscription(state, number) for number in range(subscriptions)]
    cluster_ids: list[str] = []
    for number in range(clusters):
        group = groups[number % subscriptions]
        cluster_id = f"{group}/providers/Microsoft.ContainerService/managedClusters/aks-{number:03}"
        node_group = resource_documents.node_resource_group_id(cluster_id)
        for document in (
            resource_documents.cluster(
                cluster_id,
                seed.CLUSTER_TENANT,
                {"system": 1, "apps": 2},
                seed.OLD_CLUSTER_APP_ID,
                seed.OLD_CLUSTER_SECRET,
            ),
            resource_documents.resource_group(node_group, managed_by=cluster_id),
        ):
            state["resources"][document["id"].lower()] = document
        cluster_ids.append(cluster_id)
    return cluster_ids


def _add_subscription(state: State, number: int) -> str:
    """A subscription of the cluster tenant with a resource group, whose ID it returns; the caller may work there."""
    subscription_id = f"a0000000-0000-4000-8000-0000000001{number:02x}"
    group = f"/subscriptions/{subscription_id}/resourceGroups/rg-clusters"
    state["subscriptions"][subscription_id] = resource_documents.subscription(
        subscription_id, seed.CLUSTER_TENANT, f"Contoso {number}"
    )
    state["resources"][group.lower()] = resource_documents.resource_group(group)
    for role in (seed.AKS_CONTRIBUTOR, seed.READER):
        # As in the subscription that is there from the start.
        model = next(
            it
            for it in state["roleAssignments"].values()
            if it["properties"]["scope"] == seed.CLUSTER_GROUP and it["properties"]["roleDefinitionId"].endswith(role)
        )
        name = str(uuid.uuid5(resource_documents.NAMES, f"{group}/{role}"))
        assignment_id = f"{group}/providers/Microsoft.Authorization/roleAssignments/{name}"
        properties: Json = {
            **model["properties"],
            "scope": group,
            "roleDefinitionId": model["properties"]["roleDefinitionId"].replace(
                seed.CLUSTER_SUBSCRIPTION, subscription_id
            ),
        }
        state["roleAssignments"][assignment_id.lower()] = {
            **model,
            "id": assignment_id,
            "name": name,
            "properties": properties,
        }
    return group
