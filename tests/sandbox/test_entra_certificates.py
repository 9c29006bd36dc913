"""Sign-in with a certificate: what the assertion must say beside its signature."""

import base64
import datetime
import time

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from crosstenant.sandbox.world.drift import application
from crosstenant.sandbox.world.seed import CLUSTER_CALLER_ID, CLUSTER_TENANT, OLD_CLUSTER_APP_ID, REGISTRY_TENANT

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
NOW = datetime.datetime.now(datetime.timezone.utc)
CERTIFICATE = (
    x509.CertificateBuilder()
    .subject_name(NAME)
    .issuer_name(NAME)
    .public_key(KEY.public_key())
    .serial_number(1)
    .not_valid_before(NOW - datetime.timedelta(days=1))
    .not_valid_after(NOW + datetime.timedelta(days=1))
    .sign(KEY, hashes.SHA256())
)
LOGIN = "https://login.microsoftonline.com"
ENDPOINT = f"{LOGIN}/{CLUSTER_TENANT}/oauth2/v2.0/token"


def assertion(**changed):
    """The assertion of the certificate's owner; a claim that is None is left out."""
    now = int(time.time())
    claims = {"aud": ENDPOINT, "iss": CLUSTER_CALLER_ID, "sub": CLUSTER_CALLER_ID, "jti": "1", "nbf": now}
    claims |= {"exp": now + 600, **changed}
    thumbprint = base64.urlsafe_b64encode(CERTIFICATE.fingerprint(hashes.SHA256())).rstrip(b"=").decode()
    kept = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(kept, KEY, algorithm="RS256", headers={"x5t#S256": thumbprint})


@pytest.fixture
async def sign_in(client_for, store):
    encoded = base64.b64encode(CERTIFICATE.public_bytes(serialization.Encoding.DER)).decode()
    with store.change() as state:
        application(state, CLUSTER_CALLER_ID)["keyCredentials"].append({"keyId": "k", "_key": encoded})
    async with client_for("login") as client:

        async def post(**changed):
            form = {
                "grant_type": "client_credentials",
                "client_id": CLUSTER_CALLER_ID,
                "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                "client_assertion": assertion(**changed),
                "scope": "https://management.azure.com/.default",
            }
            return await client.post(f"/{CLUSTER_TENANT}/oauth2/v2.0/token", data=form)

        yield post


@pytest.mark.parametrize(
    "audience",
    [
        ENDPOINT,
        f"{LOGIN}/{CLUSTER_TENANT}/oauth2/token",
        f"{LOGIN}/{CLUSTER_TENANT}/v2.0",
        f"{LOGIN}/contoso.onmicrosoft.com/oauth2/v2.0/token",
        f"https://login.windows.net/{CLUSTER_TENANT}/oauth2/v2.0/token",
        f"https://sts.windows.net/{CLUSTER_TENANT}/",
    ],
)
async def test_an_assertion_for_an_address_of_the_tenant_signs_in(sign_in, audience):
    assert (await sign_in(aud=audience)).status_code == 200


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"aud": f"{LOGIN}/{REGISTRY_TENANT}/oauth2/v2.0/token"}, "AADSTS700023"),
        ({"aud": f"https://login.example/{CLUSTER_TENANT}/oauth2/v2.0/token"}, "AADSTS700023"),
        ({"aud": f"{LOGIN}/nowhere.example/oauth2/v2.0/token"}, "AADSTS700023"),
        ({"aud": "https://[bad"}, "AADSTS700023"),
        ({"aud": None}, "AADSTS700023"),
        ({"sub": OLD_CLUSTER_APP_ID}, "AADSTS700021"),
        ({"iss": OLD_CLUSTER_APP_ID}, "AADSTS700021"),
        ({"sub": None}, "AADSTS700021"),
    ],
)
async def test_an_assertion_of_another_or_for_another_is_refused(sign_in, changed, code):
    answer = await sign_in(**changed)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert answer.json()["error_description"].startswith(f"{code}: ")
