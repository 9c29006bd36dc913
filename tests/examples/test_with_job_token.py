"""with_job_token.py of the example drift-detection, run as it is; a local server issues the jobs' ID tokens."""

from __future__ import annotations

import base64
import json
import os
import re
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.tools.checkout_world import ROOT, is_running

SCRIPT = ROOT / "examples" / "drift-detection" / "with_job_token.py"
REQUEST_TOKEN = "request-token-of-this-job"
GUARD_SECONDS = 240
"""After which what has to come never does: no test depends on how long it takes."""
SHOW = "import os; path = os.environ['CLUSTER_OIDC_TOKEN_FILE_PATH']; print(path); print(open(path).read())"

Answer = Callable[[BaseHTTPRequestHandler], None]


def jwt(name: str, lifetime: float = 300) -> str:
    """A token without a valid signature; its clock is a day behind."""
    now = time.time() - 86400
    claims = json.dumps({"iat": now, "exp": now + lifetime, "jti": name}).encode()
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in (b"{}", claims, b"signature"))


def body(content: object, code: int = 200, **headers: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data)

    return answer


def token(text: str) -> Answer:
    return body({"value": text})


def dropped(handler: BaseHTTPRequestHandler) -> None:
    handler.connection.close()


def never(handler: BaseHTTPRequestHandler) -> None:
    del handler
    time.sleep(60)


class Issuer:
    """The address where a job asks: one answer after the other, the last one again and again."""

    def __init__(self) -> None:
        self.answers: list[Answer] = [token(jwt("first"))]
        self.requests: list[tuple[str, str]] = []
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                issuer.requests.append((self.path, self.headers.get("Authorization", "")))
                answers = issuer.answers
                (answers.pop(0) if len(answers) > 1 else answers[0])(self)

            def log_message(self, format: str, *args: Any) -> None:
                del format, args

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/token?api-version=2.0"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    issuer = Issuer()
    yield issuer
    issuer.server.shutdown()
    issuer.server.server_close()


class Job:
    def __init__(self, issuer: Issuer, temporary: Path) -> None:
        self.folder = temporary / "crosstenant-job-token"
        self.file = self.folder / "token"
        self.environ = {
            **{name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")},
            "RUNNER_TEMP": str(temporary),
            "ACTIONS_ID_TOKEN_REQUEST_URL": issuer.url,
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": REQUEST_TOKEN,
        }

    def start(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, str(SCRIPT), *words],
            env=self.environ,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def run(self, *words: str) -> tuple[int, str, str]:
        return finish(self.start(*words))


def finish(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Exit code, output and messages."""
    output, messages = process.communicate(timeout=GUARD_SECONDS)
    return process.returncode, output, messages


def until(true: Callable[[], object]) -> None:
    ends = time.monotonic() + GUARD_SECONDS
    while not true():
        assert time.monotonic() < ends, "it has not come about"
        time.sleep(0.02)


@pytest.fixture
def job(issuer: Issuer, tmp_path: Path) -> Job:
    # As a runner's folder is: open to read for all.
    tmp_path.chmod(0o755)
    return Job(issuer, tmp_path)


def test_the_command_finds_the_token_in_a_file_for_this_user_alone(job: Job, issuer: Issuer):
    look = f"{SHOW}; print(oct(os.stat(path).st_mode), oct(os.stat(os.path.dirname(path)).st_mode))"
    mask = os.umask(0)
    try:
        code, output, messages = job.run(
            sys.executable, "-c", f"{look}; print(os.environ['REGISTRY_OIDC_TOKEN_FILE_PATH'])"
        )
    finally:
        os.umask(mask)
    assert (code, messages) == (0, "")
    path, text, modes, other = output.splitlines()
    assert text == jwt_of(issuer, text)
    assert path == other == str(job.file), "another path in each job would be a change of the stack's providers"
    assert modes == f"{oct(stat.S_IFREG | 0o600)} {oct(stat.S_IFDIR | 0o700)}"
    assert issuer.requests == [
        ("/token?api-version=2.0&audience=api%3A%2F%2FAzureADTokenExchange", f"Bearer {REQUEST_TOKEN}")
    ]
    assert not job.folder.exists()


def jwt_of(issuer: Issuer, text: str) -> str:
    """The text, if it is a token of this issuer."""
    del issuer
    claims = text.split(".")[1]
    assert json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["jti"] == "first"
    return text


@pytest.mark.parametrize(("command", "code"), [("exit 0", 0), ("exit 7", 7), ("kill -KILL $$", 137)])
def test_the_exit_code_is_the_commands(job: Job, command: str, code: int):
    assert job.run("sh", "-c", command)[0] == code
    assert not job.folder.exists()


@pytest.mark.parametrize("command", ['rm -r "$folder"', 'mkdir "$folder/own"'])
def test_whatever_the_command_makes_of_the_folder_its_exit_code_counts(job: Job, command: str):
    script = f'folder=$(dirname "$CLUSTER_OIDC_TOKEN_FILE_PATH") && {command} && exit 5'
    assert job.run("sh", "-c", script) == (5, "", "")
    assert not job.folder.exists()


def test_a_command_that_cannot_be_run_is_told_in_one_sentence(job: Job):
    code, _, messages = job.run("no-such-command")
    assert (code, messages) == (127, "with_job_token: no-such-command cannot be run: No such file or directory\n")
    assert not job.folder.exists()


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_no_redirect_takes_the_request_token_elsewhere(job: Job, issuer: Issuer, code: int):
    elsewhere = Issuer()
    issuer.answers = [body(b"", code, Location=elsewhere.url)]
    result = job.run("echo", "started")
    assert result == (2, "", f"with_job_token: no ID token: HTTP {code}\n")
    assert elsewhere.requests == []
    assert len(issuer.requests) == 1
    elsewhere.server.shutdown()


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (body({"message": f"expired: {REQUEST_TOKEN}"}, 401), "HTTP 401"),
        (body({"value": ""}), "the answer has no token"),
        (body({"value": " \n"}), "the answer has no token"),
        (body({"value": None}), "the answer has no token"),
        (body(["value"]), "the answer has no token"),
        (body({}), "the answer has no token"),
        (body({"value": "e30.e30\r\nX: y"}), "the answer has no token"),
        (body({"value": "e30.\ud800"}), "the answer has no token"),
        (body(b"", 302, Location="https://[bad"), "HTTP 302"),
        (body(b"<html>proxy</html>"), "the answer is not JSON"),
        (body(b"[" * 100_000), "the answer is not JSON"),
    ],
    ids=["401", "empty", "blank", "null", "list", "without", "lines", "surrogate", "elsewhere", "html", "nested"],
)
def test_without_a_token_nothing_runs(job: Job, issuer: Issuer, answer: Answer, reason: str):
    issuer.answers = [answer]
    assert job.run("echo", "started") == (2, "", f"with_job_token: no ID token: {reason}\n")
    assert not job.folder.exists()


@pytest.mark.parametrize("name", ["URL", "TOKEN"])
def test_a_job_without_the_permission_is_told_so(job: Job, name: str):
    del job.environ[f"ACTIONS_ID_TOKEN_REQUEST_{name}"]
    code, output, messages = job.run("echo", "started")
    assert (code, output) == (2, "")
    assert messages == "with_job_token: no ID token: the job does not have the permission `id-token: write`\n"


def test_a_malformed_request_token_is_not_printed(job: Job):
    job.environ["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] = f"{REQUEST_TOKEN}\r\nX: y"
    code, _, messages = job.run("echo", "started")
    assert code == 2
    assert REQUEST_TOKEN not in messages
    assert messages.count("\n") == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [("URL", "file:///etc/passwd"), ("URL", "https://[bad"), ("URL", "https://a b/"), ("TOKEN", "\u6f22")],
)
def test_a_malformed_variable_is_one_sentence(job: Job, issuer: Issuer, name: str, value: str):
    job.environ[f"ACTIONS_ID_TOKEN_REQUEST_{name}"] = value
    sentence = "with_job_token: no ID token: the job's variables ACTIONS_ID_TOKEN_REQUEST_* are malformed\n"
    assert job.run("echo", "started") == (2, "", sentence)
    assert issuer.requests == []


def test_the_first_token_is_asked_for_again_after_a_passing_failure(job: Job, issuer: Issuer):
    issuer.answers = [body({}, 503), token(jwt("first"))]
    code, output, messages = job.run("echo", "started")
    assert (code, output) == (0, "started\n")
    assert messages == "with_job_token: no ID token (HTTP 503); next attempt in 1 s\n"


def test_a_renewal_that_fails_is_repeated_and_the_present_token_stays(job: Job, issuer: Issuer):
    # Its renewal is due after 2 s, and it has ended by the third failure, 3 s later or more.
    first, second = jwt("first", lifetime=4), jwt("second")
    issuer.answers = [token(first), body({}, 500), body({"value": ""}), dropped, token(second)]
    process = job.start("sleep", "600")
    until(job.file.is_file)
    seen: list[str] = []

    def renewed() -> bool:
        seen.append(job.file.read_text())
        return seen[-1] == second

    until(renewed)
    assert set(seen) <= {first, second}, "never half a token, and never none"
    assert stat.S_IMODE(job.file.stat().st_mode) == 0o600
    assert len(issuer.requests) == 5
    assert process.stderr is not None
    lines = [process.stderr.readline().rstrip("\n") for _ in range(4)]
    process.terminate()
    code, _, messages = finish(process)
    assert code == 128 + signal.SIGTERM
    lines += messages.splitlines()
    present = r"the present one (lasts \d s more|has ended)"  # as the machine is quick or slow
    failure = r"with_job_token: the ID token was not renewed \(HTTP 500\); "
    assert re.fullmatch(f"{failure}{present}; next attempt in 1 s", lines[0])
    assert lines[1].startswith("with_job_token: the ID token was not renewed (the answer has no token); ")
    assert lines[2].startswith("with_job_token: the ID token was not renewed (no answer (")
    assert lines[2].endswith("); the present one has ended; next attempt in 4 s")
    assert lines[3:] == ["with_job_token: the ID token is renewed"]
    assert not job.folder.exists()


@pytest.mark.parametrize(
    "claims",
    ["[" * 100_000, '{"iat": 0, "exp": 1' + "0" * 400 + "}", '{"iat": NaN, "exp": NaN}', '{"iat": "", "exp": []}', "x"],
    ids=["nested", "huge", "not a number", "mistyped", "not JSON"],
)
def test_what_a_token_claims_does_not_end_its_renewal(job: Job, issuer: Issuer, claims: str):
    odd = f"e30.{base64.urlsafe_b64encode(claims.encode()).decode()}.x"
    issuer.answers = [token(jwt("first", lifetime=0.1)), token(odd)]
    process = job.start("sleep", "600")
    until(lambda: job.file.is_file() and job.file.read_text() == odd)
    process.terminate()
    assert finish(process) == (128 + signal.SIGTERM, "", "")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT])
def test_a_signal_reaches_the_command_once_and_its_own_end_counts(job: Job, number: signal.Signals):
    name = number.name.removeprefix("SIG")
    # The token is still there while the command winds down.
    trap = 'echo got; cat "$CLUSTER_OIDC_TOKEN_FILE_PATH" >&2; sleep 0.5; exit 9'
    script = f"trap '{trap}' {name}; echo ready; while :; do sleep 0.1; done"
    process = job.start("bash", "-c", script)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    process.send_signal(number)
    code, output, messages = finish(process)
    assert (code, output) == (9, "got\n")
    assert "e30." in messages, "the token"
    assert not job.folder.exists()


def test_a_signal_ends_what_the_command_has_started(job: Job):
    process = job.start("bash", "-c", "sleep 600 | (echo $BASHPID; exec sleep 600)")
    assert process.stdout is not None
    child = int(process.stdout.readline())
    process.terminate()
    assert finish(process)[0] == 128 + signal.SIGTERM
    assert not is_running(child)


def test_a_signal_before_the_command_starts_ends_the_job_and_leaves_nothing(job: Job, issuer: Issuer):
    issuer.answers = [never]
    process = job.start("echo", "started")
    until(lambda: issuer.requests)
    process.terminate()
    assert finish(process) == (128 + signal.SIGTERM, "", "")
    assert not job.folder.exists()


def test_what_a_killed_job_left_behind_is_replaced(job: Job):
    job.folder.mkdir(mode=0o700)
    job.file.write_text("old")
    (job.folder / "tmp-draft").write_text("older")
    code, output, _ = job.run(sys.executable, "-c", f"{SHOW}; print(os.listdir(os.path.dirname(path)))")
    assert code == 0
    assert "old" not in output
    assert output.splitlines()[-1] == "['token']"
    assert not job.folder.exists()


@pytest.mark.parametrize("kind", ["open to others", "link", "file"])
def test_a_folder_that_others_may_enter_is_not_used(job: Job, issuer: Issuer, kind: str, tmp_path: Path):
    if kind == "open to others":
        job.folder.mkdir()
        job.folder.chmod(0o755)
    elif kind == "link":
        (tmp_path / "other").mkdir(mode=0o700)
        job.folder.symlink_to(tmp_path / "other")
    else:
        job.folder.touch(mode=0o600)
    code, output, messages = job.run("echo", "started")
    assert (code, output) == (2, "")
    assert f"{job.folder} is not a folder of this user alone (mode 0700); remove it" in messages
    assert issuer.requests == []


def test_a_second_command_at_the_same_time_does_not_take_the_file_of_the_first(job: Job):
    first = job.start("sleep", "600")
    until(job.file.is_file)
    code, output, messages = job.run("echo", "started")
    assert (code, output) == (2, "")
    assert f"another with_job_token.py uses {job.folder}" in messages
    assert job.file.is_file()
    first.terminate()
    finish(first)
