"""``PUT .../managedClusters/{name}``: creates or updates a cluster, and refuses changes that AKS does not allow.

https://learn.microsoft.com/rest/api/aks/managed-clusters/create-or-update. The first PUT determines the service
principal: a later PUT may repeat it, with or without its secret, and may not change it.
"""

from __future__ import annotations

import uuid
from typing import Any, Final, cast

from crosstenant.sandbox.arm import sources
from crosstenant.sandbox.arm.clusters.answers import begin_write, document
from crosstenant.sandbox.arm.clusters.checks import (
    MANAGED_IDENTITY,
    check_etag,
    check_idle,
    check_power,
    check_service_principal,
    client_id_of,
    missing_parameter,
    read_service_principal,
)
from crosstenant.sandbox.arm.clusters.forms import check_new_cluster, check_pools
from crosstenant.sandbox.arm.clusters.issuer import check_issuer, write_issuer
from crosstenant.sandbox.arm.clusters.operation_status import links
from crosstenant.sandbox.arm.clusters.operations import CREATE, UPDATE
from crosstenant.sandbox.arm.clusters.reset import not_on_managed_identity
from crosstenant.sandbox.arm.ids import find_group, key
from crosstenant.sandbox.arm.refusals import ArmRefusal, location_required, resource_elsewhere
from crosstenant.sandbox.arm.request import Answer, ArmRequest
from crosstenant.sandbox.world import resource_documents
from crosstenant.sandbox.world.open_questions import AKS_PUT_WITHOUT_SECRET
from crosstenant.sandbox.world.resource_documents import location_name

Json = dict[str, Any]

_READ_ONLY: Final = {
    "agentPoolProfiles",  # Merged pool by pool.
    "currentKubernetesVersion",
    "fqdn",
    "maxAgentPools",
    "oidcIssuerProfile",  # Switched on by clusters/issuer.py.
    "powerState",
    "provisioningState",
    "servicePrincipalProfile",
}
_UNCHANGEABLE: Final = ("dnsPrefix", "nodeResourceGroup", "enableRBAC")
_SECRETS: Final = {"secret", "adminPassword", "serverAppSecret"}


def put_cluster(request: ArmRequest) -> Answer:
    """Creates or updates a cluster, in an operation of ``settings.cluster_put.seconds``."""
    find_group(request.state, request.scope)
    cluster = request.state["resources"].get(key(request.scope))
    check_etag(request, cluster)
    created = cluster is None
    cluster = _create(request) if cluster is None else _update(request, cluster)
    kind = CREATE if created else UPDATE
    operation_id = begin_write(request, kind, cluster)
    headers = (
        {} if request.state["operations"][operation_id]["done"] else links(request.state, operation_id, location=False)
    )
    return Answer(201 if created else 200, document(cluster), headers)


def _create(request: ArmRequest) -> Json:
    location = request.body.get("location")
    if not location:
        raise location_required()
    properties = _properties(request)
    pools = {pool["name"]: _count(pool) for pool in _pools(properties)}
    if not pools:
        raise missing_parameter("agentPoolProfiles")
    check_new_cluster(request, properties)
    client_id, secret = _new_identity(request, properties)
    cluster_id = (
        f"{find_group(request.state, request.scope)['id']}/providers/Microsoft.ContainerService/managedClusters/"
    )
    cluster_id += request.part("name")
    cluster = resource_documents.cluster(cluster_id, request.caller.tenant_id, pools, client_id, secret)
    cluster["location"] = location_name(location)
    cluster["tags"] = {}
    cluster["_nodes"] = []  # The end of the operation adds them.
    _overlay(request, cluster, properties)
    write_issuer(request, cluster, properties, created=True)
    if client_id == MANAGED_IDENTITY:
        _set_identity(request, cluster)
    group = f"/subscriptions/{request.part('subscription').lower()}/resourceGroups/"
    group += cluster["properties"]["nodeResourceGroup"]
    request.state["resources"][key(group)] = resource_documents.resource_group(group, managed_by=cluster_id)
    request.state["resources"][key(cluster_id)] = cluster
    return cluster


def _update(request: ArmRequest, cluster: Json) -> Json:
    location = request.body.get("location")
    if location and location_name(location) != cluster["location"]:
        raise resource_elsewhere(cluster["name"], cluster["location"], request.part("group"), location_name(location))
    check_idle(request.state, cluster)
    check_power(request, cluster, "updating")
    properties = _properties(request)
    for name in _UNCHANGEABLE:
        current = cluster["properties"].get(name)
        if name in properties and properties[name] != current:
            raise _not_allowed(name)
    check_issuer(cluster, properties)
    becomes_managed = _wants_managed_identity(request) and client_id_of(cluster) != MANAGED_IDENTITY
    _check_same_service_principal(request, cluster, properties, becomes_managed)
    _overlay(request, cluster, properties)
    write_issuer(request, cluster, properties, created=False)
    if becomes_managed:
        # The control plane uses the new identity at once; a node keeps the service principal until its upgrade.
        cluster["properties"]["servicePrincipalProfile"] = {"clientId": MANAGED_IDENTITY}
        cluster["_credential"] = None
        _set_identity(request, cluster)
    return cluster


def _new_identity(request: ArmRequest, properties: Json) -> tuple[str, str | None]:
    profile = properties.get("servicePrincipalProfile")
    if profile is None:
        if _wants_managed_identity(request):
            return MANAGED_IDENTITY, None
        raise missing_parameter("servicePrincipalProfile")
    client_id, secret = read_service_principal(profile)
    if client_id.lower() == MANAGED_IDENTITY and _wants_managed_identity(request):
        return MANAGED_IDENTITY, None
    if secret is None:
        raise missing_parameter("servicePrincipalProfile.secret")
    check_service_principal(request.state, request.caller.tenant_id, client_id, secret)
    return client_id, secret


def _check_same_service_principal(request: ArmRequest, cluster: Json, properties: Json, becomes_managed: bool) -> None:
    current = client_id_of(cluster)
    profile = properties.get("servicePrincipalProfile")
    client_id, secret = read_service_principal(profile) if profile is not None else (current, None)
    if current == MANAGED_IDENTITY:
        if client_id.lower() != MANAGED_IDENTITY:
            raise not_on_managed_identity()
        return
    if becomes_managed and client_id.lower() == MANAGED_IDENTITY:
        return
    if client_id.lower() != current.lower():
        raise _not_allowed("servicePrincipalProfile.clientId")
    if profile is not None and secret is None and AKS_PUT_WITHOUT_SECRET.answer(request.state) == "refused":
        raise missing_parameter("servicePrincipalProfile.secret")
    if secret is not None and secret != cluster["_credential"]["secret"]:
        raise _not_allowed("servicePrincipalProfile.secret")
    if not becomes_managed:
        # A PUT reconciles the cluster with its present credential, which must still be valid.
        check_service_principal(request.state, request.caller.tenant_id, current, cluster["_credential"]["secret"])


def _overlay(request: ArmRequest, cluster: Json, properties: Json) -> None:
    """Writes the properties of the body to the cluster, as far as AKS lets a caller set them."""
    for name in ("tags", "sku"):
        if request.body.get(name) is not None:
            cluster[name] = request.body[name]
    given = {name: _without_secrets(value) for name, value in properties.items() if name not in _READ_ONLY}
    cluster["properties"].update(given)
    pools: list[Json] = cluster["properties"]["agentPoolProfiles"]
    known = {pool["name"]: pool for pool in pools}
    for pool in _pools(properties):
        name = pool["name"]
        if name not in known:
            template = resource_documents.cluster(cluster["id"], "", {name: 1}, MANAGED_IDENTITY, None)
            known[name] = template["properties"]["agentPoolProfiles"][0]
            pools.append(known[name])
        known[name].update(
            {item: value for item, value in pool.items() if item not in ("provisioningState", "powerState")}
        )


def _set_identity(request: ArmRequest, cluster: Json) -> None:
    given = cast(Json, request.body.get("identity") or {})
    kind = given.get("type", "SystemAssigned")
    cluster["identity"] = {
        "type": kind,
        "principalId": str(uuid.uuid4()),
        "tenantId": request.caller.tenant_id,
    }


def _wants_managed_identity(request: ArmRequest) -> bool:
    identity: Json = request.body.get("identity") or {}
    return identity.get("type") in ("SystemAssigned", "UserAssigned")


def _properties(request: ArmRequest) -> Json:
    return request.body.get("properties") or {}


def _pools(properties: Json) -> list[Json]:
    pools = cast("list[Json]", properties.get("agentPoolProfiles") or [])
    for pool in pools:
        if not pool.get("name"):
            raise missing_parameter("agentPoolProfile.name")
    check_pools(pools)
    return pools


def _count(pool: Json) -> int:
    return 1 if pool.get("count") is None else int(pool["count"])


def _without_secrets(value: Any) -> Any:
    if isinstance(value, dict):
        items = cast(Json, value).items()
        return {name: _without_secrets(item) for name, item in items if name not in _SECRETS}
    if isinstance(value, list):
        return [_without_secrets(item) for item in cast("list[Any]", value)]
    return value


def _not_allowed(name: str) -> ArmRefusal:
    return ArmRefusal(
        400,
        "PropertyChangeNotAllowed",
        f"Changing property '{name}' is not allowed.",
        target=name,
        source=sources.PROPERTY_CHANGE_NOT_ALLOWED,
    )
