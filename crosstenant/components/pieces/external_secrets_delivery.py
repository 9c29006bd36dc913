"""The delivery ``external-secrets``: the External Secrets Operator renews the pull secrets."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi

from crosstenant.components.pieces.cluster_objects import ClusterObjects
from crosstenant.model.kubernetes.external_secrets_objects import (
    ExternalSecretsPlan,
    external_secrets_objects,
    pull_template,
)


def deliver_by_external_secrets(
    cluster: ClusterObjects,
    plan: ExternalSecretsPlan,
    *,
    tenant_id: str,
    client_id: pulumi.Output[str],
    login_servers: Sequence[pulumi.Output[str]],
    permitted: Sequence[pulumi.Resource],
) -> list[pulumi.CustomResource]:
    """Declares the operator's objects; returns those that are ready when the secrets are there.

    :param cluster: The cluster, in which the operator is installed.
    :param plan: What it gets.
    :param tenant_id: UUID of the registry tenant.
    :param client_id: Client ID (UUID) of the identity.
    :param login_servers: Host of each registry.
    :param permitted: What permits the pull: federated credentials and role assignments.
    """
    template = pulumi.Output.all(*login_servers).apply(pull_template)
    found = external_secrets_objects(
        plan, tenant_id=tenant_id, client_id=client_id, login_servers=login_servers, template=template
    )
    ready: list[pulumi.CustomResource] = []
    for it in found:
        name = it.namespace.name
        account = cluster.declare("service-account", it.service_account, name)
        generators = [
            cluster.declare(f"generator-{number}", document, name, after=[account])
            for number, document in enumerate(it.generators)
        ]
        secret = cluster.declare("external-secret", it.external_secret, name, after=[*permitted, *generators])
        ready.append(secret)
        for account_name, document in it.service_accounts.items():
            cluster.patch(f"{account_name}-pull-secrets", document, name, after=[secret])
    return ready
