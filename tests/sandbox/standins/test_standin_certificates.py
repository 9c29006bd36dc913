"""Certificates: each stand-in reads the files that its original's library reads, and no others."""

from __future__ import annotations

import base64
import shutil
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes

from crosstenant.errors import OperatorError
from crosstenant.sandbox.standins.azure_native.package import prepare
from crosstenant.sandbox.standins.azuread.package import sign_in
from crosstenant.sandbox.standins.settings import Settings
from crosstenant.sandbox.world.seed import CLUSTER_CALLER_ID, CLUSTER_TENANT
from crosstenant.sandbox.world.state import Store
from tests.certificate_files import (
    PASSWORD,
    PBES,
    SHA1_ONLY,
    certificate,
    elliptic_pem_file,
    key_credential,
    pem_file,
    pkcs12_by_openssl,
    pkcs12_file,
)
from tests.sandbox.standins.standin_world import AppHttp, change

CALLER = {"tenantId": CLUSTER_TENANT, "clientId": CLUSTER_CALLER_ID, "subscriptionId": "any"}
NOT_PKCS12 = "pkcs12: error reading P12 data: asn1: structure error: tags don't match"
ENCRYPTED_BY_AES = pkcs12_file(PBES.PBESv2SHA256AndAES256CBC, hashes.SHA1())
DIGEST_OF_TODAY = pkcs12_file(PBES.PBESv1SHA1And3KeyTripleDESCBC, hashes.SHA256())
NOT_DER = "asn1: syntax error: indefinite length found (not DER)"
TWO_ITEMS = "pkcs12: expected exactly two items in the authenticated safe"
FILES = {
    # What it is: the file, its password, and why azure-native and azuread refuse it; "" if they do not.
    "PKCS#12 with SHA-1": (pkcs12_file(*SHA1_ONLY), PASSWORD, "", ""),
    "several certificates": (pkcs12_file(*SHA1_ONLY, chain=True), PASSWORD, "", ""),
    "as tools write it today": (pkcs12_file(), PASSWORD, "unknown digest algorithm: 2.16.840.1.101.3.4.2.1", ""),
    "digest of today": (DIGEST_OF_TODAY, PASSWORD, "unknown digest algorithm: 2.16.840.1.101.3.4.2.1", ""),
    "encrypted by AES": (ENCRYPTED_BY_AES, PASSWORD, "algorithm 1.2.840.113549.1.5.13 is not supported", ""),
    "another password": (pkcs12_file(*SHA1_ONLY), "other", "decryption password incorrect", "password incorrect"),
    "no key": (pkcs12_file(*SHA1_ONLY, with_key=False), PASSWORD, TWO_ITEMS, "found no private key"),
    "no password": (pkcs12_file(password=""), "", "unknown digest algorithm: 2.16.840.1.101.3.4.2.1", ""),
    "encoded as BER": (b"\x30\x80" + pkcs12_file(*SHA1_ONLY)[4:] + b"\0\0", PASSWORD, NOT_DER, NOT_DER),
    "more than a file": (pkcs12_file(*SHA1_ONLY) + b"\n", PASSWORD, "trailing data found", "trailing data found"),
    "PEM": (pem_file(), "", "", NOT_PKCS12),
    "PEM with a password": (pem_file(PASSWORD), PASSWORD, NOT_PKCS12, NOT_PKCS12),
    "encrypted PEM": (pem_file(PASSWORD), "", "found no private key", NOT_PKCS12),
    "PEM without a key": (pem_file(with_key=False), "", "found no private key", NOT_PKCS12),
    "PEM with two keys": (pem_file() + pem_file(), "", "certData contains multiple private keys", NOT_PKCS12),
    "PEM with a byte order mark": (b"\xef\xbb\xbf" + pem_file(), "", "found no private key", NOT_PKCS12),
    "something else": (b"nonsense", "", NOT_PKCS12, NOT_PKCS12),
}


@pytest.fixture
def registered(store: Store) -> None:
    """The certificate is a credential of the application."""

    def register(state: Any) -> None:
        application = next(one for one in state["applications"].values() if one["appId"] == CLUSTER_CALLER_ID)
        application["keyCredentials"] = [key_credential()]

    change(store, register)


async def refusals(http: AppHttp, config: dict[str, str]) -> tuple[str, str]:
    """Why azure-native and azuread do not sign in."""
    found: list[str] = []
    for signing_in in (
        lambda: prepare(Settings({**CALLER, **config}, {}), http).claims(),
        lambda: sign_in(Settings({**CALLER, **config}, {}), http),
    ):
        try:
            await signing_in()
            found.append("")
        except OperatorError as error:
            found.append(str(error))
    return found[0], found[1]


@pytest.mark.usefixtures("registered")
@pytest.mark.parametrize("what", FILES)
async def test_each_reads_what_its_original_reads(http: AppHttp, tmp_path: Path, what: str):
    data, password, native, azuread = FILES[what]
    path = tmp_path / "file"
    path.write_bytes(data)
    by_native, by_azuread = await refusals(
        http, {"clientCertificatePath": str(path), "clientCertificatePassword": password}
    )
    assert by_native.endswith(native)
    assert by_azuread.endswith(azuread)
    assert (bool(by_native), bool(by_azuread)) == (bool(native), bool(azuread))
    if native:
        begins = "the Client Certificate Path is not a valid pfx file: failed to parse certificate from"
        assert by_native.startswith(f"{begins} {path}: ")
    if azuread:
        assert "could not configure ClientCertificate Authorizer: could not decode PKCS#12 archive: " in by_azuread


@pytest.mark.usefixtures("registered")
@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs the openssl command")
async def test_azure_native_reads_no_key_in_clear(http: AppHttp, tmp_path: Path):
    plain = pkcs12_by_openssl(tmp_path, "-certpbe", "PBE-SHA1-3DES", "-keypbe", "NONE", "-macalg", "sha1")
    (tmp_path / "file").write_bytes(plain)
    config = {"clientCertificatePath": str(tmp_path / "file"), "clientCertificatePassword": PASSWORD}
    by_native, by_azuread = await refusals(http, config)
    assert by_native.endswith("don't know how to convert a safe bag of type 1.2.840.113549.1.12.10.1.1")
    assert by_azuread == ""


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs the openssl command")
def test_azure_native_signs_with_keys_of_rsa_alone(http: AppHttp, tmp_path: Path):
    config = {**CALLER, "clientCertificatePath": str(tmp_path / "file")}
    (tmp_path / "file").write_bytes(elliptic_pem_file())
    with pytest.raises(OperatorError, match=r"^key must be an RSA key$"):
        prepare(Settings(config, {}), http)
    options = ("-certpbe", "PBE-SHA1-3DES", "-keypbe", "PBE-SHA1-3DES", "-macalg", "sha1")
    (tmp_path / "file").write_bytes(pkcs12_by_openssl(tmp_path, *options, pem=elliptic_pem_file()))
    with pytest.raises(OperatorError, match=r"not a valid pfx file: .*x509: failed to parse private key"):
        prepare(Settings({**config, "clientCertificatePassword": PASSWORD}, {}), http)


@pytest.mark.usefixtures("registered")
@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs the openssl command")
async def test_azuread_reads_no_other_cipher_of_pbes2_than_aes(http: AppHttp, tmp_path: Path):
    ciphers = ("-certpbe", "aes-256-cbc", "-keypbe", "des-ede3-cbc", "-macalg", "sha256")
    (tmp_path / "file").write_bytes(pkcs12_by_openssl(tmp_path, *ciphers))
    config = {"clientCertificatePath": str(tmp_path / "file"), "clientCertificatePassword": PASSWORD}
    _, by_azuread = await refusals(http, config)
    assert by_azuread.endswith("pkcs12: pbes2 algorithm 1.2.840.113549.3.7 is not supported")


async def test_expired_certificate_does_not_sign_in(store: Store, http: AppHttp, tmp_path: Path):
    expired = certificate(days=-1)

    def register(state: Any) -> None:
        application = next(one for one in state["applications"].values() if one["appId"] == CLUSTER_CALLER_ID)
        application["keyCredentials"] = [key_credential(expired)]

    change(store, register)
    (tmp_path / "file").write_bytes(pem_file(of=expired))
    by_native, _ = await refusals(http, {"clientCertificatePath": str(tmp_path / "file")})
    assert "AADSTS700027" in by_native
    assert "The key used is expired" in by_native


@pytest.mark.usefixtures("registered")
async def test_azuread_takes_the_bytes_of_a_certificate_too(http: AppHttp):
    for data, refused in ((pkcs12_file(), False), (pem_file(), True)):
        encoded = base64.b64encode(data).decode()
        config = {**CALLER, "clientCertificate": encoded, "clientCertificatePassword": PASSWORD}
        if refused:
            with pytest.raises(OperatorError, match=r"could not decode PKCS#12 archive"):
                await sign_in(Settings(config, {}), http)
        else:
            assert (await (await sign_in(Settings(config, {}), http)).claims())["appid"] == CLUSTER_CALLER_ID


def test_azure_native_reads_the_file_when_it_is_configured(http: AppHttp, tmp_path: Path):
    (tmp_path / "file").write_bytes(pkcs12_file())
    with pytest.raises(OperatorError, match="unknown digest algorithm"):
        prepare(Settings({**CALLER, "clientCertificatePath": str(tmp_path / "file")}, {}), http)
    assert http.sent == []
