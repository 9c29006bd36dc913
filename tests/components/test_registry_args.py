"""What of a registry's description is refused before anything is looked up."""

from __future__ import annotations

import pulumi
import pytest

from crosstenant.components.argument_error import ArgumentError
from crosstenant.components.arguments.arg_path import ArgPath
from crosstenant.components.arguments.registry_args import PullCheckOptions, RegistryArgs, read_registries
from crosstenant.model.modes import RoleAssignmentMode

AT = ArgPath("RegistryAccess 'x'") / "registries"
REGISTRY = (
    "/subscriptions/b0000000-0000-4000-8000-0000000000b1/resourceGroups/rg-registries"
    "/providers/Microsoft.ContainerRegistry/registries/fabrikamimages"
)
ROLE_ASSIGNMENT = "0dbd5fb0-0c5b-504a-ba28-635caca3349d"


def refused(registry: RegistryArgs) -> str:
    with pytest.raises(ArgumentError) as error:
        read_registries(AT, [registry])
    return str(error.value).removeprefix("RegistryAccess 'x': registries[0]")


def test_a_registry_is_called_by_its_own_name_unless_the_program_gives_one():
    named = RegistryArgs(registry_id=REGISTRY, name="Images")
    shouted = RegistryArgs(registry_id=REGISTRY.replace("fabrikamimages", "FabrikamImages"))
    (own,), (given,) = read_registries(AT, [shouted]), read_registries(AT, [named])
    assert (own.name.text, own.name.as_typed) == ("fabrikamimages", "FabrikamImages")
    assert (given.name.text, given.name.as_typed) == ("Images", "Images")


@pytest.mark.parametrize(
    "name", [ROLE_ASSIGNMENT, f" {{{ROLE_ASSIGNMENT.upper()}}}\n", ROLE_ASSIGNMENT.replace("-", "")]
)
def test_a_role_assignment_is_named_by_its_uuid_in_any_spelling(name: str):
    registry = RegistryArgs(registry_id=f" {REGISTRY.upper()}/", role_assignment_name=name)
    (found,) = read_registries(AT, [registry])
    assert (
        str(found.existing_assignment)
        == f"{REGISTRY}/providers/Microsoft.Authorization/roleAssignments/{ROLE_ASSIGNMENT}"
    )


def test_a_role_assignment_is_named_by_nothing_but_a_uuid():
    assert refused(RegistryArgs(registry_id=REGISTRY, role_assignment_name="AcrPull")) == (
        ".role_assignment_name: must be a UUID: write the last part of the role assignment's ID"
    )


async def test_a_role_assignment_is_taken_over_only_where_the_registry_is_known():
    output = pulumi.Output.from_input(REGISTRY)
    registry = RegistryArgs(registry_id=output, name="images", role_assignment_name=ROLE_ASSIGNMENT)
    assert refused(registry).startswith(".role_assignment_name: needs a registry_id that is text")


@pytest.mark.parametrize(
    ("check", "says"),
    [
        (PullCheckOptions(timeout_seconds=0), ".pull_check.timeout_seconds: must be 1 or more seconds"),
        (PullCheckOptions(reference="1.0"), ".pull_check.reference: a tag or digest belongs to a repository"),
        (PullCheckOptions(repository="Backend"), ".pull_check.repository: "),
        (PullCheckOptions(repository="a", reference="b:1.0"), ".pull_check.reference: 'b:1.0' is neither a tag"),
        (PullCheckOptions(repository="a", reference="sha256:1"), ".pull_check.reference: 'sha256:1' is neither"),
        (
            PullCheckOptions(repository="a", reference="1.0", filled_later=True),
            ".pull_check.filled_later: a repository without images has no tag or digest: omit 'reference'",
        ),
    ],
)
def test_a_pull_check_that_cannot_be_made_is_refused(check: PullCheckOptions, says: str):
    assert refused(RegistryArgs(registry_id=REGISTRY, pull_check=check)).startswith(says)


def test_repositories_need_a_registry_in_abac_mode():
    (limited,) = read_registries(AT, [RegistryArgs(registry_id=REGISTRY, repository_prefixes=["backend/"])])
    limited.check_mode(RoleAssignmentMode.ABAC)
    with pytest.raises(ArgumentError, match=r"registries\[0\]\.repository_prefixes: .*remove repository_prefixes"):
        limited.check_mode(RoleAssignmentMode.LEGACY)
    (whole,) = read_registries(AT, [RegistryArgs(registry_id=REGISTRY)])
    whole.check_mode(RoleAssignmentMode.LEGACY)
