"""Container registries: read, listed, written, deleted, and their admin user.

https://learn.microsoft.com/rest/api/container-registry/registries
"""

from __future__ import annotations

import hashlib
import re
from typing import Any, Final, cast

from crosstenant.sandbox.arm.call import Answer, Call
from crosstenant.sandbox.arm.errors import ArmError
from crosstenant.sandbox.arm.ids import find_group, find_resource, key
from crosstenant.sandbox.arm.operations import remove
from crosstenant.sandbox.world import estate
from crosstenant.sandbox.world.ids import REGISTRY_TYPE
from crosstenant.sandbox.world.state import public
from crosstenant.sandbox.world.times import timestamp

Json = dict[str, Any]


READ: Final = f"{REGISTRY_TYPE}/read"
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


def get_registry(call: Call) -> Answer:
    """``GET .../registries/{name}``."""
    return Answer(200, _document(call, find_resource(call.state, call.scope)))


def list_registries(call: Call) -> Answer:
    """``GET`` of all registries of a subscription or of a resource group."""
    if "group" in call.parts:
        find_group(call.state, call.scope)
    below = f"{key(call.scope)}/"
    found = [
        one
        for name, one in call.state["resources"].items()
        if one["type"].lower() == REGISTRY_TYPE.lower() and name.startswith(below)
    ]
    return Answer(200, {"value": [_document(call, one) for one in call.readable(found, READ)]})


def put_registry(call: Call) -> Answer:
    """``PUT .../registries/{name}``: created, or brought to what the body says."""
    group = find_group(call.state, call.scope)
    found = call.state["resources"].get(key(call.scope))
    if found is not None:
        _write(call, found)
        return Answer(200, _document(call, found))
    name = call.part("name")
    if not _NAME.fullmatch(name):
        raise ArmError(400, "InvalidResourceName", _name_rule(name))
    if _taken(call, name):
        raise ArmError(409, "AlreadyInUse", _in_use(name))
    location, sku = call.body.get("location"), call.body.get("sku")
    if not location:
        raise ArmError(400, "LocationRequired", "The location property is required for this definition.")
    if not sku:
        raise ArmError(400, "SkuRequired", "The SKU property is required for this definition.", target="sku")
    registry_id = f"{group['id']}/providers/{REGISTRY_TYPE}/{name}"
    registry = estate.registry(registry_id, MODES[0])
    registry["location"] = location.replace(" ", "").lower()
    registry["properties"]["loginServer"] = f"{name.lower()}.azurecr.io"
    registry["properties"]["creationDate"] = timestamp(call.time)
    _write(call, registry)
    call.state["resources"][key(registry_id)] = registry
    return Answer(201, _document(call, registry))


def patch_registry(call: Call) -> Answer:
    """``PATCH .../registries/{name}``."""
    registry = find_resource(call.state, call.scope)
    _write(call, registry)
    return Answer(200, _document(call, registry))


def delete_registry(call: Call) -> Answer:
    """``DELETE .../registries/{name}``."""
    find_group(call.state, call.scope)
    if key(call.scope) not in call.state["resources"]:
        return Answer(204)
    remove(call.state, call.scope)
    return Answer(200)


def list_credentials(call: Call) -> Answer:
    """``POST .../registries/{name}/listCredentials``: the admin user's, where there is one."""
    registry = find_resource(call.state, call.scope)
    if not registry["properties"]["adminUserEnabled"]:
        raise ArmError(
            400,
            "UnAuthorizedForCredentialOperations",
            f"Cannot perform credential operations for {registry['id']} as admin user is disabled. Kindly enable admin "
            "user as per docs: "
            "https://docs.microsoft.com/en-us/azure/container-registry/container-registry-authentication#admin-account",
        )
    password = admin_password(registry)
    return Answer(200, {"username": registry["name"], "passwords": [{"name": "password", "value": password}]})


def admin_password(registry: Json) -> str:
    """The admin user's password; it counts only while the admin user is enabled."""
    return hashlib.sha256(f"admin/{registry['id']}".encode()).hexdigest()[:32]


def check_name(call: Call) -> Answer:
    """``POST .../checkNameAvailability``."""
    name = str(call.body.get("name", ""))
    if not _NAME.fullmatch(name):
        return Answer(200, {"nameAvailable": False, "reason": "Invalid", "message": _name_rule(name)})
    if _taken(call, name):
        return Answer(
            200,
            {"nameAvailable": False, "reason": "AlreadyExists", "message": f"The registry {name} is already in use."},
        )
    return Answer(200, {"nameAvailable": True})


def _write(call: Call, registry: Json) -> None:
    for name in ("tags", "sku"):
        given = call.body.get(name)
        if given is not None:
            registry[name] = dict(given)
    tier = registry["sku"].get("name")
    if tier not in _TIERS:
        raise ArmError(
            400, "InvalidSku", f"The SKU '{tier}' is not supported: use one of {', '.join(_TIERS)}.", target="sku"
        )
    registry["sku"]["tier"] = tier
    given = cast(Json, call.body.get("properties") or {})
    for name, values in _WRITABLE.items():
        if name not in given or (name == "roleAssignmentMode" and not knows_mode(call.api_version)):
            continue
        if values is not None and given[name] not in values:
            raise ArmError(
                400,
                "InvalidParameter",
                f"The value '{given[name]}' of the property '{name}' is invalid. Use one of {', '.join(values)}.",
                target=name,
            )
        registry["properties"][name] = given[name]


def _document(call: Call, registry: Json) -> Json:
    shown: Json = public(registry)
    if not knows_mode(call.api_version):
        shown["properties"].pop("roleAssignmentMode", None)
    return shown


def _taken(call: Call, name: str) -> bool:
    """Registry names are unique in the cloud, across all tenants."""
    return any(
        one["type"].lower() == REGISTRY_TYPE.lower() and one["name"].lower() == name.lower()
        for one in call.state["resources"].values()
    )


def _in_use(name: str) -> str:
    return (
        f"The registry DNS name {name.lower()}.azurecr.io is already in use. You can check if the name is already "
        "claimed using following API: "
        "https://docs.microsoft.com/en-us/rest/api/containerregistry/registries/checknameavailability"
    )


def _name_rule(name: str) -> str:
    return (
        f"The specified resource name '{name}' is invalid: it may contain alpha numeric characters only and must be "
        "between 5 and 50 characters."
    )
