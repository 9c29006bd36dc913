"""What there is in the two tenants: read from the sandbox's state."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from typing import Any

from crosstenant.sandbox.world import drift
from crosstenant.sandbox.world.state import State
from crosstenant.sandbox.world.times import timestamp

Json = dict[str, Any]

_KINDS = ("applications", "servicePrincipals", "roleAssignments", "resources", "locks")


def objects(state: State) -> set[str]:
    """Every object of both tenants, by kind and key: applications and their secrets, service principals, and so on."""
    found = {f"{kind} {key}" for kind in _KINDS for key in state.get(kind, {})}
    for it in state["applications"].values():
        found |= {f"secrets {password['keyId']}" for password in it["passwordCredentials"]}
    return found


def by_kind(found: set[str]) -> str:
    """``2 applications, 3 secrets``."""
    counts = Counter(it.split(" ", 1)[0] for it in found)
    return ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items())) or "none"


@dataclass(frozen=True)
class Secrets:
    """The secrets of the chain's application, and where they are used."""

    alive: dict[str, str]
    """When each ends, by key ID."""
    used: dict[str, str]
    """The key ID of the secret that each node has, by ``cluster/node``; nothing where the application lacks it."""

    @property
    def current(self) -> str:
        """Key ID of the one that ends last."""
        return max(self.alive, key=lambda it: self.alive[it])


def application(state: State, name: str) -> Json | None:
    """The application of a stack's component, if there is one.

    :param name: The component's name.
    """
    return next((it for it in state["applications"].values() if it["displayName"].startswith(f"{name} ")), None)


def secrets(state: State, name: str, clusters: tuple[str, ...]) -> Secrets:
    """The secrets of the application and of the clusters.

    :param name: The component's name.
    :param clusters: Names of its clusters.
    """
    passwords = (application(state, name) or {"passwordCredentials": []})["passwordCredentials"]
    by_hash = {it["_sha256"]: it["keyId"] for it in passwords}
    used: dict[str, str] = {}
    for cluster in clusters:
        for node in drift.resource(state, drift.CLUSTERS, cluster)["_nodes"]:
            digest = hashlib.sha256(node["secret"].encode()).hexdigest()
            used[f"{cluster}/{node['name']}"] = by_hash.get(digest, "")
    return Secrets({it["keyId"]: it["endDateTime"] for it in passwords}, used)


def on_nodes(state: State, clusters: tuple[str, ...]) -> set[str]:
    """The secrets themselves, as the nodes have them.

    :param clusters: Names of the clusters.
    """
    return {node["secret"] for it in clusters for node in drift.resource(state, drift.CLUSTERS, it)["_nodes"]}


def wrong_secrets(found: Secrets, expected: int, now: float) -> list[str]:
    """What is wrong with the secrets after an update.

    :param found: The secrets.
    :param expected: How many there must be.
    :param now: The sandbox's time, in seconds since the epoch.
    """
    wrong = [f"secret {key} has ended" for key, ends in found.alive.items() if ends <= timestamp(now)]
    if len(found.alive) != expected:
        wrong.append(f"{len(found.alive)} secrets are alive, {expected} are needed")
    if found.alive:
        wrong += [f"node {node} has not the current secret" for node, key in found.used.items() if key != found.current]
    return wrong


def resets(state: State) -> Counter[str]:
    """The resets that Azure accepted, by cluster."""
    return Counter(
        it["resource"].rsplit("/", 1)[-1]
        for it in state["operations"].values()
        if it["kind"] == "resetServicePrincipalProfile"
    )
