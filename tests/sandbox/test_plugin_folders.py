import subprocess
from importlib.metadata import version

import pytest

from crosstenant.sandbox.host import plugins
from crosstenant.sandbox.host.plugins import prepare_plugins

AZUREAD = version("pulumi_azuread")
AZURE_NATIVE = version("pulumi_azure_native")


@pytest.fixture
def home(tmp_path, monkeypatch):
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("PULUMI_HOME", str(home))
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    return home


def install(home, name, plugin_version):
    folder = home / "plugins" / f"resource-{name}-v{plugin_version}"
    folder.mkdir(parents=True)
    (folder / f"pulumi-resource-{name}").write_text("")
    return folder


def test_stand_ins_join_the_user_s_own_plugins(home, tmp_path):
    other = install(home, "random", "4.0.0")
    (home / "credentials.json").write_text("{}")
    (home / "plugins" / "resource-random-v4.0.0.lock").write_text("")
    found = prepare_plugins(tmp_path / "private")
    assert found.stand_ins == {"azuread": AZUREAD, "azure-native": AZURE_NATIVE}
    assert found.environment == {"PULUMI_HOME": str(tmp_path / "private")}
    assert (tmp_path / "private" / "credentials.json").resolve() == home / "credentials.json"
    folders = {one.name: one for one in (tmp_path / "private" / "plugins").iterdir()}
    assert sorted(folders) == [f"resource-azure-native-v{AZURE_NATIVE}", f"resource-azuread-v{AZUREAD}", other.name]
    assert folders[other.name].resolve() == other
    assert not [one for one in home.rglob("*") if "azure" in one.name]


def test_stand_in_is_started_by_this_python_whatever_the_folder(home, tmp_path, monkeypatch):
    monkeypatch.setattr(plugins, "_STAND_INS", {"azuread": ("pulumi_azuread", "stand_in_of_the_test")})
    prepare_plugins(tmp_path / "private")
    folder = tmp_path / "private" / "plugins" / f"resource-azuread-v{AZUREAD}"
    (folder / "stand_in_of_the_test.py").write_text("import sys, crosstenant; print(sys.argv[1:], sys.prefix)")
    (tmp_path / "types.py").write_text("raise SystemExit('a file of the user was imported')")
    command = [folder / "pulumi-resource-azuread", "127.0.0.1:1"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("['127.0.0.1:1']")


@pytest.mark.parametrize(
    ("installed", "played"), [(AZUREAD, False), ("6.999.0", False), ("6.0.0", True), ("7.0.0", True)]
)
def test_installed_plugin_is_used_if_the_engine_would_take_it(home, tmp_path, installed, played):
    install(home, "azuread", installed)
    assert ("azuread" in prepare_plugins(tmp_path / "private").stand_ins) is played


def test_nothing_is_made_where_nothing_is_missing(home, tmp_path, monkeypatch):
    install(home, "azuread", AZUREAD)
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "pulumi-resource-azure-native").write_text("#!/bin/sh\n")
    (folder / "pulumi-resource-azure-native").chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    found = prepare_plugins(tmp_path / "private")
    assert (found.stand_ins, found.environment) == ({}, {})
    assert not (tmp_path / "private").exists()


def test_private_home_keeps_what_the_engine_wrote_and_drops_dead_links(home, tmp_path):
    (home / "workspaces").mkdir()
    (home / "old.json").write_text("{}")
    private = tmp_path / "private"
    prepare_plugins(private)
    (private / "written.json").write_text("{}")
    (home / "old.json").unlink()
    prepare_plugins(private)
    assert (private / "written.json").exists()
    assert not (private / "old.json").is_symlink()
    assert (private / "workspaces").is_symlink()
