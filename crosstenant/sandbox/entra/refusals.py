"""The refusals of the Microsoft identity platform: a sign-in refused, and a token refused.

Codes: https://learn.microsoft.com/entra/identity-platform/reference-error-codes.
"""

from __future__ import annotations


class SignInRefusal(Exception):
    """A sign-in refused."""

    def __init__(self, code: str, description: str, error: str = "invalid_client", status: int = 401) -> None:
        """The ``AADSTS…`` code, the sentence behind it, and what the token endpoint answers."""
        super().__init__(f"{code}: {description}")
        self.code = code
        self.description = description
        self.error = error
        self.status = status


class TokenRefusal(Exception):
    """A bearer token refused."""

    def __init__(self, status: int, code: str, message: str) -> None:
        """The answer's status, error code and message, as the service it was sent to words them."""
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
