"""The refresher as it runs in a pod: a process of its own, with files and environment only."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from crosstenant.model.kubernetes.plan import ProvedRegistry, PullNamespace, RefresherConfig
from tests.refresher.world import CLIENT, TENANT, World, listening

SCRIPT = Path(__file__).parents[2] / "crosstenant" / "refresher" / "refresh_pull_secrets.py"


@dataclass
class Run:
    """What a run left behind."""

    code: int
    log: str
    error: str


@dataclass
class Refresher:
    """The refresher against the doubles."""

    world: World
    environment: dict[str, str]
    folder: Path

    @property
    def registries(self) -> tuple[str, str]:
        """Two names of the doubles' registry."""
        return f"127.0.0.1:{self.world.port}", f"localhost:{self.world.port}"

    def configure(
        self, *registries: ProvedRegistry, namespaces: tuple[PullNamespace, ...] = (PullNamespace("shop"),)
    ) -> None:
        """Writes config.json; without arguments one registry whose image is proved, and one pull secret."""
        text = RefresherConfig(
            tenant_id=TENANT,
            client_id=CLIENT,
            authority=f"https://127.0.0.1:{self.world.port}",
            registries=registries or [ProvedRegistry(self.registries[0], "app", "1.0")],
            namespaces=namespaces,
        ).text()
        (self.folder / "config.json").write_text(text)

    def run(self, *arguments: str, **variables: str) -> Run:
        """Runs it; no token may be in what it prints."""
        command = [sys.executable, "-I", "-B", str(SCRIPT), *arguments]
        environment = {**self.environment, **variables}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=240, check=False)
        for token in self.world.tokens:
            for part in token.split("."):
                assert part not in done.stdout + done.stderr
        return Run(done.returncode, done.stdout, done.stderr.strip())


@pytest.fixture
def refresher(tmp_path: Path) -> Iterator[Refresher]:
    world = World()
    with listening(world, tmp_path) as environment:
        found = Refresher(world, environment, tmp_path)
        found.configure()
        yield found
