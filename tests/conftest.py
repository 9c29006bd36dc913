"""Which tests drive a Pulumi engine or other people's clients: those that `make check` leaves out.

And the sandbox for tests that call the package's own clients from this process."""

from __future__ import annotations

import os
import signal
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from crosstenant.sandbox.host.server import Sandbox
from crosstenant.sandbox.host.state_file import open_store
from crosstenant.sandbox.world.open_questions import OpenQuestion
from crosstenant.sandbox.world.state import Store
from lib.checkout import compile_package
from tests.both_answers import give_answers

HERE = Path(__file__).parent
MARKED_FOLDERS = ("engine", "clients", "kubernetes")

REFUSING_PULUMI = """\
#!/bin/sh
echo "this test runs pulumi, so it belongs in tests/engine or needs the mark 'engine'" >&2
exit 1
"""


def pytest_sessionstart() -> None:
    # A shell that starts the tests in the background has them, and all that they start, ignore Ctrl+C; tests send it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # Engine tests start the package some thousand times.
    compile_package()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for name in MARKED_FOLDERS:
            if HERE / name in item.path.parents:
                item.add_marker(name)


@pytest.fixture(scope="session")
def _refusing_pulumi(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("no-engine")
    (folder / "pulumi").write_text(REFUSING_PULUMI)
    (folder / "pulumi").chmod(0o755)
    return folder


@pytest.fixture(autouse=True)
def _engine_is_marked(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, _refusing_pulumi: Path) -> None:
    """Keeps `make check` honest: a test without the mark finds a `pulumi` that says what is missing."""
    if request.node.get_closest_marker("engine") is None:
        monkeypatch.setenv("PATH", f"{_refusing_pulumi}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture(autouse=True)
def _no_proxy_of_this_machine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Doubles listen on this machine, where a proxy of its network does not look for them; what `make test` leaves out
    installs packages from outside."""
    if not any(map(request.node.get_closest_marker, ("large", "kubernetes", "clients"))):
        for name in [it for it in os.environ if it.lower().endswith("_proxy")]:
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def _sandbox_beside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, dict[str, str]]]:
    store = open_store(tmp_path_factory.mktemp("sandbox") / "state.json", "public")
    with Sandbox(store) as sandbox:
        yield store, sandbox.environment()


@pytest.fixture
def inside(_sandbox_beside: tuple[Store, dict[str, str]], monkeypatch: pytest.MonkeyPatch) -> Store:
    """The sandbox with its seeded state and an empty request log, and this process in it."""
    store, environment = _sandbox_beside
    store.reset()
    Path(f"{store.path}.requests.jsonl").unlink(missing_ok=True)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    # aiohttp reads SSL_CERT_FILE when it is imported, which may have been before there was a sandbox.
    trusting = ssl.create_default_context(cafile=environment["SSL_CERT_FILE"])
    monkeypatch.setattr("aiohttp.connector._SSL_CONTEXT_VERIFIED", trusting)
    return store


@pytest.fixture
def given_answers(request: pytest.FixtureRequest) -> dict[OpenQuestion, str]:
    """The answers to open questions that the test's sandbox gives: see tests/both_answers.py."""
    return give_answers(request)
