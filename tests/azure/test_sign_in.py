"""Proving a secret: what is waited for, what is final, and what is said."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import jwt
import pytest
from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError, ServiceRequestError

from crosstenant.azure.sign_in import secret_proof as sign_in
from crosstenant.azure.sign_in.secret_proof import (
    ApplicationUnknown,
    SecretExpired,
    SecretRefused,
    SignInError,
    prove_secret,
)
from crosstenant.model.clouds import PUBLIC
from crosstenant.model.credentials.kinds import AppCredential
from crosstenant.model.secret_dates import SecretDates
from tests.azure.aks_world import APP, SECRET, TENANT_ID, FakeClock
from tests.azure.azure_answers import entra_answer


def refusal(code: str, said: str = "No.") -> ClientAuthenticationError:
    description = f"{code}: {said} Trace ID: 1 Correlation ID: 2"
    return ClientAuthenticationError(message="...", response=entra_answer("invalid_client", description))


def token(**claims: Any) -> str:
    return jwt.encode(claims, "a key that is long enough for the algorithm", "HS256")


class Entra:
    """Answers sign-ins from a script; the last answer stays."""

    def __init__(self, *answers: Exception | str) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, str, str]] = []
        self.clock = FakeClock()
        self.said: list[str] = []

    def credential(self, tenant_id: str, cloud: object, client_id: str, secret: str) -> Entra:
        self.asked.append((tenant_id, client_id, secret))
        return self

    async def __aenter__(self) -> Entra:
        return self

    async def __aexit__(self, *_: object) -> None:
        pass

    async def get_token(self, scope: str) -> AccessToken:
        assert scope == "https://management.azure.com/.default"
        found = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(found, str):
            return AccessToken(found, 0)
        raise found

    async def note(self, message: str) -> None:
        self.said.append(message)

    async def prove(
        self, monkeypatch: pytest.MonkeyPatch, seconds: float = 300, dates: SecretDates | None = None
    ) -> str:
        monkeypatch.setattr(sign_in, "_credential", self.credential)
        return await prove_secret(
            TENANT_ID,
            PUBLIC,
            AppCredential(APP, SECRET),
            deadline=self.clock.now() + seconds,
            on_wait=self.note,
            clock=self.clock,
            dates=dates,
        )


async def test_proof_tells_the_object_id(monkeypatch: pytest.MonkeyPatch):
    entra = Entra(token(oid="the-object", appid=APP))
    assert await entra.prove(monkeypatch) == "the-object"
    assert entra.asked == [(TENANT_ID, APP, SECRET)]


@pytest.mark.parametrize("unreadable", ["opaque", "a.b.c", "eyJhbGciOiJIUzI1NiJ9.W10.c2ln"])
async def test_token_that_cannot_be_read_is_a_proof_all_the_same(monkeypatch: pytest.MonkeyPatch, unreadable: str):
    assert await Entra(unreadable).prove(monkeypatch) == ""


@pytest.mark.parametrize("code", ["AADSTS7000215", "AADSTS700016", "AADSTS7000229"])
async def test_propagation_is_waited_for(monkeypatch: pytest.MonkeyPatch, code: str):
    entra = Entra(refusal(code), refusal(code), token(oid="o"))
    assert await entra.prove(monkeypatch) == "o"
    assert entra.clock.sleeps == [2, 4]
    assert entra.said == [
        f"waiting for Entra to accept the secret of application {APP} (0 s)",
        f"waiting for Entra to accept the secret of application {APP} (2 s)",
    ]


@pytest.mark.parametrize(
    ("code", "kind"),
    [("AADSTS7000215", SecretRefused), ("AADSTS700016", ApplicationUnknown), ("AADSTS7000229", ApplicationUnknown)],
)
async def test_propagation_has_an_end(monkeypatch: pytest.MonkeyPatch, code: str, kind: type[SignInError]):
    entra = Entra(refusal(code, f"Invalid {SECRET}."))
    with pytest.raises(kind, match=f"{code}: Invalid") as caught:
        await entra.prove(monkeypatch, 60)
    assert sum(entra.clock.sleeps) <= 60
    assert len(entra.clock.sleeps) == 6
    assert "tried for 59 s" in str(caught.value)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("code", "kind"),
    [("AADSTS7000222", SecretExpired), ("AADSTS90002", SignInError), ("AADSTS53003", SignInError)],
)
async def test_final_refusals_are_not_waited_for(monkeypatch: pytest.MonkeyPatch, code: str, kind: type[SignInError]):
    entra = Entra(refusal(code))
    with pytest.raises(SignInError, match=code) as caught:
        await entra.prove(monkeypatch)
    assert type(caught.value) is kind
    assert entra.clock.sleeps == []


async def test_secret_that_the_stack_knows_to_end_later_has_not_expired(monkeypatch: pytest.MonkeyPatch):
    entra = Entra(refusal("AADSTS7000222"), token(oid="o"))
    now = entra.clock.utc()
    assert await entra.prove(monkeypatch, dates=SecretDates(None, now + timedelta(days=1))) == "o"
    assert entra.clock.sleeps == [2]
    ended = Entra(refusal("AADSTS7000222"))
    with pytest.raises(SecretExpired, match="make a new secret"):
        await ended.prove(monkeypatch, dates=SecretDates(now - timedelta(minutes=5), now - timedelta(seconds=1)))
    assert ended.clock.sleeps == []


@pytest.mark.parametrize(
    ("code", "kind", "what"),
    [
        ("AADSTS7000222", SecretExpired, "accept the secret of"),
        ("AADSTS7000215", SecretRefused, "accept the secret of"),
        ("AADSTS7000229", ApplicationUnknown, "know"),
    ],
)
async def test_refusal_of_a_new_secret_says_its_age_and_to_run_again(
    monkeypatch: pytest.MonkeyPatch, code: str, kind: type[SignInError], what: str
):
    entra = Entra(refusal(code, f"Invalid {SECRET}."))
    now = entra.clock.utc()
    dates = SecretDates(now - timedelta(minutes=2, seconds=30), now + timedelta(days=1))
    with pytest.raises(kind) as caught:
        await entra.prove(monkeypatch, 60, dates)
    text = str(caught.value)
    assert text.startswith(f"Entra does not {what} application {APP} yet, whose secret was made 3 minutes ago: run")
    assert f"Azure says {code}: Invalid" in text
    assert SECRET not in text


async def test_older_secret_that_ends_later_is_read_again(monkeypatch: pytest.MonkeyPatch):
    entra = Entra(refusal("AADSTS7000222"))
    now = entra.clock.utc()
    with pytest.raises(SecretExpired, match="run 'pulumi up --refresh', which reads the end again"):
        await entra.prove(monkeypatch, 60, SecretDates(now - timedelta(days=1), now + timedelta(days=1)))


async def test_unreachable_login_is_one_sentence(monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(SignInError, match="Azure cannot be reached: no route"):
        await Entra(ServiceRequestError("no route")).prove(monkeypatch)
