"""What the package writes of other people's texts: messages, Python, YAML."""

from __future__ import annotations

import ast
import json
import re

import yaml
from hypothesis import given
from hypothesis import strategies as st

from crosstenant.model.kubernetes.yaml_text import yaml_text
from crosstenant.model.outside_text import in_one_line, python_string
from tests.hostile.texts import texts

plain = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), texts),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3)),
    max_leaves=8,
)


@given(texts)
def test_a_message_has_one_line_without_control(text: str):
    shown = in_one_line(text)
    assert shown.isprintable()
    assert shown == in_one_line(shown)
    letters = re.sub(r"\s", "", text)
    if letters.isascii() and letters.isprintable():
        assert re.sub(r"\s", "", shown) == letters


@given(texts)
def test_a_text_in_a_program_is_the_text(text: str):
    literal = python_string(text)
    assert literal.isascii()
    assert literal.isprintable()
    assert ast.literal_eval(literal) == text


@given(st.dictionaries(texts, plain, max_size=4))
def test_yaml_says_what_it_was_given(document: dict[str, object]):
    written = yaml_text(document)
    assert written.isascii()
    assert yaml.safe_load(written) == (json.loads(json.dumps(document)) or None)
