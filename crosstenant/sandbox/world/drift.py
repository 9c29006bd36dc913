"""Drift: changes outside a stack, one function for each.

Every function changes the state that it is given and returns a sentence that says what it changed.
"""

from __future__ import annotations

import secrets
import uuid
from typing import Any, Final

from crosstenant.sandbox.world.directory_documents import new_password
from crosstenant.sandbox.world.ids import CLUSTER_TYPE, REGISTRY_TYPE
from crosstenant.sandbox.world.nodes import set_power
from crosstenant.sandbox.world.resource_documents import node_resource_group_id
from crosstenant.sandbox.world.seed import OLD_CLUSTER_APP_ID, OLD_CLUSTER_SECRET
from crosstenant.sandbox.world.state import State, now
from crosstenant.sandbox.world.times import timestamp

Json = dict[str, Any]

CLUSTERS: Final = CLUSTER_TYPE
REGISTRIES: Final = REGISTRY_TYPE
LOCKS: Final = ("CanNotDelete", "ReadOnly")
MODES: Final = {"abac": "AbacRepositoryPermissions", "legacy": "LegacyRegistryPermissions"}


def remove_role_assignment(state: State, registry: str, client_id: str) -> str:
    """Removes the role assignments of an application on a registry.

    :raises LookupError: The application has no role there, or the registry does not exist.
    """
    scope = resource(state, REGISTRIES, registry)["id"].lower()
    principals = {one["id"] for one in state["servicePrincipals"].values() if one["appId"] == client_id.lower()}
    gone = [
        key
        for key, one in state["roleAssignments"].items()
        if one["properties"]["scope"].lower() == scope and one["properties"]["principalId"] in principals
    ]
    if not gone:
        raise LookupError(f"application {client_id} has no role on registry {registry}")
    for key in gone:
        del state["roleAssignments"][key]
    return f"removed {len(gone)} role assignment(s) of application {client_id} on registry {registry}"


def reset_cluster(state: State, cluster: str, client_id: str = OLD_CLUSTER_APP_ID) -> str:
    """Resets a cluster's credential to another application and reimages its nodes at once.

    :param client_id: The application; by default the one that the cluster was created with. Any other gets a new
        password for the cluster.
    :raises LookupError: The cluster or the application does not exist.
    """
    document = resource(state, CLUSTERS, cluster)
    secret = OLD_CLUSTER_SECRET if client_id == OLD_CLUSTER_APP_ID else new_secret(state, client_id)
    give_credential(state, document, client_id, secret)
    return f"cluster {document['name']} and its {len(document['_nodes'])} nodes now use application {client_id}"


def remove_secret(state: State, client_id: str, key_id: str | None = None) -> str:
    """Removes one password of an application, or all of them.

    :param key_id: The password; None for all.
    :raises LookupError: The application or the password does not exist.
    """
    document = application(state, client_id)
    before = document["passwordCredentials"]
    kept = [one for one in before if key_id is not None and one["keyId"] != key_id]
    if len(kept) == len(before):
        raise LookupError(f"application {client_id} has no such password")
    document["passwordCredentials"] = kept
    return f"removed {len(before) - len(kept)} password(s) of application {client_id}"


def expire_secret(state: State, client_id: str) -> str:
    """Lets every password of an application expire: each ends a minute ago.

    :raises LookupError: The application does not exist.
    """
    ended = timestamp(now(state) - 60)
    passwords = application(state, client_id)["passwordCredentials"]
    for one in passwords:
        one["endDateTime"] = ended
    return f"{len(passwords)} password(s) of application {client_id} ended at {ended}"


def delete_application(state: State, client_id: str) -> str:
    """Deletes an application with the service principal of its own tenant.

    Service principals in other tenants remain, and cannot sign in any longer.

    :raises LookupError: The application does not exist.
    """
    document = application(state, client_id)
    del state["applications"][document["id"]]
    delete_service_principal(state, document["_tenant"], client_id)
    return f"deleted application {client_id} and its service principal in tenant {document['_tenant']}"


def delete_service_principal(state: State, tenant: str, client_id: str) -> str:
    """Deletes an application's service principal in a tenant; its role assignments remain.

    :raises LookupError: The service principal does not exist.
    """
    del state["servicePrincipals"][service_principal(state, tenant, client_id)["id"]]
    return f"deleted the service principal of application {client_id} in tenant {tenant}"


def disable_service_principal(state: State, tenant: str, client_id: str) -> str:
    """Disables an application's service principal in a tenant, as an administrator may.

    :raises LookupError: The service principal does not exist.
    """
    service_principal(state, tenant, client_id)["accountEnabled"] = False
    return f"disabled the service principal of application {client_id} in tenant {tenant}"


def set_audience(state: State, client_id: str, audience: str) -> str:
    """Changes the sign-in audience of an application: ``AzureADMyOrg`` or ``AzureADMultipleOrgs``.

    :raises LookupError: The application does not exist.
    """
    application(state, client_id)["signInAudience"] = audience
    return f"application {client_id} now has the sign-in audience {audience}"


def set_redirect_uri(state: State, client_id: str, uri: str) -> str:
    """Makes ``uri`` the one redirect URI of an application.

    :raises LookupError: The application does not exist.
    """
    application(state, client_id)["web"]["redirectUris"] = [uri]
    return f"application {client_id} now redirects to {uri}"


def close_registry(state: State, registry: str) -> str:
    """Closes a registry to public networks: only private endpoints reach it.

    :raises LookupError: The registry does not exist.
    """
    resource(state, REGISTRIES, registry)["properties"]["publicNetworkAccess"] = "Disabled"
    return f"registry {registry} is closed to public networks"


def lock_registry(state: State, registry: str, level: str | None) -> str:
    """Locks a registry and what is below it, or removes its lock.

    :param level: One of ``LOCKS``; None for no lock.
    :raises LookupError: The registry does not exist.
    """
    registry_id: str = resource(state, REGISTRIES, registry)["id"]
    locks: dict[str, Any] = state.setdefault("locks", {})
    locks.pop(registry_id.lower(), None)
    if level is None:
        return f"registry {registry} has no lock"
    locks[registry_id.lower()] = {"scope": registry_id, "level": level}
    return f"registry {registry} has the lock {level}"


def delete_registry(state: State, registry: str) -> str:
    """Deletes a registry with the role assignments on it.

    :raises LookupError: The registry does not exist.
    """
    registry_id = resource(state, REGISTRIES, registry)["id"].lower()
    del state["resources"][registry_id]
    for key in [one for one in state["roleAssignments"] if one.startswith(f"{registry_id}/")]:
        del state["roleAssignments"][key]
    return f"registry {registry} is deleted"


def registry_mode(state: State, registry: str, mode: str) -> str:
    """Switches a registry between ``abac`` and ``legacy`` permissions.

    :raises LookupError: The registry does not exist.
    """
    resource(state, REGISTRIES, registry)["properties"]["roleAssignmentMode"] = MODES[mode]
    return f"registry {registry} is now in mode {MODES[mode]}"


def stop_cluster(state: State, cluster: str) -> str:
    """Stops a cluster.

    :raises LookupError: The cluster does not exist.
    """
    set_power(resource(state, CLUSTERS, cluster), "Stopped")
    return f"cluster {cluster} is stopped"


def enable_managed_identity(state: State, cluster: str) -> str:
    """Replaces the application of a cluster and its nodes by a managed identity.

    :raises LookupError: The cluster does not exist.
    """
    document = resource(state, CLUSTERS, cluster)
    document["properties"]["servicePrincipalProfile"] = {"clientId": "msi"}
    document["identity"] = {"type": "SystemAssigned", "principalId": str(uuid.uuid4())}
    document["_credential"] = None
    for node in document["_nodes"]:
        node.update(clientId="msi", secret=None, reimagedAt=timestamp(now(state)))
    return f"cluster {document['name']} and its {len(document['_nodes'])} nodes now use a managed identity"


def delete_cluster(state: State, cluster: str) -> str:
    """Deletes a cluster with its node resource group.

    :raises LookupError: The cluster does not exist.
    """
    found = resource(state, CLUSTERS, cluster)
    cluster_id = found["id"]
    group = node_resource_group_id(cluster_id, found["location"]).lower()
    del state["resources"][cluster_id.lower()]
    state["resources"].pop(group, None)
    assignments = state["roleAssignments"]
    for key in [one for one in assignments if one.startswith((f"{group}/", f"{cluster_id.lower()}/"))]:
        del assignments[key]
    return f"cluster {cluster} is deleted"


def resource(state: State, kind: str, name: str) -> Json:
    """A resource by its name or ARM ID.

    :param kind: The resource type: ``CLUSTERS`` or ``REGISTRIES``.
    :raises LookupError: The resource does not exist; the message lists the existing ones.
    """
    of_kind = [one for one in state["resources"].values() if one["type"].lower() == kind.lower()]
    for one in of_kind:
        if name.lower() in (one["name"].lower(), one["id"].lower()):
            return one
    raise LookupError(
        f"'{name}' is not among the {kind.split('/')[-1]} of the sandbox: {', '.join(one['name'] for one in of_kind)}"
    )


def application(state: State, client_id: str) -> Json:
    """The application of a client ID.

    :raises LookupError: The application does not exist.
    """
    for one in state["applications"].values():
        if one["appId"] == client_id.lower():
            return one
    raise LookupError(f"an application with client ID {client_id} does not exist")


def service_principal(state: State, tenant: str, client_id: str) -> Json:
    """An application's service principal in a tenant.

    :raises LookupError: The service principal does not exist.
    """
    for one in state["servicePrincipals"].values():
        if one["appId"] == client_id.lower() and one["_tenant"] == tenant.lower():
            return one
    raise LookupError(f"application {client_id} has no service principal in tenant {tenant}")


def give_credential(state: State, cluster: Json, client_id: str, secret: str) -> None:
    """Writes a credential to a cluster and its nodes, which are reimaged at once.

    :param cluster: The cluster's document.
    """
    cluster["properties"]["servicePrincipalProfile"] = {"clientId": client_id}
    cluster["_credential"] = {"clientId": client_id, "secret": secret}
    for node in cluster["_nodes"]:
        node.update(clientId=client_id, secret=secret, reimagedAt=timestamp(now(state)))


def new_secret(state: State, client_id: str) -> str:
    """Adds a password to an application, which ends in half a year; returns it.

    :raises LookupError: The application does not exist.
    """
    secret = secrets.token_urlsafe(30)
    time = now(state)
    start, end = timestamp(time), timestamp(time + 180 * 86400)
    credential = new_password(str(uuid.uuid4()), secret, "drift", start, end, 0.0)
    application(state, client_id)["passwordCredentials"].append(credential)
    return secret
