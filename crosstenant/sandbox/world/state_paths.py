"""Finds one object in the state by a path that a person types.

A path names keys from the top down, separated by ``.`` or ``/``: ``settings.lag.secret``,
``tenants/<ID>/displayName``, ``servicePrincipals/<object ID>/accountEnabled``. ARM IDs are keys that contain slashes
and dots, so each step takes the longest key that matches; an ARM ID alone is a path, too, in upper or lower case.
Where keys are IDs or the container is a list, a member's name (``name``, ``displayName``, ``appId``, ``keyId`` or
``id``) is accepted: ``resources.aks-prod.properties``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, cast

from crosstenant.sandbox.world.state import State

_NAMES: Final = ("name", "displayName", "appId", "keyId", "id")
_BY_ARM_ID: Final = ("resources", "roleAssignments")
_Container = dict[str, Any] | list[Any]


def get(state: State, path: str) -> Any:
    """The object at ``path``.

    :raises LookupError: The object does not exist; the message names the key that is missing.
    """
    container, key = _locate(state, path)
    value = _member(container, key)
    if value is _MISSING:
        raise LookupError(f"'{path}' does not exist: '{key}' was not found")
    return value


def put(state: State, path: str, value: Any) -> None:
    """Puts ``value`` at ``path``, replacing the present value; the last key may be new.

    :raises LookupError: The container does not exist.
    """
    container, key = _locate(state, path)
    if isinstance(container, dict):
        if str(key).startswith("/") and not isinstance(value, dict):
            raise LookupError(f"'{key}' does not exist, and a plain value cannot become one")
        container[str(key)] = value
    elif isinstance(key, int):
        container[key] = value
    elif key in ("+", str(len(container))):
        container.append(value)
    else:
        raise LookupError(f"'{key}' must be a position in a list of {len(container)}, or + to append")


def remove(state: State, path: str) -> None:
    """Removes the object at ``path``.

    :raises LookupError: The object does not exist.
    """
    container, key = _locate(state, path)
    if _member(container, key) is _MISSING:
        raise LookupError(f"'{path}' does not exist: '{key}' was not found")
    del container[cast(Any, key)]


_MISSING: Final = object()


def _locate(state: State, path: str) -> tuple[_Container, str | int]:
    """The container of the object that a path names, and the object's key, which may be new."""
    if path.lower().startswith("/subscriptions/"):
        new = "roleAssignments" if "/roleassignments/" in path.lower() else "resources"
        kind = next((kind for kind in _BY_ARM_ID if _step(state[kind], path)), new)
        rest = f"{kind}.{path}"
    else:
        rest = path
    container: _Container = state
    while True:
        found = _step(container, rest)
        if found is None:
            key = rest.strip("./")
            if key.lower().startswith("subscriptions/"):
                return container, f"/{key}".lower()
            if not key or "." in key or "/" in key:
                raise LookupError(f"'{path}' does not exist: '{key}' was not found; keys are {_keys(container)}")
            return container, key
        key, rest = found
        if not rest:
            return container, key
        inner = _member(container, key)
        if not isinstance(inner, dict | list):
            raise LookupError(f"'{path}' does not exist: '{key}' is a plain value")
        container = cast(_Container, inner)


def _step(container: _Container, rest: str) -> tuple[str | int, str] | None:
    """The member that ``rest`` begins with (the longest key or name wins), and the remaining part of ``rest``."""
    best: tuple[int, str | int, str] | None = None
    for key, name in _callings(container):
        for text in {rest, rest.lstrip("./"), "/" + rest.lstrip("./")}:
            tail = text[len(name) :]
            if not name or text[: len(name)].lower() != name.lower() or (tail and tail[0] not in "./"):
                continue
            if tail.lower().startswith("/providers/"):
                continue  # the ID goes on: it names something within a group, or a role on a resource
            if best is None or len(name) > best[0]:
                best = (len(name), key, tail if tail.strip("./") else "")
    return best and (best[1], best[2])


def _callings(container: _Container) -> Iterable[tuple[str | int, str]]:
    """Each member's key with the key itself as name, and after all keys each member's key with its other names."""
    members: list[tuple[str | int, Any]] = (
        list(container.items()) if isinstance(container, dict) else list(enumerate(container))
    )
    for key, _ in members:
        yield key, str(key)
    for key, value in members:
        if isinstance(value, dict):
            document = cast("dict[str, Any]", value)
            yield from ((key, str(document[name])) for name in _NAMES if document.get(name))


def _member(container: _Container, key: str | int) -> Any:
    try:
        return container[cast(Any, key)]
    except (KeyError, IndexError, TypeError):
        return _MISSING


def _keys(container: _Container) -> str:
    keys = list(container) if isinstance(container, dict) else [str(number) for number in range(len(container))]
    return ", ".join(str(key) for key in keys[:20]) + (", ..." if len(keys) > 20 else "") if keys else "(none)"
