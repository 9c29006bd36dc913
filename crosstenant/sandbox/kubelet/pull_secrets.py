"""The credentials in image pull secrets: https://kubernetes.io/docs/concepts/containers/images/#config-json."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Any, Final

from crosstenant.sandbox.kubelet.fields import part
from crosstenant.sandbox.kubelet.image_pull import PullCredential

Json = dict[str, Any]

_KIND: Final = "kubernetes.io/dockerconfigjson"
_KEY: Final = ".dockerconfigjson"


def credentials_for(image: str, secrets: Iterable[Json]) -> list[PullCredential]:
    """The credentials of pull secrets that fit an image, in the order in which a kubelet tries them.

    :param image: ``registry/repository[:tag][@digest]``.
    :param secrets: Secrets as the API answers them; those of another type count as none.
    """
    return [
        PullCredential(*account, f"pull secret {secret['metadata']['namespace']}/{secret['metadata']['name']}")
        for secret in secrets
        # The longest key is the most specific one.
        for key, entry in sorted(_entries(secret).items(), reverse=True)
        if _fits(key, image) and (account := _account(entry)) is not None
    ]


def _entries(secret: Json) -> dict[str, Json]:
    if secret.get("type") != _KIND:
        return {}
    try:
        config = json.loads(base64.b64decode(secret["data"][_KEY]))
        return dict(part(config, "auths"))
    except (LookupError, ValueError, TypeError, AttributeError, binascii.Error):
        return {}


def _account(entry: Json) -> tuple[str, str] | None:
    if entry.get("username") and entry.get("password"):
        return entry["username"], entry["password"]
    try:
        username, _, password = base64.b64decode(entry.get("auth") or "").decode().partition(":")
    except ValueError:
        return None
    return (username, password) if username and password else None


def _fits(key: str, image: str) -> bool:
    """Whether a key of ``auths`` fits an image: a host, maybe with wildcards, and maybe the start of a path."""
    for scheme in ("https://", "http://"):
        key = key.removeprefix(scheme)
    host, _, path = key.rstrip("/").partition("/")
    registry, _, repository = image.partition("/")
    labels, wanted = registry.split("."), host.split(".")
    same_host = len(labels) == len(wanted) and all(map(fnmatchcase, labels, wanted))
    return same_host and (path in ("", "v1", "v2") or repository.startswith(path))
