"""The token endpoints: client credentials by secret, certificate or federated token.

https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import parse_qsl, unquote_plus

from crosstenant.sandbox.entra import sources, tokens
from crosstenant.sandbox.entra.assertions import ASSERTION_TYPE, check_assertion, client_id_of
from crosstenant.sandbox.entra.audiences import OTHER_SERVICES
from crosstenant.sandbox.entra.clients import Json, check_secret, find_client, find_tenant
from crosstenant.sandbox.entra.federated import issuer_to_fetch
from crosstenant.sandbox.entra.refusals import SignInRefusal, unknown_grant_type, unknown_service
from crosstenant.sandbox.world.clouds import Cloud, cloud_of
from crosstenant.sandbox.world.state import State, now

_OTHER_GRANT_TYPES: Final = {
    "authorization_code",
    "refresh_token",
    "password",
    "urn:ietf:params:oauth:grant-type:device_code",
    "urn:ietf:params:oauth:grant-type:jwt-bearer",
    "urn:ietf:params:oauth:grant-type:saml2-bearer",
}
"""What Entra has and the sandbox does not: https://learn.microsoft.com/entra/identity-platform/v2-app-types."""


def fetched_issuer(state: State, tenant: str, form: dict[str, str]) -> str | None:
    """The issuer whose keys the token endpoint needs for a request; None without one. Arguments as for ``grant``."""
    assertion = form.get("client_assertion")
    if not assertion or form.get("client_secret"):
        return None
    return issuer_to_fetch(state, tenant, form.get("client_id", ""), assertion)


def grant(
    state: State, tenant: str, form: dict[str, str], first_version: bool, keys: Sequence[Json] | None = None
) -> Json:
    """The answer of the token endpoint.

    :param tenant: The tenant's ID or default domain.
    :param form: The request's fields.
    :param first_version: Whether the request names a ``resource`` (v1.0) instead of a ``scope`` (v2.0).
    :param keys: The keys of ``fetched_issuer``, if it could be reached.
    :raises SignInRefusal: Entra would refuse.
    """
    tenant_id = find_tenant(state, tenant)
    grant_type = form.get("grant_type")
    if grant_type is None:
        raise _missing_from_body("grant_type")
    if grant_type in _OTHER_GRANT_TYPES:
        raise unknown_grant_type(grant_type)
    if grant_type != "client_credentials":
        raise SignInRefusal(
            "AADSTS70003",
            f"The app requested an unsupported grant type '{grant_type}'.",
            "unsupported_grant_type",
            400,
            source=sources.AADSTS70003,
        )
    assertion = form.get("client_assertion")
    client_id = form.get("client_id") or (client_id_of(assertion) if assertion else "")
    if not client_id:
        raise _missing_from_body("client_id")
    resource = _resource_v1(form) if first_version else _resource_v2(form)
    audience = _known_audience(cloud_of(state), tenant, resource)
    application, principal = find_client(state, tenant, client_id)
    if form.get("client_secret"):
        check_secret(state, application, principal, form["client_secret"])
    elif assertion and form.get("client_assertion_type") == ASSERTION_TYPE:
        check_assertion(state, tenant_id, application, assertion, keys)
    else:
        raise SignInRefusal(
            "AADSTS7000216",
            "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.",
            source=sources.AADSTS7000216,
        )
    access_token = tokens.issue(state, tenant_id, principal, audience)
    if not first_version:
        lifetime = {"expires_in": tokens.LIFETIME, "ext_expires_in": tokens.LIFETIME}
        return {"token_type": "Bearer", **lifetime, "access_token": access_token}
    time = int(now(state))
    return {
        "token_type": "Bearer",
        "expires_in": str(tokens.LIFETIME),
        "ext_expires_in": str(tokens.LIFETIME),
        "expires_on": str(time + tokens.LIFETIME),
        "not_before": str(time),
        "resource": form["resource"],
        "access_token": access_token,
    }


def _resource_v2(form: dict[str, str]) -> str:
    scope = form.get("scope")
    if not scope:
        raise _missing("scope")
    wanted = [one for one in scope.split() if one not in ("openid", "profile", "offline_access")]
    if len(wanted) != 1:
        raise SignInRefusal(
            "AADSTS70011",
            f"The provided value for the input parameter 'scope' is not valid. The scope {scope} is not valid.",
            "invalid_scope",
            400,
            source=sources.AADSTS70011,
        )
    if not wanted[0].endswith("/.default"):
        raise SignInRefusal(
            "AADSTS1002012",
            f"The provided value for scope {scope} is not valid. Client credential flows must have a scope value with "
            "/.default suffixed to the resource identifier (application ID URI).",
            "invalid_scope",
            400,
            source=sources.AADSTS1002012,
        )
    return wanted[0].removesuffix("/.default")


def _resource_v1(form: dict[str, str]) -> str:
    if not form.get("resource"):
        raise _missing("resource")
    return form["resource"]


def _known_audience(cloud: Cloud, tenant: str, resource: str) -> str:
    audience = tokens.known_audience(cloud, resource)
    if audience is None and resource.lower().rstrip("/") in OTHER_SERVICES:
        raise unknown_service(resource)
    if audience is None:
        raise SignInRefusal(
            "AADSTS500011",
            f"The resource principal named {resource} was not found in the tenant named {tenant}. This can happen if "
            "the application has not been installed by the administrator of the tenant or consented to by any user in "
            "the tenant. You might have sent your authentication request to the wrong tenant.",
            "invalid_resource",
            400,
            source=sources.AADSTS500011,
        )
    return audience


def _missing_from_body(field: str) -> SignInRefusal:
    return SignInRefusal(
        "AADSTS900144",
        f"The request body must contain the following parameter: '{field}'.",
        "invalid_request",
        400,
        source=sources.AADSTS900144,
    )


def _missing(field: str) -> SignInRefusal:
    return SignInRefusal(
        "AADSTS90014",
        f"The required field '{field}' is missing from the credential. Ensure that you have all the necessary "
        "parameters for the login request.",
        "invalid_request",
        400,
        source=sources.AADSTS90014,
    )


def read_form(content_type: str, content: bytes) -> dict[str, str]:
    """The fields of a request; none of a body that is not declared as a form.

    :param content_type: The request's ``Content-Type`` header.
    """
    if content_type.partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        return {}
    return dict(parse_qsl(content.decode("utf-8", "replace"), keep_blank_values=True))


def basic_credentials(headers: Mapping[str, str]) -> dict[str, str]:
    """The client ID and secret of a Basic ``Authorization`` header, as fields of the form; empty without one."""
    scheme, _, value = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return {}
    try:
        client_id, _, secret = base64.b64decode(value).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return {}
    return {"client_id": unquote_plus(client_id), "client_secret": unquote_plus(secret)}
