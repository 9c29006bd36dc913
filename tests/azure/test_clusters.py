"""What is read of a cluster, and when a request for a reset is repeated."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError, ServiceRequestError, ServiceResponseError
from azure.mgmt.containerservice.models import ManagedCluster

from crosstenant.azure.clusters.cluster_state import (
    ClusterState,
    IdentityKind,
    NodePool,
    RunningOperation,
    from_model,
    running_operation,
)
from crosstenant.azure.clusters.clusters import Attempt, ClusterGone, Clusters
from crosstenant.azure.clusters.reset_operation import ResetOperation
from crosstenant.azure.sign_in.tenant import Tenant
from crosstenant.model.arm_id import ArmId, role_definition_id
from crosstenant.model.clouds import CHINA, PUBLIC
from crosstenant.model.credentials.kinds import AppCredential, ClientSecret
from crosstenant.model.roles import CONTRIBUTOR
from tests.azure.aks_world import APP, CLUSTER, NOW, OLD_APP, SECRET, FakeClock, cluster
from tests.azure.azure_answers import answer

IN_PROGRESS = (
    "Operation is not allowed because there's an in progress update managed cluster operation (operation ID:"
    " 11111111-2222-4333-8444-555555555555) on the managed cluster aks-prod started on UTC 2026-01-31T11:48:00Z."
    " Please wait for it to finish before starting a new operation."
)


def refusal(status: int, code: str, message: str = "", **headers: str) -> HttpResponseError:
    return HttpResponseError(response=answer(status, code, message, headers=headers))


class Scripted(Clusters):
    """Clusters whose requests are answered from a script; the last answer stays."""

    def __init__(self, posts: list[BaseException | None], states: list[ClusterState | None] | None = None) -> None:
        self.clock = FakeClock()
        super().__init__(Tenant("t", PUBLIC, ClientSecret(APP, "caller")), self.clock)
        self.posts = posts
        self.states = states or [cluster()]
        self.sent = 0

    async def get(self, cluster_id: ArmId) -> ClusterState | None:
        return self.states.pop(0) if len(self.states) > 1 else self.states[0]

    async def _post_reset(self, cluster_id: ArmId, credential: AppCredential) -> ResetOperation:
        self.sent += 1
        error = self.posts.pop(0) if len(self.posts) > 1 else self.posts[0]
        if error is not None:
            raise error
        return ResetOperation()

    async def start(self, propagation: float = 300, deadline: float = 5400) -> tuple[list[str], Attempt]:
        said: list[str] = []

        async def note(message: str) -> None:
            said.append(message)

        self.attempt = Attempt()
        await self.start_reset(
            CLUSTER,
            AppCredential(APP, SECRET),
            deadline=self.clock.now() + deadline,
            propagation_deadline=self.clock.now() + propagation,
            on_progress=note,
            attempt=self.attempt,
        )
        return said, self.attempt


async def test_accepted_request_is_sent_once():
    clusters = Scripted([None])
    _, attempt = await clusters.start()
    assert clusters.sent == 1
    assert attempt.maybe_accepted


@pytest.mark.parametrize(
    "error",
    [
        refusal(429, "TooManyRequests"),
        refusal(503, "ServiceUnavailable"),
        refusal(409, "OperationNotAllowed", IN_PROGRESS),
        refusal(409, "Conflict"),
        refusal(412, "EtagMismatch"),
        refusal(400, "ServicePrincipalNotFound"),
        refusal(400, "ServicePrincipalValidationClientError", "adal: Refresh request failed: AADSTS7000215: Invalid"),
        ServiceRequestError("no route"),
        ServiceResponseError("connection reset"),
    ],
)
async def test_what_may_pass_is_asked_again(error: Exception):
    clusters = Scripted([error, error, None])
    await clusters.start()
    assert clusters.sent == 3
    assert sum(clusters.clock.sleeps) < 30


@pytest.mark.parametrize(
    "error",
    [
        refusal(403, "AuthorizationFailed"),
        refusal(400, "ServicePrincipalValidationClientError", "AADSTS7000222: expired"),
        refusal(400, "BadRequest", "Updating service principal profile is not allowed on MSI cluster."),
        refusal(400, "InvalidParameter", "The secret must not be longer than 190 bytes"),
        refusal(
            409, "OperationNotAllowed", "managed cluster is in Provisioning State(Succeeded) and Power State(Stopped)"
        ),
        refusal(400, "CreateRoleAssignmentError"),
        refusal(404, "ResourceNotFound"),
    ],
)
async def test_what_is_final_fails_at_once(error: HttpResponseError):
    clusters = Scripted([error])
    with pytest.raises(HttpResponseError) as caught:
        await clusters.start()
    assert caught.value is error
    assert (clusters.sent, clusters.clock.sleeps) == (1, [])
    assert not clusters.attempt.maybe_accepted


async def test_retries_have_an_end():
    clusters = Scripted([refusal(503, "ServiceUnavailable")])
    with pytest.raises(HttpResponseError):
        await clusters.start()
    assert clusters.sent == 8
    assert clusters.clock.sleeps == [3, 6, 12, 24, 48, 60, 60]
    assert clusters.attempt.maybe_accepted


async def test_propagation_is_waited_for_as_long_as_allowed():
    clusters = Scripted([refusal(400, "ServicePrincipalNotFound")])
    with pytest.raises(HttpResponseError):
        await clusters.start(propagation=100)
    assert sum(clusters.clock.sleeps) <= 100
    assert clusters.sent == 6


async def test_azure_names_the_pause():
    clusters = Scripted([refusal(429, "TooManyRequests", **{"Retry-After": "40"}), None])
    await clusters.start()
    assert clusters.clock.sleeps == [40]


async def test_running_operation_is_waited_for_with_its_name_and_age():
    busy = cluster(provisioning_state="Updating")
    clusters = Scripted([refusal(409, "OperationNotAllowed", IN_PROGRESS), None], [cluster(), busy, busy, cluster()])
    said, _ = await clusters.start()
    assert clusters.sent == 2
    waiting = "waiting for the operation 'update managed cluster' on the cluster, running for 12 min"
    assert said == [f"{waiting}, asking again in 3 s", waiting, waiting]


async def test_running_operation_has_no_count_of_tries():
    busy = cluster(provisioning_state="Updating")
    states: list[ClusterState | None] = [cluster(), *[busy, cluster()] * 12, cluster()]
    clusters = Scripted([*[refusal(409, "OperationNotAllowed", IN_PROGRESS)] * 12, None], states)
    await clusters.start()
    assert clusters.sent == 13


async def test_busy_without_end_is_given_up():
    """AKS says busy and nothing is to be seen of it: not for long, unless AKS names what it is busy with."""
    clusters = Scripted([refusal(409, "Conflict")])
    with pytest.raises(HttpResponseError):
        await clusters.start()
    assert clusters.sent == 8

    clusters = Scripted([refusal(409, "OperationNotAllowed", IN_PROGRESS)])
    with pytest.raises(HttpResponseError):
        await clusters.start(deadline=1800)
    assert 1740 < sum(clusters.clock.sleeps) <= 1800


async def test_cluster_deleted_meanwhile():
    busy = cluster(provisioning_state="Deleting")
    clusters = Scripted([refusal(409, "OperationNotAllowed", IN_PROGRESS)], [cluster(), busy, busy, None])
    with pytest.raises(ClusterGone):
        await clusters.start()


@pytest.mark.parametrize("busy", [0, 3])
async def test_unanswered_request_that_aks_carried_out_is_not_repeated(busy: int):
    """The cluster is looked at before the request is sent again, whether the reset runs still or has ended."""
    updating, moved = cluster(provisioning_state="Updating"), cluster(client_id=APP)
    clusters = Scripted(
        [ServiceResponseError("reset by peer")], [cluster(client_id=OLD_APP), *[updating] * busy, moved]
    )
    await clusters.start()
    assert clusters.sent == 1
    assert clusters.attempt.maybe_accepted


@pytest.mark.parametrize("shown", [OLD_APP, APP])
@pytest.mark.parametrize("ended", ["Failed", "Canceled"])
async def test_unanswered_request_after_which_the_cluster_failed_is_not_repeated(shown: str, ended: str):
    """AKS accepted it: it begins nothing else by itself."""
    failed = cluster(client_id=shown, provisioning_state=ended)
    clusters = Scripted([ServiceResponseError("reset by peer")], [cluster(client_id=OLD_APP), failed])
    with pytest.raises(ServiceResponseError):
        await clusters.start()
    assert clusters.sent == 1
    assert clusters.attempt.maybe_accepted


async def test_unanswered_request_to_a_cluster_that_had_failed_is_repeated():
    clusters = Scripted([ServiceResponseError("reset by peer"), None], [cluster(provisioning_state="Failed")])
    await clusters.start()
    assert clusters.sent == 2


async def test_unanswered_rotation_is_repeated_since_nobody_can_tell():
    busy, before = cluster(client_id=APP, provisioning_state="Updating"), cluster(client_id=APP)
    clusters = Scripted(
        [ServiceResponseError("reset by peer"), refusal(409, "OperationNotAllowed", IN_PROGRESS), None],
        [before, busy, busy, before],
    )
    await clusters.start()
    assert clusters.sent == 3


async def test_waiting_ends_at_the_deadline():
    clusters = Scripted([None], [cluster(provisioning_state="Upgrading")])

    async def quiet(message: str) -> None:
        pass

    with pytest.raises(TimeoutError, match="which is Upgrading"):
        await clusters.wait_until_idle(CLUSTER, deadline=clusters.clock.now() + 120, on_progress=quiet)
    assert 100 < sum(clusters.clock.sleeps) <= 120


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (IN_PROGRESS, RunningOperation("update managed cluster", datetime(2026, 1, 31, 11, 48, tzinfo=timezone.utc))),
        (
            "Operation is not allowed: Another agentpool operation (nodepool1 - Creating) is in progress, please wait",
            RunningOperation("nodepool1 - Creating"),
        ),
        ("Operation is not allowed: Another operation (Updating) is in progress", RunningOperation("Updating")),
        ("The cluster is stopped", None),
    ],
)
def test_running_operation_is_found_in_azures_message(message: str, expected: RunningOperation | None):
    assert running_operation(message) == expected
    assert NOW.tzinfo is not None


def test_busy_node_pool_makes_a_busy_cluster():
    state = cluster(node_pools=(NodePool("system", 1, "Succeeded"), NodePool("apps", 1, "Updating")))
    assert not state.is_idle
    assert [pool.name for pool in state.busy_pools] == ["apps"]
    assert cluster(node_pools=(NodePool("apps", 1, "Failed"),)).is_idle


def model(**properties: Any) -> ManagedCluster:
    return ManagedCluster({"id": str(CLUSTER), "location": "westeurope", "eTag": "e", "properties": properties})


@pytest.mark.parametrize(
    ("profile", "kind", "client_id"),
    [
        ({"clientId": OLD_APP}, IdentityKind.SERVICE_PRINCIPAL, OLD_APP),
        ({"clientId": "msi"}, IdentityKind.MANAGED_IDENTITY, "msi"),
        (None, IdentityKind.MANAGED_IDENTITY, ""),
    ],
)
def test_identity_kind(profile: dict[str, str] | None, kind: IdentityKind, client_id: str):
    state = from_model(model(servicePrincipalProfile=profile, provisioningState="Succeeded"))
    assert (state.identity_kind, state.client_id) == (kind, client_id)
    assert state.uses(client_id.upper()) is (kind is IdentityKind.SERVICE_PRINCIPAL)


def test_model_is_read_whole():
    state = from_model(
        model(
            servicePrincipalProfile={"clientId": OLD_APP},
            provisioningState="Succeeded",
            powerState={"code": "Stopped"},
            agentPoolProfiles=[{"name": "a", "count": 2, "provisioningState": "Updating"}, {"name": "b"}],
            nodeResourceGroup="MC_x",
            currentKubernetesVersion="1.34.1",
            kubernetesVersion="1.34",
        )
    )
    assert state.power_state == "Stopped"
    assert state.node_pools == (NodePool("a", 2, "Updating"), NodePool("b", 0, ""))
    assert (state.node_resource_group, state.kubernetes_version, state.etag) == ("MC_x", "1.34.1", "e")


@pytest.mark.parametrize(
    ("profile", "issuer"),
    [
        (
            {"enabled": True, "issuerURL": "https://r.oic.prod-aks.azure.com/T/G/"},
            "https://r.oic.prod-aks.azure.com/T/G/",
        ),
        ({"enabled": False, "issuerURL": "https://r.oic.prod-aks.azure.com/T/G/"}, None),
        ({"enabled": True}, None),
        (None, None),
    ],
)
def test_an_issuer_that_is_off_is_none(profile: dict[str, Any] | None, issuer: str | None):
    assert from_model(model(provisioningState="Succeeded", oidcIssuerProfile=profile)).oidc_issuer == issuer


def test_the_workload_identity_webhook_is_told():
    on = {"workloadIdentity": {"enabled": True}}
    assert from_model(model(provisioningState="Succeeded", securityProfile=on)).workload_identity
    assert not from_model(model(provisioningState="Succeeded")).workload_identity


def test_words_of_a_failure_are_read_with_all_details():
    inner = {"code": "ClientSecretExpired", "message": "AADSTS7000222: The keys are expired."}
    error = {"code": "ReconcileFailed", "message": "Reconcile failed.", "details": [inner]}
    state = from_model(model(provisioningState="Failed", status={"provisioningError": error}))
    assert state.failure == (
        "ReconcileFailed Reconcile failed. ClientSecretExpired AADSTS7000222: The keys are expired."
    )
    assert from_model(model(provisioningState="Failed")).failure == ""


async def test_client_is_made_once_per_subscription_for_the_tenants_cloud():
    clusters = Clusters(Tenant("t", CHINA, ClientSecret(APP, "caller")))
    one, same, other = (clusters._client(name) for name in ("s1", "s1", "s2"))
    assert one is same
    assert one is not other
    assert one._config.base_url == "https://management.chinacloudapi.cn"
    assert one._config.credential_scopes == ["https://management.chinacloudapi.cn/.default"]
    await clusters.aclose()


async def test_roles_count_at_the_group_and_above(monkeypatch: pytest.MonkeyPatch):
    clusters = Scripted([None])
    group = f"/subscriptions/{CLUSTER.subscription_id}/resourceGroups/MC_rg-clusters_aks-prod_westeurope"
    scopes = [group.lower(), f"/subscriptions/{CLUSTER.subscription_id}", "/", f"{group}/providers/x/y/z", f"{group}2"]
    asked: list[Any] = []

    async def get(path: str, version: str, **query: str) -> Any:
        asked.append((path, query))
        held = [
            {"scope": scope, "roleDefinitionId": role_definition_id(CLUSTER.subscription_id, CONTRIBUTOR.guid)}
            for scope in scopes
        ]
        return {"value": [{"id": f"{it['scope']}/roleAssignments/a", "properties": it} for it in held]}

    monkeypatch.setattr(clusters._arm, "get", get)
    assert await clusters.roles_on_node_group(cluster(), "oid") == 3
    assert asked == [(f"{group}/providers/Microsoft.Authorization/roleAssignments", {"filter": "principalId eq 'oid'"})]

    async def forbidden(path: str, version: str, **query: str) -> Any:
        raise refusal(403, "AuthorizationFailed")

    monkeypatch.setattr(clusters._arm, "get", forbidden)
    assert await clusters.roles_on_node_group(cluster(), "oid") is None
