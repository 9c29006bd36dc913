"""UUIDs, and the types of the resources in the sandbox."""

from __future__ import annotations

import re
from typing import Final

CLUSTER_TYPE: Final = "Microsoft.ContainerService/managedClusters"
IDENTITY_TYPE: Final = "Microsoft.ManagedIdentity/userAssignedIdentities"
REGISTRY_TYPE: Final = "Microsoft.ContainerRegistry/registries"

_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def is_uuid(text: str) -> bool:
    """Whether ``text`` is a UUID of the form 8-4-4-4-12."""
    return _UUID.fullmatch(text) is not None
