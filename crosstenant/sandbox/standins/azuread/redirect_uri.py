"""Redirect URIs as the real provider accepts them: https://learn.microsoft.com/entra/identity-platform/reply-url."""

from __future__ import annotations

from urllib.parse import urlsplit

from crosstenant.provider_kit.fields import Refusal
from crosstenant.provider_kit.values import UNKNOWN, Plain
from crosstenant.sandbox.standins.azuread.arguments import each


def redirect_uris(*schemes: str) -> Refusal:
    """A list of redirect URIs of the given schemes, of any scheme when none is given."""

    def validate(name: str, value: Plain) -> str | None:
        return None if value is UNKNOWN else _refuses(name, str(value), schemes)

    return each(validate)


def block_with_redirect_uris(*schemes: str) -> Refusal:
    """An object whose ``redirectUris`` are such a list."""
    validate_list = redirect_uris(*schemes)

    def validate(name: str, value: Plain) -> str | None:
        uris = value.get("redirectUris")
        if uris in (None, UNKNOWN):
            return None
        return validate_list(f"{name}.0.redirect_uris", uris)

    return validate


def _refuses(name: str, uri: str, schemes: tuple[str, ...]) -> str | None:
    if not uri:
        return f'expected "{name}" URI to not be empty'
    parts = urlsplit(uri)
    if parts.scheme == "urn":
        return None
    if not parts.netloc:
        return f'expected "{name}" to have a host, got {uri}'
    if not parts.path:
        return f'URI must have a trailing slash when there is no path segment for "{name}", got {uri}'
    if schemes and parts.scheme not in schemes:
        return f'expected "{name}" to have a URI with schema of: {", ".join(schemes)}, got {uri}'
    return f'URI must be 256 characters or less for "{name}"' if len(uri) > 256 else None
