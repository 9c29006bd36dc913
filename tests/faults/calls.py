"""The calls that the plugin makes, as kinds: a method and the form of an address, whatever the IDs in it."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_NAMED = ("subscriptions", "resourceGroups", "managedClusters", "registries", "operations", "roleAssignments",
          "userAssignedIdentities", "locations", "agentPools", "commandResults")  # fmt: skip


class Call(NamedTuple):
    """One kind of request."""

    service: str
    method: str
    path: str
    """``/subscriptions/*/resourceGroups/*``."""

    @property
    def text(self) -> str:
        """The call in a table."""
        return f"{self.service} {self.method} {self.path}"

    @property
    def pattern(self) -> str:
        """The regular expression of a fault's ``path``, for this kind alone."""
        form = re.escape(self.path).replace(r"\*", "[^/?]*").replace("REPOSITORY", ".+")
        form = form.replace("REFERENCE", "[^/?]+").replace("STORED", "[^?]+")
        return f"^{form}(\\?|$)"


def call_of(request: dict[str, Any]) -> Call:
    """The kind of a request in the sandbox's log."""
    parts = _UUID.sub("*", request["path"]).split("/")
    for before, index in zip(parts, range(1, len(parts)), strict=False):
        if before in _NAMED:
            parts[index] = "*"
    path = "/".join(parts)
    if request["service"] == "registry":
        path = re.sub(r"^/docker/registry/v2/blobs/sha256/.*$", "/docker/registry/v2/blobs/sha256/STORED", path)
        path = re.sub(r"^/v2/(.+)/(manifests|blobs|tags)/.*$", lambda it: f"/v2/REPOSITORY/{it[2]}/REFERENCE", path)
    return Call(request["service"], request["method"], path)


def is_of_the_plugin(request: dict[str, Any]) -> bool:
    """Whether the plugin made a request that the log has, by its user agent: stand-ins have another."""
    if request["service"] == "registry":
        return request["agent"] == "Python"
    return request["agent"] in ("crosstenant", "azsdk-python-identity")
