"""Words of a command that a sentence shows, for a POSIX shell.

A name of somebody else must stay one word of it: of resource groups with parentheses a shell says that the command is
malformed, and a subject or a scope may hold what a shell would run.
"""

from __future__ import annotations

import re
import shlex
from typing import Final

_PLAIN: Final = re.compile(r"[\w@%+=:,./-]+", re.ASCII)
# What a shell takes as it is between double quotes. Sentences have commands between single ones.
_QUIET: Final = re.compile(r"[^\"$`\\!]+")


def shell_word(text: object) -> str:
    """One word of a command, in quotes where a shell needs them.

    :param text: The word: a name, an ID, a document.
    """
    word = str(text)
    if _PLAIN.fullmatch(word):
        return word
    return f'"{word}"' if _QUIET.fullmatch(word) else shlex.quote(word)
