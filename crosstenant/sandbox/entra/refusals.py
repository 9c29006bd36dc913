"""The refusals of the Microsoft identity platform: of a sign-in, and of a token.

Codes: https://learn.microsoft.com/entra/identity-platform/reference-error-codes.
"""

from __future__ import annotations

from crosstenant.sandbox.world.provenance import Source


class SignInRefusal(Exception):
    """The refusal of a sign-in."""

    def __init__(
        self, code: str, description: str, error: str = "invalid_client", status: int = 401, *, source: Source
    ) -> None:
        """
        :param code: The code, ``AADSTS7000215``.
        :param description: Entra's sentence.
        :param error: The OAuth error of the token endpoint's answer.
        :param status: The HTTP status of that answer.
        :param source: How it is known that Entra refuses so.
        """
        super().__init__(f"{code}: {description}")
        self.code = code
        self.description = description
        self.error = error
        self.status = status
        self.source = source


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
