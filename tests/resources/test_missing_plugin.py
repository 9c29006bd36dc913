"""A program warns once where the engine will not find the plugin, whose own error names a command that cannot help."""

from __future__ import annotations

import sys
from pathlib import Path

import grpc
import pulumi
import pytest
from pulumi.runtime.proto.resource_pb2_grpc import ResourceMonitorStub

from crosstenant.plugin_search import executable_in
from crosstenant.resources import missing_plugin
from crosstenant.resources.missing_plugin import MISSING, warn_of_missing_plugin


@pytest.fixture
def warned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The warnings of a program of a real engine that finds no plugin."""
    said: list[str] = []
    monitor = ResourceMonitorStub(grpc.insecure_channel("127.0.0.1:1"))
    monkeypatch.setattr(missing_plugin, "get_monitor", lambda: monitor)
    monkeypatch.setattr(pulumi.log, "warn", said.append)
    monkeypatch.setattr(pulumi, "get_root_directory", lambda: str(tmp_path))
    monkeypatch.delitem(sys.modules, "crosstenant.plugin.__main__", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path))
    return said


def test_warns_once_in_a_run(warned: list[str]):
    warn_of_missing_plugin()
    warn_of_missing_plugin()
    assert warned == [MISSING]
    assert "run 'crosstenant plugin install'" in MISSING


def test_is_silent_where_the_project_names_it(warned: list[str], tmp_path: Path):
    (tmp_path / "Pulumi.yaml").write_text("name: p\nplugins: {providers: [{name: crosstenant, path: bin}]}\n")
    (tmp_path / "bin").mkdir()
    executable_in(tmp_path / "bin").touch()
    warn_of_missing_plugin()
    assert warned == []


def test_is_silent_in_the_plugin_itself(warned: list[str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "crosstenant.plugin.__main__", missing_plugin)
    warn_of_missing_plugin()
    assert warned == []


def test_is_silent_in_a_test_of_a_program(warned: list[str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(missing_plugin, "get_monitor", object)
    warn_of_missing_plugin()
    assert warned == []


def test_finds_the_project_where_the_language_host_does_not_name_it(
    warned: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(pulumi, "get_root_directory", lambda: None)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Pulumi.yaml").write_text("name: p\npackages: {crosstenant: ../plugin}\n")
    warn_of_missing_plugin()
    assert warned == []
