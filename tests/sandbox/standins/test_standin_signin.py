"""Sign-in without a client secret: federated tokens in their three forms, and certificates."""

import base64
import datetime
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12
from cryptography.x509.oid import NameOID

from crosstenant.errors import OperatorError
from crosstenant.sandbox.entra.assertions import federated_token
from crosstenant.sandbox.standins.azure_native.package import prepare
from crosstenant.sandbox.standins.azuread.package import sign_in
from crosstenant.sandbox.standins.http import Answer
from crosstenant.sandbox.standins.settings import Settings
from crosstenant.sandbox.world.seed import (
    CLUSTER_CALLER_ID,
    CLUSTER_TENANT,
    FEDERATION_AUDIENCE,
    GITHUB_ISSUER,
    GITHUB_SUBJECT,
)
from tests.sandbox.standins.standin_world import change, credential, read_state

CALLER = {"tenantId": CLUSTER_TENANT, "clientId": CLUSTER_CALLER_ID, "useOidc": "true"}


@pytest.fixture
def token(store):
    return federated_token(read_state(store), GITHUB_ISSUER, GITHUB_SUBJECT, FEDERATION_AUDIENCE)


async def signed_in_as(http, config, environ=None):
    graph = await sign_in(Settings(config, environ or {}), http)
    arm = prepare(Settings({**config, "subscriptionId": "any"}, environ or {}), http)
    return (await graph.claims())["appid"], (await arm.claims())["appid"]


async def test_federated_token_is_sent_as_assertion(http, token):
    assert await signed_in_as(http, {**CALLER, "oidcToken": token}) == (CLUSTER_CALLER_ID, CLUSTER_CALLER_ID)
    form = http.sent[0][2]
    assert form["client_assertion"] == token
    assert "client_secret" not in form


async def test_federated_token_may_be_in_a_file_or_a_variable(http, token, tmp_path):
    (tmp_path / "token").write_text(f"{token}\n")
    file = {**CALLER, "oidcTokenFilePath": str(tmp_path / "token")}
    assert await signed_in_as(http, file) == (CLUSTER_CALLER_ID, CLUSTER_CALLER_ID)
    variables = {"ARM_OIDC_TOKEN": token, "ARM_USE_OIDC": "true"}
    caller = {**CALLER, "useOidc": ""}
    assert await signed_in_as(http, caller, variables) == (CLUSTER_CALLER_ID, CLUSTER_CALLER_ID)


async def test_federated_token_may_be_asked_for(http, token, monkeypatch):
    asked = []
    connected = http.send

    async def send(method, url, **rest):
        if url.startswith("https://ci.example/"):
            asked.append((url, rest["headers"]["Authorization"]))
            return Answer(200, {}, f'{{"value": "{token}"}}')
        return await connected(method, url, **rest)

    monkeypatch.setattr(http, "send", send)
    config = {**CALLER, "oidcRequestUrl": "https://ci.example/?v=2", "oidcRequestToken": "bearer-of-ci"}
    assert await signed_in_as(http, config) == (CLUSTER_CALLER_ID, CLUSTER_CALLER_ID)
    assert asked[0] == ("https://ci.example/?v=2&audience=api%3A%2F%2FAzureADTokenExchange", "Bearer bearer-of-ci")


async def test_token_of_another_subject_is_refused(http, store):
    token = federated_token(read_state(store), GITHUB_ISSUER, "repo:evil/fork", FEDERATION_AUDIENCE)
    with pytest.raises(OperatorError, match="AADSTS700213"):
        await signed_in_as(http, {**CALLER, "oidcToken": token})


async def test_secret_beats_oidc_and_certificate_beats_both(http, token):
    secret = credential("cluster", "caller")["clientSecret"]
    both = {**CALLER, "oidcToken": token, "clientSecret": secret}
    await signed_in_as(http, both)
    assert http.sent[0][2]["client_secret"] == secret
    with pytest.raises(OperatorError, match="could not decode pkcs12"):
        await signed_in_as(http, {**both, "clientCertificate": base64.b64encode(b"nonsense").decode()})


async def test_certificate_signs_its_own_assertion(http, store, tmp_path):
    certificate, bundle = make_certificate("pass")
    key = base64.b64encode(certificate).decode()

    def register(state):
        application = next(one for one in state["applications"].values() if one["appId"] == CLUSTER_CALLER_ID)
        application["keyCredentials"] = [{"keyId": "k", "_key": key}]

    change(store, register)
    (tmp_path / "bundle.pfx").write_bytes(bundle)
    caller = {"tenantId": CLUSTER_TENANT, "clientId": CLUSTER_CALLER_ID}
    config = {**caller, "clientCertificatePath": str(tmp_path / "bundle.pfx"), "clientCertificatePassword": "pass"}
    assert await signed_in_as(http, config) == (CLUSTER_CALLER_ID, CLUSTER_CALLER_ID)


async def test_token_is_kept_until_shortly_before_its_end(http, monkeypatch):
    graph = await sign_in(Settings(credential("cluster", "owner"), {}), http)
    await graph.claims()
    assert len(http.sent) == 1
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 3500)
    await graph.claims()
    assert len(http.sent) == 2


def make_certificate(password):
    """A self-signed certificate, as DER and with its key as PKCS#12."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "caller")])
    now = datetime.datetime.now(datetime.timezone.utc)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1))
    certificate = builder.sign(key, hashes.SHA256())
    bundle = pkcs12.serialize_key_and_certificates(
        b"caller", key, certificate, None, BestAvailableEncryption(password.encode())
    )
    return certificate.public_bytes(Encoding.DER), bundle
