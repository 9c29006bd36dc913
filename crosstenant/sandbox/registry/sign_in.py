"""Sign-in to a registry.

A registry checks a client ID and secret in its own tenant, whichever tenant the application belongs to. Because of this
a cluster's nodes can pull across tenants.
https://learn.microsoft.com/azure/container-registry/container-registry-auth-service-principal
"""

from __future__ import annotations

import base64
import binascii
from typing import Final

from crosstenant.sandbox.entra.clients import authenticate
from crosstenant.sandbox.entra.refusals import SignInRefusal, TokenRefusal
from crosstenant.sandbox.entra.tokens import REGISTRY_AUDIENCE, read, verify
from crosstenant.sandbox.registry import sources
from crosstenant.sandbox.registry.login_server import Registry
from crosstenant.sandbox.registry.refusals import sign_in_failed, unauthorized
from crosstenant.sandbox.registry.tokens import REFRESH, Identity, read_token
from crosstenant.sandbox.world.ids import is_uuid
from crosstenant.sandbox.world.open_questions import REGISTRY_SIGN_IN_WORDS
from crosstenant.sandbox.world.state import State

REFRESH_TOKEN_USER: Final = "00000000-0000-0000-0000-000000000000"
"""The user name with which a refresh token is sent as the password."""

_NOT_REGISTERED: Final = ("AADSTS700016", "AADSTS7000229")
_WRONG_SECRET: Final = ("AADSTS7000215", "AADSTS7000222")


def with_password(state: State, registry: Registry, username: str, password: str) -> Identity:
    """Signs in with a client ID and secret, or with ``REFRESH_TOKEN_USER`` and a refresh token.

    :raises RegistryRefusal: Entra refuses the sign-in; the registry's words tell less than Entra's.
    """
    if username == REFRESH_TOKEN_USER:
        return with_refresh_token(state, registry, password)
    if username.lower() == registry.document["name"].lower():
        raise sign_in_failed(
            "The sandbox does not emulate the sign-in of a registry's admin user.", source=sources.NOT_EMULATED
        )
    if not is_uuid(username):
        raise sign_in_failed(
            "aad access token with sp failed client id must be guid", source=sources.CLIENT_ID_NOT_UUID
        )
    try:
        principal = authenticate(state, registry.tenant_id, username, password)
    except SignInRefusal as error:
        if error.code in _NOT_REGISTERED:
            raise sign_in_failed("Application not registered with AAD.", source=sources.NOT_REGISTERED) from None
        if error.code in _WRONG_SECRET and REGISTRY_SIGN_IN_WORDS.answer(state) == "own":
            raise sign_in_failed("Invalid clientid or client secret.", source=sources.INVALID_SECRET) from None
        raise sign_in_failed(str(error), source=sources.OTHER_SIGN_IN_REFUSAL) from None
    return Identity(principal["appId"], principal["id"])


def with_basic(state: State, registry: Registry, encoded: str) -> Identity:
    """Signs in with the credentials of a Basic ``Authorization`` header.

    :param encoded: The part of the header after ``Basic``.
    :raises RegistryRefusal: The credentials are unreadable, or Entra refuses the sign-in.
    """
    try:
        username, colon, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise unauthorized() from None
    if not colon:
        raise unauthorized()
    return with_password(state, registry, username, password)


def with_arm_token(state: State, registry: Registry, token: str) -> Identity:
    """Signs in with an access token for Resource Manager or for registries, of the registry's tenant.

    :raises RegistryRefusal: The token is invalid, is of another tenant, or is for Resource Manager at a registry that
        refuses such tokens.
    """
    try:
        caller = verify(state, f"Bearer {token}", REGISTRY_AUDIENCE)
    except TokenRefusal:
        raise unauthorized() from None
    if registry.refuses_arm_tokens and read(state, token)["aud"] != REGISTRY_AUDIENCE:
        raise sign_in_failed(
            "authentication required: the registry does not accept tokens for Azure Resource Manager.",
            source=sources.ARM_AUDIENCE_DISABLED,
        )
    if caller.tenant_id != registry.tenant_id:
        raise unauthorized()
    return Identity(caller.client_id, caller.object_id)


def with_refresh_token(state: State, registry: Registry, token: str) -> Identity:
    """Signs in with a refresh token of this registry.

    :raises RegistryRefusal: The token is invalid.
    """
    claims = read_token(state, registry, token, REFRESH)
    return Identity(claims["appid"], claims["sub"])
