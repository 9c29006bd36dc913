"""What `make dist` makes holds the package and nothing else, and a stack that has only that deploys."""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
import zipfile
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import pytest

from crosstenant._version import VERSION
from crosstenant.plugin_search import cache_folder
from crosstenant.resources.missing_plugin import MISSING
from lib import sandbox, uv
from lib.checkout import ROOT
from lib.stack import Outcome, run
from tests.packaging.distribution import build, environment_of, only_python

INFO = f"pulumi_crosstenant-{VERSION}.dist-info"
PROJECT = "name: outside\nruntime: python\n"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return build(ROOT, tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def wheel(built: tuple[Path, Path]) -> Path:
    return built[1]


def contents(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def package_files() -> dict[str, bytes]:
    """The files of the package in this checkout."""
    files = [it for it in (ROOT / "crosstenant").rglob("*") if it.is_file() and "__pycache__" not in it.parts]
    return {str(it.relative_to(ROOT)): it.read_bytes() for it in files}


def test_the_wheel_holds_the_package_byte_for_byte_and_nothing_else(wheel: Path):
    inside = {name: data for name, data in contents(wheel).items() if not name.startswith(INFO)}
    assert inside == package_files()
    assert {"crosstenant/py.typed", "crosstenant/pulumi-plugin.json"} < set(inside)


def test_its_metadata(wheel: Path):
    assert wheel.name == f"pulumi_crosstenant-{VERSION}-py3-none-any.whl"
    files = contents(wheel)
    stated: Message = message_from_bytes(files[f"{INFO}/METADATA"])
    assert (stated["Name"], stated["Version"]) == ("pulumi-crosstenant", VERSION)
    assert (stated["License-Expression"], stated["Requires-Python"]) == ("Apache-2.0", ">=3.10")
    assert stated["Author"] == "The crosstenant maintainers"
    assert "sandbox" in (stated.get_all("Provides-Extra") or [])
    kinds = stated.get_all("Classifier") or []
    assert "Typing :: Typed" in kinds
    assert [it for it in kinds if ":: 3." in it] == [
        f"Programming Language :: Python :: 3.{minor}" for minor in (10, 11, 12, 13)
    ]
    assert f"{INFO}/licenses/LICENSE" in files
    entries = files[f"{INFO}/entry_points.txt"].decode().split()
    assert "crosstenant=crosstenant.cli.main:main" in "".join(entries).replace("[console_scripts]", "")
    assert "pulumi-resource-crosstenant" in entries


def test_the_sdist_builds_the_same_wheel(built: tuple[Path, Path], tmp_path: Path):
    sdist, wheel = built
    with tarfile.open(sdist) as archive:
        names = {it.partition("/")[2].partition("/")[0] for it in archive.getnames()}
        archive.extractall(tmp_path, filter="data")
    assert names == {"crosstenant", "README.md", "CHANGELOG.md", "LICENSE", "pyproject.toml", "PKG-INFO", ".gitignore"}
    (source,) = tmp_path.iterdir()
    again = build(source, tmp_path / "again")[1]
    assert contents(again) == contents(wheel)


@pytest.fixture
def no_trace(outside: dict[str, str]) -> Iterator[None]:
    """Other tests of this run share the plugin cache."""
    yield
    shutil.rmtree(cache_folder(VERSION, outside), ignore_errors=True)


def stack(folder: Path, environ: dict[str, str]) -> Path:
    """A project outside the checkout with the quickstart's program, and a stack for the seeded tenants."""
    folder.mkdir()
    (folder / "Pulumi.yaml").write_text(PROJECT)
    shutil.copy(ROOT / "__main__.py", folder)
    plain = [word for key, value in sandbox.CONFIG.items() for word in ("--plaintext", f"{key}={value}")]
    secret = [word for key, value in sandbox.SECRETS.items() for word in ("--secret", f"{key}={value}")]
    for words in (["stack", "init", "test"], ["config", "set-all", *plain, *secret]):
        done = run(["pulumi", *words], cwd=folder, env=environ, shown=words[0])
        assert done.code == 0, done.output
    return folder


def operate(project: Path, environ: dict[str, str], *words: str) -> Outcome:
    return run(["pulumi", *words, "--color", "never"], cwd=project, env=environ, shown=" ".join(words))


@pytest.mark.engine
@pytest.mark.usefixtures("no_trace")
def test_a_stack_that_has_only_the_wheel_deploys(wheel: Path, surroundings: dict[str, str], tmp_path: Path):
    python = environment_of(wheel, tmp_path / "environment")
    own = only_python(python, tmp_path / "bin")
    environ = {**surroundings, "PATH": f"{own}{os.pathsep}{surroundings['PATH']}"}
    where = [python, "-c", "import crosstenant; print(crosstenant.__file__)"]
    imported = subprocess.run(where, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert Path(imported.strip()).is_relative_to(tmp_path)
    project = stack(tmp_path / "project", environ)

    missing = operate(project, environ, "preview")
    assert missing.code != 0
    assert missing.says(MISSING), missing.output

    installed = run(
        [str(python.parent / "crosstenant"), "plugin", "install"], cwd=project, env=environ, shown="install"
    )
    assert installed.code == 0, installed.output
    up = operate(project, environ, "up", "--yes", "--skip-preview")
    assert up.code == 0, up.output
    assert not up.says(MISSING)
    outputs = operate(project, environ, "stack", "output", "pullResults")
    assert outputs.output == '["granted"]\n'


@pytest.mark.engine
@pytest.mark.large
@pytest.mark.usefixtures("no_trace")
@pytest.mark.parametrize("minor", [10, 11, 12, 13, 14])
def test_other_pythons_preview(
    minor: int, wheel: Path, outside: dict[str, str], surroundings: dict[str, str], tmp_path: Path
):
    base = interpreter(minor)
    if base is None:
        pytest.skip(f"there is no Python 3.{minor} on this machine")
    python = tmp_path / "environment" / "bin" / "python"
    installer = uv.uv()
    assert installer is not None
    pins = ["-c", str(ROOT / "constraints.txt")]
    for command in (
        [str(installer), "venv", "--no-project", "--no-python-downloads", "--python", base, str(python.parents[1])],
        [str(installer), "pip", "install", "--compile-bytecode", "--python", str(python), *pins, str(wheel), "pip"],
    ):
        done = run(command, cwd=tmp_path, env=outside, shown="uv")
        assert done.code == 0, done.output
    own = only_python(python, tmp_path / "bin")
    environ = {**surroundings, "PATH": f"{own}{os.pathsep}{surroundings['PATH']}"}
    project = stack(tmp_path / "project", environ)
    installed = run(
        [str(python.parent / "crosstenant"), "plugin", "install"], cwd=project, env=environ, shown="install"
    )
    assert installed.code == 0, installed.output
    preview = operate(project, environ, "preview")
    assert preview.code == 0, preview.output


def interpreter(minor: int) -> str | None:
    """A Python of this version: on PATH, or of pyenv."""
    candidates = sorted((Path.home() / ".pyenv" / "versions").glob(f"3.{minor}.*/bin/python3"))
    return str(candidates[-1]) if candidates else shutil.which(f"python3.{minor}")
