"""Azure's errors as sentences for the operator."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest
from azure.core.exceptions import (
    ClientAuthenticationError,
    HttpResponseError,
    ServiceRequestError,
    ServiceResponseError,
)
from azure.identity import CredentialUnavailableError

from crosstenant.azure.refusals.masking import hide
from crosstenant.azure.refusals.refusal_table import REFUSALS, ROLES_BY_ACTION, Retry
from crosstenant.azure.refusals.refusals import explain, retry_of, take_apart
from crosstenant.azure.sign_in.tenant import Tenant
from crosstenant.model.clouds import PUBLIC, US_GOVERNMENT
from crosstenant.model.credentials.kinds import (
    AzureCli,
    AzurePipelines,
    ClientCertificate,
    ClientSecret,
    Credential,
    GitHubActions,
    InlineCertificate,
    ManagedIdentity,
    OidcToken,
)
from tests.azure.azure_answers import Answer, answer, entra_answer

A = "a0000000-0000-4000-8000-00000000000a"
B = "b0000000-0000-4000-8000-00000000000b"
CALLER = "a0000000-0000-4000-8000-0000000000c1"
TENANT = Tenant(A, PUBLIC, ClientSecret(CALLER, "x"))
ENTRA_SECRET = "abc8Q~Zt-secret_of.the~form~that_entra-makes"


def said(error: Exception, tenant: Tenant | None = TENANT) -> str:
    return explain(error, doing="reading cluster", on="/x", tenant=tenant)


def arm(status: int, code: str, message: str, *details: tuple[str, str], **headers: str) -> HttpResponseError:
    return HttpResponseError(response=answer(status, code, message, *details, headers=headers))


def test_wrong_tenant_names_both():
    message = (
        f"The access token is from the wrong issuer 'https://sts.windows.net/{A}/'. It must match the tenant"
        f" 'https://sts.windows.net/{B}/' associated with this subscription. Please use the authority (URL)"
        f" 'https://login.windows.net/{B}' to get the token."
    )
    text = said(arm(401, "InvalidAuthenticationTokenTenant", message))
    assert text.startswith(
        f"reading cluster /x: its subscription belongs to tenant {B}, but this provider signs in to tenant {A}; use an"
        " ID of this provider's tenant, or the provider of the other tenant. Azure says"
    )


def test_hidden_subscription_names_tenant_and_caller():
    text = said(arm(404, "SubscriptionNotFound", "The subscription 'x' could not be found."))
    assert f"is not visible to application {CALLER} in tenant {A}" in text


@pytest.mark.parametrize(("action", "role"), [*ROLES_BY_ACTION.items(), ("Microsoft.X/y/z", None)])
def test_missing_right_names_caller_action_scope_and_role(action: str, role: str | None):
    message = (
        f"The client '{CALLER}' with object id 'o' does not have authorization to perform action '{action}' over scope"
        " '/subscriptions/s' or the scope is invalid. If access was recently granted, please refresh your credentials."
    )
    text = said(arm(403, "AuthorizationFailed", message))
    assert f"{CALLER} (object ID o) may not do {action} on /subscriptions/s; assign" in text
    assert f"the role '{role}'" in text if role else "a role that permits it" in text


def test_unknown_code_is_told_whole_with_the_request_id():
    error = arm(418, "Teapot", "I am\n  a teapot.", ("Short", "And stout."), **{"x-ms-request-id": "r-1"})
    assert said(error) == (
        "reading cluster /x: Azure refused: Azure says Teapot (Short): I am a teapot. And stout. (request ID r-1)"
    )


def test_answer_that_is_no_json():
    error = HttpResponseError(response=Answer(502, "<html>Bad gateway</html>"))  # pyright: ignore[reportArgumentType]
    assert "the service has a problem; run again later" in said(error)
    assert retry_of(error) is Retry.THROTTLED


def test_innermost_code_that_is_known_counts():
    error = arm(409, "ResourceOperationFailure", "Failed.", ("CreateRoleAssignmentError", "No rights."))
    text = said(error)
    assert "assign Contributor on the node resource group" in text
    assert "ResourceOperationFailure (CreateRoleAssignmentError): Failed. No rights." in text


def test_detail_tells_more_than_what_it_is_a_detail_of():
    error = arm(400, "InternalOperationError", "Failed.", ("SubnetIsFull", "No address."))
    assert "enlarge the subnet" in said(error)
    assert retry_of(error) is Retry.NEVER


def test_entra_refusal_names_caller_and_tenant():
    error = ClientAuthenticationError(
        message="x", response=entra_answer("invalid_client", "AADSTS7000222: Expired. Trace ID: t")
    )
    assert said(error) == (
        f"reading cluster /x: application {CALLER} cannot sign in to tenant {A}: the client secret has expired; make a"
        " new secret for the application and give that. Azure says AADSTS7000222: Expired. Trace ID: t"
    )


def test_code_in_the_text_of_a_message_without_an_answer():
    error = ClientAuthenticationError(message="ERROR: AADSTS50020: User account does not exist in tenant")
    text = said(error, Tenant(A, PUBLIC, AzureCli()))
    assert f"the Azure CLI's user cannot sign in to tenant {A}" in text
    assert f"az login --tenant {A}" in said(ClientAuthenticationError(message="AADSTS700082: expired"))
    assert "is not a member or guest" in text


@pytest.mark.parametrize(
    ("code", "missing"),
    [
        ("AADSTS90002", "the tenant"),
        ("AADSTS900439", "the tenant"),
        ("AADSTS500011", "the service that the token is for"),
    ],
)
def test_azure_cli_of_another_cloud_is_told_with_the_command_that_changes_it(code: str, missing: str):
    error = ClientAuthenticationError(message=f"ERROR: {code}: Not here.")
    text = said(error, Tenant(A, US_GOVERNMENT, AzureCli()))
    assert f"cannot sign in to tenant {A}: the cloud that the Azure CLI is set to does not have {missing}; " in text
    assert "'usgovernment', and choose this cloud in the Azure CLI: 'az cloud set --name AzureUSGovernment'" in text
    assert f"then 'az login --tenant {A}'" in text
    assert "az cloud" not in said(error)


@pytest.mark.parametrize(
    ("credentials", "remedy"),
    [(AzureCli(), f"run 'az login --tenant {A}'"), (ManagedIdentity(), "run where the managed identity is")],
)
def test_credential_that_is_not_there(credentials: AzureCli | ManagedIdentity, remedy: str):
    text = said(CredentialUnavailableError(message="Azure CLI not found on path"), Tenant(A, PUBLIC, credentials))
    assert "cannot sign in to tenant" in text
    assert "Azure CLI not found on path; " + remedy in text


def test_azure_cli_without_an_account_in_another_cloud_reads_which_cloud_to_choose():
    text = said(CredentialUnavailableError(message="Please run 'az login'"), Tenant(A, US_GOVERNMENT, AzureCli()))
    assert f"; run 'az cloud set --name AzureUSGovernment' and 'az login --tenant {A}', or give" in text


def test_network_trouble():
    unreachable = said(ServiceRequestError("no route"))
    assert "Azure cannot be reached: no route; check the network" in unreachable
    assert unreachable.endswith(f"of tenant {A}")
    assert "broke off: reset; run again" in said(ServiceResponseError("reset"))


def test_secrets_do_not_get_through():
    token = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.eyJvaWQiOiIxIn0.c2ln"
    error = arm(400, "Odd", f"value 'hunter2', {ENTRA_SECRET} and Bearer {token}")
    text = explain(error, doing="x", on="", secrets=["hunter2", ""])
    assert "hunter2" not in text
    assert ENTRA_SECRET not in text
    assert "eyJ" not in text
    assert "value '[secret]', [secret] and Bearer [token]" in text
    assert hide("nothing of the kind: 8Q~ is part of it") == "nothing of the kind: 8Q~ is part of it"


@pytest.mark.parametrize("name", ["", "a", "ab", "00000000-0000-4000-8000-0000000000bb"])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_secret_is_hidden_in_base64_wherever_it_begins(name: str, encode: Callable[[bytes], bytes]):
    secret = "a?b>c~planted-secret"
    encoded = encode(f"{name}:{secret}".encode()).decode()
    assert hide(f"sent '{encoded}' there", [secret]) == "sent '[secret]' there"


@pytest.mark.parametrize("written", ["p%26l%2Fa%22nted+secret", "p%26l%2Fa%22nted%20secret", 'p&l/a\\"nted secret'])
def test_secret_is_hidden_as_a_url_or_a_json_text_has_it(written: str):
    assert hide(f"client_secret={written}", ['p&l/a"nted secret']) == "client_secret=[secret]"


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("Authorization: Bearer opaque-token-0123456789", "Authorization: Bearer [secret]"),
        ("authorization: basic cGxhbnRlZDpzZWNyZXQ5OQ==", "authorization: basic [secret]"),
        ("GET https://user:planted@host/x failed", "GET https://[secret]@host/x failed"),
        ("no Bearer challenge; sku Basic of /registries/a1", "no Bearer challenge; sku Basic of /registries/a1"),
        ("mail a@b.test, https://host/a@b", "mail a@b.test, https://host/a@b"),
    ],
)
def test_what_has_the_form_of_a_credential_is_hidden(text: str, hidden: str):
    assert hide(text) == hidden


@pytest.mark.parametrize(
    "credentials",
    [
        ClientSecret(CALLER, "planted/own+secret"),
        ClientCertificate(CALLER, "cert.pfx", "planted/own+secret"),
        InlineCertificate(CALLER, "planted/own+secret"),
        OidcToken(CALLER, "planted/own+secret"),
        GitHubActions(CALLER, "https://job", "planted/own+secret"),
        AzurePipelines(CALLER, "id", "planted/own+secret", "https://job"),
    ],
    ids=lambda it: type(it).__name__,
)
def test_secrets_of_the_tenants_own_credential_are_hidden_wherever_azure_repeats_them(credentials: Credential):
    text = said(arm(400, "Odd", "sent planted/own+secret, planted%2Fown%2Bsecret"), Tenant(A, PUBLIC, credentials))
    assert "sent [secret], [secret]" in text


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY"])
@pytest.mark.parametrize("scheme", ["", "http://"])
def test_credentials_of_the_proxy_are_hidden(monkeypatch: pytest.MonkeyPatch, variable: str, scheme: str):
    monkeypatch.setenv(variable, f"{scheme}operator:planted%2Fpassword@proxy.test:3128")
    error = ServiceRequestError("Cannot connect to operator:planted%2Fpassword@proxy.test:3128 ('planted/password')")
    text = explain(error, doing="x", on="")
    assert "Cannot connect to [secret]@proxy.test:3128 ('[secret]')" in text


def test_redirect_is_named():
    redirect: Any = Answer(307, "", {"Location": "https://elsewhere.test"})
    assert said(HttpResponseError(response=redirect)).startswith(
        "reading cluster /x: Azure redirects to another address, which is not followed: Azure says HTTP status 307"
    )


def test_words_of_azure_cannot_act_on_a_terminal():
    hostile = "no\x1b[2J\n  secret  ok\u202e\u2028end"
    shown = "no\\x1b[2J secret ok\\u202e end"
    error = arm(403, f"Odd{hostile}", hostile, ("RequestDisallowedByPolicy", hostile), **{"x-ms-request-id": hostile})
    assert take_apart(error).message == shown
    text = said(error)
    assert text.isprintable()
    assert f"Azure says Odd{shown} (RequestDisallowedByPolicy): {shown} (request ID" not in text  # it is in the message
    assert f"Azure says Odd{shown} (RequestDisallowedByPolicy): {shown}" in text
    signing_in = ClientAuthenticationError(message="x", response=entra_answer("e", f"AADSTS50105: {hostile}"))
    assert said(signing_in).isprintable()
    assert said(CredentialUnavailableError(hostile)).isprintable()
    assert said(ServiceRequestError(hostile)).isprintable()


def test_secret_is_hidden_in_a_code_and_in_a_request_id():
    error = arm(
        400, f"Odd-{ENTRA_SECRET}", "x", ("hunter2!", "y"), **{"x-ms-request-id": f"of hunter2! {ENTRA_SECRET}"}
    )
    text = explain(error, doing="resetting", on="/x", secrets=["hunter2!"])
    assert text == (
        "resetting /x: Azure refused: Azure says Odd-[secret] ([secret]): x y (request ID of [secret] [secret])"
    )


def test_secret_is_hidden_before_and_after_azures_words_are_made_safe():
    error = arm(400, "Odd", "value 'hunter\x002' and 'of\n three words'")
    text = explain(error, doing="x", on="", secrets=iter(["hunter\x002", "of three words"]))
    assert "value '[secret]' and '[secret]'" in text


@pytest.mark.parametrize(
    ("error", "retry"),
    [
        (arm(409, "OperationNotAllowed", "Another operation (Updating) is in progress"), Retry.BUSY),
        (arm(409, "OperationNotAllowed", "in Provisioning State(Succeeded) and Power State(Stopped)"), Retry.NEVER),
        (arm(412, "PreconditionFailed", "etag"), Retry.BUSY),
        (arm(429, "Odd", "slow down"), Retry.THROTTLED),
        (
            arm(400, "BadRequest", "Service principal clientID: x not found in Active Directory tenant y"),
            Retry.PROPAGATION,
        ),
        (arm(400, "BadRequest", "The credentials in ServicePrincipalProfile were invalid."), Retry.NEVER),
        (arm(400, "BadRequest", "something else"), Retry.NEVER),
        (ServiceRequestError("x"), Retry.NEVER),
    ],
)
def test_what_may_pass_by_itself(error: Exception, retry: Retry):
    assert retry_of(error) is retry


INVALID = (
    "The credentials in ServicePrincipalProfile were invalid. Please see https://aka.ms/aks-sp-help for more details."
    ' (Details: adal: Refresh request failed. Status Code = \'401\'. Response body: {{"error":"invalid_client",'
    '"error_description":"{}: Refused."}})'
)


@pytest.mark.parametrize("code", ["InvalidClientSecret", "BadRequest", "InternalOperationError", "Conflict"])
@pytest.mark.parametrize(
    ("entra", "meaning", "retry"),
    [
        ("AADSTS7000215", "the client secret is not one of the application's", Retry.PROPAGATION),
        ("AADSTS700016", "the application has no service principal in the tenant", Retry.PROPAGATION),
        ("AADSTS7000222", "the client secret has expired; make a new secret", Retry.NEVER),
        ("AADSTS7000112", "the application is disabled", Retry.NEVER),
    ],
)
def test_code_of_entra_counts_whatever_code_repeats_it(code: str, entra: str, meaning: str, retry: Retry):
    for error in (
        arm(400, code, INVALID.format(entra)),
        arm(400, "Failed", "Failed.", (code, INVALID.format(entra))),
    ):
        # It is not the caller that cannot sign in.
        assert f"reading cluster /x: Azure could not sign in with the credential that it was given: {meaning}" in said(
            error
        )
        assert retry_of(error) is retry


@pytest.mark.parametrize(
    "state", ["Provisioning State(Succeeded) and Power State(Stopped)", "(Succeeded,Stopped) state"]
)
@pytest.mark.parametrize("code", ["OperationNotAllowed", "BadRequest"])
def test_stopped_cluster_is_known_by_each_of_azures_texts(state: str, code: str):
    error = arm(400, code, f"managed cluster is in {state}, the operation cannot be performed")
    told = explain(error, doing="resetting", on="the cluster")
    assert told.startswith("resetting the cluster: the cluster is stopped; start it ('az aks start') and run again.")


def test_deny_assignment_is_told_from_a_missing_role():
    said = (
        "The client 'c' with object id 'o' has permission to perform action 'a/b/action' on scope '/subscriptions/s';"
        " however, the access is denied because of the deny assignment with name 'Managed by a stack' and Id '1'."
    )
    told = explain(arm(403, "DenyAssignmentAuthorizationFailed", said), doing="resetting", on="the cluster")
    assert told.startswith(
        "resetting the cluster: a deny assignment forbids the action, whatever roles the caller has; have the"
        " deployment stack or managed application that made it exclude the caller. Azure says"
    )


def test_unknown_code_of_entra_is_left_to_the_code_that_repeats_it():
    text = said(arm(400, "BadRequest", INVALID.format("AADSTS1")))
    assert "AKS refuses the application's credential" in text
    assert "Azure refused: Azure says InvalidClientSecret: AADSTS1" in said(
        arm(400, "InvalidClientSecret", "AADSTS1: Refused.")
    )


def test_time_that_azure_names():
    assert take_apart(arm(429, "x", "y", **{"Retry-After": "17"})).retry_after == 17
    assert take_apart(arm(429, "x", "y", **{"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"})).retry_after == 0
    assert take_apart(arm(429, "x", "y", **{"Retry-After": "\u00b2"})).retry_after == 0


def test_table_is_whole():
    for row in REFUSALS:
        assert row.codes
        assert row.source in ("Entra", "Resource Manager", "AKS")
        for clause in (row.meaning, row.remedy):
            assert clause == clause.strip().rstrip(".")
    plain = [code.lower() for row in REFUSALS if not row.phrases for code in row.codes]
    assert len(plain) == len(set(plain))
