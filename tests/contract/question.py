"""A question: what is asked, what is stated about the answer, and the function that asks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from tests.contract.replies import Reply
from tests.contract.world import World

Need = Literal["", "cluster", "managed identity cluster"]
Replies = Sequence[Reply]


@dataclass(frozen=True)
class Statement:
    """What a question states about its answers."""

    text: str
    holds: Callable[[Replies], bool]


@dataclass(frozen=True)
class Question:
    """One question. Its ID stays the same for good: other pages name it."""

    id: str
    asks: str
    statement: Statement
    ask: Callable[[World], Reply | Replies]
    need: Need
    """What must exist beyond the two registries."""

    def asked(self, world: World) -> list[Reply]:
        """The answers."""
        answer = self.ask(world)
        return [answer] if isinstance(answer, Reply) else list(answer)

    def holds(self, replies: Replies) -> bool:
        """Whether the statement holds; an answer without what it speaks of is another answer."""
        try:
            return self.statement.holds(replies)
        except (LookupError, TypeError, AttributeError):
            return False


QUESTIONS: dict[str, Question] = {}
"""All questions by ID, in the order in which they are asked: `tests.contract.questions` fills it."""


def question(
    identifier: str, asks: str, statement: Statement, need: Need = ""
) -> Callable[[Callable[[World], Reply | Replies]], Callable[[World], Reply | Replies]]:
    """Makes a function a question.

    :param identifier: Lower-case words with hyphens; it begins with the service.
    :param asks: What is asked, as a noun phrase.
    """

    def register(ask: Callable[[World], Reply | Replies]) -> Callable[[World], Reply | Replies]:
        if identifier in QUESTIONS:
            raise ValueError(f"two questions have the ID {identifier}")
        QUESTIONS[identifier] = Question(identifier, asks, statement, ask, need)
        return ask

    return register


def refused(status: int, code: str, words: str = "") -> Statement:
    """The last answer is a refusal with this status and code.

    :param words: A part of its text, where the package or a reader tells refusals of one code apart by it.
    """
    return Statement(
        f"refused with {status} {code}" + (f", '... {words} ...'" if words else ""),
        lambda replies: (replies[-1].status, replies[-1].code) == (status, code) and words in str(replies[-1].body),
    )


def states(text: str, holds: Callable[[Replies], bool]) -> Statement:
    """Any statement."""
    return Statement(text, holds)
