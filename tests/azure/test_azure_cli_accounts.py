"""The Azure CLI with two accounts: which one signs in to which tenant."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from azure.core.exceptions import ClientAuthenticationError

from crosstenant.azure.refusals.refusals import explain
from crosstenant.azure.sign_in.tenant import Tenant
from crosstenant.azure.sign_in.token_claims import claims_of
from crosstenant.model.clouds import PUBLIC
from crosstenant.model.credentials.kinds import AzureCli
from crosstenant.plugin.context import Context
from crosstenant.plugin.functions.check_sign_in import CheckSignIn
from tests.azure.az_double import Account, AzDouble
from tests.fakes import Terminal, as_log

A, B = "a0000000-0000-4000-8000-00000000000a", "b0000000-0000-4000-8000-00000000000b"
SUB_A, SUB_B = "a0000000-0000-4000-8000-0000000000a1", "b0000000-0000-4000-8000-0000000000b1"
SCOPE = "https://management.azure.com/.default"

ANN = Account("ann@contoso.com", SUB_A, A, signs_in_to=(A,))
BOB = Account("bob@fabrikam.com", SUB_B, B, current=True, signs_in_to=(B,))
SERVICE = Account("b0000000-0000-4000-8000-0000000000c1", SUB_B, B, True, service_principal=True, signs_in_to=(B,))
GUEST = (
    Account("ann@contoso.com", SUB_A, A, current=True, signs_in_to=(A, B)),
    Account("ann@contoso.com", SUB_B, B, signs_in_to=(A, B)),
)

LogIn = Callable[..., AzDouble]


@pytest.fixture
def log_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LogIn:
    def made(*accounts: Account) -> AzDouble:
        monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
        return AzDouble(tmp_path, *accounts)

    return made


def tenant(tenant_id: str, subscription_id: str | None) -> Tenant:
    return Tenant(tenant_id, PUBLIC, AzureCli(), subscription_id)


async def signed_in(of: Tenant) -> tuple[str, str]:
    """The tenant and the account of the token."""
    claims = claims_of((await of.credential().get_token(SCOPE)).token) or {}
    return claims["tid"], claims["upn"]


@pytest.mark.parametrize("other", [BOB, SERVICE], ids=["two users", "a user and a service principal"])
async def test_each_tenant_gets_the_account_that_sees_its_subscription(log_in: LogIn, other: Account):
    az = log_in(ANN, other)
    assert await signed_in(tenant(A, SUB_A)) == (A, ANN.name)
    assert await signed_in(tenant(B, SUB_B)) == (B, other.name)
    assert az.asked == [f"--subscription {SUB_A}", f"--subscription {SUB_B}"]


@pytest.mark.parametrize("subscriptions", [(SUB_A, SUB_B), (None, None)])
async def test_a_guest_user_signs_in_to_both(log_in: LogIn, subscriptions: tuple[str | None, str | None]):
    log_in(*GUEST)
    for tenant_id, subscription in zip((A, B), subscriptions, strict=True):
        assert await signed_in(tenant(tenant_id, subscription)) == (tenant_id, "ann@contoso.com")


async def test_a_subscription_that_the_cli_does_not_see_is_no_obstacle(log_in: LogIn):
    az = log_in(BOB)
    assert await signed_in(tenant(B, "b0000000-0000-4000-8000-0000000000b2")) == (B, BOB.name)
    assert az.asked[-1] == f"--tenant {B}"


async def test_a_subscription_that_is_seen_in_another_tenant_is_no_obstacle(log_in: LogIn):
    # Delegated to A, or simply the ID of the other tenant's.
    log_in(Account("ann@contoso.com", SUB_B, A, current=True, signs_in_to=(A, B)))
    assert await signed_in(tenant(B, SUB_B)) == (B, "ann@contoso.com")


async def test_without_a_subscription_the_refusal_says_what_selects_the_account(log_in: LogIn):
    log_in(ANN, BOB)
    of = tenant(A, None)
    with pytest.raises(ClientAuthenticationError) as refused:
        await of.credential().get_token(SCOPE)
    said = explain(refused.value, doing="signing in", on="", tenant=of)
    assert said.startswith(
        f"signing in: the Azure CLI's user cannot sign in to tenant {A}: the account that the Azure CLI used is not a"
        f" member or guest of the tenant; run 'az login --tenant {A}' with an account of the tenant, or have its"
        " administrator invite this user; of several accounts the one counts that sees the subscription"
    )
    assert "AADSTS50020: User account 'bob@fabrikam.com'" in said


async def test_an_expired_sign_in_is_not_hidden_by_the_other_account(log_in: LogIn):
    # The account of the subscription is the right one, so its own refusal is what the reader needs.
    log_in(Account("ann@contoso.com", SUB_A, A, signs_in_to=()), BOB)
    with pytest.raises(ClientAuthenticationError, match=r"AADSTS50020: User account 'ann@contoso\.com'"):
        await signed_in(tenant(A, SUB_A))


async def check(of: Tenant, by: str) -> tuple[str, str]:
    found, failures = await CheckSignIn(Context(of, as_log(Terminal()))).call({"by": by} if by else {})
    assert failures == []
    return found["argument"], found["problem"]


async def test_azuread_is_refused_before_it_signs_in_with_the_other_account(log_in: LogIn):
    log_in(ANN, BOB)
    assert await check(tenant(A, SUB_A), "") == ("", "")
    assert await check(tenant(B, SUB_B), "azuread") == ("", "")
    argument, problem = await check(tenant(A, SUB_A), "azuread")
    assert argument == "tenantId"
    assert f"make that account the current one ('az account set --subscription {SUB_A}')" in problem
    assert "consent mode" in problem
    assert "AADSTS50020" in problem


async def test_azuread_of_a_guest_user_is_no_problem(log_in: LogIn):
    log_in(*GUEST)
    assert await check(tenant(A, SUB_A), "azuread") == await check(tenant(B, SUB_B), "azuread") == ("", "")


async def test_azure_native_is_refused_where_no_account_sees_the_subscription(log_in: LogIn):
    # This plugin signs in by tenant then, and azure-native asks the Azure CLI by the subscription alone.
    az = log_in(GUEST[0])
    of = tenant(B, SUB_B)
    assert await check(of, "") == ("", "")
    argument, problem = await check(of, "azure-native")
    assert argument == "tenantId"
    assert problem.startswith(f"the Azure CLI has a token for tenant {B}, but none of its accounts sees subscription")
    assert f"run 'az login --tenant {B}' again with an account that has a role in the subscription" in problem
    assert len(az.asked) == 2


async def test_azure_native_is_refused_where_the_subscription_is_seen_in_another_tenant(log_in: LogIn):
    # Delegated to A: azure-native would assign roles with a token of A.
    log_in(Account("ann@contoso.com", SUB_B, A, current=True, signs_in_to=(A, B)))
    assert await check(tenant(B, SUB_B), "") == ("", "")
    assert (await check(tenant(B, SUB_B), "azure-native"))[0] == "tenantId"


MACHINE = Account("systemAssignedIdentity", SUB_A, A, True, True, signs_in_to=(A,), takes_no_tenant=True)


@pytest.mark.parametrize("subscription", [SUB_A, None])
async def test_a_managed_identity_of_the_cli_signs_in_to_its_own_tenant(log_in: LogIn, subscription: str | None):
    log_in(MACHINE)
    assert await signed_in(tenant(A, subscription)) == (A, MACHINE.name)
    assert await check(tenant(A, subscription), "azuread") == ("", "")


async def test_a_managed_identity_of_the_cli_is_not_taken_for_another_tenant(log_in: LogIn):
    log_in(MACHINE, replace(BOB, current=False))
    with pytest.raises(ClientAuthenticationError, match=f"the token that it got is of tenant {A}"):
        await signed_in(tenant(B, None))
    assert await signed_in(tenant(B, SUB_B)) == (B, BOB.name)
    # azuread names no tenant to the Azure CLI where the current account is a managed identity.
    argument, problem = await check(tenant(B, SUB_B), "azuread")
    assert (argument, f"the token that it got is of tenant {A}" in problem) == ("tenantId", True)


@pytest.mark.parametrize("subscription", [SUB_B, None])
async def test_azuread_in_cloud_shell_takes_the_current_tenant_for_both(
    log_in: LogIn, monkeypatch: pytest.MonkeyPatch, subscription: str | None
):
    monkeypatch.setenv("AZUREPS_HOST_ENVIRONMENT", "cloud-shell/1.0")
    az = log_in(*GUEST)
    assert await check(tenant(A, SUB_A), "azuread") == ("", "")
    assert az.asked[-1] == ""
    assert await check(tenant(B, subscription), "") == ("", "")
    argument, problem = await check(tenant(B, subscription), "azuread")
    assert argument == "tenantId"
    assert f"takes the token of its current account (the token that it got is of tenant {A})" in problem
    assert "'unset AZUREPS_HOST_ENVIRONMENT'" in problem


async def test_cloud_shells_own_account_serves_its_tenant(log_in: LogIn, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AZUREPS_HOST_ENVIRONMENT", "cloud-shell/1.0")
    log_in(replace(GUEST[0], takes_no_tenant=True))
    assert await check(tenant(A, SUB_A), "azuread") == await check(tenant(A, None), "azuread") == ("", "")


@pytest.mark.parametrize("subscription", [SUB_A, None])
async def test_azure_native_is_no_problem_where_an_account_does(log_in: LogIn, subscription: str | None):
    log_in(*GUEST)
    assert await check(tenant(A, subscription), "azure-native") == ("", "")
