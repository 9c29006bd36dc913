"""Steps of set-up side by side, and how they end together."""

from __future__ import annotations

import re
import signal
import subprocess
import time
from pathlib import Path

from tests.tools.checkout_world import Checkout, is_running

# Each of the two waits until the other has begun: run one after the other, neither would end.
MEET = """
    (bin / {mine!r}).touch()
    until = time.monotonic() + 240
    while not (bin / {theirs!r}).exists():
        if time.monotonic() > until:
            sys.exit("the other never began")
        time.sleep(0.05)
"""
HANG = "import os; (here / 'pid').write_text(str(os.getpid())); time.sleep(600)"


def test_environment_and_pulumi_are_made_side_by_side(checkout: Checkout) -> None:
    checkout.put_go(during_build="bin = here" + MEET.format(mine="go", theirs="uv-begun"))
    checkout.put_installers(during_install="pass" + MEET.format(mine="uv-begun", theirs="go"))
    done = checkout.setup(only=None)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (checkout.built / "pulumi").read_text() == "cli"
    assert (checkout.root / ".venv" / ".set-up").is_file()


def test_without_a_terminal_each_step_tells_its_progress_on_lines_of_its_own(checkout: Checkout) -> None:
    checkout.put_go(during_build="time.sleep(2)")
    done = checkout.setup(prelude="import lib.progress\nlib.progress.QUIET_SECONDS = 0.5")
    assert done.returncode == 0, done.stderr
    assert re.search(r"^  pulumi: 0 of at most 0 packages compiled, \d+ s$", done.stdout, re.MULTILINE)
    assert "\r" not in done.stdout


def test_failure_of_one_step_ends_the_others_and_is_told_at_once(checkout: Checkout) -> None:
    checkout.put_go(during_build=HANG)
    pid = "(bin / 'pid')"
    wait = f"while not ({pid}.exists() and {pid}.read_text()): time.sleep(0.05)"
    checkout.put_installers(during_install=f"{wait}\n    (bin / 'refused').touch(); sys.exit('no space')")
    # Pip, which takes over from uv, is told to use no index. The build goes on for longer than set-up may take here.
    done = checkout.setup(only=None)
    assert done.returncode == 1
    assert done.stderr.startswith("setup: `")
    assert "-m pip ...` failed" in done.stderr
    assert "Traceback" not in done.stderr
    assert not is_running(int((checkout.bin / "pid").read_text()))


def test_interruption_ends_every_command_and_the_next_start_goes_on(checkout: Checkout) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        pid = checkout.bin / "pid"
        pid.unlink(missing_ok=True)
        checkout.put_go(during_build=HANG)
        process = subprocess.Popen(
            checkout.command("--only", "pulumi"),
            cwd=checkout.root,
            env=checkout.environ(),
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        _wait_for(pid)
        process.send_signal(number)
        _, errors = process.communicate(timeout=240)
        assert process.returncode == 1
        assert errors == "setup: interrupted; what was finished is kept, the rest is done at the next start\n"
        assert not is_running(int(pid.read_text()))
    checkout.put_go()
    assert checkout.setup().returncode == 0
    assert (checkout.built / "pulumi").read_text() == "cli"


def _wait_for(file: Path) -> None:
    until = time.monotonic() + 240
    while not (file.exists() and file.read_text()):
        assert time.monotonic() < until, file
        time.sleep(0.05)
