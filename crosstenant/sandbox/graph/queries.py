"""Answers to reads: one object or a list, with ``$filter``, ``$select``, ``$count`` and pages.

https://learn.microsoft.com/graph/query-parameters. An option that is not here is refused: with it, Graph would answer
with other objects, in another order or with more of them.
"""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import urlencode

from crosstenant.sandbox.graph import sources
from crosstenant.sandbox.graph.refusals import GraphRefusal, not_emulated
from crosstenant.sandbox.graph.request import GraphRequest, Json
from crosstenant.sandbox.world.state import public

_CONDITION: Final = re.compile(
    r"(?P<property>\w+) eq '(?P<value>(?:[^']|'')*)'|startswith\((?P<started>\w+), ?'(?P<start>(?:[^']|'')*)'\)"
    r"|(?P<collection>\w+)/any\((?P<variable>\w+): ?(?P=variable) eq '(?P<member>(?:[^']|'')*)'\)",
    re.IGNORECASE,
)
_FILTERABLE: Final = {"id", "appId", "displayName", "servicePrincipalType", "signInAudience", "uniqueName"}
_FILTERABLE_CREDENTIALS: Final = {"name"}
_FILTERABLE_COLLECTIONS: Final = {"identifierUris", "servicePrincipalNames"}
_OPTIONS: Final = {"$filter", "$select", "$count", "$top", "$skiptoken", "$format"}


def one(request: GraphRequest, kind: str, document: Json) -> Json:
    """A single object as an answer."""
    _check_options(request)
    return {"@odata.context": f"{request.root}/{request.version}/$metadata#{kind}/$entity", **_shape(request, document)}


def many(request: GraphRequest, kind: str, documents: list[Json]) -> Json:
    """A list of objects as an answer: one page of the objects that match ``$filter``."""
    _check_options(request)
    chosen = [document for document in documents if _passes(document, request.query.get("$filter", ""))]
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
        answer["@odata.nextLink"] = f"{request.root}/{request.version}/{kind}?{query}"
    return answer


def _check_options(request: GraphRequest) -> None:
    for name in request.query:
        if name.startswith("$") and name.lower() not in _OPTIONS:
            raise not_emulated(f"the query option {name}")


def _shape(request: GraphRequest, document: Json) -> Json:
    shown: Json = public(document)
    if request.version == "beta" and "publisherDomain" in shown:
        shown["oauth2RequirePostResponse"] = document.get("oauth2RequirePostResponse", False)
    selected = request.query.get("$select")
    if not selected:
        return shown
    return {name: shown[name] for name in ("id", *(part.strip() for part in selected.split(","))) if name in shown}


def _passes(document: Json, condition: str) -> bool:
    if not condition.strip():
        return True
    return all(_holds(document, part.strip()) for part in re.split(r"\s+and\s+", condition))


def _holds(document: Json, condition: str) -> bool:
    match = _CONDITION.fullmatch(condition)
    if match is None:
        raise not_emulated(f"the filter {condition}", "Request_UnsupportedQuery")
    name = match["property"] or match["started"] or match["collection"]
    collection = match["collection"] is not None
    filterable = _FILTERABLE_CREDENTIALS if "issuer" in document else _FILTERABLE
    if name not in (_FILTERABLE_COLLECTIONS if collection else filterable) or (collection and name not in document):
        raise not_emulated(f"the filter {condition}", "Request_UnsupportedQuery")
    if collection:
        member = match["member"].replace("''", "'").lower()
        return any(str(one).lower() == member for one in document[name])
    found = str(document.get(name, "")).lower()
    if match["property"]:
        return found == match["value"].replace("''", "'").lower()
    return found.startswith(match["start"].replace("''", "'").lower())


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
