"""The registries as a program describes them, and what of that is refused at preview."""

from dataclasses import dataclass

import pulumi
from typing_extensions import NotRequired, TypedDict

from crosstenant.components.arguments.arg_path import ArgPath
from crosstenant.components.arguments.id_arguments import (
    REGISTRY,
    IdArgument,
    called,
    distinct_ids,
    distinct_names,
    read_id,
)
from crosstenant.model.arm_id import is_uuid
from crosstenant.model.modes import PullCheckModeText, RoleAssignmentMode
from crosstenant.model.repository_condition import check_repository, repository_condition


class PullCheckOptions(TypedDict):
    """How the pull from a registry is proved."""

    mode: NotRequired[PullCheckModeText]
    """``require`` (default): no cluster is touched before the proof; ``warn``; or ``skip`` for runners that cannot
    reach a private registry."""

    repository: NotRequired[str]
    """A repository to prove, ``backend/api``."""

    reference: NotRequired[str]
    """A tag or digest in it, whose manifest must be there."""

    timeout_seconds: NotRequired[int]
    """How long to wait for a new role assignment to propagate, in seconds; 300 by default."""


class RegistryArgs(TypedDict):
    """One registry and what of it may be pulled."""

    registry_id: pulumi.Input[str]
    """ARM ID of the registry. With an output, ``name`` is needed as well."""

    name: NotRequired[str]
    """What the registry is called in this stack, in the names of its resources. Default: the registry's own name."""

    repositories: NotRequired[list[str]]
    """Repositories that may be pulled, ``backend/api``; only for a registry in ABAC mode. Default: all."""

    repository_prefixes: NotRequired[list[str]]
    """Prefixes of repositories that may be pulled, with their slash, ``backend/``; only in ABAC mode."""

    role_assignment_name: NotRequired[str]
    """Name (UUID) of a role assignment that gives the application this role on the registry already: the stack takes
    it over instead of making one. Only where ``registry_id`` is text."""

    pull_check: NotRequired[PullCheckOptions]
    """How the pull is proved."""


@dataclass(frozen=True)
class RegistrySpec:
    """A registry whose description is checked."""

    at: ArgPath
    id: IdArgument
    name: str
    """What it is called in the stack."""
    repositories: list[str]
    repository_prefixes: list[str]
    role_assignment_name: str | None
    pull_check: PullCheckOptions

    def check_mode(self, mode: RoleAssignmentMode) -> None:
        """Checks that nothing is asked for that a registry in its mode cannot do.

        :param mode: How the registry decides who may pull.
        :raises ArgumentError: Pulls are limited to repositories, which only ABAC mode can.
        """
        restricted = "repositories" if self.repositories else "repository_prefixes"
        if (self.repositories or self.repository_prefixes) and mode is RoleAssignmentMode.LEGACY:
            raise (self.at / restricted).error(
                f"the role assignments of registry '{self.name}' are registry-wide, so a pull cannot be limited to"
                f" repositories: remove {restricted}, or switch the registry to 'RBAC Registry + ABAC Repository"
                " Permissions'"
            )


def read_registries(at: ArgPath, registries: list[RegistryArgs]) -> list[RegistrySpec]:
    """Reads the registries.

    :param at: The argument that holds them.
    :param registries: The registries, in their declared form.
    :raises ArgumentError: There is none, one is malformed or given twice, or a name in it is malformed.
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
    existing = registry.get("role_assignment_name")
    if existing is not None and not is_uuid(existing):
        raise (at / "role_assignment_name").error(
            f"'{existing}' must be a UUID: write the last part of the role assignment's ID"
        )
    if existing is not None and registry_id.known is None:
        raise (at / "role_assignment_name").error(
            "needs a registry_id that is text, since the assignment's ID has to be known when the plan is made: write"
            " the ID, or omit role_assignment_name"
        )
    return RegistrySpec(
        at=at,
        id=registry_id,
        name=called(at, registry.get("name"), registry_id),
        repositories=repositories,
        repository_prefixes=prefixes,
        role_assignment_name=existing,
        pull_check=pull_check,
    )


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
