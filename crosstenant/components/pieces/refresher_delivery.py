"""The delivery ``refresher``: a small program in the cluster renews the pull secrets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import pulumi

from crosstenant.components.pieces.cluster_objects import ClusterObjects
from crosstenant.model.kubernetes.plan import RefresherConfig, RefresherPlan, content_hash
from crosstenant.model.kubernetes.refresher_objects import first_job, refresher_objects, refresher_text


def deliver_by_refresher(
    cluster: ClusterObjects,
    plan: RefresherPlan,
    config: pulumi.Output[RefresherConfig],
    permitted: Sequence[pulumi.Resource],
) -> list[pulumi.CustomResource]:
    """Declares the refresher and what it needs; returns what shows that the cluster pulls.

    :param cluster: The cluster.
    :param plan: What it gets.
    :param config: The refresher's configuration.
    :param permitted: What permits the pull: federated credentials and role assignments.
    """
    text = config.apply(lambda it: it.text())
    objects = refresher_objects(plan, config=text, content_hash="")
    namespace = cluster.declare("namespace", objects.namespace)
    account = cluster.declare("service-account", objects.service_account, after=[namespace])
    program = cluster.declare("config-map", objects.config_map, after=[namespace])
    needed: list[pulumi.Resource] = [account, program]
    uids: list[pulumi.Output[str]] = []
    for it in objects.namespaces:
        name = it.namespace.name
        # Its content is the refresher's from the first run on.
        secret = cluster.declare("secret", it.secret, name, ignore=["data", "stringData"])
        role = cluster.declare("role", it.role, name)
        binding = cluster.declare("role-binding", it.role_binding, name, after=[role, account])
        needed += [secret, binding]
        uids.append(_uid(secret))
    # pulumi-kubernetes waits for the end of a Job: it is the proof, and the first content of the secrets.
    # A secret that was deleted is made again, empty: a Job that depends on its uid fills it in the same update.
    content = pulumi.Output.all(text, *uids).apply(lambda it: content_hash(refresher_text(), *it))
    proof = cluster.declare("first-job", first_job(plan, content_hash=content), after=[*permitted, *needed])
    cluster.declare("cron-job", objects.cron_job, after=[proof])
    for it in objects.namespaces:
        for account_name, document in it.service_accounts.items():
            cluster.patch(f"{account_name}-pull-secrets", document, it.namespace.name, after=[proof])
    return [proof]


def _uid(resource: pulumi.CustomResource) -> pulumi.Output[str]:
    """The uid of an object; empty before it is there."""
    metadata: pulumi.Output[Any] = cast("Any", resource).metadata
    return metadata.apply(lambda it: str(getattr(it, "uid", None) or ""))
