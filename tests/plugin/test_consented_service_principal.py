"""The consented service principal: when it is looked for, what is kept, and what is never forgotten."""

from __future__ import annotations

from typing import Any, cast

import pytest

from crosstenant.azure.sign_in.secret_proof import ApplicationUnknown, SecretExpired, SecretRefused, SignInError
from crosstenant.azure.sign_in.tenant import Tenant
from crosstenant.errors import OperatorError
from crosstenant.model.clouds import PUBLIC
from crosstenant.plugin.consented_service_principal import ConsentedServicePrincipal
from crosstenant.plugin.context import Context
from crosstenant.provider_kit.engine_log import EngineLog
from crosstenant.provider_kit.resource import Change, Difference, Properties
from crosstenant.provider_kit.values import UNKNOWN

URN = "urn:pulumi:dev::test::crosstenant:index:ConsentedServicePrincipal::puller"
TENANT_ID = "b0000000-0000-4000-8000-00000000000b"
APP = "11111111-2222-4333-8444-555555555555"
SECRET = "abc8Q~planted"
FOUND, OTHER = "b0000000-0000-4000-8000-0000000000f1", "b0000000-0000-4000-8000-0000000000f2"
INPUTS = {"clientId": APP, "secret": SECRET}
WAITING = {**INPUTS, "objectId": "", "exists": False}
THERE = {**INPUTS, "objectId": FOUND, "exists": True}
GONE = {**INPUTS, "objectId": FOUND, "exists": False}


class Entra:
    """Answers sign-ins: an object ID, or what it refuses with."""

    def __init__(self) -> None:
        self.answer: str | Exception = ApplicationUnknown("unknown")
        self.asked: list[tuple[str, str, str]] = []
        self.patience: list[float] = []
        self.warnings: list[str] = []

    async def prove(
        self,
        tenant_id: str,
        cloud: object,
        client_id: str,
        secret: str,
        *,
        deadline: float,
        wait_for_application: bool,
        **_: object,
    ) -> str:
        assert not wait_for_application, "an application without consent is an answer, not a delay"
        self.asked.append((tenant_id, client_id, secret))
        self.patience.append(deadline)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def now(self) -> float:
        return 0.0

    async def warning(self, urn: str, message: str) -> None:
        self.warnings.append(message)


@pytest.fixture
def entra() -> Entra:
    return Entra()


@pytest.fixture
def principal(entra: Entra) -> ConsentedServicePrincipal:
    context = Context(Tenant(TENANT_ID, PUBLIC), cast("EngineLog", entra))
    return ConsentedServicePrincipal(context, prove=entra.prove, clock=cast("Any", entra))


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"clientId": None}, "clientId"),
        ({"clientId": SECRET}, "clientId"),
        ({"secret": None}, "secret"),
        ({"secret": " "}, "secret"),
    ],
)
async def test_a_wrong_argument_is_named_and_not_repeated(principal, changes: Properties, name: str):
    _, (failure,) = await principal.check(URN, {}, {**INPUTS, **changes})
    assert failure.property == name
    assert SECRET not in failure.reason


async def test_unknown_arguments_pass(principal):
    inputs = {"clientId": UNKNOWN, "secret": UNKNOWN}
    assert await principal.check(URN, {}, inputs) == (inputs, [])


async def test_before_the_consent_a_create_finds_nothing_and_is_no_error(principal, entra: Entra):
    assert await principal.create(URN, INPUTS, 0) == (f"{TENANT_ID}/{APP}", WAITING)
    assert entra.asked == [(TENANT_ID, APP, SECRET)]


async def test_a_create_waits_for_a_new_secret_longer_than_a_preview_does(principal, entra: Entra):
    await principal.create(URN, INPUTS, 0)
    await principal.preview_create(URN, INPUTS)
    await principal.read(URN, "id", INPUTS, WAITING)
    assert entra.patience == [120, 5, 0]


async def test_a_preview_without_the_application_knows_nothing(principal, entra: Entra):
    inputs = {"clientId": UNKNOWN, "secret": UNKNOWN}
    assert await principal.preview_create(URN, inputs) == {**inputs, "objectId": UNKNOWN, "exists": UNKNOWN}
    assert entra.asked == []


async def test_a_consent_shows_in_the_next_preview_and_not_before(principal, entra: Entra):
    assert (await principal.diff(URN, "id", INPUTS, WAITING, INPUTS)).differences == {}
    entra.answer = FOUND
    found = await principal.diff(URN, "id", INPUTS, WAITING, INPUTS)
    assert found.differences == {"exists": Difference(Change.UPDATE, is_input=False)}
    assert await principal.preview_update(URN, "id", WAITING, INPUTS) == THERE
    assert await principal.update(URN, "id", WAITING, INPUTS, 0) == THERE


async def test_another_secret_is_no_reason_to_look_and_leaves_the_id_known(principal, entra: Entra):
    for secret in (UNKNOWN, "other"):
        news = {"clientId": APP, "secret": secret}
        assert (await principal.diff(URN, "id", INPUTS, THERE, news)).differences == {
            "secret": Difference(Change.UPDATE)
        }
        assert await principal.preview_update(URN, "id", THERE, news) == {**THERE, "secret": secret}
    assert entra.asked == []


async def test_another_application_replaces_it(principal):
    for client_id in (UNKNOWN, OTHER):
        found = await principal.diff(URN, "id", INPUTS, THERE, {"clientId": client_id, "secret": SECRET})
        assert found.differences == {"clientId": Difference(Change.REPLACE)}
    same = await principal.diff(URN, "id", INPUTS, THERE, {"clientId": APP.upper(), "secret": SECRET})
    assert same.differences == {}


async def test_one_that_is_gone_is_drift_and_keeps_its_id(principal):
    observed = await principal.read(URN, "id", INPUTS, THERE)
    assert observed.outputs == GONE
    assert observed.inputs == INPUTS
    drift = await principal.diff(URN, "id", INPUTS, GONE, INPUTS)
    assert drift.differences == {"exists": Difference(Change.UPDATE, is_input=False)}
    assert await principal.update(URN, "id", GONE, INPUTS, 0) == GONE
    unknown = {"clientId": APP, "secret": UNKNOWN}
    assert (await principal.preview_update(URN, "id", GONE, unknown))["objectId"] == FOUND


async def test_a_new_consent_is_found_by_the_repair(principal, entra: Entra):
    entra.answer = OTHER
    assert await principal.update(URN, "id", GONE, INPUTS, 0) == {**THERE, "objectId": OTHER}
    assert (await principal.read(URN, "id", INPUTS, THERE)).outputs["objectId"] == OTHER


@pytest.mark.parametrize("kind", [SecretExpired, SecretRefused, SignInError])
async def test_a_secret_that_does_not_sign_in_says_nothing_of_the_service_principal(
    principal, entra: Entra, kind: type[SignInError]
):
    entra.answer = kind("the secret is bad")
    assert (await principal.read(URN, "id", INPUTS, THERE)).outputs == THERE
    assert entra.warnings == ["the secret is bad"]
    with pytest.raises(OperatorError, match="the secret is bad"):
        await principal.create(URN, INPUTS, 0)


async def test_a_token_without_an_object_id_is_an_error(principal, entra: Entra):
    entra.answer = ""
    with pytest.raises(OperatorError, match="does not name its service principal"):
        await principal.create(URN, INPUTS, 0)


async def test_there_is_nothing_to_import(principal):
    with pytest.raises(OperatorError, match="nothing to import"):
        await principal.read(URN, "id", {}, {})


async def test_outputs_and_schema_agree(principal, entra: Entra):
    entra.answer = FOUND
    _, outputs = await principal.create(URN, INPUTS, 0)
    assert set(outputs) == set(ConsentedServicePrincipal.schema["required"])
    assert set(outputs) == set(ConsentedServicePrincipal.schema["properties"])
