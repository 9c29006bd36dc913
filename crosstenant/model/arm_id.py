"""Azure Resource Manager IDs, read strictly: a wrong ID is an error at preview, not a 404 an hour later.

https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from uuid import UUID

CLUSTER_TYPE: Final = "Microsoft.ContainerService/managedClusters"
REGISTRY_TYPE: Final = "Microsoft.ContainerRegistry/registries"

_ID = re.compile(
    r"/subscriptions/(?P<subscription>[^/]+)/resourceGroups/(?P<group>[^/]+)"
    r"/providers/(?P<namespace>[^/]+)/(?P<type>[^/]+)/(?P<name>[^/]+)",
    re.IGNORECASE,
)
_GROUP = re.compile(r"[-\w().]{0,89}[-\w()]")
_NAMES: Final = {
    CLUSTER_TYPE.lower(): (re.compile(r"[A-Za-z0-9]([-\w]{0,61}[A-Za-z0-9])?"), "1-63 letters, digits, '-' and '_'"),
    REGISTRY_TYPE.lower(): (re.compile(r"[A-Za-z0-9]{5,50}"), "5-50 letters and digits"),
}


@dataclass(frozen=True)
class ArmId:
    """An ARM ID of a top-level resource in a resource group."""

    subscription_id: str
    resource_group: str
    resource_type: str
    name: str

    def __str__(self) -> str:
        return (
            f"/subscriptions/{self.subscription_id}/resourceGroups/{self.resource_group}"
            f"/providers/{self.resource_type}/{self.name}"
        )

    @property
    def key(self) -> str:
        """The ID for comparison: ARM compares IDs without regard to case."""
        return str(self).lower()


def parse_arm_id(text: str, resource_type: str) -> ArmId:
    """Reads ``text`` as the ID of a resource of ``resource_type``.

    :param text: An ARM ID, ``/subscriptions/<uuid>/resourceGroups/<name>/providers/<type>/<name>``.
    :param resource_type: The type it must have: ``CLUSTER_TYPE`` or ``REGISTRY_TYPE``.
    :raises ValueError: It is none; the text says what is wrong and shows the form.
    """
    form = f"/subscriptions/<subscription ID>/resourceGroups/<group>/providers/{resource_type}/<name>"
    match = _ID.fullmatch(text)
    if match is None:
        raise ValueError(f"'{text}' is not the ARM ID of a {resource_type}: its form is {form}")
    found_type = f"{match['namespace']}/{match['type']}"
    if found_type.lower() != resource_type.lower():
        raise ValueError(f"'{text}' is the ID of a {found_type}, not of a {resource_type}: its form is {form}")
    if not is_uuid(match["subscription"]):
        raise ValueError(f"'{text}': subscription ID '{match['subscription']}' is not a UUID; the form is {form}")
    if not _GROUP.fullmatch(match["group"]):
        raise ValueError(f"'{text}': '{match['group']}' is not a valid resource group name; the form is {form}")
    name_form, described = _NAMES[resource_type.lower()]
    if not name_form.fullmatch(match["name"]):
        raise ValueError(f"'{text}': '{match['name']}' is not a valid name of a {resource_type} ({described})")
    return ArmId(match["subscription"].lower(), match["group"], resource_type, match["name"])


def is_uuid(text: str) -> bool:
    """Whether ``text`` is a UUID in the form that Azure writes, 8-4-4-4-12."""
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False
