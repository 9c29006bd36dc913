"""What the refresher repeats, for how long, and what it does not repeat. The clock does not wait."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Callable

import pytest

from crosstenant.refresher import refresh_pull_secrets
from crosstenant.refresher.refresh_pull_secrets import Failure
from tests.refresher.conftest import SCRIPT, Refresher
from tests.refresher.world import Reply, entra_error, registry_error


class Clock:
    """A clock on which only waiting takes time."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.waits: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def time(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(refresh_pull_secrets, "time", clock)
    return clock


@pytest.fixture
def run(refresher: Refresher, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Runs the refresher in this process."""

    def run(patience: int = 540, outage: int = 60) -> int:
        refresher.world.add_secret()
        patient = {"CROSSTENANT_PATIENCE_SECONDS": str(patience), "CROSSTENANT_OUTAGE_SECONDS": str(outage)}
        for name, value in {**refresher.environment, **patient}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr("sys.argv", ["refresh_pull_secrets.py"])
        return refresh_pull_secrets.main()

    return run


@pytest.mark.parametrize(
    ("step", "reply"),
    [
        *(("entra", entra_error(code)) for code in (70021, 700211, 700212, 700213, 700016)),
        ("entra", Reply(503)),
        ("exchange", registry_error(401)),
        ("exchange", Reply(500)),
        ("token", Reply(429)),
        ("manifest", Reply(401)),
        ("get", Reply(403)),
        ("patch", Reply(409)),
    ],
)
def test_what_a_new_chain_meets_is_repeated(
    run: Callable[..., int], refresher: Refresher, clock: Clock, step: str, reply: Reply
):
    refresher.world.replies[step] = [reply, reply]
    assert run() == 0
    assert clock.waits == [1, 2]
    assert refresher.world.steps().count(step) == 3


@pytest.mark.parametrize(
    ("step", "reply"),
    [("entra", entra_error(700024)), ("entra", entra_error(700027)), ("manifest", Reply(404))],
)
def test_what_stays_refused_is_not_repeated(
    run: Callable[..., int], refresher: Refresher, clock: Clock, step: str, reply: Reply
):
    refresher.world.replies[step] = [reply]
    assert run() == 2
    assert clock.waits == []


def test_patience_ends_and_the_refusal_is_told(
    run: Callable[..., int], refresher: Refresher, clock: Clock, capsys: pytest.CaptureFixture[str]
):
    refresher.world.replies["entra"] = [entra_error(700211)] * 99
    assert run(patience=120) == 1
    assert clock.now <= 1120
    assert clock.waits == [1, 2, 5, 10, 20, 30, 30]
    assert "it trusts no issuer" in capsys.readouterr().err


def test_unknown_identity_is_repeated_for_a_minute_only(run: Callable[..., int], refresher: Refresher, clock: Clock):
    refresher.world.replies["entra"] = [entra_error(700016)] * 99
    assert run(patience=540) == 1
    assert clock.now <= 1060


def test_registry_says_how_long_to_wait(run: Callable[..., int], refresher: Refresher, clock: Clock):
    refresher.world.replies["exchange"] = [Reply(429, None, {"Retry-After": "45"})]
    assert run() == 0
    assert clock.waits == [45]


@pytest.mark.parametrize("reply", [entra_error(700211), registry_error(401)])
def test_scheduled_run_does_not_repeat_a_refusal(
    run: Callable[..., int], refresher: Refresher, clock: Clock, reply: Reply
):
    refresher.world.replies["exchange" if reply.status == 401 else "entra"] = [reply]
    assert run(patience=0) == 1
    assert clock.waits == []


@pytest.mark.parametrize("reply", [Reply(503), Reply(429)])
def test_scheduled_run_repeats_an_outage_for_a_minute(
    run: Callable[..., int], refresher: Refresher, clock: Clock, reply: Reply
):
    refresher.world.replies["exchange"] = [reply] * 99
    assert run(patience=0) == 1
    assert clock.waits == [1, 2, 5, 10, 20]


def test_longer_wait_than_the_patience_is_not_begun(run: Callable[..., int], refresher: Refresher, clock: Clock):
    refresher.world.replies["exchange"] = [Reply(429, None, {"Retry-After": "3000"})]
    assert run() == 1
    assert clock.waits == []


def test_pods_token_is_read_again_for_each_attempt(run: Callable[..., int], refresher: Refresher, clock: Clock):
    renewed = refresher.world.token("account")
    refresher.world.replies["entra"] = [entra_error(700213)]
    file = refresher.folder / "entra"
    clock.sleep = lambda seconds: file.write_text(renewed)  # type: ignore[method-assign,assignment]
    assert run() == 0
    assert [form["client_assertion"] == renewed for step, _, form in refresher.world.asked if step == "entra"] == [
        False,
        True,
    ]


@pytest.mark.parametrize("text", ["eyJhbGciOiJSUzI1NiJ9.eyJhIjoxfQ.c2ln", "x eyJhbGciOi y"])
def test_text_like_a_token_is_in_no_message(text: str):
    assert "eyJ" not in str(Failure(f"Proxy said: {text}"))


def test_program_is_python_3_9_and_standard_library():
    tree = ast.parse(SCRIPT.read_text(), feature_version=(3, 9))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    modules = set(
        itertools.chain.from_iterable(
            [it.name for it in node.names] if isinstance(node, ast.Import) else [str(node.module)] for node in imports
        )
    )
    assert {it.split(".")[0] for it in modules} <= {
        "__future__", "base64", "collections", "datetime", "http", "json", "os", "pathlib", "re", "ssl", "sys", "time",
        "typing", "urllib",
    }  # fmt: skip
    # A ConfigMap takes 1 MiB; a reader takes less.
    assert len(SCRIPT.read_text().splitlines()) < 500
