"""Asks all questions, and writes the answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path

import httpx

from tests.contract.caller import SetUpFailed, request_failed
from tests.contract.clean_up import remove_leftovers
from tests.contract.normalise import Json
from tests.contract.question import Question
from tests.contract.questions import QUESTIONS
from tests.contract.replies import Reply
from tests.contract.tenants import Estate
from tests.contract.world import World

ANSWERS = Path(__file__).parent / "answers"
SANDBOX_ANSWERS = ANSWERS / "sandbox.json"


@dataclass
class Run:
    """What a run found."""

    kind: str
    answers: dict[str, Json] = field(default_factory=dict[str, Json])
    """By the question's ID: ``asks``, ``states``, ``holds``, and ``answers`` or ``failed``."""
    replies: dict[str, list[Reply]] = field(default_factory=dict[str, list[Reply]], repr=False)
    """The answers as they came. They have values of the run: they are not written."""
    left_behind: list[str] = field(default_factory=list[str])
    """What could not be removed."""
    text: str = ""
    """The document that is written; it was checked for secrets."""


def run(
    estate: Estate,
    questions: Collection[Question] = tuple(QUESTIONS.values()),
    tell: Callable[[str], None] = lambda _: None,
) -> Run:
    """Asks questions; removes what they made, also after a failure.

    :param tell: Receives one line for each question.
    :raises SetUpFailed: A caller cannot sign in, or a resource cannot be read; nothing was made.
    :raises SecretInAnswer: A secret would be written.
    """
    found = Run(estate.kind)
    possible = {"": True, "cluster": bool(estate.cluster)}
    possible["managed identity cluster"] = bool(estate.managed_identity_cluster)
    world = World(estate)
    try:
        with world:
            world.prepare()
            if any(it.id == "sign-in-expired-secret" for it in questions):
                _begin(world)
            for question in questions:
                if not possible[question.need]:
                    tell(f"  not asked  {question.id}: there is no {question.need}")
                    continue
                found.answers[question.id] = answer = _answer(question, world, found)
                tell(f"  {'as stated' if answer['holds'] else 'DIFFERENT'}  {question.id}")
    finally:
        if world.unsure:
            world.left_behind += _lost(estate)
        # Told here, because an interrupted run has no result.
        for what in world.left_behind:
            tell(f"  not removed  {what}")
    found.left_behind = world.left_behind
    document: Json = {"estate": estate.kind, "answers": found.answers}
    if estate.kind != "sandbox":
        document["asked"] = datetime.now(timezone.utc).strftime("%Y-%m-%d")
    found.text = json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    world.names.check(found.text)
    return found


def file_of(found: Run) -> Path:
    """Where a run's answers are kept: the sandbox's in one file, Azure's in one for each day."""
    if found.kind == "sandbox":
        return SANDBOX_ANSWERS
    return ANSWERS / f"{found.kind}-{datetime.now(timezone.utc):%Y-%m-%d}.json"


def _lost(estate: Estate) -> list[str]:
    """Removes, by their names, the objects whose making was not answered; what could not be removed."""
    try:
        return remove_leftovers(estate)[1]
    except (SetUpFailed, httpx.HTTPError) as error:
        return [f"what was made by a request without an answer: {request_failed(error)}"]


def _begin(world: World) -> None:
    """Makes the secret that has to end early, so that the other questions are the wait for it."""
    try:
        _ = world.expired
    except Exception:
        # Its question asks again, and reports.
        return


def _answer(question: Question, world: World, found: Run) -> Json:
    record: Json = {"asks": question.asks, "states": question.statement.text, "holds": False}
    try:
        replies = question.asked(world)
    except Exception as error:
        # The others are asked all the same: a run in real tenants is not begun again for one answer.
        record["failed"] = world.names.text(request_failed(error))
    else:
        found.replies[question.id] = replies
        record["holds"] = question.holds(replies)
        record["answers"] = [reply.normalised(world.names) for reply in replies]
    return record
