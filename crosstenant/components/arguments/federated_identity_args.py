"""The arguments of the identity that clusters act as without a secret, and their checks."""

from dataclasses import dataclass

import pulumi
from typing_extensions import NotRequired, TypedDict

from crosstenant.components.arguments.arg_path import ArgPath
from crosstenant.components.arguments.id_arguments import IDENTITY, IdArgument, read_id
from crosstenant.model.arm_id import is_group_name
from crosstenant.model.federation import IDENTITY_NAME_RULE, has_credentials, is_identity_name


class FederatedIdentityArgs(TypedDict):
    """The user-assigned managed identity of the registry tenant that pulls for the clusters.

    Give ``resource_group`` for an identity that the stack creates, or ``id`` for one that exists.
    """

    resource_group: NotRequired[pulumi.Input[str]]
    """Name of the resource group for the identity, in the subscription of the registry tenant's providers: its
    ``subscription_id``, or that of the first registry."""

    name: NotRequired[str]
    """The identity's name: 3 to 128 letters, digits, hyphens and underscores. Default: the component's name and the
    stack's when the identity is created, ``prod-dev``; the name stays when the component is renamed."""

    location: NotRequired[str]
    """The identity's Azure region, ``westeurope``, in which federated credentials must be available. Default: that of
    the resource group."""

    id: NotRequired[pulumi.Input[str]]
    """ARM ID of an identity that exists, instead of the other arguments: the stack adds federated credentials and
    roles, and leaves the identity itself alone."""


@dataclass(frozen=True)
class IdentitySpec:
    """A checked identity."""

    at: ArgPath
    existing: IdArgument | None = None
    """The identity that exists, if the program names one; without it the stack creates one."""
    resource_group: pulumi.Input[str] = ""
    """Name of the resource group for one that is created."""
    name: str | None = None
    """Name of one that is created, if the program gives it."""
    location: str | None = None
    """Region of one that is created, if the program gives it."""


def read_identity_args(at: ArgPath, identity: FederatedIdentityArgs) -> IdentitySpec:
    """Reads the identity.

    :param at: The argument that holds it.
    :param identity: The identity, in its declared form.
    :raises ArgumentError: Arguments contradict each other, or one is malformed.
    """
    if "id" in identity:
        others = [it for it in ("resource_group", "name", "location") if it in identity]
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


def no_credentials_in(location: str) -> str:
    """What to say of a region without federated credentials.

    :param location: The region.
    """
    return (
        f"Azure has no federated credentials for identities of region '{location}': set identity.location to another"
        " region, which may differ from that of registries and clusters"
    )
