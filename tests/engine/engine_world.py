"""The sandbox as an engine test sees it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from crosstenant.sandbox.world.state import State, Store


class Azure:
    """The sandbox as a test sees it: its state, its request log and the environment of a command."""

    def __init__(self, store: Store, environ: dict[str, str]) -> None:
        self.store = store
        self.environ = environ

    @property
    def state(self) -> State:
        """A copy of the present state."""
        with self.store.read() as state:
            return json.loads(json.dumps(state))

    def change(self, make: Callable[[State], object]) -> None:
        """Changes the state behind Pulumi's back."""
        with self.store.change() as state:
            make(state)

    @property
    def requests(self) -> list[dict[str, Any]]:
        """Every request since the test began."""
        log = Path(f"{self.store.path}.requests.jsonl")
        # Another thread may be in the middle of its last line.
        lines = log.read_text().splitlines(keepends=True) if log.exists() else []
        return [json.loads(line) for line in lines if line.endswith("\n")]

    @property
    def writes(self) -> list[str]:
        """The requests that could change Graph or Resource Manager, ``POST /v1.0/applications``."""
        return [
            f"{it['method']} {it['path']}"
            for it in self.requests
            if it["service"] in ("graph", "arm") and it["method"] not in ("GET", "HEAD")
        ]

    @property
    def resets(self) -> list[str]:
        """The resets that Azure accepted since the test began, by the cluster's ARM ID in lower case."""
        operations = self.state["operations"].values()
        return [it["resource"] for it in operations if it["kind"] == "resetServicePrincipalProfile"]


YAML_CONFIG = """
    config:
      clusterTenantId: {type: string}
      clusterId: {type: string}
      clusterClientId: {type: string}
      clusterClientSecret: {type: string, secret: true}
      registryTenantId: {type: string}
      registryId: {type: string}
      registryClientId: {type: string}
      registryClientSecret: {type: string, secret: true}
"""
"""What a YAML program reads of the stack's configuration."""

YAML_TENANTS = """\
          clusterTenant:
            tenantId: ${clusterTenantId}
            clientId: ${clusterClientId}
            clientSecret: ${clusterClientSecret}
          registryTenant:
            tenantId: ${registryTenantId}
            clientId: ${registryClientId}
            clientSecret: ${registryClientSecret}
"""
"""Both tenants, as a YAML program describes them to a ``CrossTenantPull``."""
