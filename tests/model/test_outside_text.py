"""Text from outside can neither act on a terminal nor become code."""

import ast

import pytest

from crosstenant.model.outside_text import in_one_line, python_string

ODD = [
    "plain",
    "für Ämter",
    "名前 \N{GRINNING FACE}",
    "a \"quoted\" and 'single' name",
    "back\\slash\\n",
    "two\nlines\r\n\ttab",
    "\x1b[31mred\x9b2J",
    "\u202egnp.exe\u2066",
    "lone \ud800 surrogate",
    '"); import os; os.system("id") #',
    "{braces} %s ${shell}",
    "\x00",
]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("AKS image pull", "AKS image pull"),
        ("für Ämter 名前 \N{GRINNING FACE}", "für Ämter 名前 \N{GRINNING FACE}"),
        ("", ""),
        ("a  b", "a b"),
        ("x\n  secret  ok", "x secret ok"),
        ("x\r\x0b\x0c\x1c\x85\u2028\u2029\u00a0\u3000y", "x y"),
        ("\x1b[2J\x1b]0;title\x07", "\\x1b[2J\\x1b]0;title\\x07"),
        ("\x9b31m\x7f\x00\x08", "\\x9b31m\\x7f\\x00\\x08"),
        ("\u202a\u202b\u202c\u202d\u202e", "\\u202a\\u202b\\u202c\\u202d\\u202e"),
        ("\u2066\u2067\u2068\u2069\u200e\u200f\u061c", "\\u2066\\u2067\\u2068\\u2069\\u200e\\u200f\\u061c"),
        ("Acr\u200bPull\ufeff\u00ad", "Acr\\u200bPull\\ufeff\\xad"),
        ("\u3164\u115f\u2800", "\\u3164\\u115f\\u2800"),
        ("\ud800\ue000\U000e0041", "\\ud800\\ue000\\U000e0041"),
        ("back\\slash", "back\\slash"),
        (
            "a ##vso[task.setvariable variable=PATH]x ##[error]y",
            "a #\\x23vso[task.setvariable variable=PATH]x #\\x23[error]y",
        ),
        ("###teamcity[x] ##VSO[y] # ## [z] C##", "##\\x23teamcity[x] #\\x23VSO[y] # ## [z] C##"),
    ],
)
def test_message_shows_letters_and_the_escape_of_all_else(text: str, shown: str):
    assert in_one_line(text) == shown


def test_no_character_of_unicode_acts_on_a_terminal():
    shown = in_one_line("".join(map(chr, range(0x110000))))
    assert shown.isprintable()
    assert in_one_line(shown) == shown


@pytest.mark.parametrize("text", ODD)
def test_string_of_a_program_is_the_same_text_in_ascii(text: str):
    source = python_string(text)
    assert source.isascii()
    assert source.isprintable()
    assert ast.literal_eval(source) == text
    assert (source[0], source[-1]) == ('"', '"')
