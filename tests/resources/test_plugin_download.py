"""Resources and functions tell the engine where it downloads the plugin, once the repository has an address."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from email.message import Message
from pathlib import Path
from typing import Any

import grpc
import pulumi
import pytest
from pulumi.runtime.mocks import MockCallArgs, MockMonitor, MockResourceArgs, Mocks, set_mocks
from pulumi.runtime.proto.resource_pb2_grpc import ResourceMonitorStub

import crosstenant
from crosstenant import plugin_download
from crosstenant.resources import missing_plugin
from crosstenant.resources.missing_plugin import warn_of_missing_plugin

TENANT = "b0000000-0000-4000-8000-000000000001"
REGISTRY = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerRegistry/registries/images"


class Nothing(Mocks):
    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        return f"{args.name}-id", {}

    def call(self, args: MockCallArgs) -> Any:  # its declared type is not what Pulumi takes
        names = ("name", "loginServer", "pullRoleName", "pullRoleDefinitionId", "publicNetworkAccess", "location")
        answer = {"registryId": REGISTRY, "roleAssignmentMode": "legacy", "takesArmTokens": True}
        return {**answer, **dict.fromkeys(names, "x")}


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The installed package names a repository on GitHub."""
    stated = Message()
    stated["Project-URL"] = "Repository, https://github.com/Contoso/pulls"
    monkeypatch.setattr(plugin_download, "metadata", lambda _: stated)
    plugin_download.plugin_download_url.cache_clear()
    yield "github://api.github.com/Contoso/pulls"
    plugin_download.plugin_download_url.cache_clear()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict[str, tuple[str, str]]:
    """Where the plugin of each resource and function comes from, as the engine is told: version and address."""
    told: dict[str, tuple[str, str]] = {}
    register, invoke = MockMonitor.RegisterResource, MockMonitor.Invoke

    def registered(self: MockMonitor, request: Any) -> Any:
        if "crosstenant" in request.type:
            told[request.type] = (request.version, request.pluginDownloadURL)
        return register(self, request)

    def invoked(self: MockMonitor, request: Any) -> Any:
        told[request.tok] = (request.version, request.pluginDownloadURL)
        return invoke(self, request)

    monkeypatch.setattr(MockMonitor, "RegisterResource", registered)
    monkeypatch.setattr(MockMonitor, "Invoke", invoked)
    return told


def run() -> None:
    # Pulumi's runner takes the thread's loop, which a test before may have closed.
    asyncio.set_event_loop(asyncio.new_event_loop())
    set_mocks(Nothing())

    @pulumi.runtime.test
    def program() -> Any:
        provider = crosstenant.Provider("tenant", tenant_id=TENANT)
        check = crosstenant.PullCheck(
            "check",
            registry_id=REGISTRY,
            client_id="c",
            secret="s",
            opts=pulumi.ResourceOptions(provider=provider),
        )
        found = crosstenant.get_registry_output(registry_id=REGISTRY, opts=pulumi.InvokeOptions(provider=provider))
        return pulumi.Output.all(check.urn, found.is_known())

    program()


def test_resources_and_functions_name_the_release_of_this_version(address: str, asked: dict[str, tuple[str, str]]):
    run()
    here = (crosstenant.__version__, address)
    kinds = ("pulumi:providers:crosstenant", "crosstenant:index:PullCheck", "crosstenant:index:getRegistry")
    assert asked == dict.fromkeys(kinds, here)


def test_without_an_address_they_name_the_version_alone(asked: dict[str, tuple[str, str]]):
    run()
    assert set(asked.values()) == {(crosstenant.__version__, "")}


@pytest.mark.usefixtures("address")
def test_no_warning_of_a_missing_plugin_that_the_engine_downloads(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    said: list[str] = []
    monitor = ResourceMonitorStub(grpc.insecure_channel("127.0.0.1:1"))
    monkeypatch.setattr(missing_plugin, "get_monitor", lambda: monitor)
    monkeypatch.setattr(pulumi.log, "warn", said.append)
    monkeypatch.setattr(pulumi, "get_root_directory", lambda: str(tmp_path))
    monkeypatch.delitem(sys.modules, "crosstenant.plugin.__main__", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path))
    warn_of_missing_plugin()
    assert said == []
