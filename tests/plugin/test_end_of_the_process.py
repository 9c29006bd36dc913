"""The end of the plugin's process, after it has talked to Azure."""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import Any

import grpc
from google.protobuf import struct_pb2
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from crosstenant.sandbox.world import seed
from crosstenant.sandbox.world.state import Store

NO_ENGINE = "127.0.0.1:1"


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
            plugin.Configure(provider_pb2.ConfigureRequest(args=args, acceptSecrets=True), timeout=20)
            call = provider_pb2.InvokeRequest(tok="crosstenant:index:getCluster", args=struct(clusterId=seed.CLUSTER))
            answer = plugin.Invoke(call, timeout=20)
            assert list(answer.failures) == []
    finally:
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=10)
    assert process.returncode == 0
    assert "Unclosed" not in said
