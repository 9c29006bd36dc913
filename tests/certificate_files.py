"""Certificates of an application, in files of every kind."""

from __future__ import annotations

import base64
import datetime
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import NameOID

PASSWORD = "of-the-file"
PBES = pkcs12.PBES
SHA1_ONLY = (PBES.PBESv1SHA1And3KeyTripleDESCBC, hashes.SHA1())
"""Cipher and digest that every reader knows."""


@cache
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@cache
def certificate(
    name: str = "caller", *, days: int = 1, of: ec.EllipticCurvePrivateKey | None = None
) -> x509.Certificate:
    """A self-signed certificate of the key.

    :param days: For how long it is valid from now on.
    :param of: Another key.
    """
    own = of or key()
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.timezone.utc)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(own.public_key())
    builder = builder.serial_number(1).not_valid_before(now - datetime.timedelta(days=9))
    builder = builder.not_valid_after(now + datetime.timedelta(days=days))
    return builder.sign(own, hashes.SHA256())


def key_credential(of: x509.Certificate | None = None) -> dict[str, str]:
    """The certificate as the sandbox keeps it among an application's ``keyCredentials``."""
    return {"keyId": "k", "_key": base64.b64encode((of or certificate()).public_bytes(Encoding.DER)).decode()}


def pkcs12_file(
    cipher: PBES | None = None,
    digest: hashes.HashAlgorithm | None = None,
    *,
    with_key: bool = True,
    chain: bool = False,
    password: str = PASSWORD,
) -> bytes:
    """A PKCS#12 file; without a cipher as current tools write it.

    :param chain: Whether it has a second certificate.
    """
    encryption: KeySerializationEncryption = NoEncryption()
    if password:
        encryption = BestAvailableEncryption(password.encode())
        if cipher is not None and digest is not None:
            builder = PrivateFormat.PKCS12.encryption_builder().key_cert_algorithm(cipher).hmac_hash(digest)
            encryption = builder.build(password.encode())
    others: list[Any] = [certificate("issuer")] if chain or not with_key else []
    own = (key(), certificate()) if with_key else (None, None)
    return pkcs12.serialize_key_and_certificates(b"caller", *own, others, encryption)


def pkcs12_by_openssl(folder: Path, *options: str, password: str = PASSWORD, pem: bytes = b"") -> bytes:
    """A PKCS#12 file in a form that the library does not write.

    :param folder: For what OpenSSL reads and writes.
    :param options: Of ``openssl pkcs12 -export``.
    :param pem: What goes into it, if not the usual certificate.
    """
    plain, written = folder / "openssl.pem", folder / "openssl.pfx"
    plain.write_bytes(pem or pem_file())
    command = ["openssl", "pkcs12", "-export", "-in", str(plain), "-out", str(written), "-passout", f"pass:{password}"]
    done = subprocess.run([*command, *options], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    data = written.read_bytes()
    plain.unlink()
    written.unlink()
    return data


def elliptic_pem_file() -> bytes:
    """A PEM file whose key is not of RSA."""
    own = ec.generate_private_key(ec.SECP256R1())
    written = own.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return written + certificate(of=own).public_bytes(Encoding.PEM)


def pem_file(password: str = "", *, with_key: bool = True, of: x509.Certificate | None = None) -> bytes:
    """A PEM file with certificate and key."""
    encryption = BestAvailableEncryption(password.encode()) if password else NoEncryption()
    written = key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption) if with_key else b""
    return written + (of or certificate()).public_bytes(Encoding.PEM)
