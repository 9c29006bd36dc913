"""What the command has printed, read into facts: ``script.py`` writes it."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote_plus

from crosstenant.model.kubernetes.node_pull.script import begin_mark, end_mark


class ReportError(ValueError):
    """The output is not whole; the message holds what the cluster said instead."""


@dataclass(frozen=True)
class PodFacts:
    """One pod, as far as its pull needs it; texts are the cluster's, empty where it says nothing."""

    name: str
    pool: str
    node: str = ""
    phase: str = ""
    reason: str = ""
    message: str = ""
    image: str = ""
    """The image that the cluster admitted: a webhook may have put another one in its place."""
    image_id: str = ""
    pull_secrets: tuple[str, ...] = ()
    unscheduled: str = ""
    unscheduled_message: str = ""
    waiting: str = ""
    waiting_message: str = ""
    terminated: str = ""
    terminated_message: str = ""
    events: tuple[tuple[str, str], ...] = ()
    """Reason and message of each warning about the pod."""


@dataclass(frozen=True)
class DeniedPod:
    """A pod that the cluster did not admit."""

    pool: str
    node: str
    text: str
    """What kubectl said."""


@dataclass(frozen=True)
class Report:
    """All that a run has printed."""

    pods: tuple[PodFacts, ...]
    denied: tuple[DeniedPod, ...] = ()
    failures: tuple[str, ...] = field(default=())
    """What kubectl said where it could not list nodes or pods."""


def read_report(output: str, run: str) -> Report:
    """Reads the output of a run's command.

    :param output: The logs of the command.
    :param run: The name of the run.
    :raises ReportError: The command did not come to its end.
    """
    lines = output.splitlines()
    if begin_mark(run) not in lines or end_mark(run) not in lines:
        raise ReportError(output.strip() or "the command printed nothing")
    told = lines[lines.index(begin_mark(run)) + 1 : lines.index(end_mark(run))]
    pods = [list(_fields(it)) for it in told if it.startswith("pod ")]
    events = [dict(_fields(it)) for it in told if it.startswith("event ")]
    return Report(
        pods=tuple(_pod(it, events) for it in pods),
        denied=tuple(
            DeniedPod(it.get("pool", ""), it.get("node", ""), _decoded(it.get("text", "")))
            for it in (dict(_fields(line)) for line in told if line.startswith("denied "))
        ),
        failures=tuple(_decoded(dict(_fields(line)).get("text", "")) for line in told if line.startswith("failed ")),
    )


_PLAIN: Final = frozenset(PodFacts.__dataclass_fields__) - {"pull_secrets", "events"}


def _pod(fields: list[tuple[str, str]], events: list[dict[str, str]]) -> PodFacts:
    known = {name: unquote_plus(value) for name, value in fields if name in _PLAIN}
    own = [it for it in events if it.get("name") == known.get("name")]
    return PodFacts(
        **{"name": "", "pool": "", **known},
        pull_secrets=tuple(unquote_plus(value) for name, value in fields if name == "pull_secret"),
        events=tuple((unquote_plus(it.get("reason", "")), unquote_plus(it.get("message", ""))) for it in own),
    )


def _fields(line: str) -> Iterator[tuple[str, str]]:
    for word in line.split()[1:]:
        name, _, value = word.partition("=")
        yield name, value


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return text
