"""Drift of a cluster's nodes, and of what a run-command needs: changes outside a stack.

Every function changes the state that it is given and returns a sentence that says what it changed.
"""

from __future__ import annotations

import secrets
from typing import Any, Final

from crosstenant.sandbox.world.drift import CLUSTERS, REGISTRIES, give_credential, new_secret, resource
from crosstenant.sandbox.world.state import State

Json = dict[str, Any]

UNREACHABLE: Final = ("timeout", "refused", "dns")
"""How a registry cannot be reached: its address drops packets or refuses connections, or its name is unknown."""


def reset_secret(state: State, cluster: str, *, valid: bool = True) -> str:
    """Resets a cluster to another secret of the application that it has, and reimages its nodes at once.

    :param valid: Whether the secret is one of the application's. Without it, the nodes cannot sign in.
    :raises LookupError: The cluster or its application does not exist, or it has a managed identity.
    """
    document = resource(state, CLUSTERS, cluster)
    if document["_credential"] is None:
        raise LookupError(f"cluster {document['name']} has a managed identity, and no secret")
    client_id = document["_credential"]["clientId"]
    secret = new_secret(state, client_id) if valid else secrets.token_urlsafe(30)
    give_credential(state, document, client_id, secret)
    kind = "another secret of" if valid else "a secret that is not valid for"
    return f"cluster {document['name']} and its {len(document['_nodes'])} nodes now have {kind} application {client_id}"


def block_registry(state: State, cluster: str, registry: str, how: str | None) -> str:
    """Makes a registry unreachable from a cluster's nodes, and from nowhere else.

    :param how: One of ``UNREACHABLE``; None makes it reachable again.
    :raises LookupError: The cluster or the registry does not exist.
    """
    document = resource(state, CLUSTERS, cluster)
    host = resource(state, REGISTRIES, registry)["properties"]["loginServer"]
    blocked: dict[str, str] = document.setdefault("_unreachable", {})
    blocked.pop(host, None)
    if how is None:
        return f"the nodes of cluster {document['name']} reach {host}"
    blocked[host] = how
    return f"the nodes of cluster {document['name']} cannot reach {host} ({how})"


def fill_nodes(state: State, cluster: str, pool: str | None, *, full: bool = True) -> str:
    """Leaves no CPU on the nodes of a pool, or makes room on them again.

    :param pool: Name of the node pool; None for all.
    :raises LookupError: The cluster does not exist, or the pool has no node.
    """
    document = resource(state, CLUSTERS, cluster)
    nodes = [node for node in document["_nodes"] if pool in (None, node["pool"])]
    if not nodes:
        names = sorted({node["pool"] for node in document["_nodes"]})
        raise LookupError(f"cluster {document['name']} has no node pool '{pool}' with nodes: {', '.join(names)}")
    for node in nodes:
        node["full"] = full
    return f"{len(nodes)} nodes of cluster {document['name']} {'have no CPU left' if full else 'have room'}"


def taint_pool(state: State, cluster: str, pool: str, taint: str | None) -> str:
    """Gives the nodes of a pool a taint, or removes their taints.

    :param taint: ``key=value:NoSchedule``; None for no taint.
    :raises LookupError: The cluster or the pool does not exist.
    """
    document = resource(state, CLUSTERS, cluster)
    for profile in document["properties"]["agentPoolProfiles"]:
        if profile["name"] == pool:
            profile["nodeTaints"] = [taint] if taint else []
            return f"pool {pool} of cluster {document['name']} has {f'the taint {taint}' if taint else 'no taint'}"
    raise LookupError(f"cluster {document['name']} has no node pool '{pool}'")


def disable_run_command(state: State, cluster: str, *, disabled: bool = True) -> str:
    """Disables a cluster's run-command, or enables it.

    :raises LookupError: The cluster does not exist.
    """
    document = resource(state, CLUSTERS, cluster)
    document["properties"].setdefault("apiServerAccessProfile", {})["disableRunCommand"] = disabled
    return f"run-command of cluster {document['name']} is {'disabled' if disabled else 'enabled'}"


def integrate_entra(state: State, cluster: str, *, azure_rbac: bool = False) -> str:
    """Integrates a cluster with Entra: its users sign in with a token of the cluster tenant.

    :param azure_rbac: Whether role assignments decide about their rights in the cluster.
    :raises LookupError: The cluster does not exist.
    """
    document = resource(state, CLUSTERS, cluster)
    document["properties"]["aadProfile"] = {"managed": True, "enableAzureRBAC": azure_rbac, "adminGroupObjectIDs": None}
    return f"cluster {document['name']} is Entra-integrated{', with Azure RBAC' if azure_rbac else ''}"
