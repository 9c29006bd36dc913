"""Clusters, sign-in, and ServicePrincipalProfile against the sandbox: real host names, the SDKs' own clients."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timezone
from typing import Any, cast

import pytest
from azure.core.exceptions import HttpResponseError

from crosstenant.azure.clusters.cluster_state import IdentityKind
from crosstenant.azure.clusters.clusters import Attempt, Clusters
from crosstenant.azure.clusters.reset_operation import OperationUnreadable, ResetFailed
from crosstenant.azure.refusals.refusals import explain
from crosstenant.azure.sign_in.secret_proof import (
    ApplicationUnknown,
    SecretExpired,
    SecretRefused,
    SignInError,
    prove_secret,
)
from crosstenant.azure.sign_in.tenant import Tenant
from crosstenant.azure.waiting import Clock
from crosstenant.errors import OperatorError
from crosstenant.model.arm_id import CLUSTER_TYPE, parse_arm_id
from crosstenant.model.clouds import PUBLIC
from crosstenant.model.credentials.kinds import AppCredential, ClientSecret
from crosstenant.model.recurring import next_opening
from crosstenant.plugin.context import Context
from crosstenant.plugin.functions.get_cluster import GetCluster
from crosstenant.plugin.service_principal_profile.record import NO_ADDRESS
from crosstenant.plugin.service_principal_profile.resource import ServicePrincipalProfile
from crosstenant.provider_kit.errors_to_grpc import PartialError
from crosstenant.provider_kit.resource import Properties
from crosstenant.sandbox.arm.clusters.operation_status import ROLE
from crosstenant.sandbox.host.request_log import requests
from crosstenant.sandbox.world import drift
from crosstenant.sandbox.world.directory_documents import new_application, new_password, new_service_principal
from crosstenant.sandbox.world.maintenance import set_maintenance
from crosstenant.sandbox.world.open_questions import (
    AKS_SECRET_CODE,
    AKS_UNKNOWN_PRINCIPAL_STATUS,
    OPERATION_READERS,
    OpenQuestion,
)
from crosstenant.sandbox.world.seed import (
    CLUSTER_CALLER_ID,
    CLUSTER_CALLER_SECRET,
    CLUSTER_GROUP,
    CLUSTER_OWNER_ID,
    CLUSTER_OWNER_SECRET,
    CLUSTER_POWERLESS_ID,
    CLUSTER_POWERLESS_SECRET,
    CLUSTER_SUBSCRIPTION,
    CLUSTER_TENANT,
    OLD_CLUSTER_APP_ID,
    REGISTRY_CALLER_ID,
    REGISTRY_CALLER_SECRET,
    REGISTRY_TENANT,
)
from crosstenant.sandbox.world.state import Store, now
from crosstenant.sandbox.world.times import timestamp
from tests.both_answers import both_answers
from tests.fakes import Terminal, as_log

URN = "urn:pulumi:dev::test::crosstenant:index:ServicePrincipalProfile::prod"
CLIENT_ID = "a0000000-0000-4000-8000-0000000abc11"
PRINCIPAL_ID = "a0000000-0000-4000-8000-0000000abc12"
SECRET = "abc8Q~the-first-secret-of-the-test"
NEXT_SECRET = "def8Q~the-other-secret-of-the-test"
CREDENTIAL, NEXT = AppCredential(CLIENT_ID, SECRET), AppCredential(CLIENT_ID, NEXT_SECRET)
EXPIRED_SECRET = "exp8Q~a-secret-of-times-long-gone"
PROD = f"{CLUSTER_GROUP}/providers/Microsoft.ContainerService/managedClusters/aks-prod"
MANAGED = f"{CLUSTER_GROUP}/providers/Microsoft.ContainerService/managedClusters/aks-managed"
PROD_ID = parse_arm_id(PROD, CLUSTER_TYPE)


@pytest.fixture
def store(inside: Store) -> Store:
    """The sandbox with an application that has secrets, and this process in it."""
    store = inside
    with store.change() as state:
        moment = now(state)
        home = new_application(str(uuid.uuid4()), CLIENT_ID, CLUSTER_TENANT, "pull", timestamp(moment), "contoso.test")
        home["signInAudience"] = "AzureADMultipleOrgs"
        span = timestamp(moment - 60), timestamp(moment + 86400)
        gone = timestamp(moment - 7200), timestamp(moment - 3600)
        home["passwordCredentials"] = [
            new_password(str(uuid.uuid4()), SECRET, "first", *span, 0.0),
            new_password(str(uuid.uuid4()), NEXT_SECRET, "next", *span, 0.0),
            new_password(str(uuid.uuid4()), EXPIRED_SECRET, "expired", *gone, 0.0),
        ]
        state["applications"][home["id"]] = home
        principal = new_service_principal(PRINCIPAL_ID, home, CLUSTER_TENANT, timestamp(moment))
        state["servicePrincipals"][PRINCIPAL_ID] = {**principal, "_graph_permissions": [], "_usable_at": 0.0}
        state["settings"]["reset"] |= {"seconds": 0.6, "retry_after": 1}
    return store


@pytest.fixture
def log() -> Terminal:
    return Terminal()


@pytest.fixture
async def context(store: Store, log: Terminal) -> AsyncIterator[Context]:
    tenant = Tenant(CLUSTER_TENANT, PUBLIC, ClientSecret(CLUSTER_CALLER_ID, CLUSTER_CALLER_SECRET))
    yield Context(tenant, as_log(log))
    await tenant.aclose()


@pytest.fixture
async def clusters(context: Context) -> AsyncIterator[Clusters]:
    clusters = Clusters(context.tenant)
    yield clusters
    await clusters.aclose()


@pytest.fixture
def profile(context: Context, clusters: Clusters) -> ServicePrincipalProfile:
    return ServicePrincipalProfile(context, clusters)


def settings(store: Store, **reset: Any) -> None:
    with store.change() as state:
        state["settings"]["reset"] |= reset


def readable_by(store: Store, who: str) -> None:
    with store.change() as state:
        OPERATION_READERS.put(state, who)


def fault(store: Store, **what: Any) -> None:
    with store.change() as state:
        state["faults"].append(
            {
                "id": str(uuid.uuid4()),
                "service": "arm",
                "method": "*",
                "path": ".*",
                "skip": 0,
                "times": 1,
                "status": 503,
            }
            | what
        )


def cluster(store: Store, name: str = "aks-prod") -> dict[str, Any]:
    with store.read() as state:
        return drift.resource(state, drift.CLUSTERS, name)


def resets(store: Store) -> int:
    with store.read() as state:
        return sum(1 for one in state["operations"].values() if one["kind"] == "resetServicePrincipalProfile")


def end_operations(store: Store) -> None:
    """Whatever runs on a cluster ends now."""
    with store.change() as state:
        for operation in state["operations"].values():
            operation["_end"] = min(operation["_end"], now(state))


def within(seconds: float, propagation: float | None = None) -> dict[str, Any]:
    """The time limits of a reset from now on."""
    begins = time.monotonic()
    return {
        "deadline": begins + seconds,
        "propagation_deadline": begins + (seconds if propagation is None else propagation),
    }


class TimeLimit(Clock):
    """The machine's clock, on which a time limit has almost passed as soon as something has happened: a real one may
    pass before that."""

    def __init__(self, seconds: float, is_over: Callable[[], bool]) -> None:
        self._seconds, self._is_over = seconds, is_over

    def now(self) -> float:
        return super().now() + (self._seconds - 1 if self._is_over() else 0)


def inputs(**changes: Any) -> Properties:
    given = {"clusterId": PROD, "clientId": CLIENT_ID, "secret": SECRET, "abandonOnDelete": False}
    return {**given, "waitForPrincipalSeconds": 5, **changes}


async def silent(message: str) -> None:
    pass


async def test_cluster_is_read(clusters: Clusters):
    state = await clusters.get(PROD_ID)
    assert state is not None
    assert (state.cluster_id, state.identity_kind, state.client_id) == (
        PROD,
        IdentityKind.SERVICE_PRINCIPAL,
        OLD_CLUSTER_APP_ID,
    )
    assert (state.provisioning_state, state.power_state) == ("Succeeded", "Running")
    assert [(pool.name, pool.count) for pool in state.node_pools] == [("system", 2), ("apps", 3)]
    assert state.node_resource_group == "MC_rg-clusters_aks-prod_westeurope"


async def test_maintenance_and_azures_own_time_are_read(clusters: Clusters, store: Store):
    """By them a window is judged: a machine with a wrong clock must not reset a cluster in the middle of the day."""
    assert await clusters.maintenance(PROD_ID) is None
    with store.change() as state:
        state["clock"]["ahead_seconds"] += 600
        set_maintenance(state, "aks-prod", "default", "Monday", "00:00", 4)
        set_maintenance(state, "aks-prod", "aksManagedNodeOSUpgradeSchedule", "Saturday", "22:00", 4)
    found = await clusters.maintenance(PROD_ID)
    assert found is not None
    assert found.name == "aksManagedNodeOSUpgradeSchedule"
    asked = int(time.time())
    seen = await clusters.get(PROD_ID)
    assert seen is not None
    assert seen.as_of is not None
    assert asked + 600 <= seen.as_of.timestamp() <= time.time() + 600
    opens_at = next_opening(found.windows, datetime(2026, 2, 2, tzinfo=timezone.utc))
    assert opens_at == datetime(2026, 2, 7, 22, tzinfo=timezone.utc)


async def test_missing_cluster_or_group_is_none(store: Store):
    owner = Tenant(CLUSTER_TENANT, PUBLIC, ClientSecret(CLUSTER_OWNER_ID, CLUSTER_OWNER_SECRET))
    owned = Clusters(owner)
    assert await owned.get(parse_arm_id(PROD.replace("aks-prod", "aks-none"), CLUSTER_TYPE)) is None
    assert await owned.get(parse_arm_id(PROD.replace("rg-clusters", "rg-none"), CLUSTER_TYPE)) is None
    await owned.aclose()
    await owner.aclose()


@both_answers(OPERATION_READERS)
async def test_reset_follows_operation_to_its_end(profile: ServicePrincipalProfile, store: Store, log: Terminal):
    settings(store, seconds=3600)
    log.heard = lambda message: "node pools at work: " in message and end_operations(store)
    resource_id, outputs = await profile.create(URN, inputs(), 0)
    assert resource_id == PROD
    found = cluster(store)
    assert found["_credential"] == {"clientId": CLIENT_ID, "secret": SECRET}
    assert {node["secret"] for node in found["_nodes"]} == {SECRET}
    assert (outputs["credentialState"], outputs["clusterClientId"], outputs["provisioningState"]) == (
        "applied",
        CLIENT_ID,
        "Succeeded",
    )
    assert any("node pools at work: " in status for status in log.statuses)
    assert not any(SECRET in message for message in (*log.statuses, *log.infos, *log.warnings))


@both_answers(OPERATION_READERS)
async def test_reset_answered_at_once_is_enough(profile: ServicePrincipalProfile, store: Store):
    settings(store, status=200)
    _, outputs = await profile.create(URN, inputs(), 0)
    assert outputs["credentialState"] == "applied"
    assert cluster(store)["_credential"]["secret"] == SECRET


async def test_reset_waits_for_running_operation(
    profile: ServicePrincipalProfile, clusters: Clusters, store: Store, log: Terminal
):
    settings(store, seconds=3600)
    await clusters.start_reset(PROD_ID, NEXT, **within(600), on_progress=silent, attempt=Attempt())
    settings(store, seconds=0.5)
    log.heard = lambda message: "which is Updating" in message and end_operations(store)
    _, outputs = await profile.create(URN, inputs(), 0)
    assert resets(store) == 2
    assert cluster(store)["_credential"]["secret"] == SECRET
    assert outputs["credentialState"] == "applied"
    assert any("waiting for the cluster, which is Updating" in status for status in log.statuses)


async def test_operation_named_by_aks_is_waited_for(clusters: Clusters, store: Store):
    """The look before the request saw nothing, and AKS names the operation that came between."""
    said: list[str] = []

    async def note(message: str) -> None:
        said.append(message)
        end_operations(store)

    settings(store, seconds=3600)
    await clusters.start_reset(PROD_ID, NEXT, **within(600), on_progress=silent, attempt=Attempt())
    settings(store, seconds=0.5)
    attempt = Attempt()
    operation = await clusters.start_reset(PROD_ID, CREDENTIAL, **within(600), on_progress=note, attempt=attempt)
    await operation.wait(600, lambda: silent(""))
    assert resets(store) == 2
    assert cluster(store)["_credential"]["secret"] == SECRET
    assert any("the operation 'reset service principal profile' on the cluster, running for" in text for text in said)
    assert attempt.maybe_accepted


@both_answers(AKS_SECRET_CODE)
@pytest.mark.parametrize(
    ("secret", "words"),
    [("wrong", "the client secret is not one of the application's"), (EXPIRED_SECRET, "the client secret has expired")],
)
async def test_secret_that_aks_refuses_is_told(clusters: Clusters, store: Store, secret: str, words: str):
    # A wrong secret may be one that AKS does not see yet, one that has expired is final.
    limits = within(600, 600 if secret == EXPIRED_SECRET else 0)
    wrong = AppCredential(CLIENT_ID, secret)
    with pytest.raises(HttpResponseError) as caught:
        await clusters.start_reset(PROD_ID, wrong, **limits, on_progress=silent, attempt=Attempt())
    assert words in explain(caught.value, doing="resetting", on=PROD, secrets=[secret])
    assert sum(it["path"].endswith("/resetServicePrincipalProfile") for it in requests(store)) == 1
    assert resets(store) == 0


@both_answers(AKS_UNKNOWN_PRINCIPAL_STATUS)
async def test_principal_that_aks_does_not_see_yet_is_waited_for(clusters: Clusters, store: Store):
    said: list[str] = []

    def usable(at: float) -> None:
        with store.change() as state:
            state["servicePrincipals"][PRINCIPAL_ID]["_usable_at"] = at

    async def replicated(message: str) -> None:
        said.append(message)
        usable(0.0)

    usable(4102444800)
    limits = within(600)
    operation = await clusters.start_reset(PROD_ID, CREDENTIAL, **limits, on_progress=replicated, attempt=Attempt())
    await operation.wait(600, lambda: silent(""))
    assert len(said) == 1
    assert resets(store) == 1


@both_answers(AKS_UNKNOWN_PRINCIPAL_STATUS)
async def test_application_that_aks_does_not_find_is_told(clusters: Clusters, store: Store):
    unknown = AppCredential("00000000-1111-4222-8333-444444444444", SECRET)
    with pytest.raises(HttpResponseError) as caught:
        await clusters.start_reset(PROD_ID, unknown, **within(600, 0.1), on_progress=silent, attempt=Attempt())
    assert "no service principal in the cluster's tenant" in explain(caught.value, doing="resetting", on=PROD)


async def test_failed_reset_keeps_azures_words(profile: ServicePrincipalProfile, store: Store):
    settings(
        store,
        outcome="Failed",
        error_code="PodDrainFailure",
        error_message="Cannot evict pod as it would violate the pod's disruption budget.",
    )
    with pytest.raises(PartialError) as caught:
        await profile.create(URN, inputs(), 0)
    assert "PodDrainFailure" in str(caught.value)
    assert "Cannot evict pod as it would violate the pod's disruption budget." in str(caught.value)
    assert "kubectl get pdb" in str(caught.value)
    assert caught.value.properties["credentialState"].value == "failed"
    assert cluster(store)["_credential"]["clientId"] == OLD_CLUSTER_APP_ID


async def test_failed_reset_whose_operation_is_hidden_is_seen_on_the_cluster(
    profile: ServicePrincipalProfile, store: Store
):
    readable_by(store, ROLE)
    settings(store, outcome="Failed", error_code="PodDrainFailure", error_message="Cannot evict pod.")
    with pytest.raises(PartialError) as caught:
        await profile.create(URN, inputs(), 0)
    assert str(caught.value) == (
        f"the reset failed on cluster {PROD}: its provisioning state is 'Failed'; the progress of the reset cannot be"
        " read (HTTP status 403, AuthorizationFailed); Microsoft.ContainerService/locations/operations/read on"
        f" subscription {CLUSTER_SUBSCRIPTION} would show its details. Some nodes may have the new secret already: keep"
        " both secrets, and run again"
    )
    assert caught.value.properties["credentialState"].value == "failed"
    assert resets(store) == 1


async def test_rotation_whose_progress_is_hidden_resets_once(
    profile: ServicePrincipalProfile, store: Store, log: Terminal
):
    readable_by(store, ROLE)
    _, olds = await profile.create(URN, inputs(), 0)
    outputs = await profile.update(URN, PROD, olds, inputs(secret=NEXT_SECRET), 0)
    assert (outputs["credentialState"], cluster(store)["_credential"]["secret"]) == ("applied", NEXT_SECRET)
    assert resets(store) == 2
    said = [text for text in log.infos if "progress of the reset cannot be read" in text]
    assert (
        said
        == [
            f"cluster {PROD}: the progress of the reset cannot be read (HTTP status 403, AuthorizationFailed);"
            f" Microsoft.ContainerService/locations/operations/read on subscription {CLUSTER_SUBSCRIPTION} would show"
            " its details; the update waits until the cluster is settled"
        ]
        * 2
    )


async def test_operation_without_a_status_does_not_end_the_wait(profile: ServicePrincipalProfile, store: Store):
    fault(store, method="GET", path=".*/operations/.*", status=400, times=-1)
    _, outputs = await profile.create(URN, inputs(), 0)
    assert outputs["credentialState"] == "applied"
    assert resets(store) == 1


async def test_reset_failed_is_told_from_reset_unseen(clusters: Clusters, store: Store):
    settings(store, outcome="Failed", error_code="SubnetIsFull", error_message="Subnet is full.")
    operation = await clusters.start_reset(PROD_ID, CREDENTIAL, **within(600), on_progress=silent, attempt=Attempt())
    with pytest.raises(ResetFailed):
        await operation.wait(600, lambda: silent(""))
    assert (await clusters.ending(operation.url)).status == "Failed"
    fault(store, path=".*operations.*", status=404, code="NotFound", message="gone")
    settings(store, outcome="Succeeded", seconds=3600)
    operation = await clusters.start_reset(PROD_ID, CREDENTIAL, **within(600), on_progress=silent, attempt=Attempt())
    with pytest.raises(OperationUnreadable):
        await operation.wait(600, lambda: silent(""))


@both_answers(OPERATION_READERS)
async def test_interrupted_reset_is_not_repeated_once_aks_has_done_it(
    profile: ServicePrincipalProfile, store: Store, log: Terminal
):
    settings(store, seconds=3600)
    is_followed = asyncio.Event()
    log.heard = lambda message: "node pools at work: " in message and is_followed.set()
    work = asyncio.ensure_future(profile.create(URN, inputs(), 0))
    await is_followed.wait()
    work.cancel()
    with pytest.raises(PartialError, match="AKS continues it") as caught:
        await work
    olds = {key: value.value for key, value in caught.value.properties.items()}
    profile_of = {key: item.value for key, item in cast("Any", olds["servicePrincipalProfile"]).items()}
    olds = cast("Properties", {**olds, "servicePrincipalProfile": profile_of})
    assert olds["credentialState"] == "unknown"
    log.heard = lambda message: "which is Updating" in message and end_operations(store)
    outputs = await profile.update(URN, PROD, olds, inputs(), 0)
    assert outputs["credentialState"] == "applied"
    assert "pendingOperation" not in outputs or outputs["pendingOperation"] is None
    assert resets(store) == 1


@both_answers(OPERATION_READERS)
async def test_time_limit_leaves_reset_to_aks(
    context: Context, clusters: Clusters, store: Store, given_answers: dict[OpenQuestion, str]
):
    is_hidden = given_answers[OPERATION_READERS] == ROLE

    def is_over() -> bool:
        return "/operations/" in str(requests(store)) if is_hidden else resets(store) > 0

    settings(store, seconds=3600)
    profile = ServicePrincipalProfile(context, clusters, clock=TimeLimit(600, is_over))
    with pytest.raises(PartialError, match="custom_timeouts") as caught:
        await profile.create(URN, inputs(), 600)
    assert caught.value.properties["credentialState"].value == "unknown"
    pending = str(caught.value.properties["pendingOperation"].value)
    assert pending == NO_ADDRESS if is_hidden else "/operations/" in pending


async def test_throttled_reset_is_repeated(profile: ServicePrincipalProfile, store: Store):
    fault(
        store, method="POST", path=".*resetServicePrincipalProfile.*", status=429, code="TooManyRequests", retry_after=1
    )
    _, outputs = await profile.create(URN, inputs(), 0)
    assert outputs["credentialState"] == "applied"
    assert resets(store) == 1


async def test_request_that_aks_took_before_it_failed_is_not_sent_twice(profile: ServicePrincipalProfile, store: Store):
    settings(store, seconds=5)
    fault(store, method="POST", path=".*resetServicePrincipalProfile.*", status=503, after=True)
    _, outputs = await profile.create(URN, inputs(), 0)
    assert outputs["credentialState"] == "applied"
    assert resets(store) == 1


async def test_refusal_is_final_at_once(profile: ServicePrincipalProfile, store: Store):
    fault(
        store,
        method="POST",
        path=".*resetServicePrincipalProfile.*",
        status=403,
        code="RequestDisallowedByPolicy",
        message="Resource 'aks-prod' was disallowed by policy.",
        times=-1,
    )
    with pytest.raises(OperatorError, match="RequestDisallowedByPolicy") as caught:
        await profile.create(URN, inputs(), 0)
    assert not isinstance(caught.value, PartialError)
    assert resets(store) == 0


async def refused(tenant_id: str, client_id: str, secret: str, cluster_id: str = PROD) -> str:
    """What getCluster says to a caller who cannot read the cluster."""
    tenant = Tenant(tenant_id, PUBLIC, ClientSecret(client_id, secret))
    clusters = Clusters(tenant)
    with pytest.raises(OperatorError) as caught:
        await GetCluster(Context(tenant, as_log(Terminal())), clusters).call({"clusterId": cluster_id})
    await clusters.aclose()
    await tenant.aclose()
    return str(caught.value)


async def test_caller_without_rights_is_named(store: Store):
    text = await refused(CLUSTER_TENANT, CLUSTER_POWERLESS_ID, CLUSTER_POWERLESS_SECRET)
    assert CLUSTER_POWERLESS_ID in text
    assert "Microsoft.ContainerService/managedClusters/read" in text
    assert "'Reader'" in text


async def test_cluster_of_other_tenant_names_both_tenants(store: Store):
    text = await refused(REGISTRY_TENANT, REGISTRY_CALLER_ID, REGISTRY_CALLER_SECRET)
    assert f"belongs to tenant {CLUSTER_TENANT}, but this provider signs in to tenant {REGISTRY_TENANT}" in text


async def test_unknown_subscription_is_no_missing_cluster(store: Store):
    unknown = PROD.replace(CLUSTER_SUBSCRIPTION, "a0000000-0000-4000-8000-0000000000ff")
    assert "SubscriptionNotFound" in await refused(CLUSTER_TENANT, CLUSTER_CALLER_ID, CLUSTER_CALLER_SECRET, unknown)


async def test_wrong_provider_secret_is_explained(store: Store):
    text = await refused(CLUSTER_TENANT, CLUSTER_CALLER_ID, "not-the-secret")
    assert f"application {CLUSTER_CALLER_ID} cannot sign in to tenant {CLUSTER_TENANT}" in text
    assert "AADSTS7000215" in text
    assert "not-the-secret" not in text


async def test_managed_identity_is_read_as_one(context: Context, clusters: Clusters):
    found, failures = await GetCluster(context, clusters).call({"clusterId": MANAGED})
    assert not failures
    assert (found["identityKind"], found["clientId"]) == ("ManagedIdentity", "")


async def test_secret_signs_in(store: Store):
    assert await _proved(SECRET) == PRINCIPAL_ID


@pytest.mark.parametrize(
    ("client_id", "secret", "kind", "code"),
    [
        (CLIENT_ID, EXPIRED_SECRET, SecretExpired, "AADSTS7000222"),
        (CLIENT_ID, "wrong", SecretRefused, "AADSTS7000215"),
        ("a0000000-0000-4000-8000-0000000abcff", SECRET, ApplicationUnknown, "AADSTS700016"),
    ],
)
async def test_secret_that_does_not_sign_in(
    store: Store, client_id: str, secret: str, kind: type[SignInError], code: str
):
    with pytest.raises(kind, match=code) as caught:
        await _proved(secret, client_id, seconds=1)
    assert secret not in str(caught.value).replace("wrong ", "")


async def test_unknown_tenant_is_final(store: Store):
    waits: list[str] = []

    async def wait(message: str) -> None:
        waits.append(message)

    nowhere = "c0000000-0000-4000-8000-00000000000c"
    with pytest.raises(SignInError, match="AADSTS90002"):
        await prove_secret(nowhere, PUBLIC, CREDENTIAL, deadline=time.monotonic() + 600, on_wait=wait)
    assert waits == []


async def test_secret_that_has_not_reached_entra_yet_is_waited_for(store: Store):
    with store.change() as state:
        for password in drift.application(state, CLIENT_ID)["passwordCredentials"]:
            password["_usable_at"] = now(state) + 1.5
    assert await _proved(SECRET, seconds=600) == PRINCIPAL_ID


async def _proved(secret: str, client_id: str = CLIENT_ID, seconds: float = 600) -> str:
    app, deadline = AppCredential(client_id, secret), time.monotonic() + seconds
    return await prove_secret(CLUSTER_TENANT, PUBLIC, app, deadline=deadline, on_wait=silent)
