"""Text that other people and services wrote, made safe: for the terminal, and for a generated program.

Names in a directory, role names and the words of a refusal can be chosen by somebody in another company. In a terminal
they could erase or colour lines, add a line to a report, or reverse the order of what is read
(https://trojansource.codes, https://cwe.mitre.org/data/definitions/150.html).
"""

from __future__ import annotations

import re
from typing import Final

# Letters and marks without a glyph, which Unicode counts as printable: the fillers of Hangul, the joiner of graphemes,
# and the empty Braille pattern.
_BLANK: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")

# Agents of pipelines obey `##vso[task.setvariable ...]` and its kin wherever in a line they stand:
# https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands
_PIPELINE_COMMAND: Final = re.compile(r"##(?=\w{0,20}\[)")


def in_one_line(text: str) -> str:
    """``text`` for a message: in one line, with every character that has no glyph as its escape.

    White space of any kind becomes one space, so that the text can forge neither a line nor a column. Escape sequences,
    bidirectional controls and invisible characters become ``\\x1b``, ``\\u202e`` and so on, and the beginning of a
    pipeline's command ``#\\x23``. Letters of every script stay.

    :param text: Text from Azure, a registry, a file or a program.
    """
    shown = "".join(_visible(character) for character in " ".join(text.split()))
    return _PIPELINE_COMMAND.sub(r"#\\x23", shown)


def python_string(text: str) -> str:
    """``text`` as a string of a Python program, in ASCII: the program sees the same text, as data.

    :param text: Any text.
    """
    # JSON's escapes would do up to U+FFFF only: Python reads its pairs for the characters above as two characters.
    escaped = text.encode("unicode_escape").decode("ascii").replace('"', '\\"')
    return f'"{escaped}"'


def _visible(character: str) -> str:
    if character.isprintable() and character not in _BLANK:
        return character
    return character.encode("unicode_escape").decode("ascii")
