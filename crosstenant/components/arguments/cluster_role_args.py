"""The arguments of a role that the application needs in the cluster tenant, and their checks."""

from dataclasses import dataclass, replace

import pulumi
from typing_extensions import NotRequired, TypedDict

from crosstenant.components.argument_error import ArgumentError
from crosstenant.components.arguments.arg_path import ArgPath
from crosstenant.components.arguments.id_arguments import (
    SCOPE,
    IdArgument,
    StackName,
    called,
    distinct_ids,
    distinct_names,
    read_id,
)
from crosstenant.model.argument_text import quoted
from crosstenant.model.arm_id import ArmId, parse_role_definition, role_definition_id
from crosstenant.model.names import role_assignment_name


class ClusterRoleArgs(TypedDict):
    """A role that the application needs in the cluster tenant, where it is the clusters' whole identity."""

    scope: pulumi.Input[str]
    """ARM ID of the role's scope: a subnet, route table, private DNS zone, registry or resource group of the cluster
    tenant, or one of its subscriptions. With an output, ``name`` is required."""

    role: str
    """The role: GUID of its definition, ``4d97b98b-1d4f-4787-a291-c67834d212e7`` for Network Contributor, or the whole
    ARM ID of a custom role definition."""

    name: NotRequired[str]
    """The role assignment's name in this stack, for the name of its resource. Default: derived from scope and role."""


@dataclass(frozen=True)
class ClusterRoleSpec:
    """A checked role."""

    at: ArgPath
    scope: IdArgument
    guid: str
    """Of the role's definition."""
    name: StackName
    """What tells its resource from that of another role."""

    @property
    def definition_id(self) -> pulumi.Input[str]:
        """ARM ID of the role's definition, spelled as ARM answers it."""
        subscription_id = self.scope.subscription_id
        if isinstance(subscription_id, str):
            return role_definition_id(subscription_id, self.guid)
        return pulumi.Output.from_input(subscription_id).apply(lambda it: role_definition_id(it, self.guid))


def read_cluster_roles(at: ArgPath, roles: list[ClusterRoleArgs]) -> list[ClusterRoleSpec]:
    """Reads the roles.

    :param at: The argument that holds them.
    :param roles: The roles, in their declared form.
    :raises ArgumentError: A scope or role is malformed, or given twice.
    """
    found = [_read(at / index, given) for index, given in enumerate(roles)]
    for guid in {it.guid for it in found}:
        _refuse_given_twice(found, guid)
    distinct_names([(it.at, it.name) for it in found])
    return found


def _read(at: ArgPath, given: ClusterRoleArgs) -> ClusterRoleSpec:
    scope, role = read_id(at / "scope", given["scope"], SCOPE), given["role"]
    try:
        guid = parse_role_definition(role)
    except ValueError:
        raise (at / "role").error(
            f"{quoted(role)} is not a role definition: write its GUID"
            " ('az role definition list --name \"<name>\" --query [].name') or its whole ARM ID"
        ) from None
    name = given.get("name")
    if not name and scope.known:
        # Subnets of two networks may share a name; what tells two roles apart is scope and definition.
        name = f"{scope.known.name.lower()}-{role_assignment_name(str(scope.known), '', guid)[:8]}"
    return ClusterRoleSpec(at, scope, guid, called(at, name, scope))


def _refuse_given_twice(roles: list[ClusterRoleSpec], guid: str) -> None:
    places = [index for index, it in enumerate(roles) if it.guid == guid]

    def refuse(at: ArgPath, scope: ArmId) -> ArgumentError:
        return at.error(f"role {guid} is given twice at '{scope}': remove one")

    for index, scope in zip(places, distinct_ids([roles[index].scope for index in places], refuse), strict=True):
        roles[index] = replace(roles[index], scope=scope)
