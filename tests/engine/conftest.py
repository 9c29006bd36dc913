"""The real Pulumi engine against the sandbox: one fresh state for each test, the running sandbox shared by all."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from crosstenant.sandbox.host.plugins import prepare_plugins
from crosstenant.sandbox.host.server import Sandbox
from crosstenant.sandbox.host.state_file import open_store
from lib.sandbox import CONFIG, SECRETS
from lib.stack import Stack
from tests.engine.cluster_estate import Profiles
from tests.engine.drift_world import Deployed
from tests.engine.engine_world import Azure

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def _running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Azure]:
    folder = tmp_path_factory.mktemp("azure")
    store = open_store(folder / "state.json", "public")
    with Sandbox(store) as sandbox:
        environ = {**sandbox.surroundings(), **prepare_plugins(folder / "pulumi-home").environment}
        yield Azure(store, environ)


@pytest.fixture
def azure(_running: Azure) -> Azure:
    """The sandbox with its seeded state and an empty request log; resets take a moment."""
    _running.store.reset()
    Path(f"{_running.store.path}.requests.jsonl").unlink(missing_ok=True)
    _running.change(lambda state: state["settings"]["reset"].update(seconds=0.5, retry_after=1))
    return _running


@pytest.fixture
def quickstart(azure: Azure, tmp_path: Path) -> Stack:
    """A stack of the quickstart program, configured for the seeded tenants."""
    stack = Stack(ROOT, "test", tmp_path / "stack", environ=azure.environ)
    stack.create(CONFIG, SECRETS)
    return stack


@pytest.fixture
def make_stack(azure: Azure, tmp_path: Path) -> Callable[..., Stack]:
    """Makes a stack of a program given as source; ``runtime`` is ``python`` or ``yaml``."""

    def make(source: str, *, runtime: str = "python", config: dict[str, str] | None = None) -> Stack:
        project = tmp_path / "project"
        project.mkdir(exist_ok=True)
        settings = {
            "name": "program",
            "runtime": runtime,
            "plugins": {"providers": [{"name": "crosstenant", "path": str(ROOT / ".venv" / "bin")}]},
        }
        text = textwrap.dedent(source)
        if runtime == "yaml":
            lines = [f"{key}: {json.dumps(value)}" for key, value in settings.items()]
            (project / "Pulumi.yaml").write_text("\n".join([*lines, text]))
        else:
            (project / "Pulumi.yaml").write_text(json.dumps(settings))
            (project / "__main__.py").write_text(text)
        stack = Stack(project, "test", tmp_path / "stack", environ=azure.environ)
        stack.create({**CONFIG, **(config or {})}, SECRETS)
        return stack

    return make


@pytest.fixture
def profiles(azure: Azure, make_stack: Callable[..., Stack], tmp_path: Path) -> Profiles:
    """A stack that declares nothing but the credentials of clusters, none at first."""
    return Profiles(azure, make_stack, tmp_path)


@pytest.fixture(scope="session")
def _deployments(_running: Azure, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Deployed]:
    """One deployed stack for each way to a service principal, made when a test first asks for it."""
    return cache(lambda way: Deployed(_running, tmp_path_factory.mktemp(way), way))


@pytest.fixture
def deployed(_deployments: Callable[[str], Deployed]) -> Deployed:
    """A stack that is up and quiet, as after its deployment, whatever earlier tests have done to it and to Azure."""
    stack = _deployments("managed")
    stack.restore()
    return stack


@pytest.fixture
def consented(_deployments: Callable[[str], Deployed]) -> Deployed:
    """The same in consent mode."""
    stack = _deployments("consented")
    stack.restore()
    return stack
