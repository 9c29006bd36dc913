"""``crosstenant check`` and ``adopt`` in US Government and China: they sign in there, and reach no host elsewhere."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from crosstenant.cli.adopt.commands import adopt
from crosstenant.sandbox.host.request_log import requests
from crosstenant.sandbox.host.state_file import open_store
from crosstenant.sandbox.world import seed
from crosstenant.sandbox.world.state import Store
from tests.cli.test_check_in_sandbox import CALLERS, SECRET, TENANTS, link, make_chain, run

DOMAINS = {"usgovernment": (".us", ".usgovcloudapi.net"), "china": (".cn",)}


@pytest.fixture
def in_cloud(inside: Store) -> Callable[[str], Store]:
    """Makes the sandbox one of a cloud, with a chain that is whole."""

    def make(cloud: str) -> Store:
        open_store(inside.path, cloud).reset()
        with inside.change() as state:
            make_chain(state)
        return inside

    return make


@pytest.mark.parametrize("cloud", DOMAINS)
def test_check_reads_the_whole_chain_in_the_cloud(in_cloud: Callable[[str], Store], cloud: str):
    store = in_cloud(cloud)
    whole = run("--environment", cloud, "--json", **SECRET)
    assert whole.exit_code == 0, whole.output
    assert link(whole, "registry", "pull")["state"] == "ok"
    hosts = {it["host"] for it in requests(store)}
    assert len(hosts) == 4
    assert [host for host in hosts if not host.endswith(DOMAINS[cloud])] == []


def test_check_names_the_option_where_the_tenants_are_in_another_cloud(in_cloud: Callable[[str], Store]):
    store = in_cloud("usgovernment")
    unread = run()
    assert unread.exit_code == 2, unread.output
    assert "the tenant is in another cloud" in unread.output
    assert "set environment (public, usgovernment or china) to the cloud of both tenants" in " ".join(
        unread.output.split()
    )
    assert {it["host"] for it in requests(store)} == {"login.microsoftonline.com"}


@pytest.mark.parametrize("cloud", DOMAINS)
def test_adopt_writes_the_cloud_into_the_program(in_cloud: Callable[[str], Store], tmp_path: Path, cloud: str):
    store = in_cloud(cloud)
    chain = ("--cluster", seed.CLUSTER, "--registry", seed.REGISTRY, "--out", str(tmp_path / "adopted"))
    done = CliRunner().invoke(adopt, [*chain, *TENANTS, "--environment", cloud], env=CALLERS)
    assert done.exit_code == 0, done.output
    assert (tmp_path / "adopted" / "__main__.py").read_text().count(f'environment="{cloud}"') == 2
    assert json.loads((tmp_path / "adopted" / "import.json").read_text())["resources"]
    assert [it["host"] for it in requests(store) if not it["host"].endswith(DOMAINS[cloud])] == []
