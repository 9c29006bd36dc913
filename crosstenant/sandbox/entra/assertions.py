"""Sign-in without a secret: client assertions of a federated issuer or of the application's certificate.

https://learn.microsoft.com/entra/workload-id/workload-identity-federation and
https://learn.microsoft.com/entra/identity-platform/certificate-credentials.
"""

from __future__ import annotations

import base64
import time
import uuid
from collections.abc import Sequence
from typing import Any, Final, cast

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from crosstenant.sandbox.entra import sources
from crosstenant.sandbox.entra.clients import Json, find_tenant
from crosstenant.sandbox.entra.federated import check_federated
from crosstenant.sandbox.entra.refusals import SignInRefusal
from crosstenant.sandbox.entra.tokens import sign
from crosstenant.sandbox.world.addresses import split_address
from crosstenant.sandbox.world.clouds import cloud_of
from crosstenant.sandbox.world.open_questions import ASSERTION_WHITE_SPACE
from crosstenant.sandbox.world.state import State

ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def client_id_of(assertion: str) -> str:
    """The client ID that a certificate's assertion names as its subject; empty for an unreadable assertion."""
    try:
        return str(_unverified(assertion)[1].get("sub", ""))
    except jwt.InvalidTokenError:
        return ""


def check_assertion(
    state: State, tenant_id: str, application: Json, assertion: str, keys: Sequence[Json] | None = None
) -> None:
    """Checks that ``assertion`` signs in as ``application``.

    The client sets the times of an assertion by its own clock, as does a cluster, so the real time is compared, not the
    sandbox's.

    :param tenant_id: The tenant that the client signs in to.
    :param application: The application's document, or the part of an identity's that ``find_client`` answers.
    :param keys: The keys of the issuer that ``issuer_to_fetch`` names, if it could be reached.
    :raises SignInRefusal: The assertion has a wrong signature, has expired, or matches no credential.
    """
    try:
        if assertion != assertion.strip() and ASSERTION_WHITE_SPACE.answer(state) == "refused":
            raise jwt.InvalidTokenError
        assertion = assertion.strip()
        header, claims = _unverified(assertion)
    except jwt.InvalidTokenError:
        raise SignInRefusal(
            "AADSTS50027", "JWT token is invalid or malformed.", "invalid_request", 400, source=sources.AADSTS50027
        ) from None
    if not claims.get("nbf", 0) - 300 <= time.time() < claims.get("exp", 0) + 300:
        raise SignInRefusal(
            "AADSTS700024", "Client assertion is not within its valid time range.", source=sources.AADSTS700024
        )
    if "x5t" in header or "x5t#S256" in header:
        _check_certificate(application, assertion, header)
        _check_claims(state, tenant_id, application, claims)
    else:
        check_federated(state, application, assertion, claims, keys)


def federated_token(state: State, issuer: str, subject: str, audience: str) -> str:
    """A token as a federated issuer signs it for a workload; it is valid for ten minutes of real time."""
    issued = int(time.time())
    claims = {"iss": issuer, "sub": subject, "aud": audience, "iat": issued, "nbf": issued, "exp": issued + 600}
    return sign(state, {**claims, "jti": str(uuid.uuid4())})


def _check_certificate(application: Json, assertion: str, header: Json) -> None:
    for credential in application["keyCredentials"]:
        if not credential.get("_key"):
            continue
        certificate = x509.load_der_x509_certificate(base64.b64decode(credential["_key"]))
        for name, digest in (("x5t", hashes.SHA1()), ("x5t#S256", hashes.SHA256())):  # noqa: S303 - Entra's thumbprint
            thumbprint = base64.urlsafe_b64encode(certificate.fingerprint(digest)).rstrip(b"=").decode()
            if str(header.get(name, "")).rstrip("=") != thumbprint:
                continue
            options = cast(Any, {"verify_aud": False, "verify_exp": False, "verify_nbf": False, "verify_iat": False})
            try:
                key = cast(RSAPublicKey, certificate.public_key())
                jwt.decode(assertion, key, algorithms=["RS256", "PS256"], options=options)
            except jwt.InvalidTokenError:
                break
            if certificate.not_valid_after_utc.timestamp() < time.time():
                raise SignInRefusal(
                    "AADSTS700027",
                    "Client assertion contains an invalid signature. [Reason - The key used is expired.]",
                    source=sources.AADSTS700027_EXPIRED,
                )
            return
    raise SignInRefusal(
        "AADSTS700027",
        "The certificate with identifier used to sign the client assertion is not registered on application. Reason - "
        "The key was not found.",
        source=sources.AADSTS700027_CERTIFICATE,
    )


def _check_claims(state: State, tenant_id: str, application: Json, claims: Json) -> None:
    """Checks that the owner of a certificate made an assertion for itself and for this tenant.

    https://learn.microsoft.com/entra/identity-platform/certificate-credentials
    """
    if {claims.get("iss"), claims.get("sub")} != {application["appId"]}:
        raise SignInRefusal(
            "AADSTS700021",
            "Client assertion application identifier doesn't match 'client_id' parameter.",
            source=sources.AADSTS700021,
        )
    if not _is_address_of(state, tenant_id, str(claims.get("aud", ""))):
        raise SignInRefusal(
            "AADSTS700023",
            "Client assertion audience claim does not match Realm issuer.",
            source=sources.AADSTS700023,
        )


def _is_address_of(state: State, tenant_id: str, audience: str) -> bool:
    """Whether an audience is an address of a tenant: a token endpoint, or the tenant's issuer."""
    address, cloud = split_address(audience), cloud_of(state)
    if address.hostname not in (*cloud.login_hosts, split_address(cloud.issuer).hostname):
        return False
    try:
        return find_tenant(state, address.path.strip("/").partition("/")[0]) == tenant_id
    except SignInRefusal:
        return False


def _unverified(assertion: str) -> tuple[Json, Json]:
    claims: Json = jwt.decode(assertion, options={"verify_signature": False})
    return jwt.get_unverified_header(assertion), claims
