"""What is said beside a provider's own error."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import cast

import pulumi
import pytest

from crosstenant.components.pieces.hooks import Failure
from crosstenant.components.pieces.refusal_advice import (
    application_advice,
    of_tenant,
    secret_advice,
    service_principal_advice,
)
from crosstenant.components.pieces.role_advice import cluster_role_advice, pull_role_advice
from crosstenant.components.tenant import TenantProviders
from crosstenant.model.matched_texts.provider_texts import (
    CONDITION_UNMET,
    DENIED_BY_ASSIGNMENT,
    DIRECTORY_FORBIDDEN,
    ENTRA_CODE,
    POLICY_FORBIDS,
    SCOPE_LOCKED,
    SERVICE_PRINCIPAL_EXISTS,
    SERVICE_REFERENCE,
)

SCOPE = "/subscriptions/S/resourceGroups/rg/providers/Microsoft.ContainerRegistry/registries/images"
EXISTS = (
    'Status=409 Code="RoleAssignmentExists" Message="The role assignment already exists. The ID of the existing role '
    'assignment is 0dbd5fb00c5b504aba28635caca3349d."'
)
PULL = "7f951dda-4ed3-4680-a7ca-43fe172d538d"
EXISTING = "0dbd5fb0-0c5b-504a-ba28-635caca3349d"


class _Known:
    def __init__(self, value: str) -> None:
        self._value = value

    def future(self) -> asyncio.Future[str]:
        found = asyncio.get_running_loop().create_future()
        found.set_result(self._value)
        return found


PROVIDERS = cast(
    "TenantProviders",
    SimpleNamespace(
        tenant_id="tenant-b",
        azuread=SimpleNamespace(urn=_Known("urn:provider")),
        azure_native=SimpleNamespace(urn=_Known("urn:arm-provider")),
        signed_in_with="CrossTenantPull 'prod': registry_tenant.client_secret",
    ),
)
COMPONENT = cast("pulumi.Resource", SimpleNamespace(urn=_Known("urn:component")))
PULL_ROLE = pull_role_advice("images-role", PROVIDERS, COMPONENT)
CLUSTER_ROLE = cluster_role_advice("guid", "aks-role", PROVIDERS, COMPONENT)


def failure(error: str, operation: str = "create") -> Failure:
    definition = f"/subscriptions/S/providers/Microsoft.Authorization/roleDefinitions/{PULL}"
    names = {"scope": SCOPE, "roleAssignmentName": EXISTING, "principalId": "PRINCIPAL"}
    return Failure(error, operation, {**names, "roleDefinitionId": definition})


async def about_pull_role(error: str, operation: str = "create") -> str | None:
    return await PULL_ROLE(failure(error, operation))


async def about_principal(error: str) -> str | None:
    return await service_principal_advice("images-principal", PROVIDERS, COMPONENT)(failure(error))


async def test_a_pull_role_that_is_assigned_already_is_named_with_the_argument_that_takes_it_over():
    said = await about_pull_role(EXISTS) or ""
    assert f"{SCOPE}/providers/Microsoft.Authorization/roleAssignments/{EXISTING}" in said
    assert f"role_assignment_name='{EXISTING}'" in said


async def test_an_assignment_whose_id_azure_omits_is_told_where_to_look():
    said = await about_pull_role("RoleAssignmentExists: The role assignment already exists.") or ""
    assert f"list it, 'az role assignment list --scope {SCOPE} --assignee PRINCIPAL', and give" in said
    assert said.count("'") == 3, "the command's, and that of Azure's answer"


async def test_the_stacks_own_assignment_that_it_does_not_know_was_left_by_an_interrupted_run():
    own = f"{SCOPE}/providers/Microsoft.Authorization/roleAssignments/{EXISTING}"
    error = f"cannot create already existing resource '{own}'"
    begins = f"the assignment {own} exists already, under the name that this stack gives it. If an interrupted update"
    for advise, name in ((PULL_ROLE, "images-role"), (CLUSTER_ROLE, "aks-role")):
        said = await advise(failure(error)) or ""
        assert said.startswith(begins)
        assert said.endswith(
            f"pulumi import azure-native:authorization:RoleAssignment {name} {own} --generate-code=false"
            " --protect=false --parent 'parent=urn:component' --provider 'provider=urn:arm-provider'"
        )


async def test_an_assignment_of_another_role_in_the_place_of_the_stacks_is_to_be_removed():
    said = await about_pull_role("Code=RoleAssignmentUpdateNotPermitted", "update") or ""
    assert (
        f"az role assignment delete --ids {SCOPE}/providers/Microsoft.Authorization/roleAssignments/{EXISTING}" in said
    )


@pytest.mark.parametrize("advice", [PULL_ROLE, CLUSTER_ROLE])
async def test_a_caller_that_may_not_assign_roles_reads_which_role_it_lacks(advice):
    said = await advice(failure("Code=AuthorizationFailed The client 'x' ..."))
    assert f"in tenant tenant-b may not assign roles on {SCOPE}: give it the role Role Based Access Control" in said
    assert await advice(failure("Code=AuthorizationFailed ...", "delete")) is None


@pytest.mark.parametrize("advice", [PULL_ROLE, CLUSTER_ROLE])
async def test_the_condition_of_the_callers_role_is_told_with_the_role_that_it_has_to_permit(advice):
    surely, either = CONDITION_UNMET.samples
    said = await advice(failure(surely)) or ""
    assert said.startswith(
        f"the caller in tenant tenant-b may not create an assignment of role AcrPull ({PULL}) on {SCOPE}"
    )
    assert "there does not permit it. Have the condition permit role AcrPull" in said
    assert "give it the role" not in said
    said = await advice(failure(either, "delete")) or ""
    assert "may not delete an assignment" in said
    assert "does not permit it, or the caller has no role for role assignments there. Have the condition" in said


async def test_a_cluster_role_that_is_assigned_already_is_removed_on_one_of_the_two_sides():
    said = await CLUSTER_ROLE(failure(EXISTS)) or ""
    assert f"has role guid on {SCOPE} already" in said
    assert "remove it from cluster_role_assignments" in said
    assert (
        f"'az role assignment delete --ids {SCOPE}/providers/Microsoft.Authorization/roleAssignments/{EXISTING}'"
        in said
    )


@pytest.mark.parametrize("error", SERVICE_PRINCIPAL_EXISTS.samples)
async def test_a_service_principal_that_exists_comes_with_the_whole_import_command(error: str):
    said = await about_principal(error) or ""
    assert "'consented'" in said
    assert (
        "pulumi import azuread:index/servicePrincipal:ServicePrincipal images-principal"
        f" /servicePrincipals/{EXISTING}"
        " --generate-code=false --protect=false --parent 'parent=urn:component' --provider 'provider=urn:provider'"
    ) in said


async def test_a_caller_without_rights_in_the_directory_reads_both_remedies():
    said = await about_principal("Could not create service principal: Authorization_RequestDenied: ...") or ""
    assert "Application.ReadWrite.All" in said
    assert "'consented'" in said


@pytest.mark.parametrize(
    ("error", "says"),
    [
        ("CredentialTypeNotAllowedAsPerAppPolicy", "forbids new secrets"),
        ("CredentialInvalidLifetimeAsPerAppPolicy", "rotation.lifetime_cap_days"),
        ("No password credential found with keyId", "pulumi up --refresh"),
    ],
)
async def test_a_refused_secret_comes_with_the_remedy(error: str, says: str):
    assert says in (await secret_advice(failure(error)) or "")


async def test_another_error_is_told_with_the_tenant_and_the_argument():
    where = "tenant tenant-b (CrossTenantPull 'prod': registry_tenant.client_secret)"
    for advise in (None, PULL_ROLE, application_advice(PROVIDERS), secret_advice):
        named = of_tenant(PROVIDERS, advise)
        assert await named(failure("Code=Odd ...", "update")) == f"the update failed in {where}"


@pytest.mark.parametrize("error", ENTRA_CODE.samples)
async def test_a_sign_in_that_fails_in_a_provider_is_told_with_the_tenant_and_the_argument(error: str):
    said = await of_tenant(PROVIDERS, secret_advice)(failure(error)) or ""
    assert said.startswith(
        "the provider cannot sign in to tenant tenant-b (CrossTenantPull 'prod': registry_tenant.client_secret): "
    )
    assert "AADSTS70002" in said


async def test_advice_takes_the_place_of_the_tenants_name():
    assert await of_tenant(PROVIDERS, PULL_ROLE)(failure(EXISTS)) == await about_pull_role(EXISTS)


@pytest.mark.parametrize("error", DIRECTORY_FORBIDDEN.samples)
async def test_a_caller_that_may_not_make_applications_reads_which_permission_it_lacks(error: str):
    said = await application_advice(PROVIDERS)(failure(error)) or ""
    assert said.startswith(
        "the caller in tenant tenant-b (CrossTenantPull 'prod': registry_tenant.client_secret) may not"
    )
    assert "Application.ReadWrite.OwnedBy" in said


async def test_a_lock_is_named_with_its_scope_whatever_the_resource():
    for advise in (None, PULL_ROLE, application_advice(PROVIDERS), secret_advice):
        said = await of_tenant(PROVIDERS, advise)(failure(SCOPE_LOCKED.samples[0], "delete")) or ""
        locked = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.ContainerRegistry/registries/images"
        assert said.startswith(f"a lock on {locked} forbids the delete in tenant tenant-b (CrossTenantPull 'prod'")
        assert "have the lock removed" in said


@pytest.mark.parametrize(
    ("error", "named"),
    [
        (
            POLICY_FORBIDS.samples[0],
            "/subscriptions/s/providers/Microsoft.Authorization/policyAssignments/allowed-roles",
        ),
        (POLICY_FORBIDS.samples[1], "in the error"),
    ],
)
async def test_a_policy_is_named_with_what_has_to_be_exempt(error: str, named: str):
    said = await of_tenant(PROVIDERS, PULL_ROLE)(failure(error)) or ""
    assert said.startswith(f"the Azure Policy assignment {named} forbids the create in tenant tenant-b")
    assert f"exempt {SCOPE}" in said


async def test_a_deny_assignment_is_no_missing_role():
    for advise in (PULL_ROLE, CLUSTER_ROLE):
        assert await advise(failure(DENIED_BY_ASSIGNMENT.samples[0])) is None
        said = await of_tenant(PROVIDERS, advise)(failure(DENIED_BY_ASSIGNMENT.samples[0])) or ""
        assert said.startswith("the deny assignment Managed by a stack forbids the create in tenant tenant-b")
        assert "exclude the caller" in said


@pytest.mark.parametrize("error", SERVICE_REFERENCE.samples)
async def test_a_directory_that_wants_a_service_management_reference_is_told_with_the_argument(error: str):
    for advise in (application_advice(PROVIDERS), secret_advice):
        assert "set service_management_reference to" in (await advise(failure(error)) or "")


async def test_another_error_is_left_to_the_provider():
    assert await about_pull_role("Code=ScopeLocked ...") is None
    assert await about_principal("something else") is None
    assert await CLUSTER_ROLE(failure("Code=ScopeLocked")) is None
    assert await secret_advice(failure("something else")) is None
