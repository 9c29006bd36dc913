"""A stack of a component with clusters of its own, and what Azure has of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from crosstenant.sandbox.world import seed
from lib.stack import Outcome, Stack
from tests.engine.cluster_estate import add_cluster, document
from tests.engine.engine_world import Azure

Json = dict[str, Any]


class FleetStack:
    """A stack of a program that declares the component ``fleet``, as a file asks for it."""

    def __init__(self, azure: Azure, make_stack: Callable[..., Stack], program: str, file: Path) -> None:
        """
        :param program: The program.
        :param file: What it reads.
        """
        self.azure = azure
        self.stack = make_stack(program)
        self._file = file

    def add_clusters(self, *names: str, nodes: int) -> None:
        """Clusters in Azure, each with one node pool, that act as their old application."""
        self.azure.change(lambda state: [add_cluster(state, cluster_id(it), {"system": nodes}) for it in names])

    def write(self, asked: Json) -> None:
        """Has the program ask for this from now on."""
        self._file.write_text(json.dumps(asked))

    def up(self, *options: str) -> Outcome:
        """An update that has to succeed."""
        done = self.stack.operate("up", *options)
        assert done.code == 0, done.output
        return done

    @property
    def secrets(self) -> list[str]:
        """Key IDs of the application's secrets, the oldest first."""
        found = sorted(self._application["passwordCredentials"], key=lambda it: it["startDateTime"])
        return [it["keyId"] for it in found]

    def cluster(self, name: str) -> Json:
        """A cluster as Azure has it."""
        return document(self.azure.state, name)

    def key_of(self, secret: str) -> str:
        """Key ID of a secret; ``gone`` for one that the application does not have."""
        digest = hashlib.sha256(secret.encode()).hexdigest()
        found = [it["keyId"] for it in self._application["passwordCredentials"] if it["_sha256"] == digest]
        return found[0] if found else "gone"

    @property
    def _application(self) -> Json:
        return next(it for it in self.azure.state["applications"].values() if it["displayName"] == "fleet (test)")


def cluster_id(name: str) -> str:
    """ARM ID of a cluster in the seeded group."""
    return f"{seed.CLUSTER_GROUP}/providers/Microsoft.ContainerService/managedClusters/{name}"
