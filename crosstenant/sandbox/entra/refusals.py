"""The refusals of the Microsoft identity platform: of a sign-in, and of a token.

Codes: https://learn.microsoft.com/entra/identity-platform/reference-error-codes.
"""

from __future__ import annotations


class SignInRefusal(Exception):
    """The refusal of a sign-in."""

    def __init__(self, code: str, description: str, error: str = "invalid_client", status: int = 401) -> None:
        """
        :param code: The code, ``AADSTS7000215``.
        :param description: Entra's sentence.
        :param error: The OAuth error of the token endpoint's answer.
        :param status: The HTTP status of that answer.
        """
        super().__init__(f"{code}: {description}")
        self.code = code
        self.description = description
        self.error = error
        self.status = status


class TokenRefusal(Exception):
    """The refusal of a bearer token."""

    def __init__(self, status: int, code: str, message: str) -> None:
        """
        :param status: The HTTP status.
        :param code: The error code of the service that received the token.
        :param message: That service's sentence.
        """
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
