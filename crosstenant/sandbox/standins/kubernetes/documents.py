"""How the real provider compares: the live object, pruned to what the program gave, with what the program gives now.

https://github.com/pulumi/pulumi-kubernetes/blob/master/provider/pkg/provider/provider.go (Diff, pruneLiveState) and
diff.go (which properties replace).
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator
from typing import Any, Final, cast

from crosstenant.provider_kit.values import UNKNOWN, Plain

Json = dict[str, Any]

_REPLACING: Final = {
    ("batch/v1", "Job"): ("spec.completions", "spec.parallelism", "spec.selector", "spec.template"),
    ("rbac.authorization.k8s.io/v1", "RoleBinding"): ("roleRef",),
    ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding"): ("roleRef",),
    ("apps/v1", "Deployment"): ("spec.selector",),
    ("v1", "Pod"): ("spec",),
}
_OF_THE_SERVER: Final = (
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "generation",
    "managedFields",
    "resourceVersion",
    "selfLink",
    "uid",
)
_WORD: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def replacing_paths(api_version: str, kind: str, *, config_maps_change: bool, secrets_change: bool) -> tuple[str, ...]:
    """The paths whose change replaces an object.

    :param api_version: ``batch/v1``.
    :param kind: ``Job``.
    :param config_maps_change: The provider's ``enableConfigMapMutable``.
    :param secrets_change: Its ``enableSecretMutable``.
    """
    own = _REPLACING.get((api_version, kind), ())
    if (api_version, kind) == ("v1", "ConfigMap") and not config_maps_change:
        own = ("binaryData", "data")
    if (api_version, kind) == ("v1", "Secret"):
        own = ("type",) if secrets_change else ("type", "stringData", "data")
    return ("apiVersion", "kind", "metadata.name", "metadata.namespace", *own)


def below(document: Json, *names: str) -> Json:
    """The mapping below some names; an empty one where there is none."""
    found: Plain = document
    for name in names:
        found = cast("Json", found).get(name) if isinstance(found, dict) else None
    return cast("Json", found) if isinstance(found, dict) else {}


def listed(found: Plain) -> list[Json]:
    """The documents of a list; nothing where there is none."""
    return cast("list[Json]", found) if isinstance(found, list) else []


def normalized(document: Json) -> Json:
    """A Secret's document with its ``stringData`` in ``data``, where the API server puts it; any other as it is."""
    texts = below(document, "stringData")
    if document.get("kind") != "Secret" or not texts:
        return document
    encoded = {name: it if it is UNKNOWN else b64encode(str(it).encode()).decode() for name, it in texts.items()}
    kept = {name: it for name, it in document.items() if name != "stringData"}
    return {**kept, "data": {**below(document, "data"), **encoded}}


def without_server_fields(live: Json) -> Json:
    """An object without what the API server alone writes: what an import takes as inputs."""
    metadata = {name: it for name, it in below(live, "metadata").items() if name not in _OF_THE_SERVER}
    return {**{name: it for name, it in live.items() if name != "status"}, "metadata": metadata}


def pruned(live: Plain, shape: Plain) -> Plain:
    """A live value with those members only that ``shape`` has. Elements of a list beyond its end stay."""
    if isinstance(live, dict) and isinstance(shape, dict):
        present, wanted = cast("Json", live), cast("Json", shape)
        return {name: pruned(present[name], it) for name, it in wanted.items() if name in present}
    if isinstance(live, list) and isinstance(shape, list):
        shapes = cast("list[Plain]", shape)
        return [
            pruned(it, shapes[number]) if number < len(shapes) else it
            for number, it in enumerate(cast("list[Plain]", live))
        ]
    return cast(Plain, live)


def changed_paths(old: object, new: object, path: str = "") -> Iterator[tuple[str, bool, bool]]:
    """The paths of the leaves that differ, ``spec.schedule``; and whether each was added, or removed."""
    if isinstance(old, dict) and isinstance(new, dict):
        olds, news = cast("Json", old), cast("Json", new)
        for name in sorted({*olds, *news}):
            inner = _joined(path, name)
            if name in olds and name in news:
                yield from changed_paths(olds[name], news[name], inner)
            else:
                yield inner, name not in olds, name not in news
    elif isinstance(old, list) and isinstance(new, list):
        olds, news = cast("list[Plain]", old), cast("list[Plain]", new)
        for number in range(max(len(olds), len(news))):
            inner = f"{path}[{number}]"
            if number < len(olds) and number < len(news):
                yield from changed_paths(olds[number], news[number], inner)
            else:
                yield inner, number >= len(olds), number >= len(news)
    elif new is UNKNOWN or not _is_same(cast("object", old), new):
        yield path, False, False


def _is_same(old: object, new: object) -> bool:
    # False equals 0 in Python.
    return type(old) is type(new) and old == new


def has_unknown(value: Plain) -> bool:
    """Whether a value has a part that a preview does not know."""
    if isinstance(value, dict):
        return any(has_unknown(it) for it in cast("Json", value).values())
    if isinstance(value, list):
        return any(has_unknown(it) for it in cast("list[Plain]", value))
    return value is UNKNOWN


def keys_of(path: str) -> list[str]:
    """The keys of a path without lists: ``metadata.annotations["a.b/c"]``."""
    return [word or quoted for word, quoted in re.findall(r'([A-Za-z0-9_]+)|\["([^"]*)"\]', path)]


def value_at(document: Json, keys: list[str]) -> Plain:
    """The value below some keys; ``None`` if there is none."""
    found: Plain = document
    for key in keys:
        if not isinstance(found, dict):
            return None
        found = cast("Json", found).get(key)
    return found


def with_value(document: Json, keys: list[str], value: Plain) -> Json:
    """A document with another value below some keys; without them for ``None``."""
    first, *rest = keys
    inner = value
    if rest:
        present = document.get(first)
        inner = with_value(cast("Json", present) if isinstance(present, dict) else {}, rest, value)
    if inner is None:
        return {name: it for name, it in document.items() if name != first}
    return {**document, first: inner}


def manages(live: Json, keys: list[str], manager: str) -> tuple[bool, bool]:
    """Whether a field manager owns something at some keys, and whether another one does.

    https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
    """
    ours = theirs = False
    for entry in listed(below(live, "metadata").get("managedFields")):
        if value_at(below(entry, "fieldsV1"), [f"f:{key}" for key in keys]) is not None:
            mine = entry.get("manager") == manager
            ours, theirs = ours or mine, theirs or not mine
    return ours, theirs


def _joined(path: str, name: str) -> str:
    if _WORD.fullmatch(name):
        return f"{path}.{name}" if path else name
    return f'{path}["{name}"]'
