"""The reset of a cluster's service principal: its refusals, its course and its ends."""

from typing import Any

import pytest

from crosstenant.sandbox.world.seed import (
    CLUSTER,
    CLUSTER_CALLER_ID,
    CLUSTER_TENANT,
    MANAGED_IDENTITY_CLUSTER,
    OLD_CLUSTER_APP_ID,
    OLD_CLUSTER_SECRET,
)
from crosstenant.sandbox.world.state import Store
from tests.sandbox.arm_world import NEW_APP, NEW_SECRET, Arm, Json, message, refusal

NEW = {"clientId": NEW_APP, "secret": NEW_SECRET}
OLD = {"clientId": OLD_CLUSTER_APP_ID, "secret": OLD_CLUSTER_SECRET}


@pytest.fixture
def arm(store: Store) -> Arm:
    arm = Arm(store)
    arm.settings("reset", seconds=100, retry_after=7)
    return arm


def reset(arm: Arm, body: Any = NEW, cluster: str = CLUSTER, **options: Any) -> Any:
    return arm.post(f"{cluster}/resetServicePrincipalProfile", body, caller=CLUSTER_CALLER_ID, **options)


def credentials(arm: Arm) -> list[Json]:
    return [{"clientId": node["clientId"], "secret": node["secret"]} for node in arm.resource(CLUSTER)["_nodes"]]


def pools(arm: Arm) -> list[str]:
    profiles = arm.get(CLUSTER).json()["properties"]["agentPoolProfiles"]
    return [pool["provisioningState"] for pool in profiles]


def test_reset_is_accepted_and_says_where_to_look(arm: Arm) -> None:
    arm.add_principal()
    answer = reset(arm)
    assert (answer.status_code, answer.content) == (202, b"")
    assert answer.headers["Retry-After"] == "7"
    base = f"https://management.azure.com/subscriptions/{CLUSTER.split('/')[2]}/providers/Microsoft.ContainerService"
    assert answer.headers["Azure-AsyncOperation"].startswith(f"{base}/locations/westeurope/operations/")
    assert answer.headers["Location"].startswith(f"{base}/locations/westeurope/operationresults/")
    status = arm.follow(answer.headers["Azure-AsyncOperation"])
    assert status.json()["status"] == "InProgress"
    assert status.json()["name"] in answer.headers["Azure-AsyncOperation"]
    assert "endTime" not in status.json()
    assert arm.follow(answer.headers["Location"]).status_code == 202


def test_nodes_are_reimaged_one_after_another_and_the_control_plane_last(arm: Arm) -> None:
    arm.add_principal()
    answer = reset(arm)
    assert pools(arm) == ["Updating", "Succeeded"]
    assert credentials(arm) == [OLD] * 5
    arm.pass_time(21)
    assert credentials(arm) == [NEW] + [OLD] * 4
    assert pools(arm) == ["Updating", "Succeeded"]
    arm.pass_time(20)
    assert credentials(arm) == [NEW] * 2 + [OLD] * 3
    assert pools(arm) == ["Succeeded", "Updating"]
    arm.pass_time(40)
    assert credentials(arm) == [NEW] * 4 + [OLD]
    meanwhile = arm.resource(CLUSTER)
    assert meanwhile["properties"]["provisioningState"] == "Updating"
    assert meanwhile["properties"]["servicePrincipalProfile"] == {"clientId": OLD_CLUSTER_APP_ID}
    assert meanwhile["_credential"] == OLD
    arm.pass_time(20)
    after = arm.resource(CLUSTER)
    assert credentials(arm) == [NEW] * 5
    assert after["_credential"] == NEW
    assert after["properties"]["servicePrincipalProfile"] == {"clientId": NEW_APP}
    assert after["properties"]["provisioningState"] == "Succeeded"
    assert pools(arm) == ["Succeeded", "Succeeded"]
    status = arm.follow(answer.headers["Azure-AsyncOperation"]).json()
    assert status["status"] == "Succeeded"
    assert status["endTime"] > status["startTime"]
    assert arm.follow(answer.headers["Location"]).status_code == 204


def test_reset_answered_at_once(arm: Arm) -> None:
    arm.add_principal()
    arm.settings("reset", status=200)
    assert reset(arm).status_code == 200
    assert arm.resource(CLUSTER)["_credential"] == NEW
    assert credentials(arm) == [NEW] * 5


def test_reset_answered_at_once_with_a_failure(arm: Arm) -> None:
    arm.add_principal()
    arm.settings("reset", status=200, outcome="Failed", error_code="CreateRoleAssignmentError", error_message="No.")
    answer = reset(arm)
    assert refusal(answer) == (400, "CreateRoleAssignmentError")
    assert arm.resource(CLUSTER)["properties"]["provisioningState"] == "Failed"


@pytest.mark.parametrize("outcome", ["Failed", "Canceled"])
def test_failed_reset_keeps_the_old_credential_and_says_why(arm: Arm, outcome: str) -> None:
    arm.add_principal()
    arm.settings("reset", outcome=outcome, error_code="ReimageError", error_message="drain of node 3 timed out")
    answer = reset(arm)
    arm.pass_time(101)
    after = arm.resource(CLUSTER)
    assert after["properties"]["provisioningState"] == outcome
    assert after["properties"]["servicePrincipalProfile"] == {"clientId": OLD_CLUSTER_APP_ID}
    assert after["_credential"] == OLD
    assert credentials(arm) == [NEW] * 2 + [OLD] * 3
    assert pools(arm) == ["Succeeded", outcome]
    status = arm.follow(answer.headers["Azure-AsyncOperation"]).json()
    assert status["status"] == outcome
    assert status["error"] == {"code": "ReimageError", "message": "drain of node 3 timed out"}
    assert refusal(arm.follow(answer.headers["Location"])) == (400, "ReimageError")


def test_failure_without_a_reason_is_an_internal_error(arm: Arm) -> None:
    arm.add_principal()
    arm.settings("reset", outcome="Failed")
    answer = reset(arm)
    arm.pass_time(101)
    status = arm.follow(answer.headers["Azure-AsyncOperation"]).json()
    assert status["error"] == {"code": "InternalOperationError", "message": "Internal server error"}


def test_reset_after_a_failed_one_repairs_the_cluster(arm: Arm) -> None:
    arm.add_principal()
    arm.settings("reset", outcome="Failed")
    reset(arm)
    arm.pass_time(101)
    arm.settings("reset", outcome="Succeeded")
    assert reset(arm).status_code == 202
    arm.pass_time(101)
    assert arm.resource(CLUSTER)["properties"]["provisioningState"] == "Succeeded"
    assert credentials(arm) == [NEW] * 5


def test_stuck_reset_stays_in_progress(arm: Arm) -> None:
    arm.add_principal()
    arm.settings("reset", seconds=1e9)
    answer = reset(arm)
    arm.pass_time(86400)
    assert arm.follow(answer.headers["Azure-AsyncOperation"]).json()["status"] == "InProgress"
    assert arm.get(CLUSTER).json()["properties"]["provisioningState"] == "Updating"


def test_the_secret_leaves_the_operation_when_it_ends(arm: Arm) -> None:
    arm.add_principal()
    arm.settings("reset", outcome="Failed", seconds=0)
    with arm.store.change() as state:
        # One node: half of the way of a reset that fails, rounded down, is no node.
        del state["resources"][CLUSTER.lower()]["_nodes"][1:]
    reset(arm)
    assert NEW_SECRET not in arm.store.path.read_text()


def test_secret_is_in_no_answer(arm: Arm) -> None:
    arm.add_principal()
    answer = reset(arm)
    link = answer.headers["Azure-AsyncOperation"]
    texts = [arm.get(CLUSTER).text, arm.follow(link).text, str(answer.headers), arm.get(f"{CLUSTER}/agentPools").text]
    arm.pass_time(101)
    texts += [arm.get(CLUSTER).text, arm.follow(link).text]
    assert not [text for text in texts if NEW_SECRET in text or OLD_CLUSTER_SECRET in text]


def test_managed_identity_cluster_is_refused(arm: Arm) -> None:
    arm.add_principal()
    answer = reset(arm, cluster=MANAGED_IDENTITY_CLUSTER)
    assert refusal(answer) == (400, "BadRequest")
    assert message(answer) == "Updating service principal profile is not allowed on MSI cluster."


def test_stopped_cluster_is_refused(arm: Arm) -> None:
    arm.add_principal()
    arm.set(CLUSTER, powerState={"code": "Stopped"})
    answer = reset(arm)
    assert refusal(answer) == (409, "OperationNotAllowed")
    assert message(answer).startswith(
        "managed cluster is in Provisioning State(Succeeded) and Power State(Stopped), resetting service principal "
        "profile cannot be performed"
    )


def test_second_reset_waits_for_the_first(arm: Arm) -> None:
    arm.add_principal()
    reset(arm)
    answer = reset(arm)
    assert refusal(answer) == (409, "OperationNotAllowed")
    assert message(answer).startswith(
        "Operation is not allowed because there's an in progress reset service principal profile operation (operation "
    )
    assert "on the managed cluster aks-prod started on UTC 2" in message(answer)
    arm.pass_time(101)
    assert reset(arm).status_code == 202


def test_cluster_that_somebody_else_is_changing_is_refused(arm: Arm) -> None:
    arm.add_principal()
    arm.set(CLUSTER, provisioningState="Updating")
    answer = reset(arm)
    assert refusal(answer) == (409, "OperationNotAllowed")
    assert message(answer).startswith("Operation is not allowed: Another operation (Updating) is in progress")


def test_deleting_cluster_is_refused(arm: Arm) -> None:
    arm.add_principal()
    arm.delete(CLUSTER)
    answer = reset(arm)
    assert refusal(answer) == (409, "OperationNotAllowed")
    assert "in progress delete managed cluster operation" in message(answer)


def test_cluster_whose_creation_failed_is_refused(arm: Arm) -> None:
    arm.add_principal()
    with arm.store.change() as state:
        state["resources"][CLUSTER.lower()]["_nodes"] = []
    arm.set(CLUSTER, provisioningState="Failed")
    assert refusal(reset(arm)) == (409, "OperationNotAllowed")


def test_unknown_service_principal_is_refused(arm: Arm) -> None:
    answer = reset(arm)
    assert refusal(answer) == (400, "ServicePrincipalNotFound")
    assert message(answer) == (
        f"Service principal clientID: {NEW_APP} not found in Active Directory tenant {CLUSTER_TENANT}, Please see "
        "https://aka.ms/aks-sp-help for more details."
    )


def test_service_principal_of_another_tenant_alone_is_unknown(arm: Arm) -> None:
    arm.add_principal(tenant="b0000000-0000-4000-8000-00000000000b")
    assert refusal(reset(arm)) == (400, "ServicePrincipalNotFound")


def test_service_principal_that_has_not_spread_yet_is_unknown(arm: Arm) -> None:
    arm.add_principal(usable_in=30)
    assert refusal(reset(arm)) == (400, "ServicePrincipalNotFound")
    arm.pass_time(31)
    assert reset(arm).status_code == 202


def test_wrong_secret_is_refused(arm: Arm) -> None:
    arm.add_principal()
    answer = reset(arm, {"clientId": NEW_APP, "secret": "wrong"})
    assert refusal(answer) == (400, "ServicePrincipalValidationClientError")
    assert message(answer).startswith(
        "The credentials in ServicePrincipalProfile were invalid. Please see https://aka.ms/aks-sp-help for more "
        "details. (Details: adal: Refresh request failed. Status Code = '401'. Response body: "
    )
    assert "AADSTS7000215: Invalid client secret provided." in message(answer)


def test_expired_secret_is_refused(arm: Arm) -> None:
    arm.add_principal(expired=True)
    answer = reset(arm)
    assert refusal(answer) == (400, "ServicePrincipalValidationClientError")
    assert "AADSTS7000222" in message(answer)


@pytest.mark.parametrize(
    ("body", "target"),
    [
        ({"secret": NEW_SECRET}, "servicePrincipalProfile.clientId"),
        ({"clientId": "", "secret": NEW_SECRET}, "servicePrincipalProfile.clientId"),
        ({"clientId": NEW_APP}, "servicePrincipalProfile.secret"),
        ({"clientId": NEW_APP, "secret": 7}, "servicePrincipalProfile.secret"),
        ({"clientId": NEW_APP, "secret": "ü" * 96}, "servicePrincipalProfile.secret"),
    ],
)
def test_incomplete_or_overlong_credential_is_refused(arm: Arm, body: Json, target: str) -> None:
    arm.add_principal()
    answer = reset(arm, body)
    assert refusal(answer) == (400, "InvalidParameter")
    assert answer.json()["error"]["target"] == target


def test_secret_of_190_bytes_is_not_too_long(arm: Arm) -> None:
    arm.add_principal(secret="ü" * 95)
    assert reset(arm, {"clientId": NEW_APP, "secret": "ü" * 95}).status_code == 202


def test_body_is_required(arm: Arm) -> None:
    assert refusal(reset(arm, None)) == (400, "InvalidRequestContent")


def test_cluster_that_is_not_there(arm: Arm) -> None:
    answer = reset(arm, cluster=CLUSTER.replace("aks-prod", "aks-none"))
    assert refusal(answer) == (404, "ResourceNotFound")


def test_refused_reset_leaves_no_operation(arm: Arm) -> None:
    reset(arm)
    with arm.store.read() as state:
        assert state["operations"] == {}
