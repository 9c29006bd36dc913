"""How long a provider plugin takes until the engine can ask it something."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, cast

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2_grpc

from lib.checkout import ROOT, VENV

OURS = [str(VENV / "bin" / "pulumi-resource-crosstenant")]
EMPTY = [str(VENV / "bin" / "python"), str(ROOT / "tests" / "fixtures" / "empty_plugin" / "plugin.py")]
"""A plugin of Pulumi's own Python host with one empty component."""

_ENGINE = "127.0.0.1:1"
"""Where the plugin may write its log, as the engine passes it; nothing is written in this time."""


def start_plugin(command: list[str]) -> float:
    """Starts a plugin as the engine does, asks for its name, and ends it.

    :param command: The executable and its arguments.
    :returns: Seconds from its start to the answer.
    """
    began = time.perf_counter()
    with subprocess.Popen([*command, _ENGINE], stdout=subprocess.PIPE, env=os.environ, cwd=Path("/")) as process:
        try:
            assert process.stdout is not None
            port = process.stdout.readline().decode().strip()
            if not port.isdecimal():
                sys.exit(f"bench: {command[-1]} printed no port")
            with cast("Any", grpc).insecure_channel(f"127.0.0.1:{port}") as channel:
                cast("Any", provider_pb2_grpc.ResourceProviderStub(channel)).GetPluginInfo(
                    empty_pb2.Empty(), wait_for_ready=True, timeout=30
                )
            return time.perf_counter() - began
        finally:
            process.kill()
