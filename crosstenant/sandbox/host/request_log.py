"""The request log, ``<state file>.requests.jsonl``: one line for each request that a service has answered.

A line holds the time, the service, the method, the host, the path and the status, the program that asks (its user
agent), and the tenant and client that the credentials name. No other headers, queries or bodies: they hold secrets.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from starlette.datastructures import Headers
from starlette.types import Scope

from crosstenant.sandbox.world.own_files import open_own, read_own
from crosstenant.sandbox.world.state import Store

Json = dict[str, Any]


def request_log(store: Store) -> Path:
    """The file that the requests of a state file are logged to."""
    return store.path.with_name(f"{store.path.name}.requests.jsonl")


def requests(store: Store) -> list[Json]:
    """The request log, oldest first; without a line that a killed sandbox or a full disk has cut off."""
    found: list[Json] = []
    with suppress(FileNotFoundError):
        for line in read_own(request_log(store)).splitlines():
            with suppress(ValueError):
                found.append(json.loads(line))
    return found


def check_log(store: Store) -> None:
    """Checks that the log can be written, if there is one.

    :raises ValueError: Something else than a file is in its place.
    """
    with suppress(FileNotFoundError):
        os.close(open_own(request_log(store), os.O_WRONLY))


def log_request(store: Store, scope: Scope, service: str, status: int, fault_id: str | None) -> None:
    """Adds a request to the log.

    :param scope: The request (ASGI).
    :param status: The status of the answer; 0 for a connection that was broken.
    :param fault_id: The fault that the request met, if any.
    """
    headers = Headers(scope=scope)
    entry: Json = {
        "time": round(time.time(), 3),
        "service": service,
        "method": scope["method"],
        "host": headers.get("host", "").rsplit(":", 1)[0],
        "path": scope["path"],
        "status": status,
        "agent": headers.get("user-agent", "").split("/")[0].split(" ")[0],
        **_identity(headers.get("authorization", "")),
    }
    if service == "login":
        entry["tenant"] = scope["path"].split("/")[1]
    if fault_id:
        entry["fault"] = fault_id
    with os.fdopen(open_own(request_log(store), os.O_WRONLY | os.O_CREAT | os.O_APPEND), "a") as file:
        file.write(json.dumps(entry) + "\n")


def _identity(authorization: str) -> dict[str, str]:
    """The tenant and client that credentials claim; a log needs no verification."""
    scheme, _, value = authorization.partition(" ")
    try:
        if scheme.lower() == "bearer":
            payload = value.split(".")[1]
            claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
            return {name: claims[claim] for name, claim in (("tenant", "tid"), ("client", "appid")) if claim in claims}
        if scheme.lower() == "basic":
            return {"client": base64.b64decode(value).decode().partition(":")[0]}
    except (ValueError, IndexError, TypeError, RecursionError, binascii.Error):
        pass
    return {}
