"""What Azure Resource Manager checks of every request before any of its services sees it."""

from typing import Any

import pytest

from crosstenant.sandbox.entra.tokens import GRAPH_AUDIENCE
from crosstenant.sandbox.world.seed import (
    CLUSTER,
    CLUSTER_CALLER_ID,
    CLUSTER_GROUP,
    CLUSTER_OWNER_ID,
    CLUSTER_POWERLESS_ID,
    CLUSTER_SUBSCRIPTION,
    CLUSTER_TENANT,
    REGISTRY,
    REGISTRY_GROUP,
    REGISTRY_OWNER_ID,
    REGISTRY_SUBSCRIPTION,
    REGISTRY_TENANT,
)
from tests.sandbox.arm_world import CORE, Arm, message, refusal


def test_api_version_is_required(arm: Arm) -> None:
    answer = arm.client.get(CLUSTER, headers={"Authorization": f"Bearer {arm.token(CLUSTER_OWNER_ID)}"})
    assert refusal(answer) == (400, "MissingApiVersionParameter")
    assert message(answer) == "The api-version query parameter (?api-version=) is required for all requests."


def test_unknown_api_version_of_a_type_names_those_there_are(arm: Arm) -> None:
    answer = arm.get(CLUSTER, version="2016-01-01")
    assert refusal(answer) == (400, "NoRegisteredProviderFound")
    assert "location 'westeurope' and API version '2016-01-01' for type 'managedClusters'" in message(answer)
    assert "2026-04-01" in message(answer)


def test_unknown_api_version_of_the_core_is_invalid(arm: Arm) -> None:
    answer = arm.get(CLUSTER_GROUP, version="2001-01-01")
    assert refusal(answer) == (400, "InvalidApiVersionParameter")


@pytest.mark.parametrize(
    ("path", "version"),
    [
        (CLUSTER, "2031-01-01"),
        (CLUSTER, "2031-01-02-preview"),
        (REGISTRY, "2026-09-01-Preview"),
        (REGISTRY_GROUP, "2026-11-01"),
        (REGISTRY, "2017-10-01"),
    ],
)
def test_api_version_newer_than_the_oldest_known_is_accepted(arm: Arm, path: str, version: str) -> None:
    answer = arm.get(path, version=version)
    assert (answer.status_code, answer.json()["id"]) == (200, path)


@pytest.mark.parametrize(
    "version", ["2026-13-01", "2026-02-30", "2026-04-01-alpha", "2026-4-1", "latest", "2017-09-30"]
)
def test_api_version_that_cannot_exist_is_refused(arm: Arm, version: str) -> None:
    assert arm.get(REGISTRY, version=version).status_code == 400


def test_paths_are_matched_without_regard_to_case(arm: Arm) -> None:
    assert arm.get(CLUSTER.upper()).json() == arm.get(CLUSTER).json()
    assert arm.get(CLUSTER.lower()).json()["id"] == CLUSTER


def test_doubled_slashes_are_taken_for_one(arm: Arm) -> None:
    assert arm.get(f"https://management.azure.com/{CLUSTER}").status_code == 200


def test_unknown_provider_type_and_method(arm: Arm) -> None:
    unknown = arm.get(f"{CLUSTER_GROUP}/providers/Microsoft.Nothing/things/x", version=CORE)
    assert refusal(unknown) == (404, "InvalidResourceNamespace")
    assert message(unknown).startswith(f"The sandbox does not emulate GET {CLUSTER_GROUP}/providers/Microsoft.Nothing/")
    wrong_type = arm.get(f"{CLUSTER_GROUP}/providers/Microsoft.ContainerService/things/x")
    assert refusal(wrong_type) == (404, "InvalidResourceType")
    assert "Of Microsoft.ContainerService it has managedClusters, " in message(wrong_type)
    # Azure has this one: an answer in its words would say that it has not.
    upgrades = arm.get(f"{CLUSTER}/upgradeProfiles/default")
    assert refusal(upgrades) == (404, "InvalidResourceType")
    assert f"The sandbox does not emulate GET {CLUSTER}/upgradeProfiles/default (api-version " in message(upgrades)
    assert refusal(arm.post(CLUSTER)) == (405, "HttpMethodNotSupported")
    assert message(arm.post(CLUSTER)) == f"The sandbox does not emulate POST {CLUSTER}."


def test_what_is_not_there_is_said_by_level(arm: Arm) -> None:
    absent = "/subscriptions/a0000000-0000-4000-8000-0000000000ff"
    answer = arm.get(absent)
    assert refusal(answer) == (404, "SubscriptionNotFound")
    assert message(answer) == "The subscription 'a0000000-0000-4000-8000-0000000000ff' could not be found."
    answer = arm.get(CLUSTER.replace("rg-clusters", "rg-none"))
    assert refusal(answer) == (404, "ResourceGroupNotFound")
    assert message(answer) == "Resource group 'rg-none' could not be found."
    answer = arm.get(CLUSTER.replace("aks-prod", "aks-none"))
    assert refusal(answer) == (404, "ResourceNotFound")
    assert message(answer).startswith(
        "The Resource 'Microsoft.ContainerService/managedClusters/aks-none' under resource group 'rg-clusters' was not"
    )
    assert refusal(arm.get("/subscriptions/nonsense")) == (400, "InvalidSubscriptionId")


def test_missing_token_names_the_tenant_of_the_subscription(arm: Arm) -> None:
    answer = arm.client.get(f"/subscriptions/{CLUSTER_SUBSCRIPTION}", params={"api-version": CORE})
    assert refusal(answer) == (401, "AuthenticationFailed")
    assert answer.headers["WWW-Authenticate"] == (
        f'Bearer authorization_uri="https://login.windows.net/{CLUSTER_TENANT}", error="invalid_token", '
        "error_description=\"The authentication failed because of missing 'Authorization' header.\""
    )


@pytest.mark.parametrize(
    ("audience", "lifetime", "code"),
    [
        (GRAPH_AUDIENCE, 3599, "InvalidAuthenticationTokenAudience"),
        ("https://management.azure.com/", -10, "ExpiredAuthenticationToken"),
    ],
)
def test_token_for_another_service_or_expired(arm: Arm, audience: str, lifetime: int, code: str) -> None:
    token = arm.token(CLUSTER_OWNER_ID, audience, lifetime)
    answer = arm.client.get(CLUSTER, params={"api-version": "2026-04-01"}, headers={"Authorization": f"Bearer {token}"})
    assert refusal(answer) == (401, code)


def test_forged_token(arm: Arm) -> None:
    header = {"Authorization": f"Bearer {arm.token(CLUSTER_OWNER_ID)[:-8]}AAAAAAAA"}
    answer = arm.client.get(CLUSTER, params={"api-version": "2026-04-01"}, headers=header)
    assert refusal(answer) == (401, "InvalidAuthenticationToken")


def test_core_windows_net_audience_is_taken(arm: Arm) -> None:
    token = arm.token(CLUSTER_OWNER_ID, "https://management.core.windows.net/")
    answer = arm.client.get(CLUSTER, params={"api-version": "2026-04-01"}, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200


def test_token_of_another_tenant_is_from_the_wrong_issuer(arm: Arm) -> None:
    answer = arm.get(REGISTRY, caller=CLUSTER_OWNER_ID)
    assert refusal(answer) == (401, "InvalidAuthenticationTokenTenant")
    assert message(answer).startswith(
        f"The access token is from the wrong issuer 'https://sts.windows.net/{CLUSTER_TENANT}/'. It must match the "
        f"tenant 'https://sts.windows.net/{REGISTRY_TENANT}/' associated with this subscription. Please use the "
        f"authority (URL) 'https://login.windows.net/{REGISTRY_TENANT}' to get the token."
    )
    assert answer.headers["WWW-Authenticate"] == (
        f'Bearer authorization_uri="https://login.windows.net/{REGISTRY_TENANT}", error="invalid_token", '
        'error_description="The access token is from the wrong issuer. It must match the tenant associated with this '
        'subscription. Please use correct authority to get the token."'
    )


def test_caller_without_rights_is_told_what_is_missing(arm: Arm) -> None:
    answer = arm.get(CLUSTER, caller=CLUSTER_POWERLESS_ID)
    assert refusal(answer) == (403, "AuthorizationFailed")
    assert message(answer) == (
        f"The client '{CLUSTER_POWERLESS_ID}' with object id 'a0000000-0000-4000-8000-0000000000d2' does not have "
        f"authorization to perform action 'Microsoft.ContainerService/managedClusters/read' over scope '{CLUSTER}' or "
        "the scope is invalid. If access was recently granted, please refresh your credentials."
    )


def test_rights_are_checked_before_existence(arm: Arm) -> None:
    answer = arm.get(CLUSTER.replace("aks-prod", "aks-none"), caller=CLUSTER_POWERLESS_ID)
    assert refusal(answer) == (403, "AuthorizationFailed")


def test_a_refused_write_changes_nothing(arm: Arm) -> None:
    before = arm.resource(CLUSTER)
    assert refusal(arm.delete(CLUSTER, caller=CLUSTER_POWERLESS_ID)) == (403, "AuthorizationFailed")
    assert arm.resource(CLUSTER) == before


def test_answers_carry_request_ids(arm: Arm) -> None:
    answer = arm.get(CLUSTER, headers={"x-ms-correlation-request-id": "c0ffee00-0000-4000-8000-000000000000"})
    assert answer.headers["x-ms-correlation-request-id"] == "c0ffee00-0000-4000-8000-000000000000"
    assert answer.headers["x-ms-request-id"]
    assert arm.get(CLUSTER, caller=CLUSTER_POWERLESS_ID).headers["x-ms-request-id"]


def test_body_that_is_no_json(arm: Arm) -> None:
    assert refusal(_put(arm, "application/json; charset=utf-8")) == (400, "InvalidRequestContent")
    assert refusal(arm.put(CLUSTER, ["no object"])) == (400, "InvalidRequestContent")


@pytest.mark.parametrize(
    ("content_type", "named"),
    [
        (None, "<null>"),
        ("text/plain", "text/plain"),
        ("application/x-www-form-urlencoded", "application/x-www-form-urlencoded"),
    ],
)
def test_body_that_is_not_declared_as_json(arm: Arm, content_type: str | None, named: str) -> None:
    answer = _put(arm, content_type)
    assert refusal(answer) == (415, "UnsupportedMediaType")
    assert message(answer) == (
        f"The content media type '{named}' is not supported. Only 'application/json' is supported."
    )
    assert arm.post(f"{CLUSTER}/stop", headers={"Content-Type": "text/plain"}).status_code == 202, "without a body"


def test_subscriptions_of_another_tenant_are_not_listed(arm: Arm) -> None:
    listed = arm.get("/subscriptions", caller=REGISTRY_OWNER_ID).json()["value"]
    assert [one["subscriptionId"] for one in listed] == [REGISTRY_SUBSCRIPTION]


def _put(arm: Arm, content_type: str | None) -> Any:
    """The answer to a body that is no JSON."""
    headers = {"Authorization": f"Bearer {arm.token(CLUSTER_CALLER_ID)}"}
    if content_type is not None:
        headers["Content-Type"] = content_type
    return arm.client.put(CLUSTER, params={"api-version": "2026-04-01"}, headers=headers, content=b"{")
