"""Telling a sequence of steps in plain words, and stopping at the first that does not do what it says."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Mapping
from typing import NoReturn

from lib.stack import Change, Outcome

WIDTH = 100


class Narrator:
    """Prints numbered steps; each check either passes or ends the program with the output it failed on."""

    def __init__(self, steps: int) -> None:
        """
        :param steps: How many steps there will be.
        """
        self._steps, self._step = steps, 0
        self._colour = sys.stdout.isatty()

    def step(self, title: str, text: str) -> None:
        """Begin a step: what happens now, and why."""
        self._step += 1
        print(f"\n{self._bold(f'[{self._step}/{self._steps}] {title}')}")
        for line in textwrap.wrap(text, WIDTH - 6):
            print(f"      {line}")
        sys.stdout.flush()

    def ran(self, outcome: Outcome) -> None:
        """Show a command with its exit code and the time it took."""
        code = "" if outcome.code == 0 else f", exit {outcome.code}"
        print(f"      $ {outcome.command}  ({outcome.seconds:.1f} s{code})", flush=True)

    def line(self, text: str) -> None:
        """One telling line, or what it takes where it is long."""
        for number, line in enumerate(textwrap.wrap(text, WIDTH - 10, break_long_words=False, break_on_hyphens=False)):
            print(f"{'          ' if number else '        '}{line}", flush=True)

    def changes(self, outcome: Outcome, meaning: Mapping[str, str]) -> None:
        """One line for each resource that an operation changes.

        :param meaning: What the resources of a type are, by type; others go without.
        """
        for change in outcome.changes:
            if change.type in meaning:
                self.line(_described(change, meaning[change.type]))

    def expect(self, truth: bool, claim: str, outcome: Outcome | None = None) -> None:
        """Go on if the claim is true; else stop, with the output that belies it."""
        if not truth:
            self.fail(f"expected: {claim}", outcome)

    def succeeded(self, outcome: Outcome, claim: str) -> None:
        """Show a command, and go on if it succeeded."""
        self.ran(outcome)
        self.expect(outcome.code == 0, claim, outcome)

    def fail(self, reason: str, outcome: Outcome | None = None) -> NoReturn:
        """Stop here with exit code 1."""
        print(f"\nstep {self._step} of {self._steps} did not do what it says: {reason}", file=sys.stderr)
        if outcome:
            print(f"$ {outcome.command}  (exit {outcome.code})\n{outcome.output}", file=sys.stderr)
        sys.exit(1)

    def _bold(self, text: str) -> str:
        return f"\033[1m{text}\033[0m" if self._colour else text


def _described(change: Change, meaning: str) -> str:
    properties = f" ({', '.join(change.properties)})" if change.op == "update" else ""
    return f"{change.op:<8} {change.type.split(':')[-1]:<28} {meaning}{properties}"
