"""Writes docs/sandbox-beliefs.md: what the sandbox believes about Azure, and how each belief is known.

    .venv/bin/python tools/sandbox_beliefs.py

The whole page is written; its sources are the ``sources.py`` of the sandbox's rooms, its behaviours and its open
questions, and the texts that the package itself matches.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from crosstenant.model.matched_texts.all_texts import MATCHED_TEXTS
from crosstenant.sandbox.standins.sources import TEXTS
from crosstenant.sandbox.world.behaviours import BEHAVIOURS
from crosstenant.sandbox.world.open_questions import QUESTIONS
from crosstenant.sandbox.world.provenance import Kind, Source
from lib import federation_recipe
from lib.beliefs import ROOMS, Refusal, files_with_both_answers, refusals
from lib.checkout import ROOT

PAGE = ROOT / "docs" / "sandbox-beliefs.md"

_HEAD = """\
# What the sandbox believes

<!-- Written by tools/sandbox_beliefs.py: do not edit. -->

The sandbox refuses what Azure refuses, as far as that is known. This page says for every refusal how it is known. It
begins with what is not known: {assumed} refusals have no source, {partly} have a source for a part, and {known} for the
whole. A source is a page of documentation, an issue in which a person shows Azure's answer, or the source code of a
client that handles it. `…` stands for what changes in a text.

Where a question of [contract.md](contract.md) is named, a person with two tenants settles the belief by asking it.
"""
_OPEN = """\
Azure may do the one or the other. Each question is a setting of the sandbox
(`crosstenant sandbox setting NAME ANSWER`), and the tests that are named run with every answer. The first answer is the
default.
"""
_STAND_INS = """\
Where the real provider plugins are not installed, stand-ins say this in their place. The assumed texts come first.
"""
_MATCHED = """\
By these words of others the package recognises a cause, to give advice. Where the words change, the advice is missing,
and nothing else fails. The assumed ones come first.
"""


def rendered() -> str:
    """The page."""
    found = [one for one in refusals() if one.source.kind is not Kind.OWN]
    assumed = [one for one in found if one.source.kind is Kind.ASSUMED]
    partly = [one for one in found if one.source.kind is not Kind.ASSUMED and one.source.assumed]
    known = [one for one in found if one.source.kind is not Kind.ASSUMED and not one.source.assumed]
    parts = [
        _HEAD.format(assumed=len(assumed), partly=len(partly), known=len(known)),
        "## Open questions\n",
        _OPEN,
        *_questions(),
        "## A chain without a secret, asked of two real tenants\n",
        federation_recipe.rendered(),
        "## Assumed refusals\n",
        _by_room(assumed, ("what is assumed", "question"), lambda it: (it.source.assumed, _question(it.source))),
        "## Refusals that are known in part\n",
        _by_room(
            partly,
            ("known from", "what is assumed", "question"),
            lambda it: (_known(it.source), it.source.assumed, _question(it.source)),
        ),
        "## Refusals that are known\n",
        _by_room(known, ("known from", "question"), lambda it: (_known(it.source), _question(it.source))),
        "## Texts of the stand-ins\n",
        _STAND_INS,
        _stand_ins(),
        "## Behaviours\n",
        _behaviours(),
        "## Texts that the package recognises\n",
        _MATCHED,
        _matched(),
        "## Without a belief\n",
        "These words are the sandbox's own, and claim nothing about Azure.\n",
        _table(
            ("refusal", "why"),
            ((_shown(it), it.source.assumed) for it in refusals() if it.source.kind is Kind.OWN),
        ),
    ]
    return "\n".join(parts)


def _questions() -> Iterable[str]:
    tests = files_with_both_answers()
    for it in QUESTIONS:
        yield f"### `{it.setting}`\n\n{it.asks}\n"
        yield _table(("answer", "meaning"), ((f"`{answer}`", meaning) for answer, meaning in it.answers.items()))
        found = _known(it.source)
        known = f"Known from {found}, but not {it.source.assumed}. " if it.source.kind is not Kind.ASSUMED else ""
        asked = f" Question {_question(it.source)} asks it." if it.source.question else ""
        yield f"{known}To settle it: {it.settle}{asked}\n"
        yield f"Tests with every answer: {', '.join(f'`{file}`' for file in tests.get(it.setting, []))}.\n"


def _by_room(found: list[Refusal], columns: tuple[str, ...], cells: Callable[[Refusal], tuple[str, ...]]) -> str:
    parts: list[str] = []
    for room, title in ROOMS.items():
        rows = list(dict.fromkeys((_shown(it), *cells(it)) for it in found if it.room == room))
        if rows:
            parts.append(f"### {title}\n\n{_table(('refusal', *columns), rows)}")
    return "\n".join(parts)


def _stand_ins() -> str:
    found = [(text, source) for text, source in TEXTS.items() if source.kind is not Kind.OWN]
    rows = [
        (text, _known(source), source.assumed)
        for text, source in sorted(found, key=lambda it: it[1].kind is not Kind.ASSUMED)
    ]
    return _table(("text", "known from", "what is assumed"), rows)


def _behaviours() -> str:
    rows = [
        (it.does, ", ".join(f"`{name}`" for name in it.settings), _known(it.source), it.source.assumed)
        for it in sorted(BEHAVIOURS, key=lambda it: it.source.kind is not Kind.ASSUMED)
    ]
    return _table(("behaviour", "settings", "known from", "what is assumed"), rows)


def _matched() -> str:
    rows = [
        (f"`{it.words}`", it.said_by, _linked(it.source), "yes" if it.assumed else "")
        for it in sorted(MATCHED_TEXTS, key=lambda it: not it.assumed)
    ]
    return _table(("words", "said by", "known from", "assumed"), rows)


def _shown(refusal: Refusal) -> str:
    return ": ".join(part for part in (f"`{refusal.code}`" if refusal.code else "", refusal.text) if part) or "any"


def _known(source: Source) -> str:
    links = ", ".join(_link(it) for it in source.addresses)
    if source.kind is Kind.ASSUMED:
        return f"assumed, near to {links}" if links else "assumed"
    return f"{source.kind.value}: {links}" if links else source.kind.value


def _question(source: Source) -> str:
    return f"[{source.question}](contract.md#{source.question})" if source.question else ""


def _link(address: str) -> str:
    if match := re.fullmatch(r"https://github\.com/([^/]+/[^/]+)/(?:issues|pull)/(\d+)", address):
        return f"[{match[1]}#{match[2]}]({address})"
    name = address.rstrip("/").removesuffix(".md").rsplit("/", 1)[-1]
    return f"[{name}]({address})"


def _linked(text: str) -> str:
    return re.sub(r"https://[^\s;)]+(?<![.,:])", lambda match: _link(match[0]), text)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join(f"| {' | '.join(_cell(text) for text in line)} |\n" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


if __name__ == "__main__":
    PAGE.write_text(rendered())
