"""Known secrets in a text: as they are, as URLs, JSON, HTML, base64 and hexadecimal digits have them, and cut off.

Secret and text are compared in one plain form: every escape is undone, and white space is left out.
"""

from __future__ import annotations

import html
import json
import re
from base64 import b64encode
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Final
from urllib.parse import quote, quote_plus

_PIECE: Final = re.compile(
    r"(?P<percent>(?:%(?:25)*[0-9A-Fa-f]{2})+)"
    r"|(?P<unicode>(?:\\{1,8}u[0-9A-Fa-f]{4})+)"
    r"|(?P<html>&(?:\#[0-9]{1,7}|\#[xX][0-9A-Fa-f]{1,6}|amp|lt|gt|quot|apos);)"
    r"|(?P<blank>\s+|\\{1,8}[nrt])"
    r"|\\{1,8}(?P<escaped>[^nrt\\\s])"
    r"|(?P<plain>[^%\\&\s]+|.)",
    re.DOTALL,
)
# A shorter secret could be found in the letters of two words.
_SHORTEST_WRAPPED: Final = 12
_SHORTEST_CORE: Final = 8
# Of a secret that was cut off, at its end or at its beginning: as much as words hardly share with it.
_SHORTEST_PART: Final = 12
_BASE64: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-")
_KINDS: Final = frozenset({"percent", "backslash", "html"})
_SOME_KINDS: Final = [frozenset(it) for size in range(len(_KINDS) + 1) for it in combinations(sorted(_KINDS), size)]
_STANDARD: Final = str.maketrans("-_", "+/")


def without(text: str, secrets: Iterable[str]) -> str:
    """``text`` without any form of the secrets.

    :param text: The text.
    :param secrets: The secrets, none of them empty.
    """
    plain = _Plain(text)
    spans = sorted(span for secret in secrets for span in _spans(plain, secret))
    kept: list[str] = []
    end = 0
    for start, stop in spans:
        if start >= end:
            kept += [text[end:start], "[secret]"]
        end = max(end, stop)
    return "".join([*kept, text[end:]])


class _Plain:
    """A text with every escape undone, and without white space; each character knows its place in the original."""

    def __init__(self, text: str, kinds: frozenset[str] = _KINDS) -> None:
        """
        :param text: The text.
        :param kinds: The kinds of escapes that are undone.
        """
        self.original = text
        parts: list[str] = []
        self._starts: list[int] = []
        self._pieces: list[tuple[int, int, bool]] = []
        length = 0
        for found in _PIECE.finditer(text):
            # An escape may be of white space too.
            part = "".join((_undone(found) if _kind(found) in kinds else found[0]).split())
            if part:
                parts.append(part)
                self._starts.append(length)
                self._pieces.append((found.start(), found.end(), found.lastgroup == "plain"))
                length += len(part)
        self.text = "".join(parts)
        self.in_base64 = self.text.translate(_STANDARD)

    def start(self, index: int) -> int:
        """Where the character at ``index`` begins in the original."""
        at, (start, _, is_plain) = self._piece(index)
        return start + index - self._starts[at] if is_plain else start

    def end(self, index: int) -> int:
        """Where the character at ``index`` ends in the original."""
        _, (_, end, is_plain) = self._piece(index)
        return self.start(index) + 1 if is_plain else end

    def is_whole(self, first: int, last: int) -> bool:
        """Whether nothing was left out between two characters."""
        here, there = self._piece(first)[0], self._piece(last)[0]
        return all(self._pieces[it][1] == self._pieces[it + 1][0] for it in range(here, there))

    def _piece(self, index: int) -> tuple[int, tuple[int, int, bool]]:
        at = bisect_right(self._starts, index) - 1
        return at, self._pieces[at]


def _kind(found: re.Match[str]) -> str:
    return "backslash" if found[0].startswith("\\") else found.lastgroup or ""


def _undone(found: re.Match[str]) -> str:
    piece = found[0]
    if found.lastgroup == "blank":
        return ""
    if found.lastgroup == "percent":
        return bytes(int(it, 16) for it in re.findall(r"%(?:25)*([0-9A-Fa-f]{2})", piece)).decode(errors="replace")
    if found.lastgroup == "unicode":
        units = bytes.fromhex("".join(re.findall(r"u([0-9A-Fa-f]{4})", piece)))
        return units.decode("utf-16-be", errors="replace")
    return html.unescape(piece) if found.lastgroup == "html" else found["escaped"] or piece


def _spans(plain: _Plain, secret: str) -> Iterator[tuple[int, int]]:
    """The places of a secret in the original text."""
    for form in _written(secret):
        for first in _places(plain.original, form):
            yield first, first + len(form)
    # What looks like an escape in the secret itself is undone in the text where nothing has encoded it again.
    for form in {_Plain(it, kinds).text for it in (secret, secret.replace(" ", "+")) for kinds in _SOME_KINDS} - {""}:
        for first in _places(plain.text, form):
            last = first + len(form) - 1
            if len(form) >= _SHORTEST_WRAPPED or plain.is_whole(first, last):
                yield plain.start(first), plain.end(last)
        for first, last in _cut_off(plain, form, with_gaps=len(secret.split()) > 1):
            yield plain.start(first), plain.end(last)
    for core in _cores(secret):
        for part in {core[:_SHORTEST_PART], core[-_SHORTEST_PART:]}:
            yield from _runs(plain, part)


def _written(secret: str) -> set[str]:
    in_json, in_url = json.dumps(secret)[1:-1], quote(secret, safe="", errors="replace")
    lower = re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), in_url)
    digits = secret.encode(errors="replace").hex()
    in_urls = {in_url, lower, quote(in_url, safe=""), quote_plus(secret, errors="replace")}
    return {secret, in_json, digits, digits.upper(), *in_urls}


def _places(text: str, part: str) -> Iterator[int]:
    at = text.find(part)
    while at >= 0:
        yield at
        at = text.find(part, at + len(part))


def _cut_off(plain: _Plain, form: str, *, with_gaps: bool) -> Iterator[tuple[int, int]]:
    """Where a text has only the beginning or the end of a form: its author may have cut the text."""
    if len(form) <= _SHORTEST_PART:
        return
    text = plain.text
    if not form.startswith("eyJ"):  # what has the form of a token is hidden whole
        for first in _places(text, form[:_SHORTEST_PART]):
            last = first + _SHORTEST_PART - 1
            for character in form[_SHORTEST_PART:]:
                if text[last + 1 : last + 2] != character or not (with_gaps or plain.is_whole(last, last + 1)):
                    break
                last += 1
            yield first, last
    for first in _places(text, form[-_SHORTEST_PART:]):
        begin = first
        for character in reversed(form[:-_SHORTEST_PART]):
            if begin == 0 or text[begin - 1] != character or not (with_gaps or plain.is_whole(begin - 1, begin)):
                break
            begin -= 1
        yield begin, first + _SHORTEST_PART - 1


def _runs(plain: _Plain, part: str) -> Iterator[tuple[int, int]]:
    last = -1
    for place in _places(plain.in_base64, part):
        if place > last:  # else it is in the run before
            first, last = _run_around(plain, place, place + len(part) - 1)
            yield plain.start(first), plain.end(last)


def _run_around(plain: _Plain, first: int, last: int) -> tuple[int, int]:
    while first and plain.text[first - 1] in _BASE64 and plain.end(first - 1) == plain.start(first):
        first -= 1
    for characters in (_BASE64, "="):
        while last + 1 < len(plain.text) and plain.text[last + 1] in characters and plain.is_whole(last, last + 1):
            last += 1
    return first, last


def _cores(secret: str) -> set[str]:
    # A secret may begin at any of three places of base64's groups. The characters that it shares with its neighbours
    # are left out, and then the whole run around the rest is removed.
    data = secret.encode(errors="replace")
    cores: set[str] = set()
    for before in range(3):
        encoded = b64encode(bytes(before) + data).decode().rstrip("=")
        core = encoded[-(-before * 4 // 3) : (before + len(data)) * 4 // 3]
        if len(core) >= _SHORTEST_CORE:
            cores.add(core)
    return cores
