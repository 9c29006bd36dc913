"""pin.sh and install.sh of the example drift-detection, with a local curl and uv.

Not proven here: the addresses at get.pulumi.com, and that a real uv writes the requirements.
"""

from __future__ import annotations

import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

from tests.tools.checkout_world import ROOT, write_executable

EXAMPLE = ROOT / "examples" / "drift-detection"
RELEASES = "https://get.pulumi.com/releases"
PULUMI = f"{RELEASES}/sdk/pulumi-v3.274.1-linux-x64.tar.gz"
PLUGINS = f"{RELEASES}/plugins/pulumi-resource"

# Puts the file of an address where --output says, or beside it with -O.
CURL = """#!/bin/sh
while [ $# -gt 1 ]; do
  case $1 in --output) target=$2; shift ;; esac
  shift
done
cp "{served}/$(echo "$1" | tr / _)" "${{target:-$(basename "$1")}}"
"""
UV = """#!/bin/sh
cat >/dev/null  # unread, the list would end pin.sh with SIGPIPE
while [ $# -gt 1 ]; do
  case $1 in --output-file) target=$2 ;; esac
  shift
done
target=${{target:-$1}}
for pin in azure-native==3.29.0 azuread==6.11.1; do
  printf 'pulumi-%s \\\\\\n    --hash=sha256:00\\n' $pin
done >"$target"
"""
PYTHON = """#!/bin/sh
echo "python $*" >>"{calls}"
[ "$2" = venv ] && mkdir -p "$3/bin" && cp "$0" "$3/bin/python"
exit 0
"""


class World:
    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.project, self.served, self.calls = folder / "project", folder / "served", folder / "calls"
        self.served.mkdir()
        self.project.mkdir()
        for name in ("pin.sh", "install.sh"):
            shutil.copy(EXAMPLE / name, self.project)
        for name, text in {"curl": CURL, "uv": UV, "python": PYTHON}.items():
            write_executable(folder / "bin" / name, text.format(served=self.served, calls=self.calls))
        monkeypatch.setenv("PATH", f"{folder / 'bin'}:/usr/bin:/bin")
        self.serve_pulumi("the tested one")
        self.plugins = {"azuread": "6.11.1", "azure-native": "3.29.0"}
        for name, version in self.plugins.items():
            self._at(f"{PLUGINS}-{name}-v{version}-linux-amd64.tar.gz").write_text(name)

    def _at(self, address: str) -> Path:
        return self.served / address.replace("/", "_")

    def serve_pulumi(self, mark: str) -> None:
        """Puts an archive of Pulumi at its address, whose command notes its arguments."""
        command = self.served.parent / "pulumi"
        write_executable(command, f'#!/bin/sh\necho "pulumi ({mark}) $*" >>"{self.calls}"\n')
        with tarfile.open(self._at(PULUMI), "w:gz") as archive:
            archive.add(command, "pulumi/pulumi")

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(words, cwd=self.project, text=True, capture_output=True, check=False)

    def called(self, name: str) -> list[str]:
        return [line for line in self.calls.read_text().splitlines() if line.startswith(name)]


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    return World(tmp_path, monkeypatch)


def test_what_is_pinned_is_installed_by_its_hash(world: World):
    pinned = world.run("./pin.sh", "3.274.1")
    assert pinned.returncode == 0, pinned.stderr
    done = world.run("./install.sh", ".venv")
    assert done.returncode == 0, done.stderr
    pip = world.called("python")[1]
    assert "-m pip install" in pip
    assert "--require-hashes --only-binary :all: -r" in pip
    digests = dict(line.split(" ", 2)[::2] for line in (world.project / "plugins.txt").read_text().splitlines())
    assert world.called("pulumi") == [
        f"pulumi (the tested one) plugin install resource {name} {version} --checksum {digests[name]}"
        for name, version in world.plugins.items()
    ]
    assert all(len(digest) == 64 for digest in digests.values())
    assert len(set(digests.values())) == 2


def test_another_archive_at_the_same_address_is_not_run(world: World):
    world.run("./pin.sh", "3.274.1")
    world.serve_pulumi("another one")
    done = world.run("./install.sh", ".venv")
    assert done.returncode == 1
    assert "pulumi-v3.274.1-linux-x64.tar.gz: FAILED" in done.stdout + done.stderr
    assert world.called("pulumi") == []
    assert not (world.project / ".venv" / "pulumi").exists()
