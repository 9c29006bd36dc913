"""RSA keys that sign tokens: made once, kept in the state as PEM, published as JWK.

https://www.rfc-editor.org/rfc/rfc7517
"""

from __future__ import annotations

import base64
from functools import lru_cache
from typing import Any, cast

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

Json = dict[str, Any]


def new_signing_key() -> str:
    """A new RSA key, as unencrypted PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


@lru_cache(maxsize=32)
def private_key(pem: str) -> RSAPrivateKey:
    """The key of ``new_signing_key``'s text."""
    return cast(RSAPrivateKey, serialization.load_pem_private_key(pem.encode(), None))


def public_key_document(pem: str, key_id: str) -> Json:
    """The public half of a key as a member of a JWKS document.

    :param key_id: The ``kid`` by which tokens name it.
    """
    numbers = private_key(pem).public_key().public_numbers()
    return {
        "kty": "RSA",
        "use": "sig",
        "alg": "RS256",
        "kid": key_id,
        "n": base64url(numbers.n.to_bytes((numbers.n.bit_length() + 7) // 8, "big")),
        "e": base64url(numbers.e.to_bytes((numbers.e.bit_length() + 7) // 8, "big")),
    }


def base64url(data: bytes) -> str:
    """Base64 for URLs, without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
