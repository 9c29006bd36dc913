"""What an update of a chain without a secret costs, for one cluster and for twenty; and what a cluster asks in an hour.

    make bench-federated

The Azure side is examples/federated-gitops, deployed from nothing in the sandbox, where the write of a federated
credential takes no time. The cluster's side is examples/federated on a real Kubernetes API. The command fails if an
update asks more than 30 requests and 4 for each cluster, or if a cluster asks more than 8 in an hour.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from dataclasses import dataclass

from crosstenant.sandbox.host.request_log import requests
from crosstenant.sandbox.host.state_file import open_store, state_path
from crosstenant.sandbox.world import seed
from lib import sandbox
from lib.checkout import KUBERNETES, ROOT, SCRATCH
from lib.federated import IDENTITY_GROUP, FederatedFleet, add_clusters_with_issuers
from lib.figures import verdict
from lib.pods import Pods, kubeconfig_of
from lib.stack import Stack

CLUSTERS = 20
FOLDER = SCRATCH / "bench-federated"
CLUSTER, NAMESPACE = "aks-managed", "shop"
FIXED_REQUESTS, CLUSTER_REQUESTS, HOURLY_REQUESTS = 30, 4, 8


@dataclass(frozen=True)
class Run:
    """One update from nothing."""

    seconds: float
    operations: int
    """Resources that it made, Pulumi's own ones apart."""
    asked: Counter[str]
    """Requests by service."""


def main(_started: float) -> None:
    """Measure, print, and exit with 1 if a bound is broken."""
    with open_store(state_path()).change() as state:
        clusters = add_clusters_with_issuers(state, CLUSTERS)
    alone = azure_side(dict(list(clusters.items())[:1]))
    fleet = azure_side(clusters)
    whole, hourly = cluster_side()
    bound = FIXED_REQUESTS + CLUSTER_REQUESTS * CLUSTERS
    asked = sum(fleet.asked.values())
    print("\nThe Azure side (delivery none):")
    for count, run in ((1, alone), (CLUSTERS, fleet)):
        print(f"{count:>4} cluster(s): {_shown(run)}")
    print(f"      bound for {CLUSTERS} clusters: {bound} requests: {verdict(asked <= bound)}")
    print(f"With the cluster's side and the awaited proof:\n   1 cluster: {_shown(whole)}")
    print(f"A cluster with one registry and one namespace, in an hour: {_counts(hourly)}")
    per_hour = sum(hourly.values())
    print(f"      bound: {HOURLY_REQUESTS} requests: {verdict(per_hour <= HOURLY_REQUESTS)}")
    sys.exit(0 if asked <= bound and per_hour <= HOURLY_REQUESTS else 1)


def azure_side(clusters: dict[str, str]) -> Run:
    """Runs a new stack of these clusters, with an identity of its own, and removes it."""
    print(f"pulumi up of {len(clusters)} cluster(s), the Azure side")
    stack = FederatedFleet(FOLDER / f"{len(clusters)}", clusters)
    run = _up(stack)
    _must(stack.operate("destroy").code == 0, "destroy")
    return run


def cluster_side() -> tuple[Run, Counter[str]]:
    """Runs examples/federated on a cluster, and counts what the cluster asks in an hour."""
    print("pulumi up of 1 cluster, with its Kubernetes API")
    config = kubeconfig_of(CLUSTER)
    pods = Pods(config, NAMESPACE)
    pods.make_namespace()
    stack = Stack(ROOT / "examples" / "federated", "bench", FOLDER / "cluster")
    values = {
        **sandbox.CONFIG,
        "clusterId": seed.MANAGED_IDENTITY_CLUSTER,
        "identityGroup": IDENTITY_GROUP,
        "namespace": NAMESPACE,
        "repository": "backend/api",
        "reference": "1.0",
    }
    stack.create(values, {**sandbox.SECRETS, "kubeconfig": json.dumps(config)})
    run = _up(stack)
    before, known = _api_requests(pods), len(_log())
    # Its one run in this hour has ended when the command ends.
    _must(sandbox.Sandbox().clock("forward", "1h").code == 0, "clock forward")
    # What Entra ID fetches from the issuer is not the cluster's request.
    hourly = Counter(it["service"] for it in _log()[known:] if it["service"] != "issuer")
    hourly["kubernetes (secrets)"] = _api_requests(pods) - before
    pods.close()
    return run, hourly


def _up(stack: Stack) -> Run:
    known = len(_log())
    done = stack.operate("up")
    _must(done.code == 0, f"up failed:\n{done.output}")
    made = sum(it.is_infrastructure for it in done.changes)
    return Run(done.seconds, made, Counter(it["service"] for it in _log()[known:]))


def _log() -> list[dict[str, str]]:
    return list(requests(open_store(state_path())))


def _api_requests(pods: Pods) -> int:
    """How often secrets were read or patched one by one, which the refresher alone does."""
    pattern = (
        r'apiserver_request_total\{[^}]*resource="secrets"[^}]*scope="resource"[^}]*verb="(GET|PATCH)"[^}]*\} (\d+)'
    )
    return sum(int(count) for _, count in re.findall(pattern, pods.text("/metrics")))


def _shown(run: Run) -> str:
    return f"{run.seconds:.1f} s, {run.operations} resources, {sum(run.asked.values())} requests ({_counts(run.asked)})"


def _counts(asked: Counter[str]) -> str:
    return ", ".join(f"{service} {count}" for service, count in sorted(asked.items()))


def _must(truth: bool, what: str) -> None:
    if not truth:
        sys.exit(f"bench-federated: {what}")


if __name__ == "__main__":
    sandbox.run_inside(FOLDER, main, modules=KUBERNETES)
