"""Faults on demand: an error, a delay or a broken connection instead of a service's own answer.

A fault is a record in the state's ``faults``. It names a service, a method and a path. It lets ``skip`` matching
requests pass, applies to the next ``times`` requests (-1: all) and is then removed. ``drop`` breaks the connection
without an answer; with ``after`` the service does its work first, so that the caller cannot know the result.
``answer`` gives the answer another form than the service's own; ``kill`` ends a program of the command that runs in the
sandbox, as a person would; with a ``+`` behind its name, all that it has started too, as the end of a job would. A
request of a program that died has no answer, and without ``after`` no work is done for it; that of another goes on.
"""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import dataclass
from typing import Any, Final, cast

from crosstenant.sandbox.world.state import State, Store

Json = dict[str, Any]

SERVICES: Final = ("login", "graph", "arm", "registry", "issuer")
_DEFAULTS: Final[Json] = {
    "service": "*",
    "method": "*",
    "path": "",
    "skip": 0,
    "times": 1,
    "status": 503,
    "code": "",
    "message": "",
    "retry_after": 0,
    "delay": 0.0,
    "drop": False,
    "after": False,
    "answer": "error",
    "kill": "",
    "token": "",
}
ANSWERS: Final = ("error", "truncated", "missing", "former", "aged", "text", "page")
"""The service's own form of an error; its answer cut in half; "not found", as a replica that does not know the object
yet answers; what the same address answered before the latest change, as a replica that lags does; "the token has
expired", from the first such request on, to every request with its token; a text that is not JSON; the HTML page of a
proxy. A fault of former answers is there before the change (``times`` 0): the sandbox keeps none without it."""
_MISSING: Final = {
    # https://learn.microsoft.com/graph/errors and https://learn.microsoft.com/azure/azure-resource-manager/templates/
    # error-not-found: what the sandbox's services themselves say.
    "graph": (
        "Request_ResourceNotFound",
        "Resource does not exist or one of its queried reference-property objects are not present.",
    ),
    "arm": ("ResourceNotFound", "The resource was not found."),
    "registry": ("NAME_UNKNOWN", "repository name not known to registry"),
}
_AGED: Final = {
    "graph": ("InvalidAuthenticationToken", "Lifetime validation failed, the token is expired."),
    "arm": ("ExpiredAuthenticationToken", "The access token expiry UTC time is earlier than current UTC time."),
}
_CODES: Final = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    409: "Conflict",
    412: "PreconditionFailed",
    429: "TooManyRequests",
    500: "InternalServerError",
    502: "BadGateway",
    503: "ServiceUnavailable",
    504: "GatewayTimeout",
}


def parse_fault(text: str) -> Json:
    """Reads a fault from the command line.

    :param text: A JSON object, or ``name=value`` pairs separated by commas, as in
        ``service=arm,method=POST,path=resetServicePrincipalProfile,status=429,times=2,retry_after=1``.
        ``status=0`` with ``delay=SECONDS`` delays and then lets the service answer.
    :raises ValueError: The text has neither form, or a value is invalid; the message says what is wrong.
    """
    if text.lstrip().startswith("{"):
        try:
            return new_fault(json.loads(text))
        except json.JSONDecodeError as error:
            raise ValueError(f"the fault must be valid JSON: {error}") from None
    given: Json = {}
    for part in re.split(r",(?=\s*\w+=)", text):
        name, equals, value = part.strip().partition("=")
        if not equals:
            raise ValueError(f"'{part}' must have the form name=value; names are {', '.join(_DEFAULTS)}")
        given[name] = value
    return new_fault(given)


def new_fault(given: Json) -> Json:
    """A complete fault: the given values, and defaults for all others.

    :raises ValueError: A name is unknown, or a value has the wrong form.
    """
    unknown = set(given) - {*_DEFAULTS, "id"}
    if unknown:
        raise ValueError(f"'{sorted(unknown)[0]}' is not a property of a fault; names are {', '.join(_DEFAULTS)}")
    fault = {"id": uuid.uuid4().hex[:8], **_DEFAULTS}
    for name, value in given.items():
        fault[name] = _convert(name, value)
    if fault["service"] not in (*SERVICES, "*"):
        raise ValueError(f"service must be one of {', '.join(SERVICES)} or *, not '{fault['service']}'")
    if fault["answer"] not in ANSWERS:
        raise ValueError(f"answer must be one of {', '.join(ANSWERS)}, not '{fault['answer']}'")
    try:
        re.compile(fault["path"])
    except re.error as error:
        raise ValueError(f"path must be a regular expression, not '{fault['path']}': {error}") from None
    fault["method"] = fault["method"].upper()
    return fault


@dataclass(frozen=True)
class Incoming:
    """A request, as far as faults distinguish them."""

    service: str
    method: str
    target: str
    """Its path with its query."""
    token: str = ""
    """A digest of its bearer token; empty without one."""
    has_former: bool = False
    """Whether the address answered otherwise before the latest change."""


def take_fault(store: Store, incoming: Incoming) -> Json | None:
    """The fault that applies to a request, if any; counts the request."""
    with store.read() as state:
        if not _matching(state, incoming):
            return None
    with store.change() as state:
        for record in _matching(state, incoming):
            fault = {**_DEFAULTS, **record}
            if fault["skip"] > 0:
                record["skip"] = fault["skip"] - 1
                continue
            if fault["answer"] == "aged":
                record["token"] = incoming.token
                return fault
            if fault["times"] > 0:
                record["times"] = fault["times"] - 1
            if record.get("times") == 0:
                state["faults"].remove(record)
            return fault
    return None


def fault_body(fault: Json, service: str) -> Json:
    """The error document of a fault, in the form of the service's own errors."""
    code = fault["code"] or _CODES.get(fault["status"], "Fault")
    message = fault["message"] or f"The sandbox answers with status {fault['status']}, as a fault asks it to."
    if service == "login":
        return {"error": code, "error_description": message}
    if service == "registry":
        return {"errors": [{"code": code, "message": message, "detail": None}]}
    return {"error": {"code": code, "message": message}}


def aged_body(service: str) -> Json:
    """The document with which a service refuses a token that has expired."""
    code, message = _AGED.get(service, ("Unauthorized", "The token has expired."))
    return fault_body({"status": 401, "code": code, "message": message}, service)


def missing_body(service: str) -> Json:
    """The document with which a service answers 404 for an object that it does not know."""
    code, message = _MISSING.get(service, ("NotFound", "The object was not found."))
    return fault_body({"status": 404, "code": code, "message": message}, service)


def _matching(state: State, incoming: Incoming) -> list[Json]:
    return [it for it in cast(list[Json], state["faults"]) if _applies({**_DEFAULTS, **it}, incoming)]


def _applies(fault: Json, incoming: Incoming) -> bool:
    if fault["service"] not in ("*", incoming.service) or fault["times"] == 0:
        return False
    if fault["answer"] == "aged" and (fault["token"] or not incoming.token):
        return bool(incoming.token) and fault["token"] == incoming.token
    if fault["answer"] == "former" and not incoming.has_former:
        return False
    return fault["method"] in ("*", incoming.method) and re.search(fault["path"], incoming.target) is not None


def _convert(name: str, value: Any) -> Any:
    if name == "id":
        return str(value)
    default: bool | int | float | str = _DEFAULTS[name]
    if isinstance(default, bool):
        if str(value).lower() not in ("true", "false", "1", "0", "yes", "no"):
            raise ValueError(f"{name} must be true or false, not '{value}'")
        return str(value).lower() in ("true", "1", "yes")
    try:
        return type(default)(value)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be a number, not '{value}'") from None
