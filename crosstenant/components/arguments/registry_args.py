"""The arguments of a registry, and their checks."""

from dataclasses import dataclass

import pulumi
from typing_extensions import NotRequired, TypedDict

from crosstenant.components.arguments.arg_path import ArgPath
from crosstenant.components.arguments.id_arguments import (
    REGISTRY,
    IdArgument,
    StackName,
    called,
    distinct_ids,
    distinct_names,
    read_id,
)
from crosstenant.model.arm_id import RoleAssignmentId
from crosstenant.model.image_reference import check_reference
from crosstenant.model.modes import PullCheckModeText, RoleAssignmentMode
from crosstenant.model.repository_condition import check_repository, repository_condition
from crosstenant.model.uuids import read_uuid


class PullCheckOptions(TypedDict):
    """The options of a pull check."""

    mode: NotRequired[PullCheckModeText]
    """``require`` (default): no cluster is reset before the proof; ``warn``; or ``skip`` for runners that cannot reach
    a private registry."""

    repository: NotRequired[str]
    """The repository for the check, ``backend/api``. It must exist, unless ``filled_later`` says otherwise. Default:
    the first of ``repositories`` or a name under the first of ``repository_prefixes``, which need not exist."""

    reference: NotRequired[str]
    """A tag or digest in the repository: its manifest and the first byte of a layer are fetched."""

    filled_later: NotRequired[bool]
    """Whether the repository gets its first image later, so that it may be absent. Default: no."""

    timeout_seconds: NotRequired[int]
    """How long to wait for the replication of a new role assignment, in seconds; 300 by default."""


class RegistryArgs(TypedDict):
    """One registry, and the repositories that may be pulled."""

    registry_id: pulumi.Input[str]
    """ARM ID of the registry. With an output, ``name`` is required."""

    name: NotRequired[str]
    """The registry's name in this stack, for the names of its resources. Default: the registry's own name, in lower
    case."""

    repositories: NotRequired[list[str]]
    """Repositories that may be pulled, ``backend/api``; only for a registry in ABAC mode. Default: all."""

    repository_prefixes: NotRequired[list[str]]
    """Prefixes of repositories that may be pulled, with their slash, ``backend/``; only in ABAC mode."""

    role_assignment_name: NotRequired[str]
    """Name (UUID) of an existing assignment of this role to the application on the registry: the stack imports it
    instead of creating one. Only if ``registry_id`` is text."""

    pull_check: NotRequired[PullCheckOptions]
    """The options of the pull check."""


@dataclass(frozen=True)
class RegistrySpec:
    """A checked registry."""

    at: ArgPath
    id: IdArgument
    name: StackName
    """Its name in the stack."""
    repositories: list[str]
    repository_prefixes: list[str]
    existing_assignment: RoleAssignmentId | None
    """The role assignment that the stack is to import, in one spelling."""
    pull_check: PullCheckOptions

    def check_mode(self, mode: RoleAssignmentMode) -> None:
        """Checks that the registry's mode permits the arguments.

        :param mode: The registry's permission mode.
        :raises ArgumentError: Pulls are limited to repositories, which needs ABAC mode.
        """
        restricted = "repositories" if self.repositories else "repository_prefixes"
        if (self.repositories or self.repository_prefixes) and mode is RoleAssignmentMode.LEGACY:
            raise (self.at / restricted).error(
                f"the role assignments of registry '{self.name.text}' are registry-wide, so a pull cannot be limited to"
                f" repositories: remove {restricted}, or switch the registry to 'RBAC Registry + ABAC Repository"
                " Permissions'"
            )


def read_registries(at: ArgPath, registries: list[RegistryArgs]) -> list[RegistrySpec]:
    """Reads the registries.

    :param at: The argument that holds them.
    :param registries: The registries, in their declared form.
    :raises ArgumentError: No registry is given, a registry is malformed or given twice, or a name in it is malformed.
    """
    if not registries:
        raise at.error("is empty: give at least one registry to pull from")
    paths = [at / index for index in range(len(registries))]
    ids = distinct_ids(
        [
            read_id(it / "registry_id", given["registry_id"], REGISTRY)
            for it, given in zip(paths, registries, strict=True)
        ]
    )
    found = [_read(*it) for it in zip(paths, registries, ids, strict=True)]
    distinct_names([(it.at, it.name) for it in found])
    return found


def _read(at: ArgPath, registry: RegistryArgs, registry_id: IdArgument) -> RegistrySpec:
    repositories, prefixes = registry.get("repositories", []), registry.get("repository_prefixes", [])
    if repositories or prefixes:
        try:
            repository_condition(repositories, prefixes)
        except ValueError as error:
            raise at.error(str(error)) from None
    pull_check = registry.get("pull_check") or PullCheckOptions()
    _check_pull_check(at / "pull_check", pull_check)
    return RegistrySpec(
        at=at,
        id=registry_id,
        name=called(at, registry.get("name"), registry_id),
        repositories=repositories,
        repository_prefixes=prefixes,
        existing_assignment=_existing(at / "role_assignment_name", registry.get("role_assignment_name"), registry_id),
        pull_check=pull_check,
    )


def _existing(at: ArgPath, given: str | None, registry_id: IdArgument) -> RoleAssignmentId | None:
    if given is None:
        return None
    name = read_uuid(given)
    if name is None:
        raise at.error("must be a UUID: write the last part of the role assignment's ID")
    if registry_id.known is None:
        raise at.error(
            "needs a registry_id that is text, because the assignment's ID must be known at preview: write"
            " the ID, or omit role_assignment_name"
        )
    # Pulumi compares the ID of an import as text: another spelling would be another import.
    return RoleAssignmentId(str(registry_id.known.in_lower_case), name)


def _check_pull_check(at: ArgPath, check: PullCheckOptions) -> None:
    if check.get("timeout_seconds", 1) <= 0:
        raise (at / "timeout_seconds").error("must be 1 or more seconds")
    if "repository" in check:
        try:
            check_repository(check["repository"])
        except ValueError as error:
            raise (at / "repository").error(str(error)) from None
    elif "reference" in check:
        raise (at / "reference").error("a tag or digest belongs to a repository: give 'repository' as well")
    if "reference" in check:
        try:
            check_reference(check["reference"])
        except ValueError as error:
            raise (at / "reference").error(str(error)) from None
        if check.get("filled_later"):
            raise (at / "filled_later").error("a repository without images has no tag or digest: omit 'reference'")
