"""A certificate's file as each provider's library reads it. Neither reads what current tools write by default.

azure-native: Azure/azure-sdk-for-go, sdk/azidentity, ``ParseCertificates``, with golang.org/x/crypto/pkcs12. azuread:
hashicorp/go-azure-sdk, sdk/auth/client_certificate_authorizer.go, with software.sslmate.com/src/go-pkcs12.
"""

from __future__ import annotations

import base64
import re
import time
import uuid
from dataclasses import dataclass
from typing import Any, Final

from crosstenant.errors import OperatorError

# What is looked for in a file, by its bytes: the identifier of an algorithm.
_SHA2: Final = b"\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02"
_PKCS5: Final = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x05"
_PBES1: Final = b"\x06\x0a\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x01"
_DIGESTS: Final = {
    b"\x06\x05\x2b\x0e\x03\x02\x1a": "1.3.14.3.2.26",  # SHA-1
    _SHA2 + b"\x01": "2.16.840.1.101.3.4.2.1",
    _SHA2 + b"\x02": "2.16.840.1.101.3.4.2.2",
    _SHA2 + b"\x03": "2.16.840.1.101.3.4.2.3",
    _PKCS5 + b"\x0e": "1.2.840.113549.1.5.14",  # PBMAC1
}
_CIPHERS: Final = {
    _PKCS5 + b"\x0d": "1.2.840.113549.1.5.13",  # PBES2
    **{_PBES1 + bytes([last]): f"1.2.840.113549.1.12.1.{last}" for last in range(1, 7)},
}
# What PBES2 stands for is named behind it; azuread reads AES alone.
_OTHER_THAN_AES: Final = {
    b"\x06\x08\x2a\x86\x48\x86\xf7\x0d\x03\x07": "1.2.840.113549.3.7",  # 3DES
    b"\x06\x05\x2b\x0e\x03\x02\x07": "1.3.14.3.2.7",  # DES
    b"\x06\x0b\x2a\x83\x08\x8c\x9a\x4b\x3d\x01\x01\x01\x04": "1.2.392.200011.61.1.1.1.4",  # Camellia
}
_OLD_DIGESTS: Final = ("1.3.14.3.2.26",)
_NEW_DIGESTS: Final = ("2.16.840.1.101.3.4.2.1", "2.16.840.1.101.3.4.2.3", "1.2.840.113549.1.5.14")
_OLD_CIPHERS: Final = ("1.2.840.113549.1.12.1.3", "1.2.840.113549.1.12.1.6")  # 3DES and RC2 with 40 bits
_NEW_CIPHERS: Final = ("1.2.840.113549.1.12.1.5", "1.2.840.113549.1.5.13")  # RC2 with 128 bits, PBES2
_TYPE_OF_DATA: Final = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01"
_PLAIN_KEY: Final = b"\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01\x01"
# The MAC is the last part of the file, and no longer than this.
_MAC_BYTES: Final = 220


class UnreadableFile(Exception):
    """The provider's library cannot read the file; the text is the library's."""


@dataclass(frozen=True)
class Signer:
    """A certificate with its private key."""

    key: Any
    thumbprint: str

    def assertion(self, client_id: str, audience: str) -> str:
        """What an application signs in with: https://learn.microsoft.com/entra/identity-platform/certificate-credentials."""
        import jwt

        now = int(time.time())
        claims = {"aud": audience, "iss": client_id, "sub": client_id, "jti": str(uuid.uuid4())}
        times = {"nbf": now, "exp": now + 600}
        return jwt.encode({**claims, **times}, self.key, algorithm="RS256", headers={"x5t": self.thumbprint})


def read_as_azure_native(data: bytes, password: str) -> Signer:
    """Reads a PEM file without a password, or PKCS#12 as OpenSSL 1 wrote it.

    :raises UnreadableFile: It is another file.
    :raises OperatorError: The key in a PEM file is not of RSA.
    """
    if not password and b"-----BEGIN" in data:
        return _rsa(_read_pem(data), OperatorError("key must be an RSA key"))
    signer = _read_pkcs12(data, password, _OLD_DIGESTS, _OLD_CIPHERS)
    # One type stands for the whole, and one for each part, encrypted or not.
    if data.count(_TYPE_OF_DATA) != 1 + 2:
        raise UnreadableFile("pkcs12: expected exactly two items in the authenticated safe")
    if _PLAIN_KEY in data:
        raise UnreadableFile("don't know how to convert a safe bag of type 1.2.840.113549.1.12.10.1.1")
    no_rsa = "x509: failed to parse private key (use ParseECPrivateKey instead for this key format)"
    return _rsa(_whole(*signer), UnreadableFile(no_rsa))


def read_as_azuread(data: bytes, password: str) -> Signer:
    """Reads PKCS#12, as current tools write it too; no PEM file.

    :raises UnreadableFile: It is another file.
    """
    digests = (*_OLD_DIGESTS, *_NEW_DIGESTS, *(() if password else ("",)))
    return _whole(*_read_pkcs12(data, password, digests, (*_OLD_CIPHERS, *_NEW_CIPHERS)))


def _read_pem(data: bytes) -> Signer:
    # Heavy, and rarely used: only a certificate needs them.
    from cryptography import x509
    from cryptography.hazmat.primitives import serialization

    if b"-----BEGIN CERTIFICATE-----" not in data:
        raise UnreadableFile("found no certificate")
    # The block of an encrypted key has another name, which the library passes over; and what does not begin a line.
    keys = re.findall(rb"^-----BEGIN (?:RSA )?PRIVATE KEY-----\s*$", data, re.MULTILINE)
    if not keys:
        raise UnreadableFile("found no private key")
    if len(keys) > 1:
        raise UnreadableFile("certData contains multiple private keys")
    try:
        return _signer(serialization.load_pem_private_key(data, None), x509.load_pem_x509_certificate(data))
    except (TypeError, ValueError) as error:
        raise UnreadableFile(str(error)) from None


def _read_pkcs12(data: bytes, password: str, digests: tuple[str, ...], ciphers: tuple[str, ...]) -> tuple[Any, Any]:
    from cryptography.hazmat.primitives.serialization import pkcs12

    if not data.startswith(b"\x30"):
        raise UnreadableFile("pkcs12: error reading P12 data: asn1: structure error: tags don't match")
    if data.startswith(b"\x30\x80"):
        raise UnreadableFile("pkcs12: error reading P12 data: asn1: syntax error: indefinite length found (not DER)")
    if data.startswith(b"\x30\x82") and len(data) > 4 + int.from_bytes(data[2:4], "big"):
        raise UnreadableFile("pkcs12: error reading P12 data: pkcs12: trailing data found")
    digest = next((name for it, name in _DIGESTS.items() if it in data[-_MAC_BYTES:]), "")
    if not digest and digest not in digests:
        raise UnreadableFile("pkcs12: no MAC in data")
    if digest not in digests:
        raise UnreadableFile(f"pkcs12: unknown digest algorithm: {digest}")
    try:
        key, certificate, _ = pkcs12.load_key_and_certificates(data, password.encode() or None)
    except ValueError:
        raise UnreadableFile("pkcs12: decryption password incorrect") from None
    unknown = next((name for it, name in _CIPHERS.items() if it in data and name not in ciphers), "")
    if unknown:
        raise UnreadableFile(f"pkcs12: algorithm {unknown} is not supported")
    unknown = next((name for it, name in _OTHER_THAN_AES.items() if it in data), "")
    if unknown:
        raise UnreadableFile(f"pkcs12: pbes2 algorithm {unknown} is not supported")
    return key, certificate


def _rsa(signer: Signer, otherwise: Exception) -> Signer:
    """The same, if its key is of RSA: AzureAD/microsoft-authentication-library-for-go takes no other."""
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    if not isinstance(signer.key, RSAPrivateKey):
        raise otherwise
    return signer


def _whole(key: Any, certificate: Any) -> Signer:
    if key is None or certificate is None:
        raise UnreadableFile(f"found no {'private key' if key is None else 'certificate'}")
    return _signer(key, certificate)


def _signer(key: Any, certificate: Any) -> Signer:
    from cryptography.hazmat.primitives import hashes

    thumbprint = base64.urlsafe_b64encode(certificate.fingerprint(hashes.SHA1())).rstrip(b"=")  # noqa: S303 - x5t
    return Signer(key, thumbprint.decode())
