"""The stack's operations, and what each must come to: one that a fault ended is run again, and must then succeed."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from statistics import median

from lib.soak.days import PlannedFault
from lib.stack import Outcome

QUIET, ALARM, FAILED = "no change", "changes", "an error"
_ALARM = re.compile("no changes were expected .*but changes were proposed")


def result_of(outcome: Outcome) -> str:
    """What an operation came to."""
    if outcome.code == 0:
        return QUIET
    return ALARM if _ALARM.search(outcome.output) else FAILED


def excuses(fault: PlannedFault, outcome: Outcome) -> bool:
    """Whether the error of an operation speaks of this fault, which has met one of its requests."""
    flat = " ".join(outcome.output.split()).lower()
    return any(it.lower() in flat for it in fault.form.words or (fault.text,))


class Struck:
    """The faults that have met a request, from the sandbox's log of requests: read on from where it ended."""

    def __init__(self, log: Path) -> None:
        self._log, self._offset = log, 0
        self.ids = Counter[str]()
        """How many requests, by the fault's ID."""

    def read(self) -> Counter[str]:
        """The faults that have met requests since the last time."""
        new = Counter[str]()
        if self._log.exists():
            with self._log.open("rb") as file:
                file.seek(self._offset)
                for line in file:
                    if not line.endswith(b"\n"):
                        break
                    self._offset += len(line)
                    if b'"fault"' in line:
                        new[json.loads(line)["fault"]] += 1
        self.ids += new
        return new


class Operations:
    """Runs operations, and keeps what was wrong with them."""

    def __init__(
        self,
        operate: Callable[..., Outcome],
        struck: Struck,
        faults: dict[str, PlannedFault],
        repair: Callable[[], None],
    ) -> None:
        """
        :param operate: Runs one.
        :param struck: Which faults have met requests.
        :param faults: The faults that were set, by the sandbox's ID.
        :param repair: Ends the faults that would stay.
        """
        self._operate, self._struck, self._faults, self._repair = operate, struck, faults, repair
        self.wrong: list[str] = []
        self.ended = Counter[str]()
        """Operations that a fault ended, by the fault's name."""
        self.seconds: dict[str, list[float]] = {}

    def run(self, what: str, expected: str, *command: str) -> Outcome:
        """Runs an operation, which must come to this; again if a fault ends it.

        :param what: When and why, for a person.
        :param expected: ``QUIET``, or ``ALARM`` of a preview.
        :param command: The operation and its options.
        """
        outcome = self._run(*command)
        # A fault meets one run: whatever ends the next must be another one.
        while result_of(outcome) == FAILED and (excuse := self._excuse(outcome)):
            self.ended[excuse.name] += 1
            self._repair()
            outcome = self._run(*command)
        self._struck.read()
        found = result_of(outcome)
        if found != expected:
            text = f"{what}: {' '.join(command)} came to {found}, not to {expected}: {outcome.output[-2500:]}"
            self.wrong.append(text)
        return outcome

    def typical(self, operation: str) -> float:
        """Median of an operation's seconds; 0 where it was not run."""
        return median(self.seconds.get(operation, [0]))

    def _excuse(self, outcome: Outcome) -> PlannedFault | None:
        met = [self._faults[it] for it in self._struck.read() if it in self._faults]
        return next((it for it in met if excuses(it, outcome)), None)

    def _run(self, *command: str) -> Outcome:
        self._struck.read()
        outcome = self._operate(*command)
        self.seconds.setdefault(command[0], []).append(outcome.seconds)
        if "Traceback (most recent call last)" in outcome.output:
            self.wrong.append(f"{' '.join(command)} shows a traceback: {outcome.output[-2500:]}")
        return outcome
