"""Try the parsers and writers with hostile input for a while: the properties of tests/hostile, with ever new cases.

    python tools/fuzz.py [--seconds 20] [WORD]

Each property in turn, guided by the code that its cases reach, where atheris can be had (a wheel for this Python and
system, in .tools/fuzz); by chance alone otherwise. WORD chooses the properties whose name has it. The first failure of
a property is printed, and the exit code is 1 then. What was tried is not kept.
"""

from __future__ import annotations

import argparse
import importlib
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lib import pins
from lib.checkout import ROOT

sys.path.insert(0, str(ROOT))

FOLDER = ROOT / "tests" / "hostile"
SITE = ROOT / ".tools" / "fuzz"


def main() -> None:
    """Fuzz each property; exit with 1 if one failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("word", nargs="?", default="", help="a word in the property's name")
    parser.add_argument("--seconds", type=int, default=20, help="seconds for each property")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        fuzz_here(given.one, given.seconds)
        return
    chosen = [it for it in properties() if given.word in it]
    if not chosen:
        sys.exit(f"no property has '{given.word}' in its name")
    guided = has_atheris()
    print(f"{len(chosen)} properties, {given.seconds} s each, {'guided by coverage' if guided else 'by chance'}")
    failed = [it for it in chosen if not fuzz(it, given.seconds, guided)]
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


def properties() -> list[str]:
    """The names of the properties, ``test_ids::test_an_arm_id_has_one_plain_spelling``."""
    found: list[str] = []
    for path in sorted(FOLDER.glob("test_*.py")):
        module = importlib.import_module(f"tests.hostile.{path.stem}")
        found += [f"{path.stem}::{name}" for name, it in vars(module).items() if hasattr(it, "hypothesis")]
    return found


def has_atheris() -> bool:
    """Whether atheris is there; it is installed into a folder of its own if it can be."""
    if not (SITE / "atheris").is_dir():
        quiet = ["--quiet", "--disable-pip-version-check", "--no-deps", "--target", str(SITE)]
        command = [sys.executable, "-m", "pip", "install", *quiet, *pins.options(pins.FUZZ)]
        done = subprocess.run(command, cwd=ROOT, check=False)
        if done.returncode != 0:
            print("atheris cannot be installed here")
            return False
    return True


def fuzz(name: str, seconds: int, guided: bool) -> bool:
    """Fuzz one property in a process of its own; tell how it went.

    :param name: As ``properties`` has it.
    :param seconds: For how long.
    :param guided: Whether with atheris.
    """
    begin = time.monotonic()
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(SITE)]), "PYTHONHASHSEED": "0"}
    if guided:
        command = [sys.executable, str(Path(__file__)), "--one", name, "--seconds", str(seconds)]
    else:
        environ["CROSSTENANT_HYPOTHESIS"] = "long"
        file, _, test = name.partition("::")
        command = [sys.executable, "-m", "pytest", "-q", "--no-header", f"{FOLDER / file}.py::{test}"]
    done = subprocess.run(command, cwd=ROOT, env=environ, text=True, capture_output=True, check=False)
    ran = next((it for it in reversed(done.stderr.splitlines()) if it.startswith("stat::number_of_executed")), "")
    told = f"{time.monotonic() - begin:.0f} s" + (f", {ran.split()[-1]} cases" if ran else "")
    print(f"{'ok    ' if done.returncode == 0 else 'FAILED'} {name}: {told}", flush=True)
    if done.returncode != 0:
        print(done.stdout[-4000:] + done.stderr[-4000:])
    return done.returncode == 0


def fuzz_here(name: str, seconds: int) -> None:
    """Fuzz one property in this process, until atheris ends it."""
    atheris: Any = importlib.import_module("atheris")
    file, _, test = name.partition("::")
    with atheris.instrument_imports(include=["crosstenant"]):
        module = importlib.import_module(f"tests.hostile.{file}")
    one_input: Callable[[bytes], object] = getattr(module, test).hypothesis.fuzz_one_input
    # libFuzzer ends the process itself after these seconds, and with a code of its own when a property fails.
    atheris.Setup(
        [
            sys.argv[0],
            f"-max_total_time={seconds}",
            "-max_len=2048",
            f"-artifact_prefix={SITE}/",
            "-verbosity=0",
            "-print_final_stats=1",
        ],
        lambda data: one_input(data) and None,
    )
    atheris.Fuzz()


if __name__ == "__main__":
    main()
