"""What a registry, a proxy, Entra ID or a file answers: it is read, or refused in one sentence, never more."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import urlsplit

from hypothesis import given
from hypothesis import strategies as st

from crosstenant.azure.connections.documents import page_in, read_json
from crosstenant.azure.kubernetes.kubeconfig import KubeconfigError, read_kubeconfig
from crosstenant.azure.pull.docker_token import granted_actions
from crosstenant.azure.pull.manifests import first_image, first_layer
from crosstenant.azure.pull.token_challenge import parse_challenge
from crosstenant.azure.sign_in.token_claims import claims_of, tenant_of
from crosstenant.model.docker_config import docker_config
from tests.hostile.texts import near, texts, values

headers = st.one_of(
    texts,
    near("Bearer ", "Basic ", 'realm="https://x.azurecr.io/oauth2/token"', "service=", '"x"', ",", "\\", "=", "realm"),
    st.builds('Bearer realm="{}",service="{}"'.format, texts, texts),
)


def encoded(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


tokens = st.one_of(
    texts,
    near("e30", ".", "eyJhbGciOiJub25lIn0", "=", "-", "_"),
    st.builds("{}.{}.{}".format, values.map(encoded), values.map(encoded), texts),
    st.builds(
        "{}.{}.c2ln".format,
        st.just(encoded({"alg": "RS256", "typ": "JWT"})),
        st.dictionaries(st.sampled_from(["tid", "roles", "wids", "oid", "access", "exp", "aud", "iat"]), values).map(
            encoded
        ),
    ),
)
nested = st.integers(1, 200_000).flatmap(lambda depth: st.sampled_from(["[" * depth, '{"a":' * depth]))


@given(st.lists(headers, max_size=3))
def test_a_challenge_is_read_or_refused(given_headers: list[str]):
    try:
        challenge = parse_challenge(given_headers)
    except ValueError as error:
        assert str(error).isprintable()
        return
    assert isinstance(challenge.realm, str)
    assert isinstance(challenge.service, str)


@given(tokens)
def test_claims_are_an_object_or_nothing(token: str):
    claims = claims_of(token)
    assert claims is None or isinstance(claims, dict)
    assert tenant_of(token, "otherwise")
    actions = granted_actions(token, "hello")
    assert actions is None or all(isinstance(it, str) for it in actions)


def test_claims_nested_without_end_are_nothing():
    deep = base64.urlsafe_b64encode(("[" * 100_000).encode()).decode()
    assert claims_of(f"eyJhbGciOiJub25lIn0.{deep}.") is None


@given(st.one_of(texts, values.map(json.dumps), nested))
def test_a_document_is_json_or_a_page(content: str):
    assert page_in(content).isprintable()
    assert page_in(content.encode(errors="replace")).isprintable()
    try:
        read_json(content)
    except ValueError:
        return


@given(st.one_of(texts, values.map(json.dumps), nested))
def test_a_manifest_names_digests_or_nothing(content: str):
    for found in (first_image(content), first_layer(content)):
        assert found is None or found.startswith("sha256:") or found.startswith("sha512:")


@given(
    st.one_of(
        texts,
        values.map(json.dumps),
        st.fixed_dictionaries(
            {
                "current-context": st.just("c"),
                "contexts": st.one_of(values, st.just([{"name": "c", "context": {"cluster": "k", "user": "u"}}])),
                "clusters": st.one_of(
                    values,
                    st.builds(lambda it: [{"name": "k", "cluster": {"server": it}}], texts),
                    st.builds(lambda it: [{"name": "k", "cluster": {"server": f"https://{it}"}}], texts),
                ),
                "users": st.one_of(values, st.builds(lambda it: [{"name": "u", "user": {"token": it}}], texts)),
            }
        ).map(json.dumps),
    )
)
def test_a_kubeconfig_names_a_host_and_a_credential_or_is_refused(text: str):
    try:
        access = read_kubeconfig(text, "kubeconfig")
    except KubeconfigError as error:
        assert str(error).isprintable()
        return
    assert access.host
    assert access.host == (urlsplit(access.server).hostname or "").lower()
    assert access.token.isascii()
    assert access.token.isprintable()


@given(st.lists(texts, max_size=3), texts, texts)
def test_a_docker_config_has_exactly_its_registries(servers: list[str], client: str, secret: str):
    try:
        text = docker_config(servers, client, secret)
    except UnicodeEncodeError:
        assert any("\ud800" <= it <= "\udfff" for it in client + secret)
        return
    assert text.isascii()
    auths = json.loads(text)["auths"]
    assert set(auths) == set(servers)
    for entry in auths.values():
        assert base64.b64decode(entry["auth"]).decode() == f"{client}:{secret}"
