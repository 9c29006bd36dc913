"""Other people's clients, unmodified, against the running sandbox."""

import sys
import textwrap

import pytest

from crosstenant.sandbox.world.seed import CLUSTER_CALLER_ID, CLUSTER_CALLER_SECRET, CLUSTER_TENANT, REGISTRY_TENANT

BEGIN = f"""
TENANT, OTHER = "{CLUSTER_TENANT}", "{REGISTRY_TENANT}"
CLIENT, SECRET = "{CLUSTER_CALLER_ID}", "{CLUSTER_CALLER_SECRET}"
SCOPE = "https://management.azure.com/.default"
"""

SECRET_SYNC = """
from azure.identity import ClientSecretCredential
assert ClientSecretCredential(TENANT, CLIENT, SECRET).get_token(SCOPE).token
for tenant, secret in ((TENANT, "wrong"), (OTHER, SECRET)):
    try:
        ClientSecretCredential(tenant, CLIENT, secret).get_token(SCOPE)
    except Exception as error:
        print(type(error).__name__, str(error))
"""

SECRET_ASYNC = """
import asyncio
from azure.identity.aio import ClientSecretCredential
async def main():
    async with ClientSecretCredential(TENANT, CLIENT, SECRET) as credential:
        assert (await credential.get_token(SCOPE)).token
asyncio.run(main())
"""

ASSERTION = """
import asyncio, os, requests
from azure.identity import ClientAssertionCredential
from azure.identity.aio import ClientAssertionCredential as Asynchronous
TOKEN = {"Authorization": f"Bearer {os.environ['CROSSTENANT_SANDBOX_TOKEN']}"}
def assertion():
    return requests.get("https://sandbox.test/oidc", headers=TOKEN).json()["value"]
assert ClientAssertionCredential(TENANT, CLIENT, assertion).get_token(SCOPE).token
async def main():
    async with Asynchronous(TENANT, CLIENT, assertion) as credential:
        assert (await credential.get_token(SCOPE)).token
asyncio.run(main())
"""

CERTIFICATE = """
import base64, datetime, requests
from azure.identity import CertificateCredential, ClientSecretCredential
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

def make():
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "ci")])
    start = datetime.datetime(2024, 1, 1)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(start).not_valid_after(start.replace(year=2090)).sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return certificate, private + certificate.public_bytes(serialization.Encoding.PEM)

certificate, pem = make()
token = ClientSecretCredential(TENANT, CLIENT, SECRET).get_token("https://graph.microsoft.com/.default").token
headers = {"Authorization": f"Bearer {token}"}
graph = "https://graph.microsoft.com/v1.0"
made = requests.post(f"{graph}/applications", headers=headers, json={"displayName": "ci"}).json()
requests.post(f"{graph}/servicePrincipals", headers=headers, json={"appId": made["appId"]}).raise_for_status()
key = base64.b64encode(certificate.public_bytes(serialization.Encoding.DER)).decode()
body = {"keyCredentials": [{"type": "AsymmetricX509Cert", "usage": "Verify", "key": key}]}
requests.patch(f"{graph}/applications/{made['id']}", headers=headers, json=body).raise_for_status()
assert CertificateCredential(TENANT, made["appId"], certificate_data=pem).get_token(SCOPE).token
try:
    CertificateCredential(TENANT, made["appId"], certificate_data=make()[1]).get_token(SCOPE)
except Exception as error:
    print(str(error))
"""


@pytest.fixture
def python(running):
    return lambda program: running.run(sys.executable, "-c", BEGIN + textwrap.dedent(program))


def test_azure_identity_signs_in_and_passes_refusals_on(python):
    printed = python(SECRET_SYNC)
    assert "ClientAuthenticationError Authentication failed: AADSTS7000215: Invalid client secret provided" in printed
    assert "was not found in the directory 'Fabrikam'" in printed


@pytest.mark.parametrize("program", [SECRET_ASYNC, ASSERTION], ids=["secret", "assertion"])
def test_azure_identity_signs_in_asynchronously(python, program):
    assert python(program) == ""


def test_azure_identity_signs_in_with_a_registered_certificate_only(python):
    assert "AADSTS700027" in python(CERTIFICATE)


def test_httpx_and_aiohttp_take_the_environment(python):
    printed = python("""
        import asyncio, aiohttp, httpx
        url = "https://login.microsoftonline.com/common/discovery/keys"
        async def main():
            async with aiohttp.ClientSession(trust_env=True) as session, session.get(url) as answer:
                print(answer.status)
        print(httpx.get(url).status_code)
        asyncio.run(main())
    """)
    assert printed == "200\n200\n"


def test_curl_negotiates_http_1_1(running):
    format = "%{http_version} %{http_code} %{ssl_verify_result}"
    url = "https://management.azure.com/subscriptions?api-version=2022-12-01"
    assert running.run("curl", "-s", "-o", "/dev/null", "-w", format, url) == "1.1 401 0"
