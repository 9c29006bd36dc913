"""The registries as a program describes them, and what of that is refused at preview."""

from typing_extensions import NotRequired, TypedDict

from crosstenant.components.argument_error import ArgumentError
from crosstenant.model.arm_id import REGISTRY_TYPE, ArmId, is_uuid, parse_arm_id
from crosstenant.model.repository_condition import check_repository, repository_condition
from crosstenant.resources.get_registry import GetRegistryResult

PULL_CHECK_MODES = ("require", "warn", "skip")


class PullCheckArgs(TypedDict):
    """How the pull from a registry is proved."""

    mode: NotRequired[str]
    """``require`` (default): no cluster is touched before the proof; ``warn``; or ``skip`` for runners that cannot
    reach a private registry."""

    repository: NotRequired[str]
    """A repository to prove, ``backend/api``."""

    reference: NotRequired[str]
    """A tag or digest in it, whose manifest must be there."""

    timeout_seconds: NotRequired[int]
    """How long to wait for a new grant to propagate, in seconds; 300 by default."""


class RegistryArgs(TypedDict):
    """One registry and what of it may be pulled."""

    registry_id: str
    """ARM ID of the registry."""

    repositories: NotRequired[list[str]]
    """Repositories that may be pulled, ``backend/api``; only for a registry in ABAC mode. Default: all."""

    repository_prefixes: NotRequired[list[str]]
    """Prefixes of repositories that may be pulled, with their slash, ``backend/``; only in ABAC mode."""

    role_assignment_name: NotRequired[str]
    """Name (UUID) of a role assignment that gives the application this role on the registry already: the stack takes
    it over instead of making one."""

    pull_check: NotRequired[PullCheckArgs]
    """How the pull is proved."""


def check_registries(owner: str, registries: list[RegistryArgs]) -> list[ArmId]:
    """Reads the registries' IDs.

    :raises ArgumentError: There is none, one is malformed or given twice, or a name in it is malformed.
    """
    if not registries:
        raise ArgumentError(owner, "registries", "is empty: give at least one registry to pull from")
    ids: list[ArmId] = []
    for index, registry in enumerate(registries):
        path = f"registries[{index}]"
        try:
            registry_id = parse_arm_id(registry["registry_id"], REGISTRY_TYPE)
        except ValueError as error:
            raise ArgumentError(owner, f"{path}.registry_id", str(error)) from None
        if any(registry_id.key == earlier.key for earlier in ids):
            raise ArgumentError(owner, f"{path}.registry_id", f"'{registry_id.name}' is given twice: remove one")
        ids.append(registry_id)
        repositories, prefixes = registry.get("repositories", []), registry.get("repository_prefixes", [])
        if repositories or prefixes:
            try:
                repository_condition(repositories, prefixes)
            except ValueError as error:
                raise ArgumentError(owner, path, str(error)) from None
        _check_pull_check(owner, f"{path}.pull_check", registry.get("pull_check") or PullCheckArgs())
        existing = registry.get("role_assignment_name")
        if existing is not None and not is_uuid(existing):
            raise ArgumentError(
                owner,
                f"{path}.role_assignment_name",
                f"'{existing}' is no UUID: write the last part of the role assignment's ID",
            )
    return ids


def _check_pull_check(owner: str, path: str, check: PullCheckArgs) -> None:
    mode, timeout = check.get("mode", PULL_CHECK_MODES[0]), check.get("timeout_seconds", 1)
    if mode not in PULL_CHECK_MODES:
        raise ArgumentError(owner, f"{path}.mode", f"'{mode}' is no mode: write one of {', '.join(PULL_CHECK_MODES)}")
    if timeout <= 0:
        raise ArgumentError(owner, f"{path}.timeout_seconds", f"{timeout} is no time: write 1 or more seconds")
    if "repository" in check:
        try:
            check_repository(check["repository"])
        except ValueError as error:
            raise ArgumentError(owner, f"{path}.repository", str(error)) from None
    elif "reference" in check:
        raise ArgumentError(
            owner, f"{path}.reference", "a tag or digest is one of a repository: give 'repository' as well"
        )


def check_mode(owner: str, registry: RegistryArgs, info: GetRegistryResult) -> GetRegistryResult:
    """``info``, if ``registry`` asks for nothing that a registry in its mode cannot do.

    :raises ArgumentError: It limits pulls to repositories, which only ABAC mode can.
    """
    restricted = "repositories" if registry.get("repositories") else "repository_prefixes"
    if registry.get(restricted) and info.role_assignment_mode == "legacy":
        raise ArgumentError(
            owner,
            f"registries['{info.name}'].{restricted}",
            "the registry's role assignments are registry-wide, so a pull cannot be limited to repositories:"
            f" remove {restricted}, or switch the registry to 'RBAC Registry + ABAC Repository Permissions'",
        )
    return info
