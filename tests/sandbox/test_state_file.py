import json
import os
import re
import stat
import subprocess
import sys
import threading
import uuid

import pytest
from click.testing import CliRunner

from crosstenant.sandbox.arm.clusters import operations
from crosstenant.sandbox.cli.commands import sandbox
from crosstenant.sandbox.host.state_file import open_store, state_path
from crosstenant.sandbox.world.clock import ahead_note, forward_clock, seconds_of
from crosstenant.sandbox.world.seed import CLUSTER, CLUSTER_CALLER_SECRET, CLUSTER_TENANT, OLD_CLUSTER_SECRET, seed
from crosstenant.sandbox.world.settings import set_setting
from crosstenant.sandbox.world.state import Store, now, public, without_secrets
from crosstenant.sandbox.world.times import epoch, timestamp


def test_seed_is_the_same_each_time_but_for_the_signing_key():
    first, second = seed(), seed()
    assert first.pop("signing_key") != second.pop("signing_key")
    assert first == second


def test_seed_keeps_secrets_of_applications_as_digests_only():
    text = json.dumps(seed())
    assert CLUSTER_CALLER_SECRET not in text
    assert OLD_CLUSTER_SECRET in text  # the nodes hold it, as the machines of a real cluster do


def test_seeded_ids_are_uuids_and_unique():
    state = seed()
    ids = [*state["applications"], *state["servicePrincipals"], *state["tenants"], *state["subscriptions"]]
    assert len(set(ids)) == len(ids)
    assert all(str(uuid.UUID(one)) == one for one in ids)
    assert all(key == document["id"].lower() for key, document in state["resources"].items())


def test_state_file_is_for_its_owner_only(store):
    store.reset()
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600


def test_reset_keeps_the_signing_key_so_that_cached_tokens_stay_valid(tmp_path):
    store = open_store(tmp_path / "state.json")
    with store.change() as state:
        key = state["signing_key"]
        state["tenants"].clear()
    store.reset()
    with open_store(store.path).read() as state:
        assert state["signing_key"] == key
        assert CLUSTER_TENANT in state["tenants"]


DAMAGED = [b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000]


@pytest.mark.parametrize("content", DAMAGED, ids=range(len(DAMAGED)))
def test_damaged_file_is_one_sentence(store, content):
    store.path.write_bytes(content)
    shown = CliRunner().invoke(sandbox, ["show", "--state", str(store.path)])
    assert shown.exit_code == 1
    assert shown.output.startswith(f"Error: the state {store.path} is damaged (")
    assert shown.output.endswith("): 'crosstenant sandbox reset' seeds it again\n")


@pytest.mark.parametrize("content", [*DAMAGED, b'{"tenants": {}}'], ids=range(len(DAMAGED) + 1))
def test_reset_repairs_a_damaged_file(store, content):
    store.path.write_bytes(content)
    assert CliRunner().invoke(sandbox, ["reset", "--state", str(store.path)]).exit_code == 0
    with store.read() as state:
        assert "PRIVATE KEY" in state["signing_key"]


def test_change_is_seen_by_every_other_store(store):
    other = open_store(store.path)
    with store.change() as state:
        state["tenants"][CLUSTER_TENANT]["displayName"] = "changed"
    with other.change() as state:
        assert state["tenants"][CLUSTER_TENANT]["displayName"] == "changed"
        state["tenants"][CLUSTER_TENANT]["displayName"] = "again"
    with store.read() as state:
        assert state["tenants"][CLUSTER_TENANT]["displayName"] == "again"


def test_failed_change_leaves_no_trace(store):
    def fail():
        with store.change() as state:
            state["tenants"].clear()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with store.read() as state:
        assert CLUSTER_TENANT in state["tenants"]


def test_change_that_the_disk_does_not_take_leaves_no_trace(store, full_disk):
    with store.read():
        pass  # makes the file
    with full_disk(), pytest.raises(OSError, match=re.escape(str(store.path))), store.change() as state:
        state["tenants"].clear()
    with store.change() as state:
        state["settings"]["page_size"] = 7
    assert CLUSTER_TENANT in json.loads(store.path.read_text())["tenants"]
    assert {it.name for it in store.path.parent.iterdir()} == {store.path.name, f"{store.path.name}.lock"}


def test_folder_of_the_state_is_closed_to_others_whatever_the_umask(tmp_path):
    before = os.umask(0)
    try:
        with open_store(tmp_path / "project" / "state.json").read():
            pass
    finally:
        os.umask(before)
    assert (tmp_path / "project").stat().st_mode & 0o077 == 0


def test_concurrent_changes_are_all_kept(tmp_path, seeded):
    path = tmp_path / "state.json"

    def count():
        own = Store(path, lambda: json.loads(json.dumps(seeded)))
        for _ in range(20):
            with own.change() as state:
                state["settings"]["page_size"] += 1

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert json.loads(path.read_text())["settings"]["page_size"] == 180


def test_clock_runs_ahead_and_settles_what_is_due(store):
    with store.change() as state:
        begun = operations.begin(state, operations.STOP, state["resources"][CLUSTER.lower()], now(state), 3600)
    with store.read() as state:
        assert not state["operations"][begun]["done"]
    with store.change() as state:
        forward_clock(state, seconds_of("2h"))
    with store.read() as state:
        assert state["operations"][begun]["done"]


def test_clock_that_differs_is_named(store):
    def note(seconds):
        with store.change() as state:
            state["clock"]["ahead_seconds"] = seconds
            return ahead_note(state)

    assert note(0) == ""
    assert note(30 * 86400).startswith("the sandbox's clock is 30 days ahead of this machine's, which programs read: ")
    assert note(7200).startswith("the sandbox's clock is 2 hours ahead of")
    assert note(-90).startswith("the sandbox's clock is 90 seconds behind")


def test_commands_name_a_clock_that_differs(tmp_path):
    options = ["--state", str(tmp_path / "state.json")]
    moved = CliRunner().invoke(sandbox, ["clock", "forward", *options, "30d"])
    assert moved.output.startswith("the sandbox's clock is 30 days ahead of this machine's")
    command = [sys.executable, "-m", "crosstenant.cli.main", "sandbox", "run", *options, "--", sys.executable, "-c", ""]
    assert "crosstenant sandbox: the sandbox's clock is 30 days ahead" in run(command).stderr
    assert CliRunner().invoke(sandbox, ["set", *options, "clock/ahead_seconds", "0"]).exit_code == 0
    assert "clock" not in run(command).stderr


def run(command):
    return subprocess.run(command, capture_output=True, text=True, timeout=240, check=True)


def test_settings_take_values_of_their_kind(store):
    with store.change() as state:
        set_setting(state, "lag.secret", "20")
        set_setting(state, "reset.outcome", "Failed")
        set_setting(state, "page_size", 5)
        assert state["settings"]["lag"]["secret"] == 20
        assert state["settings"]["reset"]["outcome"] == "Failed"
        assert state["settings"]["page_size"] == 5
        for name, value in (("lag.secret", "soon"), ("lag", "1"), ("lag.nothing", "1"), ("nothing.at.all", "1")):
            with pytest.raises(ValueError, match=name):
                set_setting(state, name, value)


def test_spans_are_read():
    assert [seconds_of(text) for text in ("90", "15m", "12h", "30d", "1.5s")] == [90, 900, 43200, 2592000, 1.5]
    with pytest.raises(ValueError, match="soon"):
        seconds_of("soon")


def test_times_are_read_as_azure_writes_them():
    assert epoch("2024-01-31T12:00:00Z") == epoch("2024-01-31T13:00:00+01:00") == epoch("2024-01-31T12:00:00")
    assert epoch("2024-01-31T12:00:00.2500000Z") - epoch("2024-01-31T12:00:00Z") == 0.25
    assert timestamp(epoch("2024-01-31T12:00:00Z")) == "2024-01-31T12:00:00Z"
    with pytest.raises(ValueError, match="2024-01-31"):
        epoch("2024-01-31")


def test_answers_hide_what_is_private_and_shows_hide_what_is_secret(store):
    with store.read() as state:
        assert "_nodes" not in public(state["resources"][CLUSTER.lower()])
        shown = json.dumps(without_secrets(state))
    assert OLD_CLUSTER_SECRET not in shown
    assert "PRIVATE KEY" not in shown
    assert "vmss000000" in shown


def test_state_file_is_the_one_given_or_named_or_of_this_folder(monkeypatch, tmp_path):
    monkeypatch.delenv("CROSSTENANT_SANDBOX_STATE", raising=False)
    assert str(state_path()) == ".sandbox/state.json"
    monkeypatch.setenv("CROSSTENANT_SANDBOX_STATE", "/named/state.json")
    assert str(state_path()) == "/named/state.json"
    assert state_path(tmp_path) == tmp_path
