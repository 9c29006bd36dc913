"""A provider plugin that other people wrote: pulumi-kubernetes, built from the Go module proxy for tests/clients.

Pulumi's random, azuread and azure-native plugins are in no package registry. This one is: the module lacks only the two
files that its own `go generate` derives from files beside them.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from pathlib import Path

from lib import python_env, toolchain
from lib.checkout import TOOLS, fingerprint, stamped
from lib.progress import SetupError, run, say

NAME = "pulumi-resource-kubernetes"
EXECUTABLE = TOOLS / "kubernetes-plugin" / NAME
STAMP = TOOLS / "stamps" / "kubernetes-plugin"
MODULE = "github.com/pulumi/pulumi-kubernetes/provider/v4"
FOLDER = "kubernetes-plugin"


def ensure() -> None:
    """Build the plugin where it is not there, or where its pins have changed since.

    Raises `SetupError` where it cannot be built.
    """
    if is_there():
        return
    start = time.monotonic()
    say("setup: a real provider plugin, kubernetes (10 to 15 minutes on 2 cores, 0.2 GB), built once ...")
    go, env = toolchain.go_for(FOLDER)
    pins, log = toolchain.MODULES / FOLDER, TOOLS / "log"
    download = [str(go), "mod", "download", MODULE]
    run(download, log=log / "kubernetes-plugin.download.log", cwd=pins, env=env)
    answer = subprocess.run(
        [str(go), "list", "-mod=readonly", "-m", "-f", "{{.Dir}}", MODULE],
        cwd=pins,
        env=env,
        text=True,
        check=True,
        capture_output=True,
    )
    source = _source(pins, Path(answer.stdout.strip()) / "cmd" / NAME)
    flags = f"-s -w -X {MODULE}/pkg/version.Version={version()}"
    aside = TOOLS / "partial" / NAME
    with toolchain.compiling():
        run(
            [str(go), "build", "-v", "-mod=readonly", "-buildvcs=false", "-ldflags", flags, "-o", str(aside), "."],
            log=log / "kubernetes-plugin.build.log",
            cwd=source,
            env=env,
            describe=lambda lines: f"{len(lines)} packages compiled",
        )
    EXECUTABLE.parent.mkdir(parents=True, exist_ok=True)
    aside.replace(EXECUTABLE)
    shutil.rmtree(source)
    STAMP.parent.mkdir(parents=True, exist_ok=True)
    STAMP.write_text(_state())
    say(f"setup: the kubernetes plugin is ready ({time.monotonic() - start:.0f} s)")


def is_there() -> bool:
    """Whether the plugin is there, built from the present pins."""
    return EXECUTABLE.is_file() and stamped(STAMP, _state())


def executable() -> Path:
    """The plugin.

    Raises `SetupError` where it is not there.
    """
    if not is_there():
        raise SetupError("the kubernetes plugin is not in .tools: run make test-clients")
    return EXECUTABLE


def version() -> str:
    """The version that the plugin is given: its commit has none on the module proxy, so it is the Python package's."""
    return python_env.kubernetes_pin()


def _source(pins: Path, package: Path) -> Path:
    """A folder with the plugin's own main package, its pins, and what its `go generate` writes."""
    source = TOOLS / "partial" / FOLDER
    shutil.rmtree(source, ignore_errors=True)
    source.mkdir(parents=True)
    for file in (pins / "go.mod", pins / "go.sum", package / "main.go"):
        shutil.copyfile(file, source / file.name)
    schema = json.loads((package / "schema.json").read_text())
    (source / "schema-embed.json").write_text(json.dumps({**schema, "version": version()}))
    mapping = json.loads((package / "terraform-mapping.json").read_text())
    (source / "terraform-mapping-embed.json").write_text(json.dumps(mapping))
    return source


def _state() -> str:
    module = toolchain.MODULES / FOLDER
    return fingerprint([module / "go.mod", module / "go.sum"], version())
