"""The chain of a run: one application, one registry, two clusters in two waves, a secret that rotates by days."""

from __future__ import annotations

import shutil
import ssl
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from crosstenant.sandbox.host.plugins import prepare_plugins
from crosstenant.sandbox.host.server import Sandbox
from crosstenant.sandbox.host.state_file import open_store
from lib.checkout import VENV
from lib.fleet import add_fleet
from lib.sandbox import CONFIG, SECRETS
from lib.soak.changes import CLUSTERS
from lib.soak.days import Day
from lib.soak.life import NAME, Findings, Life
from lib.soak.nodes import Nodes
from lib.stack import Stack

_CLOCK: Final = Path(__file__).parent / "clock"
_PROGRAM: Final = """\
import pulumi

from crosstenant import (
    ClusterArgs, CrossTenantPull, CrossTenantPullArgs, PullCheckOptions, RegistryArgs, RotationArgs,
    tenant_from_config,
)

config = pulumi.Config()
CrossTenantPull(
    "{name}",
    CrossTenantPullArgs(
        cluster_tenant=tenant_from_config(config, "cluster"),
        registry_tenant=tenant_from_config(config, "registry"),
        registries=[
            RegistryArgs(
                registry_id=config.require("registryId"),
                pull_check=PullCheckOptions(repository="hello", reference="1.0"),
            )
        ],
        clusters=[
            ClusterArgs(cluster_id=config.require("clusterId")),
            ClusterArgs(cluster_id=config.require("secondClusterId"), wave=1),
        ],
        rotation=RotationArgs(rotate_every_days={every_days}, rotate_from="{first_day}", keep_previous=True),
    ),
)
"""


def live(
    days: Sequence[Day], seed: int, *, rotate_every_days: int, pause: float, minutes: float = float("inf")
) -> Findings:
    """Lets a chain live in a sandbox of its own.

    :param days: The days.
    :param seed: What they were made of, for the report.
    :param rotate_every_days: Days in a period of the rotation.
    :param pause: Seconds between two pulls of a node.
    :param minutes: No day begins after so many: the chain is removed and judged then as after all days.
    """
    folder = Path(tempfile.mkdtemp(prefix="soak-"))
    found = Findings(len(days), seed, rotate_every_days, minutes)
    store = open_store(folder / "state.json", "public")
    try:
        with Sandbox(store) as sandbox:
            environ = {**sandbox.surroundings(), **prepare_plugins(folder / "pulumi-home").environment}
            environ["PYTHONPATH"] = str(_CLOCK)
            with store.change() as state:
                (second,) = add_fleet(state, 1, 1, seconds=0.5)
            project = folder / "project"
            project.mkdir()
            plugin = f"plugins: {{providers: [{{name: crosstenant, path: {VENV / 'bin'}}}]}}"
            (project / "Pulumi.yaml").write_text(f"name: soak\nruntime: python\n{plugin}\n")
            stack = Stack(project, "test", folder / "stack", environ=environ)
            stack.create({**CONFIG, "secondClusterId": second}, SECRETS)
            trusted = ssl.create_default_context(cafile=environ["SSL_CERT_FILE"])
            proxy = environ["CROSSTENANT_SANDBOX"]
            life = Life(
                store,
                stack,
                lambda causes: Nodes(store, CLUSTERS, causes, proxy=proxy, trusted=trusted, pause=pause),
                found,
            )
            first_day = life.first_night.date()
            program = _PROGRAM.format(name=NAME, every_days=rotate_every_days, first_day=first_day)
            (project / "__main__.py").write_text(program)
            life.live(days)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return found
