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
        return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []

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
