"""The end of the plugin's process, after it has talked to Azure."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import struct_pb2
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from crosstenant.sandbox.world import seed
from crosstenant.sandbox.world.state import Store

NO_ENGINE = "127.0.0.1:1"
GUARD_SECONDS = 240
"""After which what has to come never does: no test depends on how long it takes."""


def struct(**values: Any) -> struct_pb2.Struct:
    made = struct_pb2.Struct()
    made.update(values)
    return made


def test_no_connection_is_left_open(inside: Store):
    process = subprocess.Popen(
        [sys.executable, "-X", "dev", "-m", "crosstenant.plugin", NO_ENGINE],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        with grpc.insecure_channel(f"127.0.0.1:{int(process.stdout.readline())}") as channel:
            plugin = provider_pb2_grpc.ResourceProviderStub(channel)
            args = struct(
                tenantId=seed.CLUSTER_TENANT,
                clientId=seed.CLUSTER_CALLER_ID,
                clientSecret=seed.CLUSTER_CALLER_SECRET,
            )
            plugin.Configure(provider_pb2.ConfigureRequest(args=args, acceptSecrets=True), timeout=GUARD_SECONDS)
            call = provider_pb2.InvokeRequest(tok="crosstenant:index:getCluster", args=struct(clusterId=seed.CLUSTER))
            answer = plugin.Invoke(call, timeout=GUARD_SECONDS)
            assert list(answer.failures) == []
    finally:
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=GUARD_SECONDS)
    assert process.returncode == 0
    assert "Unclosed" not in said


ENGINE = """
import subprocess, sys, time
command = [sys.executable, "-m", "crosstenant.plugin", "127.0.0.1:1"]
plugin = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
plugin.stdout.readline()
print(plugin.pid, flush=True)
time.sleep(600)
"""


def test_a_plugin_whose_engine_is_killed_ends_by_itself():
    with subprocess.Popen([sys.executable, "-c", ENGINE], stdout=subprocess.PIPE, text=True) as engine:
        assert engine.stdout is not None
        plugin = int(engine.stdout.readline())
        os.kill(plugin, 0)
        time.sleep(1.5)
        os.kill(plugin, 0)  # It stays as long as its engine.
        engine.kill()
    gone_by = time.monotonic() + GUARD_SECONDS
    while _runs(plugin):
        assert time.monotonic() < gone_by, "the plugin goes on without its engine"
        time.sleep(0.1)


def _runs(pid: int) -> bool:
    try:
        # A process that has ended and that its new parent has not collected yet is a zombie.
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
