"""Answers without what differs between two runs or two estates: IDs, times, host names; and without any secret."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable
from typing import Any, cast
from urllib.parse import quote, quote_plus

Json = dict[str, Any]

_TOKEN = re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*")
_PATTERNS = (
    (_TOKEN, "<token>"),
    (re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.IGNORECASE), "<uuid>"),
    (re.compile(r"\b[0-9a-f]{32}\b", re.IGNORECASE), "<uuid-without-hyphens>"),
    (re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?"), "<time>"),
    (re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b"), "<address>"),
    # Entra names the tenant by its display name.
    (re.compile(r"(in the directory )'[^']*'"), r"\1'<directory>'"),
)
_SECONDS = {"expires_in", "ext_expires_in", "expires_on", "not_before", "retry-after"}
_HIDDEN = {"access_token", "refresh_token", "id_token", "secretText"}
_OF_THE_REQUEST = {"innerError", "trace_id", "correlation_id", "timestamp"}


class SecretInAnswer(Exception):
    """A secret is in what would be written."""


class Names:
    """What stands instead of the values of one run."""

    def __init__(self) -> None:
        self._names: dict[str, tuple[str, str]] = {}
        """By the value in lower case: the value, and its name."""
        self._secrets: set[str] = set()

    def name(self, value: str, name: str) -> None:
        """Gives a value a name; a UUID also without its hyphens."""
        self._names[value.lower()] = value, f"<{name}>"
        if re.fullmatch(r"[0-9a-f-]{36}", value.lower()):
            short = value.replace("-", "")
            self._names[short.lower()] = short, f"<{name}-without-hyphens>"

    def hide(self, client_id: str, secret: str) -> None:
        """Hides a secret in every form that a request carries."""
        self._secrets |= {secret, *_encoded(client_id, secret)}

    def text(self, text: str) -> str:
        """A text with names in the place of values, on one line.

        A value in other letter case is ``<name:other-case>``: the case of an answer can be what was asked for.
        """
        text = " ".join(text.split())
        for secret in sorted(self._secrets, key=len, reverse=True):
            text = text.replace(secret, "<secret>")
        for value in sorted(self._names, key=len, reverse=True):
            # An ARM ID follows a host name.
            start = "" if value.startswith("/") else r"(?<![\w-])"
            pattern = rf"{start}{re.escape(value)}(?![\w-])"
            text = re.sub(pattern, lambda match: self._named(match[0]), text, flags=re.IGNORECASE)
        for pattern, replacement in _PATTERNS:
            text = pattern.sub(replacement, text)
        return text

    def value(self, value: Any, key: str = "") -> Any:
        """A JSON value with names in the place of values."""
        if key in _HIDDEN and value is not None:
            return "<hidden>"
        if key in _SECONDS and value is not None:
            return "<seconds>"
        if isinstance(value, dict):
            found = cast(Json, value)
            kept = {name: part for name, part in found.items() if name not in _OF_THE_REQUEST}
            return {self.text(name): self.value(part, name) for name, part in sorted(kept.items())}
        if isinstance(value, list):
            return [self.value(part) for part in cast("list[Any]", value)]
        return self.text(value) if isinstance(value, str) else value

    def check(self, text: str) -> None:
        """Checks what is about to be written.

        :raises SecretInAnswer: A secret is in it; the message does not repeat the secret.
        """
        planted = any(secret in text or json.dumps(secret)[1:-1] in text for secret in self._secrets)
        if planted or _TOKEN.search(text):
            raise SecretInAnswer("a secret is in the answers: nothing was written")

    def _named(self, found: str) -> str:
        value, name = self._names[found.lower()]
        return name if found == value else f"{name[:-1]}:other-case>"


def _encoded(client_id: str, secret: str) -> Iterable[str]:
    yield base64.b64encode(f"{client_id}:{secret}".encode()).decode()
    yield quote(secret, safe="")
    yield quote_plus(secret)
