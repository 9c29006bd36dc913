"""What a ``RegistryAccess`` declares. ``construction.py`` says what such tests do not prove."""

from __future__ import annotations

from typing import Any

import pytest

from crosstenant import (
    ArgumentError,
    PullCheckMode,
    PullCheckOptions,
    PullResult,
    RegistryArgs,
)
from crosstenant.model.names import role_assignment_name
from tests.components.construction import (
    APP,
    CONSENT,
    PRINCIPAL,
    PULL_CHECK,
    REGISTRY_ID,
    ROLE,
    ROLE_ASSIGNMENT,
    SECRET,
    SUBSCRIPTION_B,
    Secret,
    build,
)
from tests.components.programs import access


def test_a_pull_role():
    made = build(access).one(ROLE_ASSIGNMENT)
    principal = "object-of-images-registry-service-principal"
    assert made.inputs == {
        "scope": REGISTRY_ID,
        "principalId": principal,
        "principalType": "ServicePrincipal",
        "roleAssignmentName": role_assignment_name(REGISTRY_ID, principal, ROLE),
        "roleDefinitionId": f"/subscriptions/{SUBSCRIPTION_B}/providers/Microsoft.Authorization/roleDefinitions/{ROLE}",
    }
    assert (made.request.deleteBeforeReplaceDefined, made.request.deleteBeforeReplace) == (True, False)
    assert (made.request.importId, list(made.request.state_migrations)) == ("", [])
    assert list(made.request.ignoreChanges) == ["scope"]
    assert [it.split("-error")[0] for it in made.request.hooks.on_error] == [made.name]


def test_a_pull_role_that_is_assigned_already_is_imported():
    existing = "0dbd5fb0-0c5b-504a-ba28-635caca3349d"
    registry = RegistryArgs(registry_id=REGISTRY_ID.replace("/rg/", "/RG/"), role_assignment_name=existing.upper())
    made = build(lambda: access(registries=[registry])).one(ROLE_ASSIGNMENT)
    assert (made.inputs["roleAssignmentName"], made.inputs["scope"]) == (existing, REGISTRY_ID)
    assert made.request.importId == f"{REGISTRY_ID}/providers/Microsoft.Authorization/roleAssignments/{existing}"
    assert made.request.deleteBeforeReplaceDefined is False
    assert list(made.request.ignoreChanges) == ["scope", "roleAssignmentName"]


def test_a_registry_that_is_typed_in_capitals():
    registry = RegistryArgs(registry_id=REGISTRY_ID.replace("registries/images", "registries/Images"))
    built = build(lambda: access(client_id=f" {APP.upper()} ", registries=[registry]))
    for kind, name in ((ROLE_ASSIGNMENT, "pull-role"), (PULL_CHECK, "pull-check")):
        made = built.one(kind, f"images-images-{name}")
        assert f"images-Images-{name}" in [it.spec.name for it in made.request.aliases]
    assert built.one(PRINCIPAL).inputs == {"clientId": APP}


def test_a_pull_check():
    check = PullCheckOptions(mode="warn", repository="backend/api", reference="1.0", timeout_seconds=60)
    registry = RegistryArgs(registry_id=REGISTRY_ID, name="base", pull_check=check)
    made = build(lambda: access(registries=[registry])).one(PULL_CHECK, "images-base-pull-check")
    assert made.inputs == {
        "registryId": REGISTRY_ID,
        "clientId": APP,
        "secret": Secret(SECRET),
        "mode": "warn",
        "repository": "backend/api",
        "reference": "1.0",
        "timeoutSeconds": 60,
        "triggers": ["images-base-pull-role-id"],
    }
    assert made.dependencies == {f"{ROLE_ASSIGNMENT} images-base-pull-role"}


def test_patience_with_replication_is_one_argument():
    dates = {"secret_made_at": "2026-01-31T12:00:00Z", "secret_expires_at": "2027-01-31T12:00:00Z"}
    hasty = RegistryArgs(registry_id=f"{REGISTRY_ID}2", pull_check=PullCheckOptions(timeout_seconds=60))
    registries = [RegistryArgs(registry_id=REGISTRY_ID), hasty]
    built = build(
        lambda: access(registries=registries, service_principal="consented", replication_timeout_seconds=900, **dates)
    )
    assert sorted(it.inputs["timeoutSeconds"] for it in built.resources if it.type == PULL_CHECK) == [60, 900]
    assert built.one(CONSENT).inputs["secretTimeoutSeconds"] == 900
    for made in (built.one(CONSENT), built.one(PULL_CHECK, "images-images-pull-check")):
        assert (made.inputs["secretMadeAt"], made.inputs["secretExpiresAt"]) == tuple(dates.values())


@pytest.mark.parametrize("seconds", [0, -1, 3601])
def test_patience_without_bounds_is_refused(seconds: int):
    with pytest.raises(ArgumentError, match=r"replication_timeout_seconds: must be a number of seconds from 1 to 3600"):
        access(replication_timeout_seconds=seconds)


@pytest.mark.parametrize(
    ("arguments", "repository", "filled_later"),
    [
        ({"repositories": ["hello"]}, "hello", True),
        ({"repository_prefixes": ["backend/"]}, "backend/probe", True),
        ({"repositories": ["hello"], "pull_check": {"repository": "backend/api"}}, "backend/api", None),
        ({"pull_check": {"repository": "hello", "filled_later": True}}, "hello", True),
        ({"pull_check": {"repository": "hello"}}, "hello", None),
        ({}, None, None),
    ],
)
def test_only_a_repository_that_the_check_names_must_exist(
    arguments: dict[str, Any], repository: str | None, filled_later: bool | None
):
    registry = RegistryArgs(registry_id=f"{REGISTRY_ID}abac", name="base", **arguments)
    made = build(lambda: access(registries=[registry])).one(PULL_CHECK, "images-base-pull-check")
    assert (made.inputs.get("repository"), made.inputs.get("filledLater")) == (repository, filled_later)
    assert made.inputs.get("grantedRepositories") == arguments.get("repositories")


def test_a_service_principal_that_the_stack_makes():
    made = build(access).one(PRINCIPAL)
    assert (made.name, made.inputs) == ("images-registry-service-principal", {"clientId": APP})
    assert list(made.request.ignoreChanges) == ["owners"]
    assert [it.split("-check")[0] for it in made.request.hooks.before_create] == [made.name] * 2
    assert [it.split("-error")[0] for it in made.request.hooks.on_error] == [made.name]


def test_a_service_principal_that_an_administrator_makes():
    built = build(lambda: access(service_principal="consented", consent_timeout_seconds=60))
    made = built.one(CONSENT, "images-consent")
    assert made.inputs == {"clientId": APP, "secret": Secret(SECRET), "timeoutSeconds": 60}
    assert [it for it in built.resources if it.type == PRINCIPAL] == []
    assert built.one(ROLE_ASSIGNMENT).inputs["principalId"] == "object-of-consent"


def test_objects_among_the_outputs_are_read_by_attribute():
    results: list[PullResult] = []

    def program() -> None:
        made = access()
        assert [it.name for it in made.registries] == ["images"]
        made.registries[0].pull_result.apply(results.append)

    build(program)
    assert results == [PullResult.GRANTED]


def test_a_mode_is_a_member_or_its_text():
    for mode in ("skip", PullCheckMode.SKIP):
        registry = RegistryArgs(registry_id=REGISTRY_ID, pull_check=PullCheckOptions(mode=mode))
        assert build(lambda it=registry: access(registries=[it])).one(PULL_CHECK).inputs["mode"] == "skip"
