"""`crosstenant plugin install`: the launcher in Pulumi's cache, and the sentences about what the engine would take."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from crosstenant._version import VERSION
from crosstenant.cli.main import main
from crosstenant.cli.plugin.engine import OLDEST_PULUMI
from crosstenant.cli.plugin.launcher import own_executable, write_launcher
from crosstenant.components.pieces import hooks
from crosstenant.errors import OperatorError

ROOT = Path(__file__).parents[2]
NAME = "pulumi-resource-crosstenant"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the launcher is a script of the shell here")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The plugin's folder in an empty cache; on PATH are a current Pulumi and no plugin."""
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "home"))
    script(tmp_path / "bin" / "pulumi", "echo v3.217.1")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}/usr/bin{os.pathsep}/bin")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "home" / "plugins" / f"resource-crosstenant-v{VERSION}"


def script(path: Path, line: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{line}\n")
    path.chmod(0o755)
    return path


def install(*options: str) -> Result:
    return CliRunner().invoke(main, ["plugin", "install", *options], catch_exceptions=False)


def test_installs_a_launcher_of_this_environment_that_starts(cache: Path):
    done = install()
    assert done.exit_code == 0, done.output
    assert done.output == (
        f"installed: {cache / NAME}\n"
        f"the Pulumi engine takes {cache / NAME} (Pulumi's plugin cache), version {VERSION}\n"
    )
    started = subprocess.run([cache / NAME, "--version"], capture_output=True, text=True, check=True)
    assert started.stdout == f"{NAME} {VERSION}\n"
    assert [it.name for it in cache.iterdir()] == [NAME]


def test_a_second_time_it_renews_its_own(cache: Path, tmp_path: Path):
    write_launcher(cache, tmp_path / "an" / "environment" / NAME)
    assert install().exit_code == 0
    assert str(own_executable()) in (cache / NAME).read_text()


def test_check_changes_nothing_and_names_the_command(cache: Path):
    done = install("--check")
    assert done.exit_code == 1
    assert done.output == (
        f"Error: the Pulumi engine finds no plugin crosstenant {VERSION}: run 'crosstenant plugin install'\n"
    )
    assert not cache.exists()


def test_a_plugin_that_something_else_put_there_is_left_alone(cache: Path):
    script(cache / NAME, "exit 0")
    done = install()
    assert done.exit_code == 1
    assert f"'pulumi plugin rm resource crosstenant {VERSION} --yes'" in done.output
    assert "exit 0" in (cache / NAME).read_text()


def test_the_launcher_says_that_its_environment_is_gone(cache: Path, tmp_path: Path):
    launcher = write_launcher(cache, tmp_path / "gone" / NAME)
    started = subprocess.run([launcher, "127.0.0.1:1"], capture_output=True, text=True, check=False)
    assert started.returncode == 1
    assert "run 'crosstenant plugin install' in the present one" in started.stderr
    done = install("--check")
    assert done.exit_code == 1
    assert "does not start: the Python environment of the plugin is gone" in done.output


def test_a_path_with_a_quote_is_started(cache: Path, tmp_path: Path):
    target = script(tmp_path / "it's here" / NAME, f"echo {NAME} 7")
    launcher = write_launcher(cache, target)
    assert subprocess.run([launcher], capture_output=True, text=True, check=True).stdout == f"{NAME} 7\n"


def test_another_version_on_path_comes_first_and_is_refused(tmp_path: Path):
    other = script(tmp_path / "bin" / NAME, f"echo {NAME} 9.9.9")
    done = install()
    assert done.exit_code == 1
    assert (
        f"the Pulumi engine takes {other} (on PATH; Pulumi warns of that at each run), which is version 9.9.9; the"
        f" package is version {VERSION}: put the environment of the package first on PATH, or take the other one away"
    ) in done.output


def test_a_project_that_names_a_missing_folder_is_refused(tmp_path: Path):
    (tmp_path / "Pulumi.yaml").write_text("name: p\nplugins: {providers: [{name: crosstenant, path: .venv/bin}]}\n")
    done = install()
    assert done.exit_code == 1
    assert "which does not exist: correct 'plugins.providers' in Pulumi.yaml" in done.output
    assert install("--cwd", str(tmp_path / "bin")).exit_code == 1


def test_another_source_is_told_and_not_checked(tmp_path: Path):
    (tmp_path / "Pulumi.yaml").write_text("name: p\npackages: {crosstenant: ../plugin}\n")
    done = install("--check")
    assert done.exit_code == 0
    assert done.output == (
        "the project or the environment names another source of the plugin, which this command does not check\n"
    )


def test_an_older_pulumi_is_told_and_no_failure(tmp_path: Path):
    script(tmp_path / "bin" / "pulumi", "echo v3.216.9")
    done = install()
    assert done.exit_code == 0
    assert "warning: Pulumi 3.216.9 is older than 3.217.1: upgrade it." in done.output


def test_the_oldest_pulumi_is_the_same_wherever_it_is_told():
    oldest = ".".join(map(str, OLDEST_PULUMI))
    assert f">={oldest}" in (ROOT / "plugin" / "PulumiPlugin.yaml").read_text()
    assert f"must be {oldest} or newer" in (ROOT / "docs" / "install.md").read_text()
    assert f"older than {oldest}" in hooks.OLD_ENGINE


def test_an_environment_without_the_plugin_names_the_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("crosstenant.cli.plugin.launcher.sysconfig.get_path", lambda _name: str(tmp_path))
    with pytest.raises(OperatorError, match="is missing: install the package pulumi-crosstenant anew in"):
        own_executable()
