"""What has the form of a credential is hidden, whatever it is written as; the words around it stay."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest

from crosstenant.azure.refusals.masking import hide

ID = "00000000-0000-4000-8000-0000000000bb"
OPAQUE = "0.AXoA-opaque_token.0123456789"
WORD = "correcthorsebattery"
KEY = base64.b64encode(b"-----BEGIN RSA PRIVATE KEY-----\nplanted").decode()
JWT = f"eyJhbGciOiJSUzI1NiJ9.{'eyJ' + 'aB3x' * 20}.{'zY9-' * 20}"


def pair(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        (f"AUTHORIZATION: BEARER {WORD}", "AUTHORIZATION: BEARER [secret]"),
        (f'{{"Authorization": "Bearer {OPAQUE}"}}', '{"Authorization": "Bearer [secret]"}'),
        (f"Proxy-Authorization: NTLM {WORD}", "Proxy-Authorization: NTLM [secret]"),
        (f"authorization=Basic {pair('a:b')}", "authorization=Basic [secret]"),
        (f"sent Basic {pair('app:hunters')} to it", "sent Basic [secret] to it"),
        (f'sent Bearer "_{OPAQUE}" to it', 'sent Bearer "[secret]" to it'),
        (f"Bearer%20{OPAQUE}", "Bearer%20[secret]"),
    ],
)
def test_authorization_in_any_case_and_of_any_length(text: str, hidden: str):
    assert hide(text) == hidden


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        (f"grant_type=x&client_secret={WORD}&scope=y", "grant_type=x&client_secret=[secret]&scope=y"),
        (f"client_assertion={WORD}", "client_assertion=[secret]"),
        (f"client_assertion%3D{WORD}", "client_assertion%3D[secret]"),
        (f"ARM_CLIENT_SECRET={WORD} is set", "ARM_CLIENT_SECRET=[secret] is set"),
        (f"ran az login --password={WORD} -u x", "ran az login --password=[secret] -u x"),
        (f"ClientSecret(client_secret='{WORD}')", "ClientSecret(client_secret='[secret]')"),
        (f'export ARM_CLIENT_SECRET="{WORD} and more"', 'export ARM_CLIENT_SECRET="[secret]"'),
        (f'"password=\\"{WORD}\\""', '"password=\\"[secret]\\""'),
        (f"refresh_token={WORD}&x=1", "refresh_token=[secret]&x=1"),
        (f"https://a.blob.core.windows.net/c?sv=1&sig={quote('a/b+c==')}&se=2", None),
        (f"EndpointSuffix=x;AccountKey={pair(WORD)};y=1", "EndpointSuffix=x;AccountKey=[secret];y=1"),
        (json.dumps({"clientId": ID, "secret": 'p"w'}), f'{{"clientId": "{ID}", "secret": "[secret]"}}'),
        (json.dumps({"access_token": WORD, "expires_in": 1}), '{"access_token": "[secret]", "expires_in": 1}'),
        (json.dumps({"clusterToken": WORD}), '{"clusterToken": "[secret]"}'),
        (json.dumps({"body": json.dumps({"password": WORD})}), '{"body": "{\\"password\\": \\"[secret]\\"}"}'),
        (str({"token": WORD}), "{'token': '[secret]'}"),
        (
            json.dumps({"auths": {"r.azurecr.io": {"auth": pair("a:b")}}}),
            '{"auths": {"r.azurecr.io": {"auth": "[secret]"}}}',
        ),
        (f"client-key-data: {KEY}", "client-key-data: [secret]"),
        ("users: token: 0123456789abcdef0123456789abcdef", "users: token: [secret]"),
    ],
)
def test_secrets_that_a_form_or_a_document_names(text: str, hidden: str | None):
    expected = hidden or "https://a.blob.core.windows.net/c?sv=1&sig=[secret]&se=2"
    assert hide(text) == expected


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("-----BEGIN PRIVATE KEY-----\nMIIEvQ\n-----END PRIVATE KEY----- it", "[secret] it"),
        ("-----BEGIN ENCRYPTED PRIVATE KEY----- MIIEvQ cut", "[secret]"),
        (f"it has {KEY} in it", "it has [secret] in it"),
        (f"data {pair(JWT)}", "data [secret]"),
        (f"data {JWT[:70]}\n{JWT[70:]}.", "data [token]"),
        (f"set {'pul-' + '0a' * 20}", "set [secret]"),
    ],
)
def test_keys_and_tokens(text: str, hidden: str):
    assert hide(text) == hidden


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("socks5://me:hunter2@proxy:1080 failed", "socks5://[secret]@proxy:1080 failed"),
        ("ftp://me:p@ss@proxy:1080", "ftp://[secret]@proxy:1080"),
        ("http://me:pa/ss@proxy:3128/", "http://[secret]@proxy:3128/"),
        ("cannot reach me:hunter2@proxy.example:3128", "cannot reach [secret]@proxy.example:3128"),
        ("x?u=http%3A%2F%2Fme%3Ahunter2%40proxy", "x?u=http%3A%2F%2F[secret]%40proxy"),
        ("https://token-alone@host", "https://[secret]@host"),
    ],
)
def test_user_information_of_any_address(text: str, hidden: str):
    assert hide(text) == hidden


@pytest.mark.parametrize(
    "text",
    [
        f"invalid token: {ID} is not in the directory",
        "Invalid token: the audience is wrong. Password: must be reset",
        "the request body must contain 'client_assertion' or 'client_secret' (AADSTS7000218)",
        "https://images.azurecr.io:443/v2/a@sha256:0123 and hello:1.0@sha256:0123456789abcdef",
        "az role assignment create --role 'AcrPull' --scope /subscriptions/a1",
        "kubectl create token, 'az account get-access-token': Basic tier, Basic auth, Bearer challenge",
        "secret namespace/images: written, valid until 2026-01-01T00:00:00Z",
        "role_assignment_name='0dbd5fb0-0c5b-504a-ba28-635caca3349d'",
    ],
)
def test_words_about_credentials_stay(text: str):
    assert hide(text) == text


@pytest.mark.parametrize(
    "written",
    [
        quote("a pass phrase/of words"),
        "".join(f"\\u{ord(it):04x}" for it in "a pass phrase/of words"),
        "".join(f"&#{ord(it)};" for it in "a pass phrase/of words"),
        "a pass\\nphrase%2Fof&#32;words",
    ],
)
def test_white_space_of_a_secret_may_be_escaped(written: str):
    assert hide(f"it was {written}, today", ["a pass phrase/of words"]) == "it was [secret], today"


@pytest.mark.parametrize("variable", ["ALL_PROXY", "all_proxy", "Socks_Proxy", "HTTP_PROXY"])
@pytest.mark.parametrize("scheme", ["", "socks5://", "http://"])
def test_credentials_of_a_proxy_for_other_programs_are_hidden(
    monkeypatch: pytest.MonkeyPatch, variable: str, scheme: str
):
    monkeypatch.setenv(variable, f"{scheme}operator:planted%2Fpass@word@proxy.test:3128")
    text = f"no way through: planted/pass@word, planted%2fpass%40word, {pair('operator:planted/pass@word')}"
    assert hide(text) == "no way through: [secret], [secret], [secret]"
