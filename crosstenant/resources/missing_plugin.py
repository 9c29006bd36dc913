"""The warning where the Pulumi engine will not find the plugin: its own error names a command that cannot help."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final
from weakref import WeakSet

import pulumi
from pulumi.runtime.proto.resource_pb2_grpc import ResourceMonitorStub
from pulumi.runtime.settings import get_monitor

from crosstenant._version import VERSION
from crosstenant.plugin_download import plugin_download_url
from crosstenant.plugin_search import comes_otherwise, project_folder, search

MISSING: Final = (
    f"the Pulumi engine finds no plugin crosstenant {VERSION} in 'plugins' of Pulumi.yaml, on PATH or in its plugin"
    " cache: run 'crosstenant plugin install' in the program's Python environment"
)

_told: WeakSet[object] = WeakSet()


def warn_of_missing_plugin() -> None:
    """Warns once in a run, before the engine fails to download the plugin."""
    monitor = get_monitor()
    if not isinstance(monitor, ResourceMonitorStub) or monitor in _told:
        return
    _told.add(monitor)
    if "crosstenant.plugin.__main__" in sys.modules:
        return  # This process is the plugin: it hosts the component of a program in another language.
    if plugin_download_url() is not None:
        return  # The engine downloads the plugin by itself.
    # Language hosts older than the SDK do not say where the project is: the program runs in it, or in a folder of it.
    root: str | None = pulumi.get_root_directory()
    project = project_folder(Path(root or "."))
    found = search(VERSION, project)
    if (found is None or not found.exists) and not comes_otherwise(project):
        pulumi.log.warn(MISSING)
