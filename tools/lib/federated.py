"""A stack of examples/federated-gitops, for one cluster or many."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import yaml

from crosstenant.sandbox.world import cluster_issuers, seed
from crosstenant.sandbox.world.state import State
from lib import sandbox
from lib.checkout import ROOT
from lib.fleet import add_fleet
from lib.stack import Stack

Json = dict[str, Any]

EXAMPLE = ROOT / "examples" / "federated-gitops"
IDENTITY_GROUP = seed.IDENTITY_GROUP.rpartition("/")[2]


class FederatedFleet(Stack):
    """A stack of examples/federated-gitops."""

    def __init__(self, folder: Path, clusters: dict[str, str], **settings: Any) -> None:
        """
        :param folder: Emptied and made anew.
        :param clusters: ARM IDs of the clusters by their names in the stack.
        :param settings: As for ``Stack``.
        """
        super().__init__(EXAMPLE, "fleet", folder, **settings)
        config = {key: value for key, value in sandbox.CONFIG.items() if key != "clusterId"}
        self.create({**config, "identityGroup": IDENTITY_GROUP}, sandbox.SECRETS)
        # `pulumi config` sets an object one member at a time.
        file = folder / "Pulumi.fleet.yaml"
        found = cast("Json", yaml.safe_load(file.read_text()))
        found["config"]["federated-gitops:clusters"] = clusters
        file.write_text(yaml.safe_dump(found))


def add_clusters_with_issuers(state: State, clusters: int) -> dict[str, str]:
    """Adds clusters whose issuers are on, in one new subscription.

    :param state: Changed in place.
    :param clusters: How many.
    :returns: Their ARM IDs by name.
    """
    found = {it.rpartition("/")[2]: it for it in add_fleet(state, clusters, 1, 5)}
    for cluster_id in found.values():
        cluster_issuers.switch_on(state, state["resources"][cluster_id.lower()])
    return found
