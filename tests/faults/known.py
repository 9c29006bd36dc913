"""The calls that the matrix of faults covers; `python -m tests.faults --calls` prints those that the plugin makes."""

from __future__ import annotations

from typing import Final

from tests.faults.calls import Call

_GROUP: Final = "/subscriptions/*/resourceGroups/*"
_CLUSTER: Final = f"{_GROUP}/providers/Microsoft.ContainerService/managedClusters/*"
_REGISTRY: Final = f"{_GROUP}/providers/Microsoft.ContainerRegistry/registries/*"

KNOWN_CALLS: Final = frozenset(
    {
        Call("login", "POST", "/*/oauth2/v2.0/token"),
        Call("login", "GET", "/common/oauth2/v2.0/authorize"),
        Call("graph", "GET", "/v1.0/applications"),
        Call("graph", "GET", "/v1.0/applications(appId='*')"),
        Call("arm", "GET", _GROUP),
        Call("arm", "GET", f"{_GROUP}/providers/Microsoft.Authorization/permissions"),
        Call("arm", "GET", f"{_GROUP}/providers/Microsoft.Authorization/roleAssignments"),
        Call("arm", "GET", f"{_GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/*"),
        Call("arm", "GET", _CLUSTER),
        Call("arm", "GET", f"{_CLUSTER}/providers/Microsoft.Authorization/permissions"),
        Call("arm", "POST", f"{_CLUSTER}/resetServicePrincipalProfile"),
        Call("arm", "POST", f"{_CLUSTER}/runCommand"),
        Call("arm", "GET", f"{_CLUSTER}/commandResults/*"),
        Call("arm", "GET", "/subscriptions/*/providers/Microsoft.ContainerService/locations/*/operations/*"),
        Call("arm", "GET", _REGISTRY),
        Call("arm", "GET", f"{_REGISTRY}/providers/Microsoft.Authorization/permissions"),
        Call("arm", "GET", f"{_REGISTRY}/providers/Microsoft.Authorization/roleAssignments/*"),
        Call("registry", "GET", "/v2/"),
        Call("registry", "GET", "/oauth2/token"),
        Call("registry", "GET", "/v2/REPOSITORY/manifests/REFERENCE"),
        Call("registry", "GET", "/v2/REPOSITORY/blobs/REFERENCE"),
        Call("registry", "GET", "/docker/registry/v2/blobs/sha256/STORED"),
    }
)
