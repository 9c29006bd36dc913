"""The gate: when it opens, how long it waits, what it says meanwhile, and what it never gives up."""

from __future__ import annotations

import asyncio

import pytest

from crosstenant.azure.sign_in.secret_proof import (
    ApplicationDisabled,
    ApplicationUnknown,
    SecretExpired,
    SecretRefused,
    SignInError,
)
from crosstenant.azure.sign_in.tenant import Tenant
from crosstenant.azure.waiting import Clock
from crosstenant.errors import OperatorError
from crosstenant.model.clouds import PUBLIC, Cloud
from crosstenant.model.credentials.kinds import AppCredential
from crosstenant.model.secret_dates import SecretDates
from crosstenant.plugin.consent import Consent
from crosstenant.plugin.context import Context
from crosstenant.provider_kit.resource import Change, Difference, Properties
from crosstenant.provider_kit.values import UNKNOWN
from tests.fakes import OnProgress, as_log, as_prove

URN = "urn:pulumi:dev::test::crosstenant:index:Consent::pull"
TENANT_ID = "b0000000-0000-4000-8000-00000000000b"
APP = "11111111-2222-4333-8444-555555555555"
SECRET = "abc8Q~planted"
FOUND, OTHER = "b0000000-0000-4000-8000-0000000000f1", "b0000000-0000-4000-8000-0000000000f2"
URL = f"https://login.microsoftonline.com/{TENANT_ID}/adminconsent?client_id={APP}"
INPUTS = {"clientId": APP, "secret": SECRET, "timeoutSeconds": 0}
PATIENT = {**INPUTS, "timeoutSeconds": 100}
GIVEN = {**INPUTS, "objectId": FOUND, "consentUrl": URL, "consented": True}
WITHDRAWN = {**GIVEN, "consented": False}


class Entra(Clock):
    """Answers sign-ins with an object ID or a refusal, by the time on its clock."""

    def __init__(self) -> None:
        self.answer: str | Exception = ApplicationUnknown("unknown")
        self.consents_at: float | None = None
        self.single_tenant = False
        self.time = 0.0
        self.asked: list[tuple[str, str, str]] = []
        self.patience: list[float] = []
        self.pauses: list[float] = []
        self.said: list[tuple[str, str]] = []

    async def prove(
        self,
        tenant_id: str,
        cloud: Cloud,
        credential: AppCredential,
        *,
        deadline: float,
        on_wait: OnProgress,
        clock: Clock | None = None,
        wait_for_application: bool = True,
        dates: SecretDates | None = None,
    ) -> str:
        assert not wait_for_application, "an application without consent is an answer, not a delay"
        self.asked.append((tenant_id, credential.client_id, credential.secret))
        self.patience.append(deadline - self.time)
        if self.consents_at is not None and self.time >= self.consents_at:
            return FOUND
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    async def is_single_tenant(self, cloud: object, client_id: str) -> bool:
        assert client_id == APP
        return self.single_tenant

    def now(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.time += seconds

    async def warning(self, urn: str, message: str) -> None:
        self.said.append(("warning", message))

    async def info(self, urn: str, message: str) -> None:
        self.said.append(("info", message))

    async def status(self, urn: str, message: str) -> None:
        self.said.append(("status", message))


@pytest.fixture
def entra() -> Entra:
    return Entra()


@pytest.fixture
def gate(entra: Entra) -> Consent:
    context = Context(Tenant(TENANT_ID, PUBLIC), as_log(entra))
    return Consent(context, prove=as_prove(entra.prove), single_tenant=entra.is_single_tenant, clock=entra)


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"clientId": None}, "clientId"),
        ({"clientId": SECRET}, "clientId"),
        ({"secret": None}, "secret"),
        ({"secret": " "}, "secret"),
        ({"timeoutSeconds": -1}, "timeoutSeconds"),
        ({"timeoutSeconds": float("nan")}, "timeoutSeconds"),
        ({"timeoutSeconds": float("inf")}, "timeoutSeconds"),
    ],
)
async def test_a_wrong_argument_is_named_and_not_repeated(gate: Consent, changes: Properties, name: str):
    _, (failure,) = await gate.check(URN, {}, {**INPUTS, **changes})
    assert failure.property == name
    assert SECRET not in failure.reason


async def test_unknown_arguments_pass_and_no_wait_is_the_default(gate: Consent):
    inputs = {"clientId": UNKNOWN, "secret": UNKNOWN, "redirectUri": UNKNOWN}
    assert await gate.check(URN, {}, inputs) == ({**inputs, "timeoutSeconds": 0}, [])


async def test_a_consent_that_is_there_opens_the_gate_at_once(gate: Consent, entra: Entra):
    entra.answer = FOUND
    assert await gate.create(URN, INPUTS, 0) == (f"{TENANT_ID}/{APP}", GIVEN)
    assert entra.asked == [(TENANT_ID, APP, SECRET)]
    assert entra.said == []


async def test_without_a_timeout_a_missing_consent_fails_at_once_with_the_address(gate: Consent, entra: Entra):
    with pytest.raises(OperatorError) as caught:
        await gate.create(URN, INPUTS, 0)
    assert str(caught.value) == (
        f"registry tenant {TENANT_ID} has not given admin consent to application {APP}, so no role is assigned there"
        f" and no cluster is touched: an administrator of tenant {TENANT_ID} must open {URL} and accept; then run"
        " 'pulumi up' again"
    )
    assert entra.pauses == []


async def test_a_consent_in_time_opens_the_gate(gate: Consent, entra: Entra):
    entra.consents_at = 40
    assert await gate.create(URN, PATIENT, 0) == (f"{TENANT_ID}/{APP}", {**PATIENT, **GIVEN, "timeoutSeconds": 100})
    assert entra.pauses == [3, 6, 12, 24]
    waiting = f"waiting up to 2 min for an administrator of tenant {TENANT_ID} to open {URL} and accept"
    assert entra.said[:2] == [("info", waiting), ("status", waiting)]
    assert [kind for kind, _ in entra.said[2:]] == ["status"] * 3
    assert "waiting up to 97 s" in entra.said[2][1]


async def test_a_wait_ends_when_its_time_is_over(gate: Consent, entra: Entra):
    with pytest.raises(OperatorError, match=r"\(waited 2 min\), so no role .*adminconsent"):
        await gate.create(URN, PATIENT, 0)
    assert entra.time == 100
    assert max(entra.pauses) == 30


async def test_the_engines_own_timeout_is_the_shorter_one(gate: Consent, entra: Entra):
    with pytest.raises(OperatorError, match=r"\(waited 20 s\)"):
        await gate.create(URN, PATIENT, 20)
    assert entra.time == 20
    assert entra.patience[0] == 20, "the secret has no more time than that"


async def test_a_cancelled_wait_says_what_to_do(gate: Consent, entra: Entra):
    async def cancelled(seconds: float) -> None:
        raise asyncio.CancelledError

    entra.sleep = cancelled
    with pytest.raises(OperatorError, match=r"^cancelled: registry tenant .*adminconsent.*then run 'pulumi up' again"):
        await gate.create(URN, PATIENT, 0)


async def test_an_application_that_nobody_can_consent_to_is_not_waited_for(gate: Consent, entra: Entra):
    entra.single_tenant = True
    with pytest.raises(OperatorError, match=f"application {APP} is single-tenant, .*AzureADMultipleOrgs"):
        await gate.create(URN, PATIENT, 0)
    assert entra.pauses == []


async def test_a_disabled_service_principal_is_no_missing_consent(gate: Consent, entra: Entra):
    entra.answer = ApplicationDisabled("AADSTS7000112")
    with pytest.raises(OperatorError, match=f"is disabled in registry tenant {TENANT_ID}: an administrator .* enable"):
        await gate.create(URN, PATIENT, 0)
    observed = await gate.read(URN, "id", INPUTS, GIVEN)
    assert observed is not None
    assert observed.outputs == GIVEN


async def test_a_create_waits_for_a_new_secret_longer_than_a_preview_does(gate: Consent, entra: Entra):
    entra.answer = FOUND
    await gate.create(URN, INPUTS, 0)
    await gate.preview_create(URN, INPUTS)
    await gate.read(URN, "id", INPUTS, GIVEN)
    assert entra.patience == [120, 5, 0]


async def test_a_preview_without_the_application_knows_nothing_and_asks_nobody(gate: Consent, entra: Entra):
    inputs = {**INPUTS, "clientId": UNKNOWN, "secret": UNKNOWN}
    unknown = dict.fromkeys(("objectId", "consentUrl", "consented"), UNKNOWN)
    assert await gate.preview_create(URN, inputs) == {**inputs, **unknown}
    assert entra.asked == []


async def test_a_preview_tells_of_a_consent_that_is_missing(gate: Consent, entra: Entra):
    previewed = await gate.preview_create(URN, INPUTS)
    assert previewed == {**INPUTS, "objectId": UNKNOWN, "consentUrl": URL, "consented": UNKNOWN}
    ((kind, text),) = entra.said
    assert kind == "warning"
    assert f"the update ends there, unless an administrator of tenant {TENANT_ID} opens {URL}" in text


async def test_a_preview_knows_the_service_principal_of_a_consent_that_is_there(gate: Consent, entra: Entra):
    entra.answer = FOUND
    assert await gate.preview_create(URN, INPUTS) == GIVEN
    assert entra.said == []


async def test_another_secret_is_no_reason_to_ask_and_leaves_the_id_known(gate: Consent, entra: Entra):
    for secret in (UNKNOWN, "other"):
        news = {**INPUTS, "secret": secret}
        assert (await gate.diff(URN, "id", INPUTS, GIVEN, news)).differences == {"secret": Difference(Change.UPDATE)}
        assert await gate.preview_update(URN, "id", GIVEN, news) == {**GIVEN, "secret": secret}
        if secret is not UNKNOWN:
            assert await gate.update(URN, "id", GIVEN, news, 0) == {**GIVEN, "secret": secret}
    assert entra.asked == []


async def test_another_application_replaces_it(gate: Consent):
    for client_id in (UNKNOWN, OTHER):
        found = await gate.diff(URN, "id", INPUTS, GIVEN, {**INPUTS, "clientId": client_id})
        assert found.differences == {"clientId": Difference(Change.REPLACE)}
    same = await gate.diff(URN, "id", INPUTS, GIVEN, {**INPUTS, "clientId": APP.upper()})
    assert same.differences == {}


async def test_a_redirect_uri_is_part_of_the_address(gate: Consent):
    news = {**INPUTS, "redirectUri": "https://contoso.example/"}
    assert (await gate.diff(URN, "id", INPUTS, GIVEN, news)).differences == {
        "redirectUri": Difference(Change.UPDATE, added=True)
    }
    outputs = await gate.update(URN, "id", GIVEN, news, 0)
    assert outputs["consentUrl"] == f"{URL}&redirect_uri=https%3A%2F%2Fcontoso.example%2F"


async def test_a_withdrawn_consent_is_drift_with_the_address_and_keeps_its_id(gate: Consent, entra: Entra):
    observed = await gate.read(URN, "id", INPUTS, GIVEN)
    assert observed is not None
    assert (observed.inputs, observed.outputs) == (INPUTS, WITHDRAWN)
    ((kind, text),) = entra.said
    assert (kind, URL in text, "has withdrawn its admin consent" in text) == ("warning", True, True)
    drift = await gate.diff(URN, "id", INPUTS, WITHDRAWN, INPUTS)
    assert drift.differences == {"consented": Difference(Change.UPDATE, is_input=False)}


async def test_an_application_that_was_made_single_tenant_is_told_from_a_withdrawn_consent(gate: Consent, entra: Entra):
    entra.single_tenant = True
    observed = await gate.read(URN, "id", INPUTS, GIVEN)
    assert observed is not None
    assert observed.outputs == WITHDRAWN
    ((_, text),) = entra.said
    assert text.startswith(f"application {APP} is single-tenant")


async def test_a_withdrawn_consent_ends_the_update_with_the_address(gate: Consent, entra: Entra):
    with pytest.raises(OperatorError, match=r"has withdrawn .*adminconsent.*'pulumi up --refresh' again"):
        await gate.update(URN, "id", WITHDRAWN, INPUTS, 0)
    entra.consents_at = 10
    assert (await gate.update(URN, "id", WITHDRAWN, PATIENT, 0))["objectId"] == FOUND


async def test_what_was_granted_is_planned_anew_for_the_next_service_principal(gate: Consent, entra: Entra):
    unknown_secret = {**INPUTS, "secret": UNKNOWN}
    for news in (INPUTS, unknown_secret):
        assert (await gate.preview_update(URN, "id", WITHDRAWN, news))["objectId"] is UNKNOWN
    entra.answer = OTHER
    for outputs in (
        await gate.preview_update(URN, "id", WITHDRAWN, INPUTS),
        await gate.update(URN, "id", WITHDRAWN, INPUTS, 0),
    ):
        assert outputs == {**GIVEN, "objectId": OTHER}


async def test_a_refresh_sees_a_consent_given_again(gate: Consent, entra: Entra):
    entra.answer = OTHER
    for before in (GIVEN, WITHDRAWN):
        observed = await gate.read(URN, "id", INPUTS, before)
        assert observed is not None
        assert observed.outputs == {**GIVEN, "objectId": OTHER}


@pytest.mark.parametrize("kind", [SecretExpired, SecretRefused, SignInError])
async def test_a_secret_that_does_not_sign_in_says_nothing_of_the_consent(
    gate: Consent, entra: Entra, kind: type[SignInError]
):
    entra.answer = kind("the secret is bad")
    for before in (GIVEN, WITHDRAWN):
        observed = await gate.read(URN, "id", INPUTS, before)
        assert observed is not None
        assert observed.outputs == before
    assert entra.said == [("warning", "the secret is bad")] * 2
    for work in (gate.create(URN, PATIENT, 0), gate.preview_create(URN, INPUTS)):
        with pytest.raises(OperatorError, match=r"^the secret is bad$"):
            await work


async def test_a_token_without_an_object_id_is_an_error(gate: Consent, entra: Entra):
    entra.answer = ""
    with pytest.raises(OperatorError, match="does not name its service principal"):
        await gate.create(URN, INPUTS, 0)


async def test_a_state_of_before_1_0_is_read_on(gate: Consent):
    former = {"clientId": APP, "secret": SECRET, "objectId": FOUND, "exists": True}
    assert (await gate.diff(URN, "id", INPUTS, former, INPUTS)).differences == {
        "timeoutSeconds": Difference(Change.UPDATE, added=True)
    }
    assert await gate.update(URN, "id", former, INPUTS, 0) == GIVEN
    waiting = {**former, "objectId": "", "exists": False}
    assert "consented" in (await gate.diff(URN, "id", INPUTS, waiting, INPUTS)).differences


async def test_there_is_nothing_to_import(gate: Consent):
    with pytest.raises(OperatorError, match="nothing to import"):
        await gate.read(URN, "id", {}, {})


async def test_a_consent_that_was_imported_without_its_secret_stays(gate: Consent, entra: Entra):
    inputs = {"clientId": APP, "timeoutSeconds": 0}
    observed = await gate.read(URN, "id", inputs, {**inputs, "objectId": FOUND, "consented": True})
    assert observed is not None
    assert observed.outputs["objectId"] == FOUND
    assert entra.asked == []


async def test_outputs_and_schema_agree(gate: Consent, entra: Entra):
    entra.answer = FOUND
    dates = {"secretMadeAt": "2026-01-31T12:00:00Z", "secretExpiresAt": "2027-01-31T12:00:00Z"}
    more = {"redirectUri": "https://contoso.example/", "secretTimeoutSeconds": 600, **dates}
    _, outputs = await gate.create(URN, {**INPUTS, **more}, 0)
    assert set(outputs) == set(Consent.schema["properties"]) - set(dates), "a refresh has nothing to add"
    assert entra.patience == [600]
    assert set(outputs) - {"redirectUri", "secretTimeoutSeconds"} == set(Consent.schema["required"])
