"""Which tests drive a Pulumi engine or other people's clients: those that `make check` leaves out."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

HERE = Path(__file__).parent
MARKED_FOLDERS = ("engine", "clients")

REFUSING_PULUMI = """\
#!/bin/sh
echo "this test runs pulumi, so it belongs in tests/engine or needs the mark 'engine'" >&2
exit 1
"""


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
