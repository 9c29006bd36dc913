"""A bare checkout whose `go`, pip, uv and Pulumi SDK only write down what they are asked.

Not proven with it: that the pinned modules build and that the programs work together. `make setup` on a machine without
Pulumi does that, and every engine test that follows it. Pulumi's real installer is never run.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]

FAKE_GO = """\
#!{python}
import pathlib, sys, time
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
    {during_build}
    pathlib.Path(args[args.index("-o") + 1]).write_text(folder)
"""

FAKE_PIP = """\
#!{python}
import pathlib, sys
bin, args = pathlib.Path({bin!r}), sys.argv[1:]
with (bin / "installs").open("a") as installs:
    print("pip", *args, file=installs)
if args[:3] == ["-m", "pip", "config"]:
    print((bin / "settings").read_text() if (bin / "settings").exists() else "")
elif args[:3] == ["-m", "pip", "install"]:
    if (bin / "refused").exists():
        sys.exit("no matching distribution")
    uv = pathlib.Path(__file__).parent / "uv"
    uv.write_text((bin / "uv-source").read_text())
    uv.chmod(0o755)
"""

FAKE_UV = """\
#!{python}
import os, pathlib, sys, time
bin, args = pathlib.Path({bin!r}), sys.argv[1:]
with (bin / "installs").open("a") as installs:
    print("uv", *args, file=installs)
    print(*(f"{{key}}={{value}}" for key, value in os.environ.items() if key.startswith("UV_")), file=installs)
if args[0] == "venv":
    python = pathlib.Path(args[-1]) / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch()
elif "--target" in args:
    pathlib.Path(args[args.index("--target") + 1]).mkdir(parents=True)
elif (bin / "uv-broken").exists():
    sys.exit("uv has no such package")
else:
    {during_install}
"""


class Checkout:
    """A bare checkout and a PATH that holds nothing but what the test puts there."""

    def __init__(self, folder: Path) -> None:
        self.root, self.bin = folder / "checkout", folder / "bin"
        self.bin.mkdir(parents=True)
        for name in ("tools", "toolchain"):
            shutil.copytree(ROOT / name, self.root / name, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "pyproject.toml", self.root)

    @property
    def built(self) -> Path:
        return self.root / ".tools" / "bin"

    def put(self, name: str, text: str = "#!/bin/sh\n") -> None:
        """Puts an executable on PATH."""
        write_executable(self.bin / name, text)

    def put_go(self, version: str = "go1.26.6", during_build: str = "pass") -> None:
        """Puts a `go` on PATH; ``during_build`` is a line of Python."""
        self.put("go", FAKE_GO.format(python=sys.executable, during_build=during_build))
        (self.bin / "version").write_text(version)
        launcher = self.bin / "sdk" / "python" / "cmd" / "pulumi-language-python-exec"
        launcher.parent.mkdir(parents=True, exist_ok=True)
        launcher.write_text("#!/usr/bin/env python3\n")

    def put_installers(self, during_install: str = "pass") -> None:
        """Puts a pip, and the uv that it installs, where set-up keeps its own; ``during_install`` is Python."""
        folder = self.root / ".tools" / "uv"
        write_executable(folder / "bin" / "python", FAKE_PIP.format(python=sys.executable, bin=str(self.bin)))
        module = folder / "lib" / "python3" / "site-packages" / "pip" / "__main__.py"
        module.parent.mkdir(parents=True)
        module.touch()
        source = FAKE_UV.format(python=sys.executable, bin=str(self.bin), during_install=during_install)
        (self.bin / "uv-source").write_text(source)

    def command(self, *options: str, prelude: str = "") -> list[str]:
        """Set-up, after some lines of Python that change it."""
        code = f"import runpy, sys\nsys.path.insert(0, 'tools')\n{prelude}\nsys.argv = {['setup.py', *options]!r}\n"
        return [sys.executable, "-c", f"{code}runpy.run_path('tools/setup.py', run_name='__main__')"]

    def environ(self, environ: Mapping[str, str] | None = None) -> dict[str, str]:
        return {"PATH": str(self.bin), "HOME": str(self.bin), "PIP_NO_INDEX": "1", **(environ or {})}

    def setup(
        self,
        *options: str,
        prelude: str = "",
        only: str | None = "pulumi",
        environ: Mapping[str, str] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*options, *(["--only", only] if only else []), prelude=prelude),
            cwd=self.root,
            env=self.environ(environ),
            text=True,
            capture_output=True,
            check=False,
            timeout=400,
        )

    def builds(self) -> list[str]:
        """The folders built since this was last asked."""
        return [line.split()[0] for line in self._lines("calls") if line.split()[1] == "build"]

    def installs(self) -> list[str]:
        """The commands of pip and uv since this was last asked, but for those that only look."""
        return [line for line in self._lines("installs") if line and " config list" not in line and line[3:6] != " -c"]

    def _lines(self, name: str) -> list[str]:
        file = self.bin / name
        lines = file.read_text().splitlines() if file.exists() else []
        file.unlink(missing_ok=True)
        return lines


def write_executable(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    file.chmod(0o755)


def is_running(pid: int) -> bool:
    """Whether a process is there and has not ended (a dead one may wait for somebody to take notice)."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not state.exists() or state.read_text().rsplit(")", 1)[1].split()[0] != "Z"
