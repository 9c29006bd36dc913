"""An operation may fail only by a fault that has met it, and not twice by the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lib.soak.days import FORMS, TARGETS, PlannedFault
from lib.soak.operations import ALARM, QUIET, Operations, Struck
from lib.stack import Outcome

GONE = PlannedFault(4, TARGETS[0], next(it for it in FORMS if it.name == "503"), 0)
LOST = PlannedFault(5, TARGETS[0], next(it for it in FORMS if it.name == "a broken connection"), 0)
FAULTS = {"gone": GONE, "lost": LOST}
PREVIEW = ("preview", "--refresh", "--expect-no-changes")
CHANGES = "error: no changes were expected for preview but changes were proposed"


class Engine:
    """Answers operations as it is told: exit code, output, and the fault that meets a request meanwhile."""

    def __init__(self, log: Path, *answers: tuple[int, str, str]) -> None:
        self._log, self._answers = log, list(answers)
        self.repairs = 0

    def operate(self, *command: str) -> Outcome:
        code, output, fault = self._answers.pop(0)
        with self._log.open("a") as file:
            file.write(json.dumps({"status": 200}) + "\n")
            file.write(json.dumps({"status": 503, "fault": fault}) + "\n" if fault else "")
        return Outcome(" ".join(command), code, output, 1.0)

    def repair(self) -> None:
        self.repairs += 1

    @property
    def is_done(self) -> bool:
        return not self._answers


def run(tmp_path: Path, expected: str, *answers: tuple[int, str, str]) -> tuple[Operations, Engine]:
    engine = Engine(tmp_path / "log", *answers)
    operations = Operations(engine.operate, Struck(tmp_path / "log"), FAULTS, engine.repair)
    operations.run("day 4", expected, *PREVIEW)
    return operations, engine


@pytest.mark.parametrize(
    ("expected", "answer"), [(QUIET, (0, "16 unchanged", "")), (ALARM, (1, CHANGES, "")), (QUIET, (0, "", "gone"))]
)
def test_an_operation_that_comes_to_what_it_must_is_right(tmp_path: Path, expected: str, answer: tuple[int, str, str]):
    operations, engine = run(tmp_path, expected, answer)
    assert operations.wrong == []
    assert engine.is_done
    assert operations.ended.total() == 0


def test_a_failure_by_a_fault_that_met_the_operation_is_run_again(tmp_path: Path):
    operations, engine = run(tmp_path, QUIET, (255, f"error: {GONE.text}", "gone"), (0, "", ""))
    assert operations.wrong == []
    assert operations.ended == {"a sign-in: 503": 1}
    assert engine.repairs == 1


def test_two_faults_may_end_two_runs(tmp_path: Path):
    answers = [(255, GONE.text, "gone"), (255, "the connection was closed", "lost"), (0, "", "")]
    operations, _ = run(tmp_path, QUIET, *answers)
    assert operations.wrong == []
    assert operations.ended.total() == 2


@pytest.mark.parametrize(
    "answers",
    [
        pytest.param([(255, "error: 503 connection", "")], id="no fault met it, whatever the error says"),
        pytest.param([(255, "error: something else", "gone")], id="a fault met it, but the error is another"),
        pytest.param([(255, GONE.text, "gone"), (255, GONE.text, "")], id="the same error without the fault"),
        pytest.param([(255, GONE.text, "other")], id="a fault that was not planned"),
        pytest.param([(1, CHANGES, "")], id="changes without a cause"),
        pytest.param([(1, CHANGES, "gone")], id="a fault explains no change"),
    ],
)
def test_any_other_failure_is_wrong(tmp_path: Path, answers: list[tuple[int, str, str]]):
    operations, engine = run(tmp_path, QUIET, *answers)
    assert engine.is_done
    assert len(operations.wrong) == 1
    assert operations.wrong[0].startswith("day 4: preview --refresh --expect-no-changes came to ")


def test_an_alarm_that_does_not_come_is_wrong(tmp_path: Path):
    operations, _ = run(tmp_path, ALARM, (0, "16 unchanged", ""))
    assert operations.wrong == ["day 4: preview --refresh --expect-no-changes came to no change, not to changes:"
                                " 16 unchanged"]  # fmt: skip


def test_a_traceback_is_wrong_even_where_a_fault_explains_the_failure(tmp_path: Path):
    output = f"Traceback (most recent call last)\n{GONE.text}"
    operations, _ = run(tmp_path, QUIET, (255, output, "gone"), (0, "", ""))
    assert len(operations.wrong) == 1
    assert "shows a traceback" in operations.wrong[0]
