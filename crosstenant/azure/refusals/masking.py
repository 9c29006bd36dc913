"""Removes secrets from the texts of other machines and libraries before a person or a log sees them."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import quote, quote_plus

from crosstenant.azure.connections.proxies import proxy_secrets


def hide(text: str, secrets: Iterable[str] = ()) -> str:
    """``text`` without credentials.

    Removed are the given secrets, also as a URL, a JSON text or base64 has them (``id:secret`` of a Basic header), the
    credentials of the environment's proxies, and whatever has the form of a token, of an Authorization header, of user
    information in a URL, or of an Entra client secret.

    :param text: The text.
    :param secrets: The secrets that it may contain.
    """
    known = [*filter(None, secrets), *proxy_secrets()]
    for form in sorted({form for secret in known for form in _forms(secret)}, key=len, reverse=True):
        text = text.replace(form, "[secret]")
    for secret in known:
        text = re.sub(_encoded(secret), "[secret]", text)
    for pattern, replacement in _SHAPES:
        text = pattern.sub(replacement, text)
    return text


def _forms(secret: str) -> Iterator[str]:
    yield secret
    yield quote(secret, safe="")
    yield quote_plus(secret)
    yield json.dumps(secret)[1:-1]


def _encoded(secret: str) -> str:
    # A secret may begin at any of three places of base64's groups. The characters that it shares with its neighbours
    # are left out, and then the whole run around the rest is removed.
    data = secret.encode()
    cores: set[str] = set()
    for before in range(3):
        encoded = b64encode(bytes(before) + data).decode().rstrip("=")
        core = encoded[-(-before * 4 // 3) : (before + len(data)) * 4 // 3]
        if len(core) >= _SHORTEST_CORE:
            cores.update((core, core.replace("+", "-").replace("/", "_")))
    if not cores:
        return r"(?!)"
    return rf"[A-Za-z0-9+/_-]*(?:{'|'.join(map(re.escape, sorted(cores)))})[A-Za-z0-9+/_-]*={{0,2}}"


_SHORTEST_CORE: Final = 8
_SHAPES: Final = (
    (re.compile(r"\beyJ[\w-]+\.[\w-]+(\.[\w-]*)*"), "[token]"),
    # https://www.rfc-editor.org/rfc/rfc6750 and https://www.rfc-editor.org/rfc/rfc7617. Words are shorter, or without a
    # digit.
    (re.compile(r"\b(Bearer|Basic)\s+(?=\S*\d)[A-Za-z0-9][\w.~+/-]{15,}=*", re.IGNORECASE), r"\1 [secret]"),
    (re.compile(r"(\w+://)[^\s/?#@'\"]+@"), r"\1[secret]@"),
    # Entra's secrets: three characters, a digit, `Q~`, 31 to 34 more
    # (https://learn.microsoft.com/purview/sit-defn-azure-ad-client-secret).
    (re.compile(r"[\w.~-]{3}\dQ~[\w.~-]{31,}"), "[secret]"),
)
