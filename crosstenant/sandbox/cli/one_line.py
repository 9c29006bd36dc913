"""Text of programs and requests, for a terminal: any user of the machine can send the sandbox a request."""

from __future__ import annotations


def one_line(text: str) -> str:
    """``text`` in one line, with its escape in the place of each character that a terminal could obey.

    :param text: A path, a name.
    """
    return "".join(it if it.isprintable() else it.encode("unicode_escape").decode("ascii") for it in text)
