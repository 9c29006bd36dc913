"""Links beside the state file, and private folders of state files that are gone."""

import fcntl
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from crosstenant.sandbox.host import stale_folders
from crosstenant.sandbox.host.control_token import control_token
from crosstenant.sandbox.host.private_folder import private_folder
from crosstenant.sandbox.host.request_log import requests
from crosstenant.sandbox.host.server import Sandbox
from crosstenant.sandbox.host.state_file import open_store
from crosstenant.sandbox.world.own_files import open_own, write_own
from crosstenant.sandbox.world.state import Store

FILES = ("state.json", "state.json.lock", "state.json.requests.jsonl")


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    file = tmp_path / "victim"
    file.write_text("of the user")
    return file


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project" / ".sandbox"
    folder.mkdir(parents=True)
    return folder


@pytest.mark.parametrize("kind", ["link", "dead link", "named pipe", "folder"])
@pytest.mark.parametrize("name", FILES)
def test_what_is_no_file_is_refused_and_left_alone(project: Path, victim: Path, name: str, kind: str):
    path = project / name
    if kind == "link":
        path.symlink_to(victim)
    elif kind == "dead link":
        path.symlink_to(project / "made")
    elif kind == "named pipe":
        os.mkfifo(path)
    else:
        path.mkdir()
    refusal = f"{path} must be a file, not a link or a folder: the sandbox follows no link there; remove it"
    with pytest.raises(ValueError, match=re.escape(refusal)), Sandbox(open_store(project / "state.json")):
        pytest.fail("the sandbox has started")
    assert victim.read_text() == "of the user"
    assert not (project / "made").exists()
    assert path.is_symlink() is kind.endswith("link")


@pytest.mark.parametrize("name", FILES)
def test_a_second_name_of_a_file_is_not_written_to(project: Path, victim: Path, name: str):
    (project / name).hardlink_to(victim)
    with pytest.raises(ValueError, match=r"must be a file|is damaged"), Sandbox(open_store(project / "state.json")):
        pytest.fail("the sandbox has started")
    assert victim.read_text() == "of the user"


def test_a_state_file_that_a_backup_shares_is_replaced_and_the_backup_stays(project: Path, tmp_path: Path):
    store = open_store(project / "state.json")
    with store.read():
        pass
    backup = tmp_path / "backup"
    backup.hardlink_to(store.path)
    before = backup.read_text()
    with store.change() as state:
        state["clock"]["ahead_seconds"] = 5
    assert backup.read_text() == before
    assert store.path.read_text() != before


def test_command_ends_with_one_sentence(project: Path, victim: Path):
    (project / "state.json.lock").symlink_to(victim)
    words = [sys.executable, "-m", "crosstenant.cli.main", "sandbox", "run", "--", "echo", "started"]
    done = subprocess.run(words, cwd=project.parent, capture_output=True, text=True, timeout=240)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "Error: .sandbox/state.json.lock must be a file, not a link or a folder: the sandbox follows no link there;"
        " remove it\n"
    )


def test_reset_replaces_a_link_in_the_place_of_the_state(project: Path, victim: Path):
    (project / "state.json").symlink_to(victim)
    open_store(project / "state.json").reset()
    assert not (project / "state.json").is_symlink()
    assert victim.read_text() == "of the user"


def test_request_log_is_read_without_a_line_that_was_cut_off(project: Path):
    log, whole = project / "state.json.requests.jsonl", '{"service": "arm"}'
    log.write_bytes(f'{whole}\n{{"servi{whole}\n{whole}\n{{"ser'.encode() + b"\xc3")
    assert requests(open_store(project / "state.json")) == [{"service": "arm"}] * 2


def test_drafts_and_token_follow_no_link(project: Path, victim: Path):
    for name in ("state.json", "state.json.token"):
        (project / f".{name}.{os.getpid()}").symlink_to(victim)
    (project / "state.json.token").symlink_to(victim)
    store = open_store(project / "state.json")
    token = control_token(store)
    assert (project / "state.json.token").read_text().strip() == token
    assert victim.read_text() == "of the user"
    assert not any(it.is_symlink() for it in project.iterdir())


def test_log_that_is_a_link_is_not_read(project: Path, victim: Path):
    (project / "state.json.requests.jsonl").symlink_to(victim)
    with pytest.raises(ValueError, match="must be a file"):
        requests(open_store(project / "state.json"))


def test_files_are_for_their_owner_only(project: Path):
    os.close(open_own(project / "opened", os.O_WRONLY | os.O_CREAT))
    write_own(project / "written", "text")
    assert {it.stat().st_mode & 0o777 for it in project.iterdir()} == {0o600}


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "crosstenant" / "sandbox"


def used_before(state: Path) -> Path:
    """The private folder of a sandbox that has ended."""
    folder = private_folder(state)
    os.close(stale_folders._HELD.pop(folder))
    return folder


@pytest.fixture
def present(tmp_path: Path) -> Store:
    store = open_store(tmp_path / "present.json")
    with store.read():
        pass
    return store


def test_folders_of_state_files_that_are_gone_are_removed_and_no_link_in_them_followed(
    cache: Path, tmp_path: Path, present: Store, victim: Path
):
    kept = used_before(present.path)
    (tmp_path / "project").mkdir()
    state = tmp_path / "project" / "state.json"
    state.write_text("{}")
    gone = used_before(state)
    (gone / "pulumi-home").mkdir()
    (gone / "pulumi-home" / "credentials.json").symlink_to(victim)
    (gone / "pulumi-home" / "workspaces").symlink_to(tmp_path)
    shutil.rmtree(state.parent)
    used_before(present.path)
    assert [it.name for it in cache.iterdir()] == [kept.name]
    assert victim.read_text() == "of the user"


@pytest.mark.parametrize("kind", ["unnamed", "of another name", "link", "note is a link", "in use", "a file"])
def test_what_is_not_certainly_stale_stays(cache: Path, tmp_path: Path, present: Store, kind: str):
    used_before(present.path)
    gone = used_before(tmp_path / "gone.json")
    inside = gone / "inside"
    inside.write_text("")
    holder = -1
    if kind == "unnamed":
        (gone / "state-file").unlink()
    elif kind == "of another name":
        (gone / "state-file").write_text(f'"{tmp_path / "other.json"}"')
    elif kind == "link":
        elsewhere = gone.rename(tmp_path / "elsewhere")
        gone.symlink_to(elsewhere)
        inside = elsewhere / "inside"
    elif kind == "note is a link":
        note = (gone / "state-file").rename(tmp_path / "note")
        (gone / "state-file").symlink_to(note)
    elif kind == "in use":
        holder = os.open(gone / "state-file", os.O_RDONLY)
        fcntl.flock(holder, fcntl.LOCK_SH)
    else:
        inside = cache / "file"
        inside.write_text("")
    used_before(present.path)
    assert inside.exists()
    assert re.fullmatch("[0-9a-f]{16}", gone.name)
    if holder >= 0:
        os.close(holder)
        used_before(present.path)
        assert not gone.exists()


def test_folder_of_another_user_or_of_a_state_file_out_of_reach_stays(
    cache: Path, tmp_path: Path, present: Store, monkeypatch: pytest.MonkeyPatch
):
    used_before(present.path)
    gone = used_before(tmp_path / "gone.json")
    user = os.geteuid()
    with monkeypatch.context() as patch:
        patch.setattr(stale_folders.os, "geteuid", lambda: user + 1)
        stale_folders.remove_stale(cache)
    assert gone.exists()

    def lstat(path: Path) -> os.stat_result:
        if path.name == "gone.json":
            raise PermissionError
        return os.lstat(path)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "lstat", lstat)
        stale_folders.remove_stale(cache)
    assert gone.exists()
    stale_folders.remove_stale(cache)
    assert not gone.exists()


def test_running_sandbox_keeps_its_folder_when_the_state_file_is_removed(cache: Path, tmp_path: Path, present: Store):
    state = tmp_path / "removed.json"
    folder = private_folder(state)
    used_before(present.path)
    assert folder.exists()
