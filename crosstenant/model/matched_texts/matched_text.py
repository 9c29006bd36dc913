"""One text of a provider or service by which a cause is recognised."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_LONGEST: Final = 16_384
"""Characters of a text that are searched: a server may send a long one, and some patterns take the square of it."""


@dataclass(frozen=True)
class MatchedText:
    """A part of an error of others, in the wording of its author.

    Where the words change, nothing fails: advice is missing. Therefore each has samples, in which a test finds it.
    """

    said_by: str
    """The program or service: ``azuread``, ``azure-native``, ``AKS``."""
    words: str
    """The telling words, as documentation shows them; the pattern, if there is none."""
    samples: tuple[str, ...]
    """Whole texts that contain them, the present form first."""
    source: str
    """The origin of the samples: a source file, a report, a documentation page."""
    assumed: bool = False
    """Whether no original of the text was found: the sample is what the sandbox says."""
    pattern: str = ""
    """A regular expression, without regard to case."""

    def search(self, text: str) -> re.Match[str] | None:
        """The first place of the words in a text.

        :param text: The error of the provider or service.
        """
        begun = text[:_LONGEST]
        return re.search(self.pattern or re.escape(self.words), begun, re.IGNORECASE | re.DOTALL)

    def is_in(self, text: str) -> bool:
        """Whether a text contains the words.

        :param text: The error of the provider or service.
        """
        return self.search(text) is not None
