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
        text = _without_encoded(text, secret)
    for pattern, replacement in _SHAPES:
        text = pattern.sub(replacement, text)
    return text


def _forms(secret: str) -> Iterator[str]:
    yield secret
    yield quote(secret, safe="")
    yield quote_plus(secret)
    yield json.dumps(secret)[1:-1]


def _without_encoded(text: str, secret: str) -> str:
    # By hand: a pattern that begins with a run of any length takes minutes for a long text that has only such runs.
    cores = _cores(secret)
    if not cores:
        return text
    kept: list[str] = []
    end = 0
    for found in re.finditer("|".join(map(re.escape, cores)), text):
        if found.start() < end:
            continue
        start = found.start()
        while start > end and text[start - 1] in _BASE64:
            start -= 1
        kept += [text[end:start], "[secret]"]
        end = found.end()
        while end < len(text) and text[end] in _BASE64:
            end += 1
        while end < len(text) and text[end] == "=":
            end += 1
    return "".join([*kept, text[end:]])


def _cores(secret: str) -> list[str]:
    # A secret may begin at any of three places of base64's groups. The characters that it shares with its neighbours
    # are left out, and then the whole run around the rest is removed.
    data = secret.encode()
    cores: set[str] = set()
    for before in range(3):
        encoded = b64encode(bytes(before) + data).decode().rstrip("=")
        core = encoded[-(-before * 4 // 3) : (before + len(data)) * 4 // 3]
        if len(core) >= _SHORTEST_CORE:
            cores.update((core, core.replace("+", "-").replace("/", "_")))
    return sorted(cores)


_BASE64: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-")
_SHORTEST_CORE: Final = 8
_SHAPES: Final = (
    # Each of these reads a character a bounded number of times: the text of a hostile server may be long.
    (re.compile(r"eyJ[\w-]{5,}[\w.-]*"), "[token]"),
    # https://www.rfc-editor.org/rfc/rfc6750 and https://www.rfc-editor.org/rfc/rfc7617. Words are shorter, or without a
    # digit.
    (re.compile(r"\b(Bearer|Basic)\s+(?=\S*\d)[A-Za-z0-9][\w.~+/-]{15,}=*", re.IGNORECASE), r"\1 [secret]"),
    (re.compile(r"(?<=://)[^\s/?#@'\"]+@"), "[secret]@"),
    # Entra's secrets: three characters, a digit, `Q~`, 31 to 34 more
    # (https://learn.microsoft.com/purview/sit-defn-azure-ad-client-secret).
    (re.compile(r"[\w.~-]{3}\dQ~[\w.~-]{31,}"), "[secret]"),
)
