"""What the refresher hears: from registries, from the API server, and from a pull secret that somebody has written."""

from __future__ import annotations

import base64
import json
import time
from email.message import Message
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosstenant.refresher import refresh_pull_secrets as refresher
from tests.hostile.test_answers import encoded, nested
from tests.hostile.texts import texts, values

SERVER = "fabrikamimages.azurecr.io"
CONFIG = {"registries": [{"loginServer": SERVER}]}
times = st.one_of(values, st.integers(), st.just(float("nan")), st.just(1e400), st.just(10**400), st.just(-1))
claims = st.dictionaries(st.sampled_from(["exp", "iat", "access", "aud"]), times)
tokens = st.one_of(texts, st.builds("e30.{}.c2ln".format, st.one_of(claims.map(encoded), values.map(encoded))))
docker_configs = st.one_of(
    texts,
    values.map(json.dumps),
    nested,
    st.builds(lambda it: json.dumps({"auths": {SERVER: {"password": it}}}), st.one_of(tokens, values)),
)
pull_secrets = st.one_of(
    st.dictionaries(texts, values, max_size=2),
    st.builds(lambda it: {"data": {".dockerconfigjson": it}}, values),
    st.builds(
        lambda it: {"data": {".dockerconfigjson": base64.b64encode(it.encode(errors="replace")).decode()}},
        docker_configs,
    ),
)


@pytest.fixture(autouse=True)
def no_secret_is_kept(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(refresher, "_secrets", [])


@given(st.one_of(tokens, nested.map(lambda it: f"e30.{base64.urlsafe_b64encode(it.encode()).decode()}.")))
def test_claims_are_an_object(token: str):
    assert isinstance(refresher.claims_of(token), dict)


@given(st.one_of(texts, values.map(json.dumps), nested), texts)
def test_an_answer_has_an_object_and_a_wait(body: str, wait: str):
    headers = Message()
    headers["Retry-After"] = "".join(it for it in wait if it.isprintable() and it.isascii())
    answer = refresher.Answer(403, headers, body.encode(errors="replace"))
    assert isinstance(answer.json, dict)
    assert answer.retry_after >= 0
    assert isinstance(refresher.said(answer), str)


@given(texts)
def test_a_line_of_the_log_has_no_control(text: str):
    assert refresher.clean(text).isprintable()


@given(pull_secrets)
def test_a_registry_is_delivered_whatever_the_pull_secret_had(found: dict[str, Any]):
    token = f"e30.{encoded({'iat': int(time.time()), 'exp': int(time.time()) + 3600})}.c2ln"
    content = refresher.pull_secret(CONFIG, {SERVER: token}, found, "")
    auths = json.loads(base64.b64decode(content["data"][".dockerconfigjson"]))["auths"]
    assert auths == {SERVER: refresher.entry_of(token)}


@given(pull_secrets)
def test_an_entry_without_a_new_token_stays_or_goes(found: dict[str, Any]):
    try:
        content = refresher.pull_secret(CONFIG, {}, found, "the registry is away")
    except refresher.Failure as failure:
        assert str(failure).isprintable()
        return
    assert set(json.loads(base64.b64decode(content["data"][".dockerconfigjson"]))["auths"]) <= {SERVER}


@given(tokens)
def test_a_token_of_a_registry_is_delivered_whatever_it_claims(token: str):
    try:
        kept = refresher.keep_secret(token, SERVER)
    except refresher.Failure:
        return
    content = refresher.pull_secret(CONFIG, {SERVER: kept}, {}, "")
    assert json.loads(base64.b64decode(content["data"][".dockerconfigjson"]))["auths"][SERVER]["password"] == token
