"""The resources of a subscription or of a resource group, of every type: how clients find a resource by its name.

https://learn.microsoft.com/rest/api/resources/resources/list
"""

from __future__ import annotations

import re
from typing import Any, Final, cast

from crosstenant.sandbox.arm import sources
from crosstenant.sandbox.arm.ids import find_group, group_of, key
from crosstenant.sandbox.arm.refusals import ArmRefusal
from crosstenant.sandbox.arm.request import Answer, ArmRequest

Json = dict[str, Any]

_GROUP_TYPE: Final = "microsoft.resources/resourcegroups"
_SHOWN: Final = ("id", "name", "type", "location", "kind", "managedBy", "sku", "identity", "tags")
_TERM: Final = re.compile(
    r"(?P<property>\w+)\s+(?P<operator>eq|ne)\s+'(?P<value>(?:[^']|'')*)'"
    r"|substringof\('(?P<part>(?:[^']|'')*)',\s*(?P<whole>\w+)\)"
    r"|startswith\((?P<started>\w+),\s*'(?P<start>(?:[^']|'')*)'\)",
    re.IGNORECASE,
)
_COMPARED: Final = ("resourcetype", "name", "resourcegroup", "location")
_SEARCHED: Final = ("name", "resourcegroup")


def list_resources(request: ArmRequest) -> Answer:
    """``GET`` of all resources of a subscription or of a resource group: those that the caller may read.

    With ``$filter`` on type, name, resource group, location or tag, and with ``$top``. ``$expand`` adds
    ``provisioningState``; the times of creation and change are not known here.
    """
    if "group" in request.parts:
        find_group(request.state, request.scope)
    below = f"{key(request.scope)}/"
    everything: list[Json] = [
        one
        for arm_id, one in request.state["resources"].items()
        if arm_id.startswith(below) and one["type"].lower() != _GROUP_TYPE
    ]
    readable = [one for one in everything if request.may(f"{one['type']}/read", one["id"])]
    if not readable:
        # Refuses a caller without any role in the scope.
        group = "resourceGroups/" if "group" in request.parts else ""
        request.readable([], f"Microsoft.Resources/subscriptions/{group}resources/read")
    text = request.query.get("$filter", "")
    chosen = [one for one in readable if _passes(one, text)] if readable else _checked(text)
    expanded = "provisioningstate" in request.query.get("$expand", "").lower()
    top = request.query.get("$top", "")
    size = int(top) if top.isdigit() and int(top) else len(chosen)
    return Answer(200, {"value": [_document(one, expanded) for one in chosen[:size]]})


def readable_of_type(request: ArmRequest, resource_type: str) -> list[Json]:
    """The resources of a type in the subscription or resource group of a request that the caller may read.

    :raises ArmRefusal: The resource group does not exist (404), or the caller has no role in the scope (403).
    """
    if "group" in request.parts:
        find_group(request.state, request.scope)
    below = f"{key(request.scope)}/"
    found = [
        one
        for name, one in request.state["resources"].items()
        if one["type"].lower() == resource_type.lower() and name.startswith(below)
    ]
    return request.readable(found, f"{resource_type}/read")


def _document(resource: Json, expanded: bool) -> Json:
    shown = {name: resource[name] for name in _SHOWN if resource.get(name) is not None}
    if expanded:
        shown["provisioningState"] = resource["properties"].get("provisioningState", "Succeeded")
    return shown


def _checked(text: str) -> list[Json]:
    """No resource, after a check of the filter: an invalid one is refused in an empty subscription too."""
    _passes({"name": "", "type": "", "id": "", "location": "", "tags": {}}, text)
    return []


def _passes(resource: Json, text: str) -> bool:
    if re.search(r"'\s+or\s", text, re.IGNORECASE):
        raise ArmRefusal(
            400, "BadRequest", f"The sandbox does not emulate $filter with 'or': {text}.", source=sources.NOT_EMULATED
        )
    terms = [_TERM.fullmatch(term.strip()) for term in re.split(r"\s+and\s+", text.strip())] if text.strip() else []
    tags = {name.lower(): value for name, value in cast("dict[str, str]", resource.get("tags") or {}).items()}
    results: list[bool] = []
    properties, wanted_tag = 0, ""
    for term in terms:
        if term is None:
            raise _invalid(text)
        name = str(term["property"] or term["whole"] or term["started"]).lower()
        value = str(term["value"] or term["part"] or term["start"] or "").replace("''", "'")
        if term["property"] and name in _COMPARED:
            properties += 1
            equal = _property(resource, name) == value.lower()
            results.append(equal if term["operator"].lower() == "eq" else not equal)
        elif term["property"] and name == "tagname":
            wanted_tag = value.lower()
            results.append(wanted_tag in tags)
        elif term["property"] and name == "tagvalue" and wanted_tag:
            results.append(tags.get(wanted_tag) == value)
        elif term["whole"] and name in _SEARCHED:
            properties += 1
            results.append(value.lower() in _property(resource, name))
        elif term["started"] and name == "tagname":
            results.append(any(tag.startswith(value.lower()) for tag in tags))
        else:
            raise _invalid(text)
    # Azure refuses a tag beside another property.
    if properties not in (0, len(results)):
        raise _invalid(text)
    return all(results)


def _property(resource: Json, name: str) -> str:
    if name == "resourcegroup":
        return (group_of(resource["id"]) or "").lower()
    return str(resource["type" if name == "resourcetype" else name]).lower()


def _invalid(text: str) -> ArmRefusal:
    return ArmRefusal(
        400,
        "InvalidFilterInQueryString",
        f"Invalid $filter '{text}' specified in the query string.",
        source=sources.INVALID_FILTER,
    )
