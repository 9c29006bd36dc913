"""The texts of others are shown without the secrets that they may repeat, in any form and beside anything."""

from __future__ import annotations

import base64
import json
import re
import textwrap
import time
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosstenant.azure.connections.documents import page_in
from crosstenant.azure.refusals.masking import hide
from crosstenant.model.matched_texts.all_texts import MATCHED_TEXTS
from crosstenant.model.matched_texts.matched_text import MatchedText
from tests.hostile.texts import HARMFUL, texts

secrets = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=12, max_size=44)
FORMS = (
    lambda it: it,
    lambda it: quote(it, safe=""),
    quote_plus,
    lambda it: json.dumps(it)[1:-1],
    lambda it: base64.b64encode(it.encode()).decode(),
    lambda it: base64.b64encode(f"an-id:{it}".encode()).decode(),
    lambda it: base64.urlsafe_b64encode(f"id:{it}".encode()).decode(),
    lambda it: re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), quote(it, safe="")),
    lambda it: quote(quote(it, safe=""), safe=""),
    lambda it: "".join(f"\\u{ord(character):04x}" for character in it),
    lambda it: "".join(f"&#{ord(character)};" for character in it),
    lambda it: "\n".join(textwrap.wrap(base64.b64encode(f"id:{it}".encode()).decode(), 8)),
    lambda it: quote(base64.b64encode(f"id:{it}".encode()).decode(), safe=""),
    lambda it: it.encode().hex(),
)


@given(texts, secrets, st.sampled_from(range(len(FORMS))), texts)
def test_no_form_of_a_secret_is_shown(before: str, secret: str, form: int, after: str):
    written = FORMS[form](secret)
    shown = hide(f"{before} {written} {after}", [secret])
    assert written not in shown.replace("[secret]", "\0")
    assert len(shown) <= len(before) + len(after) + len(written) + 20


PIECES = ("Bearer ", "eyJ", "://", "@", "a1", "Q~", ".", "<title", "expired ", "access ", "/v2/")
SHAPES = (
    *("authorization: ", "password=", '"auth":"', "'token': '", "token: ", "-----BEGIN PRIVATE KEY-----"),
    *("%3A%2F%2F", "u:p@", "\\", '\\"secret', "Basic YTpi", "ZXlK", "=", "%25", "&#0"),
    *('"aadClientSecret', "--password ", "login -p ", "cookie: a=b; ", "?code=", "-u x:", "MII", "1Q~", "0.A"),
)


@given(st.sampled_from([*PIECES, *SHAPES, *HARMFUL]), st.sampled_from(["", " ", "-", "x"]))
def test_a_long_text_is_read_in_time(piece: str, between: str):
    text = (piece + between) * 10_000
    start = time.process_time()
    hide(text, ["the-planted-secret-of-this-test"])
    page_in(f"<{text}")
    # It takes 0.1 s. When it took the square of a text's length, 60 kB took 20 s.
    assert time.process_time() - start < 20


@pytest.mark.parametrize("known", MATCHED_TEXTS, ids=lambda it: it.words)
def test_a_long_text_is_searched_in_time(known: MatchedText):
    start = time.process_time()
    for piece in {*re.findall(r"\w+ ?", known.words), known.words, *PIECES}:
        known.is_in(piece * (200_000 // len(piece)))
    assert time.process_time() - start < 30
