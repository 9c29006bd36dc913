"""What is said beside Azure's refusal of an identity or of a federated credential."""

from __future__ import annotations

import pytest

from crosstenant.components.pieces.hooks import Failure
from crosstenant.components.pieces.identity_advice import (
    application_credential_advice,
    credential_advice,
    identity_advice,
)
from crosstenant.model.matched_texts.identity_texts import (
    APPLICATION_CREDENTIAL_EXISTS,
    APPLICATION_CREDENTIAL_TWICE,
    CREDENTIAL_TWICE,
    CREDENTIALS_FULL,
    NO_CREDENTIALS_HERE,
    POLICY_NAMED,
)
from crosstenant.model.matched_texts.provider_texts import POLICY_FORBIDS, ROLE_FORBIDDEN
from tests.components.test_refusal_advice import COMPONENT, PROVIDERS

EXISTS = "cannot create already existing resource '/subscriptions/s/x/userAssignedIdentities/prod-dev'"
INPUTS = {"resourceGroupName": "rg-pull", "resourceName": "prod-dev", "issuer": "https://i/", "subject": "s:a:b"}


def failure(error: str) -> Failure:
    return Failure(error, "create", INPUTS)


async def about_credential(error: str) -> str | None:
    return await credential_advice("prod-aks-credential", PROVIDERS, COMPONENT, "tenant-a")(failure(error))


async def about_identity(error: str) -> str | None:
    return await identity_advice("prod-identity", PROVIDERS, COMPONENT)(failure(error))


async def test_an_identity_that_exists_is_taken_over_or_named():
    said = await about_identity(EXISTS) or ""
    assert "identity.id" in said
    assert "pulumi import azure-native:managedidentity:UserAssignedIdentity prod-identity /subscriptions/s/x/" in said


@pytest.mark.parametrize("about", [about_identity, about_credential])
async def test_a_caller_without_the_right_reads_which_role_it_needs(about):
    said = await about(ROLE_FORBIDDEN.samples[1]) or ""
    assert "tenant-b (CrossTenantPull 'prod': registry_tenant.client_secret)" in said
    assert "in resource group rg-pull: give it the role Contributor there" in said


async def test_a_policy_is_told_by_its_name_and_what_it_has_to_permit():
    said = await about_credential(POLICY_NAMED.samples[0]) or ""
    assert "Azure Policy 'Trusted issuers' (assignment /subscriptions/s/providers/Microsoft.Authorization/" in said
    assert "of tenant tenant-b forbids" in said
    assert "allowAKS, and tenant tenant-a in allowedTenants" in said
    nameless = await about_credential(POLICY_FORBIDS.samples[1]) or ""
    assert nameless.startswith("Azure Policy (assignment in the error) of tenant tenant-b")


async def test_a_second_credential_for_issuer_and_subject_is_found_by_a_command():
    said = await about_credential(CREDENTIAL_TWICE.samples[0]) or ""
    assert "issuer https://i/ and subject s:a:b under another name" in said
    assert "'az identity federated-credential list --identity-name prod-dev -g rg-pull'" in said
    of_application = await application_credential_advice(failure(APPLICATION_CREDENTIAL_TWICE.samples[0])) or ""
    assert "issuer https://i/ and subject s:a:b under another name" in of_application


async def test_a_credential_of_an_application_that_exists_under_its_name_comes_with_the_command_that_removes_it():
    inputs = {**INPUTS, "applicationId": "/applications/o", "displayName": "aks"}
    exists = Failure(APPLICATION_CREDENTIAL_EXISTS.samples[0], "create", inputs)
    said = await application_credential_advice(exists) or ""
    assert "'az ad app federated-credential delete --id o --federated-credential-id aks'" in said


@pytest.mark.parametrize("sample", CREDENTIALS_FULL.samples)
async def test_a_full_identity_tells_the_limit(sample: str):
    for said in (await about_credential(sample), await application_credential_advice(failure(sample))):
        assert said is not None
        assert said.startswith("20 federated credentials are the most")


async def test_a_region_without_credentials_tells_the_argument():
    said = await about_credential(NO_CREDENTIALS_HERE.samples[0]) or ""
    assert "set identity.location" in said


async def test_nothing_is_said_about_other_errors():
    assert await about_credential("Status=500") is None
    assert await about_identity("Status=500") is None
    assert await application_credential_advice(failure("Status=500")) is None
