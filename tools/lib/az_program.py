"""The quickstart's chain made with the Azure CLI: the stacks of that program, and the drift that each one sees."""

from __future__ import annotations

import configparser
import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from crosstenant.sandbox.host.state_file import open_store, state_path
from crosstenant.sandbox.world import drift, seed
from crosstenant.sandbox.world.state import State
from lib import azure_cli
from lib.checkout import ROOT
from lib.operations import Side, quickstart
from lib.stack import Stack

PROGRAM = ROOT / "tests" / "fixtures" / "az_program"
REGISTRY_NAME = seed.REGISTRY.rsplit("/", 1)[-1]

_HOST = "pulumi-resource-pulumi-python"
"""Pulumi's host of dynamic resources: a script of three lines, which a Pulumi that set-up has built lacks."""


@dataclass(frozen=True)
class Drift:
    """A change outside Pulumi, and whether `pulumi preview --refresh` of each program shows it."""

    what: str
    ours: bool
    theirs: bool

    def __str__(self) -> str:
        """One line for the reader."""
        seen = {True: "seen", False: "not seen"}
        return f"{self.what}: {seen[self.ours]} by the quickstart, {seen[self.theirs]} by the program that calls az"


def az_side(folder: Path, free: Iterator[str]) -> Side:
    """The program's stacks, with both callers signed in.

    :param folder: Where the stacks are made, and where az keeps its sign-ins.
    :param free: ARM IDs of clusters that no stack has had.
    """
    folders = {"clusterFolder": folder / "cluster-tenant", "registryFolder": folder / "registry-tenant"}
    _add_to_path(folder / "bin")
    _sign_in(folders["clusterFolder"], seed.CLUSTER_TENANT, seed.CLUSTER_CALLER_ID, seed.CLUSTER_CALLER_SECRET)
    _sign_in(folders["registryFolder"], seed.REGISTRY_TENANT, seed.REGISTRY_CALLER_ID, seed.REGISTRY_CALLER_SECRET)

    def create(stack: Stack) -> str:
        cluster = next(free)
        config = {name: str(place) for name, place in folders.items()}
        stack.create(
            {**config, "clusterId": cluster, "registryId": seed.REGISTRY, "displayName": f"az-{uuid.uuid4()}"}, {}
        )
        return cluster

    return Side(PROGRAM, folder / "stack", create)


def measure_drift(folder: Path, az: Side, free: Iterator[str]) -> list[Drift]:
    """Changes the chain of each program, step by step, and asks each what it sees.

    :param folder: Where the quickstart's stack is made.
    :param az: The other program's side.
    :param free: ARM IDs of clusters that no stack has had.
    """
    print("drift: the quickstart and the program that calls az")
    seen = [list(_seen(side)) for side in (Side(ROOT, folder, quickstart(free)), az)]
    return [Drift(what, *pair) for what, *pair in zip(_CHANGES, *seen, strict=True)]


_CHANGES: dict[str, Callable[[State, str, str], object]] = {
    "the cluster is reset to another application": lambda state, cluster, _: drift.reset_cluster(state, cluster),
    "the role assignment is removed": lambda state, _, client_id: drift.remove_role_assignment(
        state, REGISTRY_NAME, client_id
    ),
    "the application's secret is removed": lambda state, _, client_id: drift.remove_secret(state, client_id),
}
"""Each is given the name of the cluster and the client ID of the application."""


def _seen(side: Side) -> Iterator[bool]:
    """Of each change whether a preview plans something that it did not before."""
    side.from_nothing()
    cluster, client_id = side.cluster.rsplit("/", 1)[-1], side.output("clientId")
    planned: set[tuple[str, str]] = set()
    for change in _CHANGES.values():
        with open_store(state_path()).change() as state:
            change(state, cluster, client_id)
        now = {(it.type, it.name) for it in side.operate("preview", "--refresh").changes if it.is_infrastructure}
        yield bool(now - planned)
        planned = now


def _sign_in(folder: Path, tenant: str, client_id: str, secret: str) -> None:
    """Before anything is measured; az keeps the token."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = configparser.ConfigParser()
    settings["core"] = {"collect_telemetry": "false", "no_color": "true", "survey_message": "false"}
    with (folder / "config").open("w") as file:
        settings.write(file)
    words = ["login", "--service-principal", "--tenant", tenant, "--username", client_id, f"--password={secret}"]
    done = subprocess.run(
        [str(azure_cli.executable()), *words],
        env={**os.environ, "AZURE_CONFIG_DIR": str(folder)},
        text=True,
        capture_output=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"bench: az login failed:\n{done.stderr}")


def _add_to_path(folder: Path) -> None:
    """Makes az and the host of dynamic resources to be found, for the rest of this process."""
    folders = [azure_cli.executable().parent]
    if not shutil.which(_HOST):
        folder.mkdir(parents=True, exist_ok=True)
        host = folder / _HOST
        host.write_text('#!/bin/sh\nexec python3 -u -m pulumi.dynamic "$@"\n')
        host.chmod(0o755)
        folders.append(folder)
    os.environ["PATH"] = os.pathsep.join([os.environ["PATH"], *map(str, folders)])
