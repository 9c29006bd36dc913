"""Azure Resource Manager IDs, read strictly: a wrong ID is an error at preview, not a 404 an hour later.

An ID is parsed where it enters the package. After that it has one spelling: ``str(ArmId)``. Only the parser accepts
a trailing slash and white space at the ends.
https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from crosstenant.model.argument_text import quoted
from crosstenant.model.uuids import read_uuid

CLUSTER_TYPE: Final = "Microsoft.ContainerService/managedClusters"
REGISTRY_TYPE: Final = "Microsoft.ContainerRegistry/registries"
IDENTITY_TYPE: Final = "Microsoft.ManagedIdentity/userAssignedIdentities"

_SUBSCRIPTION = r"/subscriptions/(?P<subscription>[^/]+)"
_IN_GROUP = r"/resourceGroups/(?P<group>[^/]+)"
# What no resource's name has: it would end the path of a request, or step to another object. A list of what every kind
# of resource permits would be wrong for some.
_NAME = r"""(?!\.{1,2}(?:/|\Z))[^/<>%&?#\\"']+"""
_WORD = r"[a-z0-9][\w.-]*"
_RESOURCE = rf"/providers/(?P<namespace>{_WORD})(?P<path>(/{_WORD}/{_NAME})+)"
_RESOURCE_ID = re.compile(_SUBSCRIPTION + _IN_GROUP + _RESOURCE, re.IGNORECASE)
_SCOPE_ID = re.compile(f"{_SUBSCRIPTION}({_IN_GROUP}({_RESOURCE})?)?", re.IGNORECASE)
_ROLE_DEFINITION_ID = re.compile(
    r"(/.+)?/providers/Microsoft\.Authorization/roleDefinitions/(?P<guid>[^/]+)", re.IGNORECASE
)
_ROLE_ASSIGNMENT_ID = re.compile(
    r"(?P<scope>.*)/providers/Microsoft\.Authorization/roleAssignments/(?P<name>[^/]+)", re.IGNORECASE
)
_GROUP = re.compile(r"[-\w().]{0,89}[-\w()]")
_NAMES: Final = {
    CLUSTER_TYPE.lower(): (
        re.compile(r"[A-Za-z0-9]([-_A-Za-z0-9]{0,61}[A-Za-z0-9])?"),
        "1-63 letters, digits, '-' and '_'",
    ),
    REGISTRY_TYPE.lower(): (re.compile(r"[A-Za-z0-9]{5,50}"), "5-50 letters and digits"),
    IDENTITY_TYPE.lower(): (re.compile(r"[A-Za-z0-9][-_A-Za-z0-9]{2,127}"), "3-128 letters, digits, '-' and '_'"),
}
_CANONICAL_TYPES: Final = {it.lower(): it for it in (CLUSTER_TYPE, REGISTRY_TYPE, IDENTITY_TYPE)}
_SCOPE_FORM: Final = (
    "/subscriptions/<subscription ID>, followed by /resourceGroups/<group> and /providers/<type>/<name> as needed"
)


@dataclass(frozen=True)
class ArmId:
    """An ARM ID of a subscription, a resource group, or a resource in a group."""

    subscription_id: str
    """UUID, in lower case."""
    resource_group: str = ""
    """Name; empty for a subscription."""
    resource_type: str = ""
    """``Microsoft.ContainerService/managedClusters``, ``Microsoft.Network/virtualNetworks/subnets``; empty for a
    subscription or resource group."""
    names: tuple[str, ...] = ()
    """The names of the resource's parents and, last, its own name."""

    @property
    def name(self) -> str:
        """The last part: the name of the resource or resource group, or the subscription's UUID."""
        return self.names[-1] if self.names else self.resource_group or self.subscription_id

    def __str__(self) -> str:
        text = f"/subscriptions/{self.subscription_id}"
        if self.resource_group:
            text += f"/resourceGroups/{self.resource_group}"
        if self.resource_type:
            namespace, *types = self.resource_type.split("/")
            pairs = "/".join(f"{kind}/{name}" for kind, name in zip(types, self.names, strict=True))
            text += f"/providers/{namespace}/{pairs}"
        return text

    @property
    def in_lower_case(self) -> ArmId:
        """The same ID, its names in lower case: one spelling whatever the program has."""
        names = tuple(it.lower() for it in self.names)
        return replace(self, resource_group=self.resource_group.lower(), names=names)

    @property
    def key(self) -> str:
        """The ID for comparison: ARM compares IDs without regard to case."""
        return str(self).lower()


@dataclass(frozen=True)
class RoleAssignmentId:
    """An ARM ID of a role assignment."""

    scope: str
    """ARM ID of its scope, which may be a management group; empty for the root of the tenant."""
    name: str
    """UUID, as Azure spells it."""

    def __str__(self) -> str:
        return f"{self.scope}/providers/Microsoft.Authorization/roleAssignments/{self.name}"


def parse_arm_id(text: str, resource_type: str) -> ArmId:
    """Reads ``text`` as the ID of a resource of ``resource_type``.

    :param text: An ARM ID, ``/subscriptions/<uuid>/resourceGroups/<name>/providers/<type>/<name>``.
    :param resource_type: The type that the resource must have, one of the ``..._TYPE`` of this module.
    :raises ValueError: The text has another form or names another type; the message shows the form, and the text only
        where it cannot be a secret.
    """
    form = f"/subscriptions/<subscription ID>/resourceGroups/<group>/providers/{resource_type}/<name>"
    match = _RESOURCE_ID.fullmatch(_without_slash(text))
    if match is None or match["path"].count("/") != 2:
        raise ValueError(f"{quoted(text)} is not the ARM ID of a {resource_type}: its form is {form}")
    parsed = _resource(match)
    if not is_uuid(parsed.subscription_id):
        raise ValueError(f"{quoted(text)} must have a UUID as its subscription ID: the form is {form}")
    if parsed.resource_type.lower() != resource_type.lower():
        raise ValueError(
            f"{quoted(text)} is the ID of a {parsed.resource_type}, not of a {resource_type}: its form is {form}"
        )
    if not _GROUP.fullmatch(parsed.resource_group):
        raise ValueError(f"{quoted(text)} must have a valid resource group name: the form is {form}")
    name_form, described = _NAMES[resource_type.lower()]
    if not name_form.fullmatch(parsed.name):
        raise ValueError(f"{quoted(text)} must have a valid name of a {resource_type} ({described})")
    return parsed


def parse_scope(text: str) -> ArmId:
    """Reads ``text`` as the scope of a role assignment: a subscription, a resource group, or a resource in a group.

    :param text: An ARM ID that starts with ``/subscriptions/<uuid>``; it may name a child resource, such as a subnet.
    :raises ValueError: The text has another form; the message shows the form.
    """
    match = _SCOPE_ID.fullmatch(_without_slash(text))
    if match is None or not match[0].isprintable():
        raise ValueError(f"{quoted(text)} is not an ARM ID: its form is {_SCOPE_FORM}")
    if not is_uuid(match["subscription"]):
        raise ValueError(f"{quoted(text)} must have a UUID as its subscription ID: the form is {_SCOPE_FORM}")
    if match["group"] and not _GROUP.fullmatch(match["group"]):
        raise ValueError(f"{quoted(text)} must have a valid resource group name: the form is {_SCOPE_FORM}")
    return _resource(match)


def is_group_name(text: str) -> bool:
    """Whether Azure accepts this name of a resource group."""
    return _GROUP.fullmatch(text) is not None


def parse_role_definition(text: str) -> str:
    """The GUID, in lower case, of a role definition given by its GUID or its ARM ID.

    Only the GUID identifies a role definition: Azure answers the same definition with the subscription of the scope, or
    without a subscription.

    :raises ValueError: The text has another form.
    """
    match = _ROLE_DEFINITION_ID.fullmatch(_without_slash(text))
    guid = read_uuid(match["guid"] if match else text)
    if guid is None:
        raise ValueError(
            f"{quoted(text)} is not a role definition: its form is a GUID, or "
            "/subscriptions/<subscription ID>/providers/Microsoft.Authorization/roleDefinitions/<GUID>"
        )
    return guid


def role_definition_id(subscription_id: str, guid: str) -> str:
    """ARM ID of a role definition, spelled as ARM answers it for a scope in the subscription.

    :param subscription_id: UUID of the subscription.
    :param guid: GUID of the definition.
    """
    return f"/subscriptions/{subscription_id}/providers/Microsoft.Authorization/roleDefinitions/{guid}"


def parse_role_assignment(text: str) -> RoleAssignmentId:
    """Reads ``text`` as the ID of a role assignment at any scope.

    :raises ValueError: The text has another form.
    """
    match = _ROLE_ASSIGNMENT_ID.fullmatch(_without_slash(text))
    if match is None:
        raise ValueError(
            f"{quoted(text)} is not the ARM ID of a role assignment: its form is "
            "<scope>/providers/Microsoft.Authorization/roleAssignments/<UUID>"
        )
    return RoleAssignmentId(match["scope"], match["name"])


def is_within(inner: str, outer: str) -> bool:
    """Whether the object ``inner`` is the object ``outer`` or a part of it.

    :param inner: An ARM ID.
    :param outer: An ARM ID; ``/`` for the root of the tenant, which contains everything.
    """
    return f"{_without_slash(inner)}/".lower().startswith(f"{_without_slash(outer)}/".lower())


def is_uuid(text: str) -> bool:
    """Whether ``text`` is a UUID of the form 8-4-4-4-12."""
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False


def _without_slash(text: str) -> str:
    return text.strip().removesuffix("/")


def _resource(match: re.Match[str]) -> ArmId:
    subscription_id, group = match["subscription"].lower(), match["group"] or ""
    if not match["namespace"]:
        return ArmId(subscription_id, group)
    parts = match["path"].split("/")[1:]
    resource_type = "/".join((match["namespace"], *parts[::2]))
    return ArmId(subscription_id, group, _CANONICAL_TYPES.get(resource_type.lower(), resource_type), tuple(parts[1::2]))
