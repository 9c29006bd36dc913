"""No line of the refresher's log shows a token that it has used, or what has the form of a credential."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest

from crosstenant.refresher import refresh_pull_secrets
from crosstenant.refresher.refresh_pull_secrets import Answer, clean, entry_of, said

TOKEN = "opaque/planted+token==0123"


@pytest.fixture(autouse=True)
def used(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(refresh_pull_secrets, "_secrets", [TOKEN])


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"got {TOKEN}", "got (token)"),
        (urlencode({"access_token": TOKEN, "tenant": "t"}), "access_token=(token)&tenant=t"),
        (json.dumps(entry_of(TOKEN)["auth"]), '"(token)"'),
        ("Authorization: BEARER another.one-0123456789", "Authorization: BEARER (token)"),
        ("by http://me:p@ss@proxy:3128/ and eyJhbGciOiJSUzI1NiJ9.e30.c2ln", "by http://(user)@proxy:3128/ and (token)"),
        ("a Bearer challenge; Basic tier; a@b", "a Bearer challenge; Basic tier; a@b"),
    ],
)
def test_text_is_shown_without_credentials(text: str, shown: str):
    assert clean(text) == shown


def test_what_a_server_says_is_cleaned_before_it_is_cut_off():
    message = f"{'x' * 165} got {TOKEN} through http://me:planted-password@proxy:3128"
    for start in range(0, 120, 5):
        text = json.dumps({"errors": [{"code": "DENIED", "message": message[start:]}]})
        shown = said(Answer(403, {}, text.encode()))
        assert len(shown) <= 200
        assert "opaque" not in shown
        assert "planted" not in shown
