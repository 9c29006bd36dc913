"""Container registries: reading, listing, writing, deleting, and the admin user.

https://learn.microsoft.com/rest/api/container-registry/registries
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
from typing import Any, Final, cast

from crosstenant.sandbox.arm import sources
from crosstenant.sandbox.arm.clusters.operations import remove
from crosstenant.sandbox.arm.ids import find_group, find_resource, key
from crosstenant.sandbox.arm.refusals import ArmRefusal, location_required, resource_elsewhere
from crosstenant.sandbox.arm.request import Answer, ArmRequest
from crosstenant.sandbox.arm.resource_list import readable_of_type
from crosstenant.sandbox.world import resource_documents
from crosstenant.sandbox.world.clouds import cloud_of
from crosstenant.sandbox.world.ids import REGISTRY_TYPE
from crosstenant.sandbox.world.resource_documents import location_name
from crosstenant.sandbox.world.state import public
from crosstenant.sandbox.world.times import timestamp

Json = dict[str, Any]


MODES: Final = ("LegacyRegistryPermissions", "AbacRepositoryPermissions")

_WRITABLE: Final = {
    "adminUserEnabled": None,
    "anonymousPullEnabled": None,
    "dataEndpointEnabled": None,
    "networkRuleBypassOptions": ("AzureServices", "None"),
    "networkRuleSet": None,
    "policies": None,
    "publicNetworkAccess": ("Enabled", "Disabled"),
    "roleAssignmentMode": MODES,
    "zoneRedundancy": ("Enabled", "Disabled"),
}
_TIERS: Final = ("Basic", "Standard", "Premium")
_NAME: Final = re.compile(r"[A-Za-z0-9]{5,50}")


def knows_mode(api_version: str) -> bool:
    """Whether an API version has ``roleAssignmentMode``: previews since 2025-03, stable ones since 2025-11."""
    return api_version >= ("2025-03-01-preview" if api_version.endswith("-preview") else "2025-11-01")


def get_registry(request: ArmRequest) -> Answer:
    """``GET .../registries/{name}``."""
    return Answer(200, _document(request, find_resource(request.state, request.scope)))


def list_registries(request: ArmRequest) -> Answer:
    """``GET`` of all registries of a subscription or of a resource group."""
    return Answer(200, {"value": [_document(request, one) for one in readable_of_type(request, REGISTRY_TYPE)]})


def put_registry(request: ArmRequest) -> Answer:
    """``PUT .../registries/{name}``: creates a registry, or updates it from the body."""
    group = find_group(request.state, request.scope)
    found = request.state["resources"].get(key(request.scope))
    name = request.part("name")
    if found is not None:
        location = location_name(str(request.body.get("location") or found["location"]))
        if location != found["location"]:
            raise resource_elsewhere(name, found["location"], group["name"], location)
        _write(request, found)
        return Answer(200, _document(request, found))
    if not _NAME.fullmatch(name):
        raise ArmRefusal(400, "InvalidResourceName", _name_rule(name), source=sources.INVALID_REGISTRY_NAME)
    if _taken(request, name):
        raise ArmRefusal(409, "AlreadyInUse", _in_use(request, name), source=sources.REGISTRY_NAME_IN_USE)
    location, sku = request.body.get("location"), request.body.get("sku")
    if not location:
        raise location_required()
    if not sku:
        raise ArmRefusal(
            400,
            "SkuRequired",
            "The SKU property is required for this definition.",
            target="sku",
            source=sources.SKU_REQUIRED,
        )
    registry_id = f"{group['id']}/providers/{REGISTRY_TYPE}/{name}"
    registry = resource_documents.registry(registry_id, MODES[0], cloud_of(request.state))
    registry["location"] = location_name(location)
    registry["properties"]["loginServer"] = registry["properties"]["loginServer"].lower()
    registry["properties"]["creationDate"] = timestamp(request.time)
    _write(request, registry)
    request.state["resources"][key(registry_id)] = registry
    return Answer(201, _document(request, registry))


def patch_registry(request: ArmRequest) -> Answer:
    """``PATCH .../registries/{name}``."""
    registry = find_resource(request.state, request.scope)
    _write(request, registry)
    return Answer(200, _document(request, registry))


def delete_registry(request: ArmRequest) -> Answer:
    """``DELETE .../registries/{name}``."""
    find_group(request.state, request.scope)
    if key(request.scope) not in request.state["resources"]:
        return Answer(204)
    remove(request.state, request.scope)
    return Answer(200)


def list_credentials(request: ArmRequest) -> Answer:
    """``POST .../registries/{name}/listCredentials``: those of the admin user, if it is enabled."""
    registry = find_resource(request.state, request.scope)
    if not registry["properties"]["adminUserEnabled"]:
        raise ArmRefusal(
            400,
            "UnAuthorizedForCredentialOperations",
            f"Cannot perform credential operations for {registry['id']} as admin user is disabled. Kindly enable admin "
            "user as per docs: "
            "https://docs.microsoft.com/en-us/azure/container-registry/container-registry-authentication#admin-account",
            source=sources.ADMIN_USER_DISABLED,
        )
    password = admin_password(registry)
    return Answer(200, {"username": registry["name"], "passwords": [{"name": "password", "value": password}]})


def admin_password(registry: Json) -> str:
    """The admin user's password, which is valid only while the admin user is enabled."""
    return hashlib.sha256(f"admin/{registry['id']}".encode()).hexdigest()[:32]


def check_name(request: ArmRequest) -> Answer:
    """``POST .../checkNameAvailability``."""
    name = str(request.body.get("name", ""))
    if not _NAME.fullmatch(name):
        return Answer(200, {"nameAvailable": False, "reason": "Invalid", "message": _name_rule(name)})
    if _taken(request, name):
        return Answer(
            200,
            {"nameAvailable": False, "reason": "AlreadyExists", "message": f"The registry {name} is already in use."},
        )
    return Answer(200, {"nameAvailable": True})


def _write(request: ArmRequest, registry: Json) -> None:
    for name in ("tags", "sku"):
        given = request.body.get(name)
        if given is not None:
            registry[name] = dict(given)
    tier = registry["sku"].get("name")
    if tier not in _TIERS:
        raise ArmRefusal(
            400,
            "InvalidSku",
            f"The SKU '{tier}' is not supported: use one of {', '.join(_TIERS)}.",
            target="sku",
            source=sources.INVALID_SKU,
        )
    registry["sku"]["tier"] = tier
    given = cast(Json, request.body.get("properties") or {})
    for name, values in _WRITABLE.items():
        if name not in given or (name == "roleAssignmentMode" and not knows_mode(request.api_version)):
            continue
        if values is not None and given[name] not in values:
            raise ArmRefusal(
                400,
                "InvalidParameter",
                f"The value '{given[name]}' of the property '{name}' is invalid. Use one of {', '.join(values)}.",
                target=name,
                source=sources.INVALID_REGISTRY_PROPERTY,
            )
        if name == "networkRuleSet":
            _check_rules(given[name] or {})
        if name == "policies":
            # A policy that the request omits stays as it is.
            registry["properties"].setdefault(name, {}).update(given[name] or {})
        else:
            registry["properties"][name] = given[name]
    _check_tier(registry)


def _check_tier(registry: Json) -> None:
    """Checks that the registry's tier has what its properties say.

    https://learn.microsoft.com/azure/container-registry/container-registry-skus

    :raises ArmRefusal: It has not (400).
    """
    tier, properties = registry["sku"]["tier"], registry["properties"]
    rules: Json = properties.get("networkRuleSet") or {}
    if tier != "Premium" and properties.get("publicNetworkAccess") == "Disabled":
        raise ArmRefusal(
            400,
            "DisablingPublicNetworkAccessNotSupported",
            f"Disabling public network access is not supported for the SKU {tier}. For more information, please visit "
            "https://aka.ms/acr/private-link.",
            source=sources.PUBLIC_NETWORK_ACCESS_OF_TIER,
        )
    lacking = {
        "anonymousPullEnabled": tier == "Basic" and properties.get("anonymousPullEnabled"),
        "dataEndpointEnabled": tier != "Premium" and properties.get("dataEndpointEnabled"),
        "networkRuleSet": tier != "Premium" and (rules.get("defaultAction") == "Deny" or rules.get("ipRules")),
    }
    for name, lacks in lacking.items():
        if lacks:
            raise ArmRefusal(
                400,
                "InvalidParameter",
                f"The property '{name}' is not supported for the SKU {tier}.",
                target=name,
                source=sources.PROPERTY_OF_TIER,
            )


def _check_rules(rules: Json) -> None:
    action = rules.get("defaultAction", "Allow")
    addresses = [rule.get("value") for rule in cast("list[Json]", rules.get("ipRules") or [])]
    wrong = [it for it in addresses if not _is_network(it)]
    if action not in ("Allow", "Deny", None):
        wrong.append(action)
    if wrong:
        raise ArmRefusal(
            400,
            "InvalidParameter",
            f"The value '{wrong[0]}' of the property 'networkRuleSet' is invalid.",
            target="networkRuleSet",
            source=sources.INVALID_REGISTRY_PROPERTY,
        )


def _is_network(text: object) -> bool:
    try:
        ipaddress.ip_network(str(text), strict=False)
    except ValueError:
        return False
    return True


def _document(request: ArmRequest, registry: Json) -> Json:
    shown: Json = public(registry)
    if not knows_mode(request.api_version):
        shown["properties"].pop("roleAssignmentMode", None)
    return shown


def _taken(request: ArmRequest, name: str) -> bool:
    """Registry names are unique in the cloud, across all tenants."""
    return any(
        one["type"].lower() == REGISTRY_TYPE.lower() and one["name"].lower() == name.lower()
        for one in request.state["resources"].values()
    )


def _in_use(request: ArmRequest, name: str) -> str:
    host = f"{name.lower()}.{cloud_of(request.state).registry_suffix}"
    return (
        f"The registry DNS name {host} is already in use. You can check if the name is already "
        "claimed using following API: "
        "https://docs.microsoft.com/en-us/rest/api/containerregistry/registries/checknameavailability"
    )


def _name_rule(name: str) -> str:
    return (
        f"The specified resource name '{name}' is invalid: it may contain alpha numeric characters only and must be "
        "between 5 and 50 characters."
    )
