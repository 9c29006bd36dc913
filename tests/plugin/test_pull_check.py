import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from aiohttp import web

from crosstenant.azure import waiting
from crosstenant.azure.pull.pull_attempts import PROBE_REPOSITORY
from crosstenant.azure.sign_in.secret_proof import ApplicationUnknown, SecretExpired, SecretRefused, SignInError
from crosstenant.errors import OperatorError
from crosstenant.model.names import role_assignment_name
from crosstenant.model.roles import ACR_PULL
from crosstenant.plugin.pull_check import resource as pull_check
from crosstenant.plugin.pull_check.resource import PullCheck
from crosstenant.provider_kit.resource import Change, Diff, Difference, Properties
from crosstenant.provider_kit.values import UNKNOWN
from tests.azure.tls_azure import (
    CLIENT_ID,
    DIGEST,
    HOST,
    LAYER,
    LAYERS,
    NO_APPLICATION,
    NO_REPOSITORY,
    NO_ROLE,
    NO_TAG,
    OTHER_NETWORK,
    OTHER_SECRET,
    REGISTRY_ID,
    SECRET,
    TENANT_ID,
    Answer,
    Azure,
    arm_error,
    azure_tenant,
    granted,
    manifest_of,
    pull_token,
    registry_document,
    said,
)

NO_IMAGE = "that an image can be fetched: name a repository and a reference (tag or digest) for that"
START = datetime(2026, 1, 31, 12, 0, tzinfo=timezone.utc)
URN = "urn:pulumi:dev::test::crosstenant:index:PullCheck::fabrikamimages"
PRINCIPAL_ID = "b0000000-0000-4000-8000-0000000000f1"
CHECK_ID = f"{REGISTRY_ID}/pullChecks/{CLIENT_ID}"
EXPIRED = said(401, "UNAUTHORIZED", "AADSTS7000222: The provided client secret keys for app 'x' are expired.")
DISABLED = said(401, "UNAUTHORIZED", "AADSTS7000112: Application 'x' is disabled.")
REPAIRS = Diff({"result": Difference(Change.UPDATE, is_input=False)})


# The name is the one that a stack gives its assignment.
ASSIGN = (
    f"az role assignment create --name {role_assignment_name(REGISTRY_ID, PRINCIPAL_ID, ACR_PULL.guid)}"
    f' --assignee-object-id {PRINCIPAL_ID} --assignee-principal-type ServicePrincipal --role "AcrPull"'
    f" --scope {REGISTRY_ID}"
)


class Clock:
    """Seconds that only pauses spend, with what happens at one of them."""

    def __init__(self) -> None:
        self.now = 0.0
        self.at: dict[float, Any] = {}

    async def pause(self, seconds: float) -> None:
        self.now += seconds
        for moment in [moment for moment in self.at if moment <= self.now]:
            self.at.pop(moment)()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()

    class Waiting(waiting.Clock):
        def now(self) -> float:
            return clock.now

        def utc(self) -> datetime:
            return START + timedelta(seconds=clock.now)

        async def sleep(self, seconds: float) -> None:
            await clock.pause(seconds)

    monkeypatch.setattr(pull_check, "Clock", Waiting)
    return clock


@pytest.fixture
async def azure(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> AsyncIterator[Azure]:
    async with azure_tenant(monkeypatch) as azure:
        yield azure
        told = json.dumps([azure.log.statuses, azure.log.warnings])
        assert SECRET not in told


@pytest.fixture
def check(azure: Azure) -> PullCheck:
    async def prove(*about: object, **details: object) -> str:
        del about, details
        return PRINCIPAL_ID

    return PullCheck(azure.context, prove=prove)


def inputs(**changes: Any) -> Properties:
    given = {"registryId": REGISTRY_ID, "clientId": CLIENT_ID, "secret": SECRET, "mode": "require", **changes}
    return {"timeoutSeconds": 300, **{key: value for key, value in given.items() if value is not None}}


async def refused(check: PullCheck, **changes: Any) -> str:
    with pytest.raises(OperatorError) as caught:
        await check.create(URN, inputs(**changes), 0)
    assert SECRET not in str(caught.value)
    return str(caught.value)


# Inputs


async def test_defaults_are_filled_in(check: PullCheck):
    given = {"registryId": REGISTRY_ID, "clientId": CLIENT_ID, "secret": SECRET}
    assert await check.check(URN, {}, given) == ({**given, "mode": "require", "timeoutSeconds": 300}, [])


async def test_unknown_values_pass(check: PullCheck):
    given = inputs(registryId=UNKNOWN, clientId=UNKNOWN, secret=UNKNOWN, repository="hello", triggers=[UNKNOWN, "x"])
    assert await check.check(URN, {}, given) == (given, [])


@pytest.mark.parametrize(
    ("changes", "name", "hint"),
    [
        ({"registryId": None}, "registryId", "is required: ARM ID of the registry"),
        ({"clientId": None}, "clientId", "is required"),
        ({"secret": None}, "secret", "is required"),
        ({"registryId": "fabrikamimages"}, "registryId", "its form is /subscriptions/"),
        ({"clientId": "pull-identity"}, "clientId", "a UUID"),
        ({"clientId": SECRET}, "clientId", "a UUID"),
        ({"secret": " "}, "secret", "is empty"),
        ({"repository": "Hello"}, "repository", "write 'hello'"),
        ({"repository": "backend/"}, "repository", "is a prefix"),
        ({"reference": "1.0"}, "reference", "give 'repository' as well"),
        ({"repository": "hello", "reference": "sha256:12"}, "reference", "neither a tag"),
        ({"repository": "hello", "reference": "-x"}, "reference", "neither a tag"),
        ({"repository": "hello", "reference": "hello:1.0"}, "reference", "write '1.0'"),
        ({"repository": "hello", "reference": "1.0", "filledLater": True}, "filledLater", "omit 'reference'"),
        ({"filledLater": "yes"}, "filledLater", "must be true or false"),
        ({"mode": "strict"}, "mode", "'require', 'warn' or 'skip'"),
        ({"timeoutSeconds": 0}, "timeoutSeconds", "above 0"),
        ({"timeoutSeconds": float("nan")}, "timeoutSeconds", "must be a number"),
        ({"timeoutSeconds": float("inf")}, "timeoutSeconds", "must be a number"),
        ({"timeoutSeconds": True}, "timeoutSeconds", "must be a number"),
        ({"timeoutSeconds": "5"}, "timeoutSeconds", "must be a number"),
        ({"triggers": "x"}, "triggers", "list of strings"),
        ({"triggers": [1]}, "triggers", "list of strings"),
        ({"tag": "1.0"}, "tag", "is not an input of this type: its inputs are registryId, clientId, secret"),
    ],
)
async def test_wrong_inputs_are_named(check: PullCheck, changes: Properties, name: str, hint: str):
    _, (failure,) = await check.check(URN, {}, inputs(**changes))
    assert failure.property == name
    assert hint in failure.reason
    assert SECRET not in failure.reason


# Preview


async def test_preview_reads_the_registry_and_sends_it_nothing(azure: Azure, check: PullCheck):
    outputs = await check.preview_create(URN, inputs())
    assert outputs == {**inputs(), "loginServer": HOST, "result": UNKNOWN}
    assert len(azure.arm.requests) == 1
    assert azure.registry.requests == []


async def test_preview_fails_for_a_registry_that_is_not_there(azure: Azure, check: PullCheck):
    azure.arm.registry = arm_error(404, "ResourceNotFound", "not found")
    with pytest.raises(OperatorError, match="there is no registry /subscriptions/"):
        await check.preview_create(URN, inputs())


async def test_preview_of_a_registry_yet_to_be_made_knows_nothing(azure: Azure, check: PullCheck):
    outputs = await check.preview_create(URN, inputs(registryId=UNKNOWN))
    assert (outputs["loginServer"], outputs["result"]) == (UNKNOWN, UNKNOWN)
    assert azure.arm.requests == []


# Create


async def test_grant_is_proven_by_a_token_for_a_probe_repository(azure: Azure, check: PullCheck):
    assert await check.create(URN, inputs(), 0) == (
        CHECK_ID,
        {
            **inputs(),
            "loginServer": HOST,
            "result": "granted",
            "notProved": NO_IMAGE,
            "grantedActions": ["pull"],
        },
    )
    assert azure.registry.asked[1:] == [f"GET /oauth2/token?service={HOST}&scope=repository:{PROBE_REPOSITORY}:pull"]


async def test_reference_is_pulled(azure: Azure, check: PullCheck):
    _, outputs = await check.create(URN, inputs(repository="backend/api", reference="1.0"), 0)
    assert (outputs["result"], outputs["manifestDigest"]) == ("pulled", DIGEST)
    assert "notProved" not in outputs
    assert [it.split("?")[0] for it in azure.registry.asked[2:]] == [
        "GET /v2/backend/api/manifests/1.0",
        f"GET /v2/backend/api/blobs/{LAYER}",
        "GET /layer",
    ]


async def test_layers_that_are_blocked_are_no_pull(azure: Azure, check: PullCheck, clock: Clock):
    azure.registry.layer = said(403, "AuthorizationFailure", "not this network")
    text = await refused(check, repository="backend/api", reference="1.0")
    assert "manifests can be read and layers cannot" in text
    assert f"({LAYERS}, to which {HOST} redirects, answered 403 where a layer was due)" in text
    assert clock.now == 30


async def test_manifest_without_layers_is_granted_with_what_that_leaves_open(azure: Azure, check: PullCheck):
    azure.registry.manifest = manifest_of
    _, outputs = await check.create(URN, inputs(repository="hello", reference="1.0"), 0)
    assert (outputs["result"], outputs["manifestDigest"]) == ("granted", DIGEST)
    assert outputs["notProved"].startswith("that layers can be fetched")


async def test_named_repository_must_exist(azure: Azure, check: PullCheck, clock: Clock):
    azure.registry.tags = NO_REPOSITORY
    text = await refused(check, repository="backend/ap1")
    assert "it has no repository 'backend/ap1'; correct the name, or push the image first" in text
    assert "'filled_later'" in text
    assert clock.now == 0
    _, outputs = await check.create(URN, inputs(repository="backend/ap1", filledLater=True), 0)
    assert outputs["result"] == "granted"
    assert outputs["notProved"] == "that an image can be fetched: repository 'backend/ap1' does not exist yet"


async def test_repository_that_the_application_may_not_list_is_granted_and_said(azure: Azure, check: PullCheck):
    azure.registry.tags = NO_ROLE
    _, outputs = await check.create(URN, inputs(repository="hello"), 0)
    assert outputs["result"] == "granted"
    assert outputs["notProved"].startswith("that repository 'hello' exists, since the registry does not list its tags")


async def test_absent_repositories_of_the_role_are_warned_of(azure: Azure, check: PullCheck):
    azure.registry.tags = lambda: (
        NO_REPOSITORY() if "ap1" in azure.registry.requests[-1].path else web.json_response({"tags": []})
    )
    limited = {"repository": "hello", "grantedRepositories": ["hello", "backend/ap1"]}
    _, outputs = await check.create(URN, inputs(**limited), 0)
    assert outputs["result"] == "granted"
    (warning,) = azure.log.warnings
    assert "has no repository 'backend/ap1', to which the role is limited: correct the name" in warning
    assert await differs(check, outputs, inputs(repository="hello"), inputs(**limited)) == Diff()
    await refreshed(check, outputs, **limited)
    assert len(azure.log.warnings) == 1


async def test_repository_that_goes_is_drift_and_a_first_image_is_none(azure: Azure, check: PullCheck):
    named = {"repository": "hello"}
    olds = await created(check, **named)
    azure.registry.tags = NO_REPOSITORY
    lost = await refreshed(check, olds, **named)
    assert (lost["result"], lost["refusalReason"]) == ("refused", "repository absent")
    later = {**named, "filledLater": True}
    empty = await created(check, **later)
    azure.registry.tags = lambda: web.json_response({"tags": ["1.0"]})
    assert await refreshed(check, empty, **later) == empty
    assert await differs(check, empty, inputs(**later), inputs(**named)) == Diff()


async def test_state_of_an_older_version_is_quiet(check: PullCheck):
    older = {**await created(check)}
    del older["notProved"]
    assert await refreshed(check, older) == older
    assert await differs(check, older, inputs(), inputs(filledLater=True)) == Diff()


async def test_preview_warns_of_another_image_that_is_absent(azure: Azure, check: PullCheck):
    olds = await created(check, repository="hello")
    azure.registry.tags = NO_REPOSITORY
    outputs = await check.preview_update(URN, CHECK_ID, olds, inputs(repository="hell0"))
    assert outputs["result"] is UNKNOWN
    (warning,) = azure.log.warnings
    assert "it has no repository 'hell0'; correct the name" in warning
    azure.registry.requests.clear()
    await check.preview_update(URN, CHECK_ID, olds, inputs(repository="hell0", secret=UNKNOWN))
    await check.preview_update(URN, CHECK_ID, olds, inputs(repository=UNKNOWN))
    assert azure.registry.requests == []


async def test_unreadable_token_is_a_sign_in_with_a_warning(azure: Azure, check: PullCheck):
    azure.registry.token = granted("opaque")
    _, outputs = await check.create(URN, inputs(), 0)
    assert outputs.pop("notProved").startswith("that the application may pull, since its token cannot be read")
    assert outputs == {**inputs(), "loginServer": HOST, "result": "signed in"}
    (warning,) = azure.log.warnings
    assert "'repository' and a 'reference'" in warning


async def test_grant_on_its_way_is_waited_for_with_status(azure: Azure, check: PullCheck, clock: Clock):
    azure.registry.token = NO_APPLICATION
    clock.at[3] = lambda: setattr(azure.registry, "token", NO_ROLE)
    clock.at[20] = lambda: setattr(azure.registry, "token", None)
    _, outputs = await check.create(URN, inputs(), 0)
    assert outputs["result"] == "granted"
    assert azure.log.statuses[0] == f"{HOST}: service principal missing; trying again for up to 300 s"
    assert azure.log.statuses[2] == f"{HOST}: role missing; trying again for up to 297 s"
    assert azure.log.warnings == []


@pytest.mark.parametrize(("argument", "engine", "spent"), [(40, 0, 40), (40, 10, 10), (10, 40, 10)])
async def test_waiting_is_bounded(
    azure: Azure, check: PullCheck, clock: Clock, argument: float, engine: float, spent: float
):
    azure.registry.token = NO_ROLE
    with pytest.raises(OperatorError, match="needs the role 'AcrPull'"):
        await check.create(URN, inputs(timeoutSeconds=argument), engine)
    assert clock.now == spent


@pytest.mark.parametrize(
    ("answer", "phrases", "waits"),
    [
        (NO_APPLICATION, [f"no service principal in the registry's tenant {TENANT_ID}", "az ad sp create"], True),
        (OTHER_SECRET, [f"secret of application {CLIENT_ID} is not accepted", "its own tenant"], True),
        (EXPIRED, [f"secret of application {CLIENT_ID} has expired", "its own tenant"], False),
        (DISABLED, ["is disabled", f"administrator of tenant {TENANT_ID}"], False),
        (NO_ROLE, ["'AcrPull'", "Role Based Access Control Administrator", ASSIGN], True),
        (OTHER_NETWORK, ["network rules (public network access Enabled, default action Allow)", "192.0.2.7"], False),
    ],
)
async def test_refusal_tells_link_object_and_remedy(
    azure: Azure, check: PullCheck, clock: Clock, answer: Answer, phrases: list[str], waits: bool
):
    azure.registry.token = answer
    text = await refused(check)
    assert text.startswith(f"registry {REGISTRY_ID} refuses a pull: ")
    assert [phrase for phrase in phrases if phrase not in text] == []
    assert (clock.now > 0) is waits


async def test_network_rules_are_blamed_only_where_they_can_be_the_cause(azure: Azure, check: PullCheck):
    azure.registry.token = OTHER_NETWORK
    assert "admit every address; run again if they were changed a moment ago" in await refused(check)
    azure.registry.token = lambda: web.Response(status=403, text="<html>", content_type="text/html")
    text = await refused(check)
    assert "cannot be reached from this machine" in text
    assert "answered 403 where the token was due, with a page that is not a registry's answer" in text
    assert "network rules" not in text


MADE_NOW = {"secretMadeAt": "2026-01-31T12:00:00Z", "secretExpiresAt": "2027-01-31T12:00:00Z"}
MADE_LONG_AGO = {"secretMadeAt": "2026-01-30T12:00:00Z", "secretExpiresAt": "2027-01-31T12:00:00Z"}


@pytest.mark.parametrize("answer", [EXPIRED, OTHER_SECRET])
async def test_new_secret_is_waited_for_as_long_as_the_program_says(
    azure: Azure, check: PullCheck, clock: Clock, answer: Answer
):
    azure.registry.token = answer
    clock.at[550] = lambda: setattr(azure.registry, "token", None)
    _, outputs = await check.create(URN, inputs(timeoutSeconds=600, **MADE_NOW), 0)
    assert (outputs["result"], clock.now >= 550) == ("granted", True)
    assert not outputs.keys() & MADE_NOW.keys(), "a refresh has nothing to add"


@pytest.mark.parametrize(("answer", "spent"), [(EXPIRED, 0), (OTHER_SECRET, 120)])
async def test_older_secret_is_not_waited_for(
    azure: Azure, check: PullCheck, clock: Clock, answer: Answer, spent: float
):
    azure.registry.token = answer
    text = await refused(check, timeoutSeconds=600, **MADE_LONG_AGO)
    assert "an owner of the application makes a new one" in text
    assert clock.now == spent


@pytest.mark.parametrize("answer", [EXPIRED, OTHER_SECRET])
async def test_refusal_of_a_new_secret_asks_nobody_to_make_one(
    azure: Azure, check: PullCheck, clock: Clock, answer: Answer
):
    azure.registry.token = answer
    text = await refused(check, timeoutSeconds=600, **MADE_NOW)
    assert f"the secret of application {CLIENT_ID} was made 10 minutes ago and is not accepted yet: run 'pulumi" in text
    assert "makes a new one" not in text
    assert clock.now == 600


async def test_secret_that_was_accepted_before_does_not_lag(azure: Azure, check: PullCheck):
    olds = await created(check, **MADE_NOW)
    azure.registry.token = EXPIRED
    await refreshed(check, olds, **MADE_NOW)
    refused_before = {**olds, "result": "refused"}
    await refreshed(check, refused_before, **MADE_NOW)
    first, second = azure.log.warnings
    assert "has expired" in first
    assert "was made a moment ago and is not accepted yet" in second


async def test_dates_of_the_secret_ask_nothing(azure: Azure, check: PullCheck):
    olds = await created(check)
    azure.registry.requests.clear()
    assert await differs(check, olds, inputs(), inputs(**MADE_NOW)) == Diff()
    assert (await check.update(URN, CHECK_ID, olds, inputs(timeoutSeconds=9, **MADE_NOW), 0))["result"] == "granted"
    assert azure.registry.requests == []


async def test_absent_tag_is_told_from_a_missing_role(azure: Azure, check: PullCheck, clock: Clock):
    azure.registry.manifest = NO_TAG
    text = await refused(check, repository="hello", reference="1.0")
    assert "it has no '1.0' of repository 'hello'; push the image first" in text
    assert clock.now == 0


async def test_abac_registry_is_told_about_its_role_and_conditions(azure: Azure, check: PullCheck):
    azure.arm.registry = lambda: web.json_response(registry_document(roleAssignmentMode="AbacRepositoryPermissions"))
    azure.registry.token = granted(pull_token(PROBE_REPOSITORY))
    text = await refused(check)
    assert "needs the role 'Container Registry Repository Reader'" in text
    assert "AcrPull has no effect" in text
    assert "set 'repository' to one that it covers" in text


async def test_secret_is_not_sent_to_another_clouds_host(azure: Azure, check: PullCheck):
    azure.arm.registry = lambda: web.json_response(registry_document(loginServer="fabrikamimages.azurecr.cn"))
    text = await refused(check)
    assert "'fabrikamimages.azurecr.cn'" in text
    assert "<name>.azurecr.io" in text
    assert azure.registry.requests == []


async def test_warn_mode_warns_and_goes_on(azure: Azure, check: PullCheck):
    azure.registry.token = OTHER_NETWORK
    resource_id, outputs = await check.create(URN, inputs(mode="warn"), 0)
    assert resource_id == CHECK_ID
    assert (outputs["result"], outputs["refusalReason"]) == ("refused", "blocked by network rules")
    assert "192.0.2.7" not in outputs["refusal"]
    (warning,) = azure.log.warnings
    assert warning.startswith(f"registry {REGISTRY_ID} refuses a pull: {outputs['refusal']} (")
    assert "192.0.2.7" in warning


async def test_skip_mode_asks_nobody(azure: Azure, check: PullCheck):
    skipping = inputs(mode="skip")
    assert await check.preview_create(URN, skipping) == {**skipping, "result": "skipped"}
    assert await check.create(URN, skipping, 0) == (CHECK_ID, {**skipping, "result": "skipped"})
    found = await check.read(URN, CHECK_ID, skipping, {**skipping, "result": "skipped"})
    assert found is not None
    assert found.outputs == {**skipping, "result": "skipped"}
    assert azure.arm.requests == azure.registry.requests == []


# Read, diff and repair


async def created(check: PullCheck, **changes: Any) -> Properties:
    _, outputs = await check.create(URN, inputs(**changes), 0)
    return outputs


async def refreshed(check: PullCheck, olds: Properties, **changes: Any) -> Properties:
    found = await check.read(URN, CHECK_ID, inputs(**changes), olds)
    assert found is not None
    assert (found.resource_id, found.inputs) == (CHECK_ID, inputs(**changes))
    return found.outputs


async def differs(check: PullCheck, olds: Properties, old: Properties, new: Properties) -> Diff:
    return await check.diff(URN, CHECK_ID, old, olds, new)


async def test_refresh_is_quiet_while_the_pull_is_granted(check: PullCheck):
    image = {"repository": "hello", "reference": "1.0"}
    olds = await created(check, **image)
    assert await refreshed(check, olds, **image) == olds
    assert await differs(check, olds, inputs(**image), inputs(**image)) == Diff()


async def test_moved_tag_is_no_drift(azure: Azure, check: PullCheck):
    image = {"repository": "hello", "reference": "latest"}
    olds = await created(check, **image)
    azure.registry.manifest = lambda: manifest_of("sha256:" + "cd" * 32, layers=[{"digest": LAYER}])
    assert await refreshed(check, olds, **image) == olds


async def test_lost_role_is_drift_and_an_update_repairs_it(azure: Azure, check: PullCheck, clock: Clock):
    olds = await created(check)
    azure.registry.token = NO_ROLE
    lost = await refreshed(check, olds)
    assert (lost["result"], lost["refusalReason"]) == ("refused", "role missing")
    assert "needs the role 'AcrPull'" in lost["refusal"]
    assert "grantedActions" not in lost
    assert clock.now == 0
    assert await refreshed(check, lost) == lost
    assert await differs(check, lost, inputs(), inputs()) == REPAIRS
    assert (await check.preview_update(URN, CHECK_ID, lost, inputs()))["result"] is UNKNOWN
    azure.registry.token = None
    assert await check.update(URN, CHECK_ID, lost, inputs(), 0) == olds


async def test_lost_role_is_drift_in_warn_mode_too(azure: Azure, check: PullCheck):
    olds = await created(check, mode="warn")
    azure.registry.token = NO_ROLE
    lost = await refreshed(check, olds, mode="warn")
    assert await differs(check, lost, inputs(mode="warn"), inputs(mode="warn")) == REPAIRS


async def test_runner_that_cannot_reach_the_registry_is_no_drift_in_warn_mode(azure: Azure, check: PullCheck):
    olds = await created(check, mode="warn")
    azure.registry.challenge = OTHER_NETWORK
    assert await refreshed(check, olds, mode="warn") == olds
    assert len(azure.log.warnings) == 1


async def test_warn_mode_plans_no_endless_update_where_the_registry_is_out_of_reach(azure: Azure, check: PullCheck):
    azure.registry.challenge = OTHER_NETWORK
    olds = await created(check, mode="warn")
    assert await differs(check, olds, inputs(mode="warn"), inputs(mode="warn")) == Diff()


async def test_unreachable_registry_is_drift_in_require_mode(azure: Azure, check: PullCheck):
    olds = await created(check)
    azure.registry.challenge = OTHER_NETWORK
    lost = await refreshed(check, olds)
    assert (lost["result"], lost["refusalReason"]) == ("refused", "blocked by network rules")
    assert await differs(check, lost, inputs(), inputs()) == REPAIRS


async def test_refresh_bears_a_hiccup(azure: Azure, check: PullCheck, clock: Clock):
    olds = await created(check)
    azure.registry.token = said(503, "UNAVAILABLE", "try later")
    clock.at[1] = lambda: setattr(azure.registry, "token", None)
    assert await refreshed(check, olds) == olds


async def test_registry_that_is_gone_is_drift_and_the_next_preview_says_so(azure: Azure, check: PullCheck):
    olds = await created(check)
    azure.arm.registry = arm_error(404, "ResourceNotFound", "not found")
    lost = await refreshed(check, olds)
    assert (lost["result"], lost["refusalReason"]) == ("refused", "registry not found")
    assert await differs(check, lost, inputs(), inputs()) == REPAIRS
    with pytest.raises(OperatorError, match="there is no registry"):
        await check.preview_update(URN, CHECK_ID, lost, inputs())
    await check.delete(URN, CHECK_ID, lost, 0)


@pytest.mark.parametrize(
    ("refusal", "warned"), [(ApplicationUnknown, 1), (SecretRefused, 1), (SecretExpired, 0), (None, 0)]
)
async def test_a_delete_says_what_a_destroy_would_stop_at(azure: Azure, refusal: type[SignInError] | None, warned: int):
    async def prove(*about: object, **details: object) -> str:
        del about, details
        if refusal:
            raise refusal("AADSTS...")
        return PRINCIPAL_ID

    await PullCheck(azure.context, prove=prove).delete(URN, CHECK_ID, inputs(), 0)
    assert len(azure.log.warnings) == warned
    assert all("'pulumi destroy --refresh'" in it for it in map(str, azure.log.warnings))


@pytest.mark.parametrize(
    ("name", "value", "difference"),
    [
        ("registryId", REGISTRY_ID + "2", Difference(Change.REPLACE)),
        ("registryId", UNKNOWN, Difference(Change.REPLACE)),
        ("clientId", TENANT_ID, Difference(Change.REPLACE)),
        ("secret", "another", Difference(Change.UPDATE)),
        ("secret", UNKNOWN, Difference(Change.UPDATE)),
        ("repository", "hello", Difference(Change.UPDATE, added=True)),
        ("mode", "warn", Difference(Change.UPDATE)),
        ("timeoutSeconds", 10, Difference(Change.UPDATE)),
        ("triggers", ["b"], Difference(Change.UPDATE)),
        ("triggers", None, Difference(Change.UPDATE, removed=True)),
    ],
)
async def test_changed_inputs_show(check: PullCheck, name: str, value: object, difference: Difference):
    old = inputs(triggers=["a"])
    olds = {**old, "result": "granted"}
    new = {key: item for key, item in {**old, name: value}.items() if item is not None}
    assert await differs(check, olds, old, new) == Diff({name: difference})


async def test_case_of_ids_does_not_count(check: PullCheck):
    olds = {**inputs(), "result": "granted"}
    assert await differs(check, olds, inputs(), inputs(registryId=REGISTRY_ID.lower())) == Diff()


@pytest.mark.parametrize(
    ("changes", "asks"),
    [({"timeoutSeconds": 10}, False), ({"triggers": ["new"]}, True), ({"secret": "another"}, True)],
)
async def test_update_asks_unless_only_the_timeout_changed(
    azure: Azure, check: PullCheck, changes: Properties, asks: bool
):
    olds = await created(check)
    azure.registry.requests.clear()
    preview = await check.preview_update(URN, CHECK_ID, olds, inputs(**changes))
    assert preview["result"] is UNKNOWN if asks else preview["result"] == "granted"
    outputs = await check.update(URN, CHECK_ID, olds, inputs(**changes), 0)
    said_of_it = {"result": "granted", "notProved": NO_IMAGE, "grantedActions": ["pull"]}
    assert outputs == {**inputs(**changes), "loginServer": HOST, **said_of_it}
    assert bool(azure.registry.requests) is asks


async def test_failed_update_is_an_error(azure: Azure, check: PullCheck):
    olds = await created(check)
    azure.registry.token = EXPIRED
    with pytest.raises(OperatorError, match="has expired"):
        await check.update(URN, CHECK_ID, olds, inputs(triggers=["new"]), 0)


async def test_switching_skip_to_require_asks(azure: Azure, check: PullCheck):
    olds = await created(check, mode="skip")
    diff = await differs(check, olds, inputs(mode="skip"), inputs())
    assert set(diff.differences) == {"mode", "result"}
    assert (await check.update(URN, CHECK_ID, olds, inputs(), 0))["result"] == "granted"


# Import


async def test_import_reads_the_registry_and_leaves_the_proof_to_an_update(azure: Azure, check: PullCheck):
    found = await check.read(URN, CHECK_ID, {}, {})
    assert found is not None
    assert found.inputs == inputs(secret=None)
    assert found.outputs == {**found.inputs, "loginServer": HOST, "result": "not checked"}
    assert azure.registry.requests == []
    diff = await differs(check, found.outputs, found.inputs, inputs())
    assert diff.differences["secret"] == Difference(Change.UPDATE, added=True)
    again = await check.read(URN, CHECK_ID, found.inputs, found.outputs)
    assert again == found


async def test_import_passes_its_own_check_and_then_wants_the_secret(azure: Azure, check: PullCheck):
    found = await check.read(URN, CHECK_ID, {}, {})
    assert found is not None
    assert await check.check(URN, found.inputs, found.inputs) == (found.inputs, [])
    assert await differs(check, found.outputs, found.inputs, found.inputs) == REPAIRS
    with pytest.raises(OperatorError, match="give the resource its 'secret'"):
        await check.preview_update(URN, CHECK_ID, found.outputs, found.inputs)


async def test_import_of_an_absent_registry_finds_nothing(azure: Azure, check: PullCheck):
    azure.arm.registry = arm_error(404, "ResourceNotFound", "not found")
    assert await check.read(URN, CHECK_ID, {}, {}) is None


@pytest.mark.parametrize(
    "resource_id",
    ["x", REGISTRY_ID, f"{REGISTRY_ID}/pullChecks/app", f"/subscriptions/x/pullChecks/{CLIENT_ID}", f"{CHECK_ID}/x"],
)
async def test_import_of_another_id_tells_the_form(check: PullCheck, resource_id: str):
    with pytest.raises(OperatorError, match="is not the ID of a pull check"):
        await check.read(URN, resource_id, {}, {})


async def test_outputs_are_in_the_schema(azure: Azure, check: PullCheck):
    properties = PullCheck.schema["properties"]
    seen = await created(check, repository="hello", reference="1.0")
    seen |= await created(check)
    azure.registry.token = EXPIRED
    seen |= await created(check, mode="warn")
    assert set(seen) | {"triggers", "filledLater", "grantedRepositories", "secretMadeAt", "secretExpiresAt"} == set(
        properties
    )
    assert PullCheck.secret_properties == {name for name, item in properties.items() if item.get("secret")}
