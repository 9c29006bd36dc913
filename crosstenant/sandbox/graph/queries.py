"""Answers to reads: one object or a list, with ``$filter``, ``$select``, ``$count`` and pages.

https://learn.microsoft.com/graph/query-parameters. An option that is not here is refused: with it, Graph would answer
with other objects, in another order or with more of them.
"""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import urlencode

from crosstenant.sandbox.graph import sources
from crosstenant.sandbox.graph.properties import TYPES
from crosstenant.sandbox.graph.refusals import GraphRefusal, bad_request, not_emulated
from crosstenant.sandbox.graph.request import GraphRequest, Json
from crosstenant.sandbox.world.provenance import Source
from crosstenant.sandbox.world.state import public

_CONDITION: Final = re.compile(
    r"(?P<property>\w+) eq '(?P<value>(?:[^']|'')*)'|startswith\((?P<started>\w+), ?'(?P<start>(?:[^']|'')*)'\)"
    r"|(?P<collection>\w+)/any\((?P<variable>\w+): ?(?P=variable) eq '(?P<member>(?:[^']|'')*)'\)",
    re.IGNORECASE,
)
_JOINED: Final = re.compile(rf"\s*({_CONDITION.pattern})\s*(?:\sand\s|\Z)", re.IGNORECASE)
_FILTERABLE: Final = {"id", "appId", "displayName", "servicePrincipalType", "signInAudience", "uniqueName"}
_FILTERABLE_CREDENTIALS: Final = {"name"}
_FILTERABLE_COLLECTIONS: Final = {"identifierUris", "servicePrincipalNames"}
_OF_COLLECTIONS: Final = {"$filter", "$count", "$top", "$skiptoken"}
_OPTIONS: Final = {*_OF_COLLECTIONS, "$select", "$format"}
_OTHER_OPTIONS: Final = {"$expand", "$orderby", "$search", "$skip"}


def one(request: GraphRequest, kind: str, document: Json) -> Json:
    """A single object as an answer."""
    _check_options(request, kind)
    if _OF_COLLECTIONS & set(request.query):
        raise bad_request(
            "The query specified in the URI is not valid. The requested resource is not a collection. Query options "
            "$filter, $orderby, $count, $skip, and $top can be applied only on collections.",
            "BadRequest",
            source=sources.NOT_A_COLLECTION,
        )
    return {"@odata.context": f"{request.root}/{request.version}/$metadata#{kind}/$entity", **_shape(request, document)}


def many(request: GraphRequest, kind: str, documents: list[Json]) -> Json:
    """A list of objects as an answer: one page of the objects that match ``$filter``."""
    _check_options(request, kind)
    conditions = _conditions(request, kind)
    chosen = [document for document in documents if all(_holds(document, condition) for condition in conditions)]
    chosen.sort(key=lambda document: str(document["id"]))
    size = _number(request, "$top", int(request.state["settings"]["page_size"]))
    start = _number(request, "$skiptoken", 0)
    answer: Json = {
        "@odata.context": f"{request.root}/{request.version}/$metadata#{kind}",
        "value": [_shape(request, document) for document in chosen[start : start + size]],
    }
    if request.query.get("$count", "").lower() == "true":
        answer["@odata.count"] = len(chosen)
    if start + size < len(chosen):
        query = urlencode({**request.query, "$skiptoken": start + size})
        answer["@odata.nextLink"] = f"{request.address}?{query}"
    return answer


def _check_options(request: GraphRequest, kind: str) -> None:
    for name in request.query:
        if name.startswith("$") and name.lower() not in _OPTIONS:
            raise not_emulated(f"the query option {name}")
        if f"${name}".lower() in _OPTIONS | _OTHER_OPTIONS:
            raise not_emulated(f"the query option {name} without $")
    for name in _selected(request):
        _check_property(request, kind, name, "Parsing OData Select and Expand failed", source=sources.UNKNOWN_SELECTED)


def _check_property(request: GraphRequest, kind: str, name: str, problem: str, *, source: Source) -> None:
    """Checks that a query names a property that the objects of its kind have."""
    known = TYPES.get(kind)
    if known is None or name in known.properties:
        return
    if request.version == "beta":
        # Which has properties that v1.0 does not have.
        raise not_emulated(f"the property {name} of beta")
    raise bad_request(
        f"{problem}: Could not find a property named '{name}' on type '{known.name}'.", "BadRequest", source=source
    )


def _selected(request: GraphRequest) -> list[str]:
    """The properties that ``$select`` names; none if it names all."""
    names = [name.strip() for name in request.query.get("$select", "").split(",")]
    return [] if "*" in names else [name for name in names if name]


def _shape(request: GraphRequest, document: Json) -> Json:
    shown: Json = public(document)
    if request.version == "beta" and "publisherDomain" in shown:
        shown["oauth2RequirePostResponse"] = document.get("oauth2RequirePostResponse", False)
    selected = _selected(request)
    return {name: shown[name] for name in ("id", *selected) if name in shown} if selected else shown


def _conditions(request: GraphRequest, kind: str) -> list[re.Match[str]]:
    """The conditions of a filter, each of which an object must fulfil.

    :raises GraphRefusal: The filter is malformed, or uses what the sandbox does not have.
    """
    text = request.query.get("$filter", "")
    found: list[re.Match[str]] = []
    position = 0
    while text[position:].strip():
        condition = _JOINED.match(text, position)
        if condition is None:
            raise not_emulated(f"the filter {text}", "Request_UnsupportedQuery")
        name = condition["property"] or condition["started"] or condition["collection"]
        _check_property(request, kind, name, "Invalid filter clause", source=sources.UNKNOWN_FILTERED)
        found.append(condition)
        position = condition.end()
    single = _FILTERABLE_CREDENTIALS if kind == "federatedIdentityCredentials" else _FILTERABLE
    for condition in found:
        name = condition["property"] or condition["started"]
        if (name not in single) if name else (condition["collection"] not in _FILTERABLE_COLLECTIONS):
            raise not_emulated(f"the filter {text}", "Request_UnsupportedQuery")
    return found


def _holds(document: Json, condition: re.Match[str]) -> bool:
    if condition["collection"]:
        member = condition["member"].replace("''", "'").lower()
        return any(str(one).lower() == member for one in document.get(condition["collection"], []))
    found = str(document.get(condition["property"] or condition["started"], "")).lower()
    if condition["property"]:
        return found == condition["value"].replace("''", "'").lower()
    return found.startswith(condition["start"].replace("''", "'").lower())


def _number(request: GraphRequest, name: str, default: int) -> int:
    value: Any = request.query.get(name)
    if value is None:
        return default
    if not value.isdigit() or int(value) > 999 or (name == "$top" and value == "0"):
        raise GraphRefusal(
            400,
            "Request_BadRequest",
            f"Invalid value '{value}' for query option {name}.",
            source=sources.INVALID_QUERY_OPTION,
        )
    return int(value)
