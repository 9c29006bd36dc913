"""A chain of many clusters and registries in the sandbox, to see how an update grows with each."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import yaml

from crosstenant.sandbox.world import resource_documents, seed
from crosstenant.sandbox.world.state import State
from lib import sandbox
from lib.checkout import ROOT
from lib.stack import Stack

PROGRAM = ROOT / "tests" / "fixtures" / "estate"


class Estate(Stack):
    """A stack of tests/fixtures/estate."""

    def __init__(self, folder: Path, clusters: list[str], registries: list[str]) -> None:
        """
        :param folder: Emptied and made anew.
        :param clusters: ARM IDs of the clusters.
        :param registries: ARM IDs of the registries.
        """
        super().__init__(PROGRAM, "bench", folder)
        config = {key: value for key, value in sandbox.CONFIG.items() if key not in ("clusterId", "registryId")}
        self.create(config, sandbox.SECRETS)
        # `pulumi config` sets a list one item at a time.
        file = folder / "Pulumi.bench.yaml"
        found = cast("dict[str, Any]", yaml.safe_load(file.read_text()))
        found["config"] |= {"estate:clusters": clusters, "estate:registries": registries}
        file.write_text(yaml.safe_dump(found))


def add_registries(state: State, count: int) -> list[str]:
    """Adds registries beside the seeded one, where the caller may assign roles; returns their ARM IDs.

    :param state: Changed in place.
    :param count: How many.
    """
    group = seed.REGISTRY.rsplit("/", 1)[0]
    made: list[str] = []
    for number in range(count):
        document = resource_documents.registry(f"{group}/fabrikam{number:03}", "LegacyRegistryPermissions")
        state["resources"][document["id"].lower()] = document
        made.append(document["id"])
    return made
