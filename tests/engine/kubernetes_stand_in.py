"""A stand-in for the Kubernetes plugin: Secrets alone, written to a folder as the real one's rendering mode does.

It is installed into the plugin folder of a test's engine, where the real one cannot be downloaded.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, ClassVar

from crosstenant.provider_kit.dispatch import DispatchProvider, Package, Served
from crosstenant.provider_kit.resource import CustomResource, Diff, Failure, Observed, Properties
from crosstenant.provider_kit.serving import serve

VERSION = "4.34.2"


class Secret(CustomResource[Path]):
    """``v1/Secret``."""

    token: ClassVar[str] = "kubernetes:core/v1:Secret"
    schema: ClassVar[dict[str, Any]] = {}
    secret_properties: ClassVar[frozenset[str]] = frozenset({"data", "stringData"})

    async def check(self, urn: str, olds: Properties, news: Properties) -> tuple[Properties, list[Failure]]:
        return news, []

    async def diff(self, urn, resource_id, old_inputs, olds, news) -> Diff:
        return Diff()

    async def preview_create(self, urn: str, inputs: Properties) -> Properties:
        return inputs

    async def create(self, urn: str, inputs: Properties, timeout: float) -> tuple[str, Properties]:
        place = f"{inputs['metadata'].get('namespace', 'default')}-{inputs['metadata']['name']}"
        folder = self.context / "1-manifest"
        folder.mkdir(parents=True, exist_ok=True)
        # JSON is YAML.
        (folder / f"v1-secret-{place}.yaml").write_text(json.dumps(inputs))
        return place, inputs

    async def read(self, urn, resource_id, inputs, olds) -> Observed:
        return Observed(resource_id, inputs, olds)

    async def preview_update(self, urn, resource_id, olds, news) -> Properties:
        return news

    async def update(self, urn, resource_id, olds, news, timeout) -> Properties:
        return news

    async def delete(self, urn, resource_id, olds, timeout) -> None:
        pass


class Kubernetes(Package):
    """The package."""

    def schema(self) -> str:
        return json.dumps({"name": "kubernetes", "version": VERSION})

    async def check_config(self, config: Properties) -> tuple[Properties, list[Failure]]:
        return config, []

    async def configure(self, config: Properties) -> Served:
        return Served.of([Secret(Path(config["renderYamlToDirectory"]))], [])


def install(pulumi_home: Path) -> None:
    """Puts it where the engine with this ``PULUMI_HOME`` finds it."""
    folder = pulumi_home / "plugins" / f"resource-kubernetes-v{VERSION}"
    folder.mkdir(parents=True, exist_ok=True)
    executable = folder / "pulumi-resource-kubernetes"
    executable.write_text(f"#!/bin/sh\nexec '{sys.executable}' '{Path(__file__).resolve()}' \"$@\"\n")
    executable.chmod(0o755)


if __name__ == "__main__":
    serve(VERSION, lambda log: DispatchProvider(Kubernetes()))
