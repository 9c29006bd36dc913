"""What set-up installs from PyPI is pinned file by file.

Not proven here: that the hashes are those of PyPI's files. `make lock` asks PyPI, and each set-up compares.
"""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from lib import pins, toolchain
from tests.tools.checkout_world import ROOT

FILES = [pins.PACKAGES, pins.KUBERNETES, pins.POLICY, pins.UV, pins.GO]
PYTHONS = ("3.10", "3.11", "3.12", "3.13")


def entries(file: Path) -> list[tuple[Requirement, list[str]]]:
    """The packages of a file, each with its hashes."""
    text = re.sub(r"^#.*\n", "", file.read_text(), flags=re.MULTILINE).replace("\\\n", " ")
    found: list[tuple[Requirement, list[str]]] = []
    for line in text.splitlines():
        requirement, *hashes = line.split("--hash=")
        found.append((Requirement(requirement), [it.strip() for it in hashes]))
    return found


def versions(file: Path, python: str) -> dict[str, str]:
    """The versions that a file installs on Linux, by canonical name."""
    environment = {**default_environment(), "python_version": python, "python_full_version": f"{python}.9"}
    return {
        canonicalize_name(it.name): str(it.specifier)
        for it, _ in entries(file)
        if it.marker is None or it.marker.evaluate({**environment, "sys_platform": "linux"})
    }


@pytest.mark.parametrize("file", [*FILES, pins.FUZZ, pins.AZURE_CLI], ids=lambda file: file.name)
def test_every_package_has_one_version_and_the_hashes_of_its_files(file: Path):
    assert entries(file)
    for requirement, hashes in entries(file):
        assert re.fullmatch(r"==[0-9][^,*]*", str(requirement.specifier)), requirement
        assert hashes, f"{requirement} has no hash"
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", it) for it in hashes), requirement


@pytest.mark.parametrize("python", PYTHONS)
def test_the_versions_are_those_of_constraints_txt(python: str):
    installed = {name: version for file in FILES for name, version in versions(file, python).items()}
    environment = {**default_environment(), "python_version": python}
    for line in pins.CONSTRAINTS.read_text().splitlines():
        if line.startswith("#"):
            continue
        constraint = Requirement(line)
        if constraint.marker is None or constraint.marker.evaluate(environment):
            name = canonicalize_name(constraint.name)
            assert installed.get(name) == str(constraint.specifier), f"{line}: run make lock"


@pytest.mark.parametrize("python", PYTHONS)
def test_the_packages_are_all_that_pyproject_asks_for(python: str):
    text = (ROOT / "pyproject.toml").read_text()
    asked = [
        Requirement(it) for it in re.findall(r'^    "([A-Za-z][\w.-]*(?:\[\w+\])?[<>=][^"]*)",$', text, re.MULTILINE)
    ]
    assert len(asked) > 20
    installed = versions(pins.PACKAGES, python)
    for requirement in asked:
        version = installed[canonicalize_name(requirement.name)].removeprefix("==")
        assert requirement.specifier.contains(version), f"{requirement}: run make lock"


def test_the_environment_has_what_builds_the_package_and_no_plugin_that_programs_do_not_use():
    installed = versions(pins.PACKAGES, "3.12")
    assert {"pip", "hatchling", "editables"} <= set(installed)
    assert "pulumi-kubernetes" not in installed


def test_go_is_the_one_that_the_modules_ask_for():
    assert pins.pinned(pins.GO, toolchain.GO_PACKAGE) == toolchain.newest_directive()


def test_another_file_of_the_same_name_and_version_is_refused(tmp_path: Path):
    version = pins.pinned(pins.UV, "uv")
    with zipfile.ZipFile(tmp_path / f"uv-{version}-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"uv-{version}.dist-info/METADATA", f"Metadata-Version: 2.1\nName: uv\nVersion: {version}\n")
        wheel.writestr(
            f"uv-{version}.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"uv-{version}.dist-info/RECORD", "")
    command = [sys.executable, "-m", "pip", "install", "--no-index", "--find-links", str(tmp_path), "--no-deps"]
    target = tmp_path / "installed"
    done = subprocess.run(
        [*command, "--target", str(target), *pins.options(pins.UV)],
        cwd=ROOT,
        text=True,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 1
    assert "DO NOT MATCH THE HASHES" in done.stderr
    assert not target.exists()
