"""Removes secrets from the texts of other machines and libraries before a person or a log sees them."""

from __future__ import annotations

from collections.abc import Iterable

from crosstenant.azure.connections.proxies import proxy_secrets
from crosstenant.azure.refusals.secret_forms import without
from crosstenant.azure.refusals.secret_shapes import without_shapes


def hide(text: str, secrets: Iterable[str] = ()) -> str:
    """``text`` without credentials.

    Removed are the given secrets and the credentials of the environment's proxies, also as a URL, JSON, HTML or base64
    has them (``id:secret`` of a Basic header), and whatever has the form of a token, of an Authorization header, of a
    private key, of user information in a URL, of a signature, of an Entra client secret, or of a named secret in a form
    or document.

    :param text: The text.
    :param secrets: The secrets that it may contain.
    """
    known = {*filter(None, secrets), *proxy_secrets()}
    return without_shapes(without(text, known) if known else text)
