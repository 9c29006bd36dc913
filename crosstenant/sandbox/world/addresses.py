"""Addresses that a request names: any text, which may be no address at all."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit


def split_address(text: str) -> SplitResult:
    """The parts of an address; empty ones of a text that is none, ``https://[``."""
    try:
        parts = urlsplit(text)
        # Reading the port checks it.
        _ = parts.port
    except ValueError:
        return urlsplit("")
    return parts
