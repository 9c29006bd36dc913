"""detect-drift.sh of the example drift-detection, with programs in the places of pulumi and crosstenant.

Not proven here: that GitHub shows the report as it is meant. tests/engine/test_drift_detection_example.py runs the real
programs.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.tools.checkout_world import ROOT, write_executable

SCRIPT = ROOT / "examples" / "drift-detection" / "detect-drift.sh"
HOSTILE = "notes: x\n```\n</details>\n# All is well\n@everyone\r# Really\n::error::planted\n  ::add-mask::e"


class Job:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.programs("no changes were expected", 1, "The chain is broken", 1)

    def programs(self, preview: str, preview_code: int, check: str, check_code: int) -> None:
        for name, text, code in (("pulumi", preview, preview_code), ("crosstenant", check, check_code)):
            (self.folder / f"{name}.txt").write_text(text)
            write_executable(self.folder / "bin" / name, f"#!/bin/sh\ncat {self.folder}/{name}.txt\nexit {code}\n")

    def run(self, **variables: str) -> tuple[int, str, str]:
        """Exit code, output and report."""
        environment = {"PATH": f"{self.folder / 'bin'}{os.pathsep}/usr/bin:/bin", **variables}
        done = subprocess.run(
            ["bash", str(SCRIPT), "prod"], cwd=self.folder, env=environment, capture_output=True, text=True
        )
        report = self.folder / "drift-report.md"
        return done.returncode, done.stdout, report.read_text() if report.exists() else ""


@pytest.fixture
def job(tmp_path: Path) -> Job:
    return Job(tmp_path)


def test_what_others_wrote_stays_inside_its_block_of_the_report(job: Job):
    job.programs(f"{HOSTILE}\nno changes were expected\n", 255, HOSTILE, 1)
    code, _, report = job.run()
    assert code == 1
    outside = [line for line in report.replace("\r", "\n").splitlines() if line and not line.startswith("    ")]
    assert outside == [
        "## Drift of stack prod",
        "<details><summary>pulumi preview --refresh</summary>",
        "</details>",
    ]
    assert report.count("    # All is well") == 2


def test_the_runner_obeys_no_line_of_the_preview(job: Job):
    job.programs(f"{HOSTILE}\nno changes were expected\n", 255, HOSTILE, 1)
    _, output, _ = job.run(GITHUB_ACTIONS="true")
    first, *between, last = output.splitlines()
    assert first.startswith("::stop-commands::")
    mark = first.removeprefix("::stop-commands::")
    assert len(mark) == 32
    assert last == f"::{mark}::"
    assert "::error::planted" in between
    assert mark not in "".join(between)
    assert job.run(GITHUB_ACTIONS="true")[1].splitlines()[0] != first


@pytest.mark.parametrize(
    ("preview", "preview_code", "check_code", "code"),
    [("", 0, 0, 0), ("no changes were expected", 255, 0, 1), ("no sign-in", 255, 1, 1), ("no sign-in", 255, 2, 2)],
)
def test_the_exit_code_says_whether_something_drifted(
    job: Job, preview: str, preview_code: int, check_code: int, code: int
):
    job.programs(preview, preview_code, "the chain", check_code)
    found, output, report = job.run()
    assert found == code
    assert ("Nothing has drifted." in output) is (code == 0)
    assert bool(report) is (code != 0)


@pytest.mark.parametrize("variable", ["TMPDIR", "DRIFT_REPORT"])
def test_what_keeps_the_script_from_its_work_is_no_drift(job: Job, variable: str):
    job.programs("no sign-in", 255, "no sign-in", 2)
    assert job.run(**{variable: "/nonexistent/folder"})[0] == 2


def test_drift_is_told_also_where_the_report_cannot_be_written(job: Job):
    assert job.run(DRIFT_REPORT="/nonexistent/report")[0] == 1


def test_the_stack_must_be_named():
    done = subprocess.run(["bash", str(SCRIPT)], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert "usage: detect-drift.sh STACK" in done.stderr


def test_the_issue_of_a_long_report_is_one_that_github_takes(job: Job):
    workflow = (SCRIPT.parent / ".github" / "workflows" / "drift.yml").read_text()
    (command,) = [line.split("run: ")[1] for line in workflow.splitlines() if "gh issue create" in line]
    write_executable(job.folder / "bin" / "gh", f"#!/bin/sh\ncat >{job.folder}/body\n")
    (job.folder / "drift-report.md").write_text("The chain is broken\n" * 10_000)
    subprocess.run(["bash", "-c", command], cwd=job.folder, env={"PATH": f"{job.folder}/bin:/usr/bin:/bin"}, check=True)
    assert 60_000 < len((job.folder / "body").read_text()) <= 65_536
