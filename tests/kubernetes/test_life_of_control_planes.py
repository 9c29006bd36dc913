"""A cluster's processes live as long as the sandbox and the cluster; its data live as long as the state."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import jwt
import pytest

from crosstenant.sandbox.host.server import Sandbox
from crosstenant.sandbox.host.state_file import open_store
from crosstenant.sandbox.kubernetes.certificates import certificates_of
from crosstenant.sandbox.kubernetes.settings import has_api
from crosstenant.sandbox.world import drift
from crosstenant.sandbox.world.cluster_issuers import switch_on
from crosstenant.sandbox.world.state import Store
from tests.kubernetes.cluster_world import Cluster

NAME = "aks-managed"


@pytest.fixture
def own_store(tmp_path: Path) -> Store:
    """A state of the test's own."""
    return open_store(tmp_path / "state.json", "public")


@pytest.fixture
def own_azure(own_store: Store) -> Iterator[Sandbox]:
    with Sandbox(own_store) as sandbox:
        yield sandbox


def processes(store: Store) -> list[int]:
    """The processes whose command line names the folder of a cluster of this state."""
    with store.read() as state:
        folders = [certificates_of(one).folder for one in state["resources"].values() if has_api(one)]
    found: list[int] = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if any(it.encode() in command for it in folders):
            found.append(int(folder.name))
    return found


def test_processes_end_with_the_sandbox_and_the_next_one_finds_the_data(own_store: Store, tmp_path: Path) -> None:
    with Sandbox(own_store) as sandbox:
        cluster = Cluster(sandbox, own_store, NAME, tmp_path)
        namespace = cluster.namespace()
        assert len(processes(own_store)) == 3
        cluster.close()
    assert processes(own_store) == []
    with Sandbox(own_store) as sandbox:
        assert Cluster(sandbox, own_store, NAME, tmp_path).admin.get(f"/api/v1/namespaces/{namespace}").is_success


def test_processes_end_when_the_sandbox_is_killed(own_store: Store, tmp_path: Path) -> None:
    program = [sys.executable, "-m", "crosstenant.cli.main", "sandbox", "serve", "--state", str(own_store.path)]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as serving:
        assert serving.stdout
        url = ""
        while not url:
            name, _, value = serving.stdout.readline().removeprefix("export ").strip().partition("=")
            url = value if name == "HTTPS_PROXY" else ""
        cluster = Cluster(url, own_store, NAME, tmp_path)
        assert cluster.admin.get("/version").is_success
        assert len(processes(own_store)) == 3
        os.kill(serving.pid, signal.SIGKILL)
    until = time.monotonic() + 10
    while processes(own_store):
        assert time.monotonic() < until
        time.sleep(0.1)


def test_stopped_cluster_cannot_be_reached(own_azure: Sandbox, own_store: Store, tmp_path: Path) -> None:
    cluster = Cluster(own_azure, own_store, NAME, tmp_path)
    assert cluster.admin.get("/version").is_success
    with own_store.change() as state:
        drift.stop_cluster(state, NAME)
    cluster.close()
    again = Cluster(own_azure, own_store, NAME, tmp_path)
    with pytest.raises(httpx.ProxyError, match="there is no cluster with this host, or it is stopped"):
        again.admin.get("/version")
    assert processes(own_store) == []


def test_new_issuer_starts_the_api_server_again_with_its_data(
    own_azure: Sandbox, own_store: Store, tmp_path: Path
) -> None:
    cluster = Cluster(own_azure, own_store, NAME, tmp_path)
    namespace = cluster.namespace()
    with own_store.change() as state:
        issuer = switch_on(state, drift.resource(state, drift.CLUSTERS, NAME))
    cluster.close()
    again = Cluster(own_azure, own_store, NAME, tmp_path)
    claims = jwt.decode(again.token(namespace, "default"), options={"verify_signature": False})
    assert (claims["iss"], claims["aud"]) == (issuer, [issuer])


def test_reset_of_the_state_makes_the_cluster_anew(own_azure: Sandbox, own_store: Store, tmp_path: Path) -> None:
    cluster = Cluster(own_azure, own_store, NAME, tmp_path)
    namespace = cluster.namespace()
    old = processes(own_store)
    own_store.reset()
    again = Cluster(own_azure, own_store, NAME, tmp_path)
    assert again.authority != cluster.authority
    assert again.admin.get(f"/api/v1/namespaces/{namespace}").status_code == 404
    assert not [pid for pid in old if Path(f"/proc/{pid}/cmdline").exists()]


def test_second_sandbox_of_a_state_uses_the_processes_of_the_first(
    own_azure: Sandbox, own_store: Store, tmp_path: Path
) -> None:
    namespace = Cluster(own_azure, own_store, NAME, tmp_path).namespace()
    first = processes(own_store)
    with Sandbox(open_store(own_store.path)) as other:
        assert Cluster(other, own_store, NAME, tmp_path).admin.get(f"/api/v1/namespaces/{namespace}").is_success
        assert processes(own_store) == first
    assert processes(own_store) == first


def test_missing_programs_are_named_with_the_command_that_builds_them(
    own_azure: Sandbox, own_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("crosstenant.sandbox.kubernetes.programs._BUILT", tmp_path)
    said = "kube-controller-manager cannot be found: in a checkout of crosstenant, 'make setup-kubernetes' builds them"
    with pytest.raises(httpx.ProxyError, match=said):
        Cluster(own_azure, own_store, NAME, tmp_path).admin.get("/version")
