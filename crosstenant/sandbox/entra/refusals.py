"""The refusals of the Microsoft identity platform: of a sign-in, and of a token.

Codes: https://learn.microsoft.com/entra/identity-platform/reference-error-codes.
"""

from __future__ import annotations

from crosstenant.sandbox.entra import sources
from crosstenant.sandbox.world.provenance import Source


class SignInRefusal(Exception):
    """The refusal of a sign-in."""

    def __init__(
        self, code: str, description: str, error: str = "invalid_client", status: int = 401, *, source: Source
    ) -> None:
        """
        :param code: The code, ``AADSTS7000215``; empty for what Entra does not say.
        :param description: Entra's sentence.
        :param error: The OAuth error of the token endpoint's answer.
        :param status: The HTTP status of that answer.
        :param source: How it is known that Entra refuses so.
        """
        super().__init__(f"{code}: {description}" if code else description)
        self.code = code
        self.description = description
        self.error = error
        self.status = status
        self.source = source


def unknown_request(method: str, path: str) -> SignInRefusal:
    """The sandbox does not have this request, which real clients take for an error of the sign-in."""
    return _not_emulated(f"{method} {path}", "invalid_request", 404)


def unknown_grant_type(grant_type: str) -> SignInRefusal:
    """Entra has the grant type, and the sandbox does not."""
    return _not_emulated(f"the grant type '{grant_type}'", "unsupported_grant_type", 400)


def unknown_service(resource: str) -> SignInRefusal:
    """Azure has the service that a token is asked for, and the sandbox does not."""
    text = f"The sandbox does not emulate the service {resource}: no tenant here has it."
    return SignInRefusal("", text, "invalid_resource", 400, source=sources.NOT_EMULATED)


def _not_emulated(what: str, error: str, status: int) -> SignInRefusal:
    text = f"The sandbox does not emulate {what}. It signs in applications and managed identities, and no users."
    return SignInRefusal("", text, error, status, source=sources.NOT_EMULATED)


class TokenRefusal(Exception):
    """The refusal of a bearer token."""

    def __init__(self, status: int, code: str, message: str, *, source: Source) -> None:
        """
        :param status: The HTTP status.
        :param code: The error code of the service that received the token.
        :param message: That service's sentence.
        :param source: How it is known that the service refuses so.
        """
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.source = source
