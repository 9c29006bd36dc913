"""Where the sandbox's beliefs about Azure come from: every refusal and every setting carries its source.

The sources stand in one file for each service, ``sources.py`` beside its ``refusals.py``. docs/sandbox-beliefs.md is
written from them by tools/sandbox_beliefs.py, what is assumed first.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """How a belief is known."""

    ASSUMED = "assumed"
    """No source was found."""
    THREAD = "issue or thread"
    """A person reported it, with the words of the answer."""
    CODE = "source code"
    """A client's public source handles or quotes it."""
    PAGE = "documentation"
    RECORDED = "recording"
    """Another client's traffic with the original, or its answer, was recorded."""
    OWN = "the sandbox's own"
    """No belief about Azure: the sandbox says what it does not have."""


@dataclass(frozen=True)
class Source:
    """The source of one belief."""

    kind: Kind
    addresses: tuple[str, ...] = ()
    """Where it can be read."""
    assumed: str = ""
    """What the source does not say, and the sandbox therefore assumes."""
    question: str = ""
    """The question of tests/contract that two real tenants answer, by name; empty without one."""


def assumed(what: str, *addresses: str, question: str = "") -> Source:
    """A belief without a source.

    :param what: What is assumed: "code and text".
    :param addresses: Pages that come near to it.
    """
    return Source(Kind.ASSUMED, addresses, what, question)


def page(*addresses: str, but: str = "", question: str = "") -> Source:
    """A belief from a page of documentation.

    :param addresses: The pages' addresses.
    :param but: What the pages do not say.
    """
    return Source(Kind.PAGE, addresses, but, question)


def thread(*addresses: str, but: str = "", question: str = "") -> Source:
    """A belief from an issue, or from another public thread in which a person shows Azure's answer."""
    return Source(Kind.THREAD, addresses, but, question)


def code(*addresses: str, but: str = "", question: str = "") -> Source:
    """A belief from the public source of a client that handles this answer."""
    return Source(Kind.CODE, addresses, but, question)


def recorded(*addresses: str, but: str = "", question: str = "") -> Source:
    """A belief from a recorded answer."""
    return Source(Kind.RECORDED, addresses, but, question)


def own(why: str = "") -> Source:
    """Words of the sandbox itself, which claim nothing about Azure."""
    return Source(Kind.OWN, (), why)
