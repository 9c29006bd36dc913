"""Whose calls a refresh makes, of which objects, told from the sandbox's request log."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

OURS, OTHERS = "this package", "azuread, azure-native"

SIGN_IN, REGISTRY_SIGN_IN = "sign-in to Entra", "sign-in to a registry"

_OBJECTS = {
    r"/applications[(/]": "application and its secret",
    r"/serviceprincipals/": "service principal",
    r"/roleassignments/": "role assignment",
    r"/registries/[^/]+$": "registry",
    r"/managedclusters/[^/]+$": "cluster",
}
_OWN_SIGN_INS = 3
"""Resource Manager and Microsoft Graph in the cluster tenant, Resource Manager in the registry tenant."""
_FOR_A_REGISTRY = 2


@dataclass(frozen=True)
class Calls:
    """The calls of one operation."""

    by_object: Counter[tuple[str, str]]
    """By kind of object and by who asks, ``OURS`` or ``OTHERS``."""

    @property
    def kinds(self) -> list[str]:
        """The kinds of object, sign-ins last."""
        return sorted({kind for kind, _ in self.by_object}, key=lambda it: (_is_sign_in(it), it))

    @property
    def ours(self) -> int:
        """Those of this package's plugin."""
        return sum(count for (_, asks), count in self.by_object.items() if asks == OURS)


def calls_of(requests: Iterable[Mapping[str, Any]]) -> Calls:
    """Tells them apart.

    :param requests: Entries of the sandbox's request log.
    """
    return Calls(Counter((_kind(it), _who(it)) for it in requests))


def refresh_bound(clusters: int, registries: int) -> int:
    """The calls that a refresh without a change may make: one for each object, and the sign-ins.

    The objects are the clusters, the registries and the application, whose secrets are compared with the clusters'.
    A pull check signs in to its registry as a node does, which takes two requests.

    :param clusters: Clusters of the chain.
    :param registries: Its registries.
    """
    return clusters + registries + 1 + _OWN_SIGN_INS + _FOR_A_REGISTRY * registries


def _who(request: Mapping[str, Any]) -> str:
    # The stand-ins ask with Python's own client, as does the plugin where it pulls.
    if request["service"] == "registry" or request["agent"] in ("crosstenant", "azsdk-python-identity"):
        return OURS
    return OTHERS


def _kind(request: Mapping[str, Any]) -> str:
    if request["service"] == "login":
        return SIGN_IN
    if request["service"] == "registry":
        return REGISTRY_SIGN_IN
    path = str(request["path"]).lower()
    return next((kind for pattern, kind in _OBJECTS.items() if re.search(pattern, path)), path)


def _is_sign_in(kind: str) -> bool:
    return kind in (SIGN_IN, REGISTRY_SIGN_IN)
