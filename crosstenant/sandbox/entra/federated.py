"""Sign-in with the token of a federated issuer: who trusts it, and whether the issuer signed it.

https://learn.microsoft.com/entra/workload-id/workload-identity-federation. Applications and managed identities trust
issuers in the same manner, and issuer, subject and audience are compared to the letter. The sandbox emulates every
issuer but the clusters': it accepts an assertion that is signed with its own key as one of the issuer that is named in
it. A cluster's issuer signs with a key of its own, which Entra fetches.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, cast

import jwt

from crosstenant.sandbox.entra import sources
from crosstenant.sandbox.entra.clients import Json, find_client
from crosstenant.sandbox.entra.issuer_keys import is_fetched
from crosstenant.sandbox.entra.refusals import SignInRefusal
from crosstenant.sandbox.entra.tokens import read
from crosstenant.sandbox.world.managed_identities import CREDENTIALS
from crosstenant.sandbox.world.open_questions import NO_FEDERATED_RECORD_CODE
from crosstenant.sandbox.world.state import State, now

_UNCHECKED: Final = {"verify_exp": False, "verify_nbf": False, "verify_iat": False, "verify_aud": False}
_HELP: Final = "https://learn.microsoft.com/entra/workload-id/workload-identity-federation"


def issuer_to_fetch(state: State, tenant: str, client_id: str, assertion: str) -> str | None:
    """The issuer that Entra must ask for its keys before it can check an assertion; None without one.

    Entra does not ask an issuer that the client does not trust.
    """
    try:
        claims: Json = jwt.decode(assertion.strip(), options={"verify_signature": False})
        issuer = str(claims.get("iss", ""))
        application, _ = find_client(state, tenant, client_id or str(claims.get("sub", "")))
    except (jwt.InvalidTokenError, SignInRefusal):
        return None
    trusted = any(one["issuer"] == issuer for one in _replicated(state, application))
    return issuer if trusted and is_fetched(issuer) else None


def check_federated(
    state: State, application: Json, assertion: str, claims: Json, keys: Sequence[Json] | None = None
) -> None:
    """Checks that a federated assertion signs in as an application or identity.

    :param claims: The assertion's claims, not verified yet.
    :param keys: The keys of a cluster's issuer; None if it could not be reached.
    :raises SignInRefusal: No credential matches, the issuer cannot be reached, or the signature is not the issuer's.
    """
    issuer = str(claims.get("iss"))
    # Entra has no key of an issuer that the client does not trust.
    _match(state, application, claims, ("issuer",))
    if is_fetched(issuer):
        _check_fetched(assertion, issuer, keys)
    else:
        try:
            read(state, assertion)
        except jwt.InvalidTokenError:
            raise _wrong_signature() from None
    _match(state, application, claims, ("issuer", "subject", "audiences"))


_CODES: Final = {"issuer": "AADSTS700211", "subject": "AADSTS700213", "audiences": "AADSTS700212"}


def _match(state: State, application: Json, claims: Json, fields: Sequence[str]) -> None:
    """Checks that one credential has these values of the assertion."""
    audiences = cast("str | list[str]", claims.get("aud", []))
    presented = {
        "issuer": [str(claims.get("iss"))],
        "subject": [str(claims.get("sub"))],
        "audiences": [audiences] if isinstance(audiences, str) else audiences,
    }
    found = _replicated(state, application)
    for field in fields:
        found = [one for one in found if _lists(one[field]) & set(presented[field])]
        if not found:
            raise _no_record(state, field, presented)


def _no_record(state: State, field: str, presented: dict[str, list[str]]) -> SignInRefusal:
    if NO_FEDERATED_RECORD_CODE.answer(state) == "AADSTS70021":
        issuer, subject, audience = (", ".join(values) for values in presented.values())
        return SignInRefusal(
            "AADSTS70021",
            f"No matching federated identity record found for presented assertion. Assertion Issuer: '{issuer}'. "
            f"Assertion Subject: '{subject}'. Assertion Audience: '{audience}'. {_HELP}",
            "invalid_request",
            400,
            source=sources.NO_FEDERATED_RECORD_OLDER,
        )
    return SignInRefusal(
        _CODES[field],
        f"No matching federated identity record found for presented assertion {field.removesuffix('s')} "
        f"'{', '.join(presented[field])}'. Check your federated identity credential Subject, Audience and "
        f"Issuer against the presented assertion. {_HELP}",
        source=sources.NO_FEDERATED_RECORD,
    )


def _check_fetched(assertion: str, issuer: str, keys: Sequence[Json] | None) -> None:
    if keys is None:
        raise SignInRefusal(
            "AADSTS90061",
            "Request to External OIDC endpoint failed.",
            "invalid_request",
            400,
            source=sources.AADSTS90061,
        )
    key_id = str(jwt.get_unverified_header(assertion).get("kid", ""))
    key = next((one for one in keys if one.get("kid") == key_id), None)
    if key is None:
        raise SignInRefusal(
            "AADSTS7000272",
            f"The certificate with identifier {key_id} used to sign the federated credential could not be found in the "
            f"metadata of identity provider {issuer}. Please validate that your Identity Provider's metadata exposes "
            "the key used to sign the incoming token.",
            source=sources.AADSTS7000272,
        )
    try:
        jwt.decode(assertion, jwt.PyJWK(key).key, algorithms=["RS256"], options=cast(Any, _UNCHECKED))
    except jwt.InvalidTokenError:
        raise _wrong_signature() from None


def _wrong_signature() -> SignInRefusal:
    return SignInRefusal(
        "AADSTS700027", "Client assertion failed signature validation.", source=sources.AADSTS700027_FEDERATED
    )


def _replicated(state: State, application: Json) -> list[Json]:
    """The credentials that sign-in knows by now."""
    time = now(state)
    return [one for one in application[CREDENTIALS] if one.get("_usable_at", 0.0) <= time]


def _lists(value: str | list[str]) -> set[str]:
    return {value} if isinstance(value, str) else set(value)
