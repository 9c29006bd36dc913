"""Drift of a pull without a secret: changes of identities, federated credentials and issuers outside a stack.

Every function changes the state that it is given and returns a sentence that says what it changed.
"""

from __future__ import annotations

from typing import Any

from crosstenant.sandbox.world import cluster_issuers
from crosstenant.sandbox.world.drift import CLUSTERS, application, resource
from crosstenant.sandbox.world.ids import IDENTITY_TYPE, is_uuid
from crosstenant.sandbox.world.managed_identities import CREDENTIALS, find_identity, forget
from crosstenant.sandbox.world.state import State, now
from crosstenant.sandbox.world.times import timestamp

Json = dict[str, Any]


def delete_federated_credential(state: State, trusting: str, name: str | None = None) -> str:
    """Deletes one federated credential, or all of them.

    :param trusting: An identity by its name, ARM ID or client ID, or an application by its client ID.
    :param name: The credential; None for all.
    :raises LookupError: The identity, the application or the credential does not exist.
    """
    holder = _holder(state, trusting)
    gone = [_credential(holder, trusting, name)] if name else list(holder[CREDENTIALS])
    if not gone:
        raise LookupError(f"{trusting} has no federated credential")
    holder[CREDENTIALS] = [one for one in holder[CREDENTIALS] if one not in gone]
    return f"deleted {len(gone)} federated credential(s) of {trusting}"


def change_federated_credential(
    state: State,
    trusting: str,
    name: str,
    *,
    issuer: str | None = None,
    subject: str | None = None,
    audience: str | None = None,
) -> str:
    """Changes the values of a federated credential that are given.

    :param trusting: An identity by its name, ARM ID or client ID, or an application by its client ID.
    :param name: The credential.
    :raises LookupError: The identity, the application or the credential does not exist.
    :raises ValueError: No value is given.
    """
    given = {"issuer": issuer, "subject": subject, "audiences": [audience] if audience else None}
    changes = {field: value for field, value in given.items() if value}
    if not changes:
        raise ValueError("give an issuer, a subject or an audience")
    found = _credential(_holder(state, trusting), trusting, name)
    found.update(changes)
    audiences = ", ".join(found["audiences"])
    return f"federated credential {name} of {trusting} now trusts {found['subject']} of {found['issuer']} ({audiences})"


def delete_identity(state: State, identity: str) -> str:
    """Deletes a managed identity with its service principal and credentials; its role assignments remain.

    :param identity: Its name or ARM ID.
    :raises LookupError: The identity does not exist.
    """
    found = resource(state, IDENTITY_TYPE, identity)
    forget(state, state["resources"].pop(found["id"].lower()))
    return f"deleted identity {found['name']} and its service principal {found['properties']['principalId']}"


def enable_issuer(state: State, cluster: str) -> str:
    """Switches a cluster's OIDC issuer on.

    :raises LookupError: The cluster does not exist.
    """
    document = resource(state, CLUSTERS, cluster)
    address = cluster_issuers.issuer_url(document) or cluster_issuers.switch_on(state, document)
    return f"cluster {document['name']} has the OIDC issuer {address}"


def rebuild_cluster(state: State, cluster: str) -> str:
    """Deletes a cluster and creates the same one again: its OIDC issuer, if it has one, has a new address and key.

    :raises LookupError: The cluster does not exist.
    """
    document = resource(state, CLUSTERS, cluster)
    for node in document["_nodes"]:
        node["reimagedAt"] = timestamp(now(state))
    below = f"{document['id'].lower()}/"
    for key in [one for one in state["roleAssignments"] if one.startswith(below)]:
        del state["roleAssignments"][key]
    if cluster_issuers.issuer_url(document) is None:
        return f"cluster {document['name']} was built again; it has no OIDC issuer"
    address = cluster_issuers.switch_on(state, document)
    return f"cluster {document['name']} was built again, with the OIDC issuer {address}"


def _holder(state: State, trusting: str) -> Json:
    if not is_uuid(trusting):
        return resource(state, IDENTITY_TYPE, trusting)
    return find_identity(state, trusting) or application(state, trusting)


def _credential(holder: Json, trusting: str, name: str) -> Json:
    for one in holder[CREDENTIALS]:
        if one["name"].lower() == name.lower():
            return one
    names = ", ".join(one["name"] for one in holder[CREDENTIALS]) or "(none)"
    raise LookupError(f"'{name}' is not among the federated credentials of {trusting}: {names}")
