"""The arguments of the identity that clusters act as without a secret, and their checks."""

from dataclasses import dataclass
from typing import Final

import pulumi
from typing_extensions import NotRequired, TypedDict

from crosstenant.components.arguments.arg_path import ArgPath
from crosstenant.components.arguments.id_arguments import IDENTITY, IdArgument, read_id
from crosstenant.model.arm_id import is_group_name
from crosstenant.model.federation import IDENTITY_NAME_RULE, has_credentials, is_identity_name
from crosstenant.model.modes import FederatedIdentityKind, FederatedIdentityKindText, ServicePrincipalMode
from crosstenant.model.modes import ServicePrincipalModeText as ModeText
from crosstenant.model.uuids import read_uuid


class FederatedIdentityArgs(TypedDict):
    """What pulls for the clusters.

    A managed identity of the registry tenant (``kind`` ``managed``): give ``resource_group`` for one that the stack
    creates, or ``id`` for one that exists. Or a multi-tenant application of the cluster tenant (``application``), for
    registry tenants that hold no identity for others; it has federated credentials, and no secret.
    """

    kind: NotRequired[FederatedIdentityKindText]
    """``managed`` (default) or ``application``."""

    resource_group: NotRequired[pulumi.Input[str]]
    """Name of the resource group for the managed identity, in the subscription of the registry tenant's providers: its
    ``subscription_id``, or that of the first registry."""

    name: NotRequired[str]
    """The managed identity's name: 3 to 128 letters, digits, hyphens and underscores. Default: the component's name and
    the stack's when the identity is created, ``prod-dev``; the name stays when the component is renamed."""

    location: NotRequired[str]
    """The managed identity's Azure region, ``westeurope``, in which federated credentials must be available. Default:
    that of the resource group."""

    id: NotRequired[pulumi.Input[str]]
    """ARM ID of a managed identity that exists, instead of the three before it: the stack adds federated credentials
    and roles, and leaves the identity itself alone."""

    display_name: NotRequired[str]
    """The application's display name. Default: the component's name and the stack's when the application is created,
    ``prod (dev)``; the name stays when the component is renamed."""

    owners: NotRequired[list[pulumi.Input[str]]]
    """Object IDs (UUIDs) of the application's owners. Default: the caller that creates it."""

    service_management_reference: NotRequired[str]
    """The application's entry in a service or asset management database. Some directories refuse an application without
    one. Default: none."""

    registry_service_principal: NotRequired[ModeText]
    """How the application gets its service principal in the registry tenant. ``managed`` (default): the stack creates
    it, which needs the permission to create service principals there. ``consented``: an administrator of that tenant
    creates it on the consent page, and you write its object ID to ``registry_service_principal_id``. No secret signs in
    to look for it; until then an update makes the application, and fails with the page's address."""

    registry_service_principal_id: NotRequired[str]
    """In consent mode: object ID (UUID) of the application's service principal in the registry tenant (its
    administrator finds it under Enterprise applications, or with ``az ad sp show --id CLIENT_ID --query id``)."""


@dataclass(frozen=True)
class IdentitySpec:
    """A checked managed identity."""

    at: ArgPath
    existing: IdArgument | None = None
    """The identity that exists, if the program names one; without it the stack creates one."""
    resource_group: pulumi.Input[str] = ""
    """Name of the resource group for one that is created."""
    name: str | None = None
    """Name of one that is created, if the program gives it."""
    location: str | None = None
    """Region of one that is created, if the program gives it."""


@dataclass(frozen=True)
class ApplicationIdentitySpec:
    """A checked application."""

    at: ArgPath
    display_name: str | None
    owners: list[pulumi.Input[str]] | None
    service_management_reference: str | None
    mode: ServicePrincipalMode
    service_principal_id: str | None
    """UUID, in consent mode once an administrator has consented."""


_OF_MANAGED: Final = ("resource_group", "name", "location", "id")
_OF_APPLICATION: Final = (
    "display_name",
    "owners",
    "service_management_reference",
    "registry_service_principal",
    "registry_service_principal_id",
)


def read_identity_args(at: ArgPath, identity: FederatedIdentityArgs) -> IdentitySpec | ApplicationIdentitySpec:
    """Reads the identity.

    :param at: The argument that holds it.
    :param identity: The identity, in its declared form.
    :raises ArgumentError: Arguments contradict each other, or one is malformed.
    """
    kind = FederatedIdentityKind(identity.get("kind", FederatedIdentityKind.MANAGED))
    others = _OF_APPLICATION if kind is FederatedIdentityKind.MANAGED else _OF_MANAGED
    for name in others:
        if name in identity:
            raise (at / name).error(
                f"has no meaning for an identity of kind '{kind.value}': omit it, or set another kind"
            )
    if kind is FederatedIdentityKind.APPLICATION:
        return _read_application(at, identity)
    return _read_managed(at, identity)


def no_credentials_in(location: str) -> str:
    """What to say of a region without federated credentials.

    :param location: The region.
    """
    return (
        f"Azure has no federated credentials for identities of region '{location}': set identity.location to another"
        " region, which may differ from that of registries and clusters"
    )


def _read_managed(at: ArgPath, identity: FederatedIdentityArgs) -> IdentitySpec:
    if "id" in identity:
        others = [it for it in _OF_MANAGED if it != "id" and it in identity]
        if others:
            raise (at / others[0]).error(
                "describes an identity to be created, and 'id' names one that exists: omit one"
            )
        return IdentitySpec(at, existing=read_id(at / "id", identity["id"], IDENTITY))
    if "resource_group" not in identity:
        raise (at / "resource_group").error(
            "is missing: name a resource group of the registry tenant for the identity, or give the ID of an identity"
            " that exists ('id')"
        )
    group, name, location = identity["resource_group"], identity.get("name"), identity.get("location")
    if isinstance(group, str) and not is_group_name(group):
        raise (at / "resource_group").error("must be the name of a resource group, not its ID")
    if name is not None and not is_identity_name(name):
        raise (at / "name").error(IDENTITY_NAME_RULE)
    if location is not None and not has_credentials(location):
        raise (at / "location").error(no_credentials_in(location))
    return IdentitySpec(at, resource_group=group, name=name, location=location)


def _read_application(at: ArgPath, identity: FederatedIdentityArgs) -> ApplicationIdentitySpec:
    mode = ServicePrincipalMode(identity.get("registry_service_principal", ServicePrincipalMode.MANAGED))
    given = identity.get("registry_service_principal_id")
    principal_id = None if given is None else read_uuid(given)
    if given is not None and principal_id is None:
        raise (at / "registry_service_principal_id").error("must be a UUID: the object ID of the service principal")
    if given is not None and mode is ServicePrincipalMode.MANAGED:
        raise (at / "registry_service_principal_id").error(
            "names a service principal that exists, and the stack creates one: set registry_service_principal to"
            " 'consented', or omit the ID"
        )
    return ApplicationIdentitySpec(
        at=at,
        display_name=identity.get("display_name"),
        owners=identity.get("owners"),
        service_management_reference=identity.get("service_management_reference"),
        mode=mode,
        service_principal_id=principal_id,
    )
