"""Writes the plugin as archives that the Pulumi engine downloads and installs by itself, into dist/plugin.

    python tools/plugin_archive.py      after `make dist` has made the wheel

An archive holds the folder `plugin/`, with the wheel and the pins beside it: the engine unpacks it into its cache and
installs requirements.txt there. It runs on every platform; the engine asks for it under the name of its own.
"""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

from crosstenant._version import VERSION
from lib.checkout import ROOT

PLATFORMS = ("linux-amd64", "linux-arm64", "darwin-amd64", "darwin-arm64", "windows-amd64")
MANIFEST, MAIN, REQUIREMENTS = "PulumiPlugin.yaml", "__main__.py", "requirements.txt"


def write_archives(wheel: Path, folder: Path) -> list[Path]:
    """One archive for each platform, all with the same content.

    :param wheel: The wheel.
    :param folder: Where they go; made where it is missing.
    """
    source = ROOT / "plugin"
    requirements = (source / REQUIREMENTS).read_text().replace("../constraints.txt", "constraints.txt")
    lines = [f"./{wheel.name}" if line == ".." else line for line in requirements.splitlines() if line[:1] != "#"]
    content = {
        MANIFEST: (source / MANIFEST).read_bytes(),
        MAIN: (source / MAIN).read_bytes(),
        REQUIREMENTS: "\n".join([*lines, ""]).encode(),
        "constraints.txt": (ROOT / "constraints.txt").read_bytes(),
        "LICENSE": (ROOT / "LICENSE").read_bytes(),
        wheel.name: wheel.read_bytes(),
    }
    folder.mkdir(parents=True, exist_ok=True)
    return [_write(folder / f"pulumi-resource-crosstenant-v{VERSION}-{it}.tar.gz", content) for it in PLATFORMS]


def _write(archive: Path, content: dict[str, bytes]) -> Path:
    with tarfile.open(archive, "w:gz") as target:
        for name, data in content.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(data), 0o644
            target.addfile(entry, io.BytesIO(data))
    return archive


def main() -> None:
    """Writes the archives of the wheel in dist/."""
    for archive in write_archives(
        ROOT / "dist" / f"pulumi_crosstenant-{VERSION}-py3-none-any.whl", ROOT / "dist" / "plugin"
    ):
        print(archive.relative_to(ROOT))


if __name__ == "__main__":
    main()
