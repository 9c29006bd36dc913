import os
import pty
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from crosstenant.sandbox.host.request_log import requests
from crosstenant.sandbox.host.state_file import open_store

CROSSTENANT = [sys.executable, "-m", "crosstenant.cli.main", "sandbox"]
SLEEPER = """
import signal, sys, time
def note(number, frame):
    print("got", signal.Signals(number).name, flush=True)
    sys.exit(5)
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, note)
print("ready", flush=True)
time.sleep(600)
"""
COUNTER = """
import signal, sys, time
seen = []
signal.signal(signal.SIGINT, lambda *_: seen.append(1))
print("ready", flush=True)
until = time.monotonic() + 120
while not seen and time.monotonic() < until:
    time.sleep(0.05)
time.sleep(0.5)
print("count", len(seen), flush=True)
sys.exit(6)
"""
GUARD_SECONDS = 240
"""After which a command hangs: no test depends on how long one takes."""


@pytest.fixture
def environ(tmp_path):
    kept = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    return {**kept, "HTTPS_PROXY": "http://old.invalid:1", "ALL_PROXY": "http://old.invalid:1", "HOME": str(tmp_path)}


@pytest.fixture
def run(tmp_path, environ):
    def run(*arguments, **more):
        return subprocess.run(
            [*CROSSTENANT, *arguments],
            env=environ,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=GUARD_SECONDS,
            **more,
        )

    return run


@pytest.fixture
def start(tmp_path, environ):
    started = []

    def start(*arguments, **more):
        process = subprocess.Popen(
            [*CROSSTENANT, *arguments], env=environ, cwd=tmp_path, stdout=subprocess.PIPE, text=True, **more
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


def test_command_sees_the_sandbox_and_nothing_of_the_old_proxies(run, tmp_path):
    done = run("run", "--", "sh", "-c", "env; test -s $SSL_CERT_FILE && echo roots are there")
    assert done.returncode == 0, done.stderr
    found = dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)
    url = found["CROSSTENANT_SANDBOX"]
    assert url.startswith("http://127.0.0.1:")
    assert {found[name] for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy")} == {url}
    assert "ALL_PROXY" not in found
    assert found["NO_PROXY"] == found["no_proxy"] == found["no_grpc_proxy"] == "127.0.0.1,localhost,::1"
    assert found["SSL_CERT_FILE"] == found["REQUESTS_CA_BUNDLE"] == found["CURL_CA_BUNDLE"]
    assert found["CROSSTENANT_SANDBOX_STATE"] == str(tmp_path / ".sandbox" / "state.json")
    assert found["PULUMI_SKIP_UPDATE_CHECK"] == "true"
    assert found["NODE_USE_ENV_PROXY"] == "1"
    assert found["CROSSTENANT_SANDBOX_TOKEN"] == (tmp_path / ".sandbox" / "state.json.token").read_text().strip()
    assert "roots are there" in done.stdout
    assert not Path(found["SSL_CERT_FILE"]).exists()


def test_plugins_are_in_the_user_s_cache_and_no_link_is_in_the_project(run, tmp_path, environ):
    (tmp_path / "pulumi").mkdir()
    (tmp_path / "pulumi" / "credentials.json").write_text("{}")
    environ.update(PULUMI_HOME=str(tmp_path / "pulumi"), XDG_CACHE_HOME=str(tmp_path / "cache"), PATH="/usr/bin:/bin")
    folder = Path(run("run", "--", "sh", "-c", "echo $PULUMI_HOME").stdout.strip())
    assert folder.is_relative_to(tmp_path / "cache" / "crosstenant" / "sandbox")
    assert (folder / "credentials.json").read_text() == "{}"
    beside = [it.name for it in (tmp_path / ".sandbox").iterdir()]
    assert sorted(beside) == ["state.json", "state.json.lock", "state.json.token"]
    (tmp_path / "cache" / "crosstenant").chmod(0o777)
    refused = run("run", "--", "echo", "started")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert f"Error: other users can change {tmp_path / 'cache' / 'crosstenant'}" in refused.stderr


def test_roots_hold_the_throw_away_authority_and_the_public_ones(run):
    done = run("run", "--", "sh", "-c", "grep -c BEGIN $SSL_CERT_FILE")
    assert int(done.stdout) > 100


def test_exit_status_is_the_command_s_own(run):
    assert run("run", "--", "sh", "-c", "exit 7").returncode == 7
    assert run("run", "--", "sh", "-c", "kill -9 $$").returncode == 137
    missing = run("run", "--", "no-such-command")
    assert missing.returncode == 127
    assert "command 'no-such-command' was not found" in missing.stderr
    assert run("run").returncode == 2


def test_curl_gets_an_answer_without_waiting_for_a_time_out(run):
    address = "https://login.microsoftonline.com/common/discovery/keys"
    done = run("run", "--", "curl", "-sf", "-w", "\n%{time_total}", address)
    assert done.returncode == 0
    body, seconds = done.stdout.rsplit("\n", 1)
    assert '"keys"' in body
    # It takes 0.1 s, and some seconds on a busy machine.
    assert float(seconds) < 60


def test_state_stays_from_run_to_run_unless_fresh(run, tmp_path):
    assert run("set", "settings.page_size", "7").returncode == 0
    assert run("run", "--", "true").returncode == 0
    assert run("show", "settings.page_size").stdout == "7\n"
    run("run", "--fresh", "--", "true")
    assert run("show", "settings.page_size").stdout == "100\n"
    named = tmp_path / "elsewhere" / "azure.json"
    assert run("run", "--state", str(named), "--", "true").returncode == 0
    assert named.exists()


def test_faults_of_a_run_end_with_it(run, tmp_path):
    curl = "curl -s -o /dev/null -w '%{http_code} ' https://login.microsoftonline.com/common/discovery/keys"
    done = run(
        "run",
        "--fault",
        "service=login,status=500,times=2",
        "--fault",
        "service=arm",
        "--",
        "sh",
        "-c",
        f"{curl}; {curl}; {curl}",
    )
    assert done.stdout == "500 500 200 "
    with open_store(tmp_path / ".sandbox" / "state.json").read() as state:
        assert state["faults"] == []
    refused = run("run", "--fault", "service=dns", "--", "true")
    assert refused.returncode == 2
    assert "or *, not 'dns'" in refused.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signal_reaches_the_command_and_the_sandbox_waits_for_its_end(start, number):
    process = start("run", "--", sys.executable, "-c", SLEEPER, stdin=subprocess.DEVNULL, start_new_session=True)
    assert process.stdout.readline() == "ready\n"
    process.send_signal(number)
    assert process.stdout.readline() == f"got {number.name}\n"
    assert process.wait(timeout=GUARD_SECONDS) == 5


def test_interrupt_from_the_terminal_reaches_the_command_once(tmp_path, environ):
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(tmp_path)
        os.execve(sys.executable, [*CROSSTENANT, "run", "--", sys.executable, "-c", COUNTER], environ)
    seen = b""
    while b"ready" not in seen:
        seen += os.read(terminal, 1024)
    os.write(terminal, b"\x03")
    with suppress(OSError):  # how a terminal ends whose last program has gone
        while True:
            seen += os.read(terminal, 1024)
    assert b"count 1" in seen
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 6


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_serve_prints_the_environment_and_ends_by_a_signal(start, environ, tmp_path, number):
    process = start("serve", stdin=subprocess.DEVNULL)
    exports = {}
    while "PULUMI_SKIP_UPDATE_CHECK" not in exports:
        name, _, value = process.stdout.readline().removeprefix("export ").strip().partition("=")
        exports[name] = value.strip("'")
    command = ["curl", "-sf", "https://login.microsoftonline.com/common/discovery/keys"]
    done = subprocess.run(command, env={**environ, **exports}, capture_output=True, text=True, timeout=GUARD_SECONDS)
    assert '"keys"' in done.stdout
    process.send_signal(number)
    assert process.wait(timeout=GUARD_SECONDS) == 0
    assert not Path(exports["SSL_CERT_FILE"]).exists()
    assert len(requests(open_store(tmp_path / ".sandbox" / "state.json"))) == 1


def test_host_may_be_passed_through(run):
    command = ["curl", "-s", "-o", "/dev/null", "-v", "https://passed.invalid/"]
    assert "403" in run("run", "--", *command).stderr
    # The name does not exist, and so is the proxy of the surroundings that was asked for it.
    assert "502" in run("run", "--pass-through", "*.invalid", "--", *command).stderr
