import json
import os
import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path

import pytest

from crosstenant.sandbox.host import plugin_copies, plugins
from crosstenant.sandbox.host.plugins import prepare_plugins

AZUREAD = version("pulumi_azuread")
AZURE_NATIVE = version("pulumi_azure_native")
TOOLS = f"{Path(__file__).parents[2] / '.tools' / 'bin'}:{os.environ['PATH']}"


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
    copy = folders[other.name]
    assert copy.is_dir()
    assert not copy.is_symlink()
    assert [(it.name, it.is_symlink()) for it in copy.iterdir()] == [("pulumi-resource-random", False)]
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


# The engine takes exactly the version that the SDK names: SelectCompatiblePlugin in Pulumi's
# sdk/go/common/workspace/plugins.go; with PULUMI_ENABLE_LEGACY_PLUGIN_SEARCH any later one, too.
@pytest.mark.parametrize(
    ("installed", "older_search", "played"),
    [
        (AZUREAD, "", False),
        ("6.999.0", "", True),
        ("6.0.0", "", True),
        ("7.0.0", "", True),
        (f"{AZUREAD}-alpha.1", "", True),
        (f"{AZUREAD}.tmp123456", "", True),
        ("6.999.0", "1", False),
        ("6.0.0", "1", True),
    ],
)
def test_installed_plugin_is_used_if_the_engine_would_take_it(
    home, tmp_path, monkeypatch, installed, older_search, played
):
    monkeypatch.setenv("PULUMI_ENABLE_LEGACY_PLUGIN_SEARCH", older_search)
    install(home, "azuread", installed)
    assert ("azuread" in prepare_plugins(tmp_path / "private").stand_ins) is played
    assert (tmp_path / "private" / "plugins" / f"resource-azuread-v{installed}").is_dir()


def test_plugin_that_the_engine_passes_over_gets_a_stand_in(home, tmp_path):
    """A link to a plugin's folder, and an installation that was interrupted."""
    (home / "plugins").mkdir()
    elsewhere = install(tmp_path / "elsewhere", "azuread", AZUREAD)
    (home / "plugins" / elsewhere.name).symlink_to(elsewhere)
    begun = install(home, "azure-native", AZURE_NATIVE)
    begun.with_name(f"{begun.name}.partial").write_text("")
    private = tmp_path / "private"
    assert prepare_plugins(private).stand_ins == {"azuread": AZUREAD, "azure-native": AZURE_NATIVE}
    assert [it.name for it in private.rglob("main.py")] == ["main.py", "main.py"]
    assert not [it for it in private.rglob("plugins/*") if it.is_symlink()]


@pytest.mark.parametrize(("ruled_out", "played"), [("true", True), ("1", True), ("false", False), ("", False)])
def test_plugin_on_the_path_counts_unless_the_user_rules_it_out(home, tmp_path, monkeypatch, ruled_out, played):
    install(home, "azure-native", AZURE_NATIVE)
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "pulumi-resource-azuread").touch(0o755)
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("PULUMI_IGNORE_AMBIENT_PLUGINS", ruled_out)
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


@pytest.mark.parametrize("linked", [True, False])
def test_copy_is_renewed_when_the_user_s_plugin_changes(home, tmp_path, monkeypatch, linked):
    if not linked:
        monkeypatch.setattr(plugin_copies.os, "link", fail)
    plugin = install(home, "random", "4.0.0")
    executable = plugin / "pulumi-resource-random"
    executable.chmod(0o755)
    (plugin / "lib").mkdir()
    (plugin / "lib" / "one").write_text("1")
    (plugin / "link").symlink_to("lib/one")
    copy = tmp_path / "private" / "plugins" / plugin.name
    prepare_plugins(tmp_path / "private")
    assert ((copy / executable.name).stat().st_ino == executable.stat().st_ino) is linked
    assert os.access(copy / executable.name, os.X_OK)
    assert (copy / "link").readlink() == Path("lib/one")
    (copy / "written").write_text("by the engine")
    prepare_plugins(tmp_path / "private")
    assert (copy / "written").exists()
    executable.unlink()
    executable.write_text("new")
    (plugin / "lib" / "two").write_text("2")
    prepare_plugins(tmp_path / "private")
    assert (copy / executable.name).read_text() == "new"
    assert sorted(it.name for it in (copy / "lib").iterdir()) == ["one", "two"]
    assert not (copy / "written").exists()
    shutil.rmtree(plugin)
    prepare_plugins(tmp_path / "private")
    assert not copy.exists()


def test_link_in_a_plugin_leads_where_it_led_before(home, tmp_path, monkeypatch):
    (home / "shared").mkdir()
    (home / "shared" / "program").write_text("shared")
    plugin = home / "plugins" / "resource-random-v4.0.0"
    (plugin / "lib").mkdir(parents=True)
    (plugin / "pulumi-resource-random").symlink_to("../../shared/program")
    (plugin / "lib" / "inner").symlink_to("../pulumi-resource-random")
    (plugin / "lib" / "folder").symlink_to("../../../shared")
    (plugin / "lib" / "whole").symlink_to("/bin/sh")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PULUMI_HOME", "home")
    prepare_plugins(tmp_path / "private")
    copy = tmp_path / "private" / "plugins" / plugin.name
    assert (copy / "pulumi-resource-random").read_text() == "shared"
    assert (copy / "lib" / "folder" / "program").read_text() == "shared"
    assert (copy / "lib" / "inner").readlink() == Path("../pulumi-resource-random")
    assert (copy / "lib" / "whole").readlink() == Path("/bin/sh")


def fail(*_):
    raise OSError("Invalid cross-device link")


def test_plugin_that_the_engine_installed_in_the_sandbox_stays(home, tmp_path):
    private = tmp_path / "private"
    prepare_plugins(private)
    inside = private / "plugins" / "resource-random-v4.0.0"
    inside.mkdir()
    (inside / "pulumi-resource-random").write_text("inside")
    install(home, "random", "4.0.0")
    install(home, "tls", "5.0.0")
    (home / "plugins" / "resource-tls-v5.0.0.partial").write_text("")
    for _ in range(2):
        prepare_plugins(private)
        assert (inside / "pulumi-resource-random").read_text() == "inside"
    assert not (private / "plugins" / "resource-tls-v5.0.0").exists()


def test_user_s_plugin_may_have_a_file_named_as_that_of_a_stand_in(home, tmp_path):
    main = install(home, "azuread", "1.0.0") / "main.py"
    main.write_bytes(b"\xff\xfe")
    for _ in range(2):
        prepare_plugins(tmp_path / "private")
        assert (tmp_path / "private" / "plugins" / main.parent.name / main.name).read_bytes() == b"\xff\xfe"


def test_user_s_plugin_takes_the_place_of_the_stand_in(home, tmp_path):
    private = tmp_path / "private"
    prepare_plugins(private)
    own = install(home, "azuread", AZUREAD)
    (own / "pulumi-resource-azuread").write_text("own")
    assert prepare_plugins(private).stand_ins == {"azure-native": AZURE_NATIVE}
    copy = private / "plugins" / own.name
    assert [it.name for it in copy.iterdir()] == ["pulumi-resource-azuread"]
    assert (copy / "pulumi-resource-azuread").read_text() == "own"


def test_folder_that_another_person_could_fill_is_refused(home, tmp_path):
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ValueError, match="link must be a folder of your own, not a link or a file"):
        prepare_plugins(tmp_path / "link")
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    with pytest.raises(ValueError, match=r"other users can change .*/open"):
        prepare_plugins(tmp_path / "open")
    (tmp_path / "private").mkdir(mode=0o755)
    (tmp_path / "private" / "plugins").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ValueError, match="plugins must be a folder of your own"):
        prepare_plugins(tmp_path / "private")
    assert (tmp_path / "private").stat().st_mode & 0o777 == 0o700
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_folder_of_another_user_is_refused(home, tmp_path, monkeypatch):
    (tmp_path / "theirs").mkdir(mode=0o700)
    user = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: user + 1)
    with pytest.raises(ValueError, match=f"theirs belongs to the user with the ID {user}"):
        prepare_plugins(tmp_path / "theirs")


@pytest.mark.engine
def test_engine_lists_the_user_s_plugin_with_its_size(home, tmp_path):
    (install(home, "random", "4.0.0") / "pulumi-resource-random").write_text("x" * 12345)
    prepared = prepare_plugins(tmp_path / "private")
    environ = {**os.environ, **prepared.environment, "PATH": TOOLS, "PULUMI_SKIP_UPDATE_CHECK": "true"}
    command = ["pulumi", "plugin", "ls", "--json"]
    done = subprocess.run(command, env=environ, cwd=tmp_path, capture_output=True, text=True, check=True)
    listed = {(it["name"], it["version"]): it["size"] for it in json.loads(done.stdout)}
    assert set(listed) == {("random", "4.0.0"), ("azuread", AZUREAD), ("azure-native", AZURE_NATIVE)}
    assert listed["random", "4.0.0"] == 12345


@pytest.mark.engine
def test_engine_asks_once_for_a_plugin_that_is_missing(home, tmp_path, running):
    environ = {**running.environ, "PATH": TOOLS, "PULUMI_HOME": str(home)}
    command = ["pulumi", "plugin", "install", "resource", "random", "4.16.0"]
    done = subprocess.run(command, env=environ, cwd=tmp_path, capture_output=True, text=True, timeout=240)
    assert done.returncode != 0
    assert "403 HTTP error fetching plugin from https://get.pulumi.com/" in done.stderr
    assert "etry" not in done.stderr
