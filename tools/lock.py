"""Write toolchain/python/*.txt: the versions that set-up installs, with the SHA-256 of every file of each on PyPI.

    python tools/lock.py

Reads pyproject.toml, constraints.txt and toolchain/*/go.mod. It keeps to the versions in constraints.txt and asks the
index for hashes only; for Python 3.10 to the newest, Linux, macOS and Windows. A folder of packages (find-links) is
left out: its files may differ from the index's.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from lib import pins, toolchain, uv
from lib.checkout import ROOT
from lib.progress import SetupError

HEADER = "# Made by `make lock` (tools/lock.py); the versions come from constraints.txt.\n"
AZURE_CLI = "azure-cli==2.91.0"
"""Not in constraints.txt: the tests of tests/clients/az run it, nothing else."""
ATHERIS = "atheris==3.0.0"
"""Not in constraints.txt: `make fuzz` runs it, nothing else."""
BUILD = ["hatchling", "editables", "pip"]
"""What builds the package in `.venv` (pyproject.toml, `build-system`), and the pip that Pulumi's Python host asks."""


def main() -> None:
    """Write all files anew."""
    installer = uv.uv()
    if installer is None:
        raise SetupError("make lock needs uv")
    compile_pins(installer, pins.PACKAGES, BUILD, ["--extra", "dev", "pyproject.toml"])
    compile_pins(installer, pins.KUBERNETES, ["pulumi-kubernetes"], ["--no-deps"])
    compile_pins(installer, pins.POLICY, ["pulumi-policy"], ["--no-deps"])
    compile_pins(installer, pins.UV, ["uv"], [])
    compile_pins(installer, pins.GO, [f"{toolchain.GO_PACKAGE}=={toolchain.newest_directive()}"], ["--no-deps"])
    compile_pins(installer, pins.FUZZ, [ATHERIS], ["--no-deps"], constrained=False)
    compile_pins(installer, pins.AZURE_CLI, [AZURE_CLI], ["--only-binary", ":all:"], constrained=False)


def compile_pins(installer: Path, file: Path, names: list[str], more: list[str], constrained: bool = True) -> None:
    """Write one file: the named packages, and those of `more`, with all that they need.

    Where it is not `constrained`, the versions in the present file are kept as far as they fit.
    """
    header = HEADER if constrained else f"# Made by `make lock` (tools/lock.py), for {' and '.join(names)}.\n"
    versions = ["-c", pins.CONSTRAINTS.name] if constrained else ["--output-file", str(file)]
    environment = {name: value for name, value in uv.uv_environment().items() if name != "UV_FIND_LINKS"}
    options = ["--universal", "--python-version", "3.10", "--generate-hashes", "--no-header", "--no-annotate"]
    done = subprocess.run(
        [str(installer), "pip", "compile", *options, *versions, *more, "-"],
        input="\n".join(names),
        text=True,
        capture_output=True,
        check=False,
        cwd=ROOT,
        env=environment,
    )
    if done.returncode != 0:
        raise SetupError(f"{file.relative_to(ROOT)} cannot be made:\n{done.stderr}")
    file.parent.mkdir(exist_ok=True)
    file.write_text(header + done.stdout)


if __name__ == "__main__":
    try:
        main()
    except SetupError as error:
        sys.exit(f"lock: {error}")
