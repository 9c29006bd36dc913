"""The command lines of README, docs/ and examples, divided into the programs that they call."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "examples").glob("*/README.md")),
]
PROGRAMS = ("az", "crosstenant", "kubectl", "make", "pulumi")
_SHELL = {"", "bash", "sh", "shell", "console"}


class Call(NamedTuple):
    """A call of one program, with the page that shows it."""

    page: Path
    words: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}: {' '.join(self.words)}"


def calls(program: str, *, in_text: bool = True) -> list[Call]:
    """All calls of a program.

    :param program: Its name.
    :param in_text: Whether those in running text count as well, in single backticks.
    """
    found = [
        Call(page, words)
        for page in PAGES
        for line in _lines(page, in_text)
        for words in _programs(line)
        if words[0] == program
    ]
    return list(dict.fromkeys(found))


def _lines(page: Path, in_text: bool) -> Iterator[str]:
    text = re.sub(r"\\\n\s*", "", page.read_text())
    fence: str | None = None
    prose: list[str] = []
    for line in text.splitlines():
        if mark := re.match(r"\s*```(\w*)", line):
            fence = mark[1] if fence is None else None
        elif (fence in _SHELL) or (fence is None and line.startswith("    ")):
            yield line.strip().removeprefix("$ ")
        elif fence is None:
            prose.append(line)
    if in_text:
        for code in re.findall(r"(?<!`)`([^`]+)`(?!`)", "\n".join(prose)):
            if " ".join(code.split()).startswith(tuple(f"{it} " for it in PROGRAMS)):
                yield " ".join(code.split())


def _programs(line: str) -> Iterator[tuple[str, ...]]:
    # A reader writes a value of his own in the place of `<...>`; a shell would read a redirection.
    line = re.sub(r"<(?=[A-Za-z])[^<>]*>", "VALUE", line)
    line = re.sub(r"\$\(([^()]*)\)", r"VALUE ; \1 ;", line) if "'" not in line else line
    words: list[str] = []
    for word in [*_words(line), ";"]:
        if not word.strip("|&;()"):
            yield from _one(words)
            words = []
        else:
            words.append(word)


def _words(line: str) -> list[str]:
    # A text that goes on in the next line ends here; so does one that an apostrophe of a drawing opens.
    for end in ("", "'", '"'):
        reader = shlex.shlex(line + end, posix=True, punctuation_chars="|&;()")
        reader.whitespace_split, reader.commenters = True, "#"
        try:
            return list(reader)
        except ValueError:
            continue
    return []


def _one(words: list[str]) -> Iterator[tuple[str, ...]]:
    while words and re.fullmatch(r"\w+=.*", words[0]):
        words = words[1:]
    while words and words[0] in {"then", "do", "if", "env", "echo"}:
        words = words[1:]
    if words and words[0] in PROGRAMS and len(words) > 1:
        cut = next((at for at, word in enumerate(words) if word in {"<", ">", "<<<", "2>"}), len(words))
        yield tuple(words[:cut])
