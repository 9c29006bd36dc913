"""No line of the refresher's log shows a token that it has used, or what has the form of a credential."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest

from crosstenant.refresher import refresh_pull_secrets
from crosstenant.refresher.refresh_pull_secrets import clean, entry_of

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
