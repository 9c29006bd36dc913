"""A host of plugins by source, as Pulumi's current Python language host runs them; programs stay with the real one.

The host that set-up builds (sdk v3.79) is older than plugins with options, and the current one is in no registry. What
it does is in pulumi/pulumi: `RunPlugin`, `InstallDependencies` and `GetRequiredPackages` of
sdk/python/cmd/pulumi-language-python/main.go, and sdk/python/toolchain/pip.go. That the real host does the same is not
proven here.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2

SCRIPT = """\
#!/bin/sh
exec '{python}' '{host}' "$@"
"""


def install(folder: Path) -> Path:
    """Puts the host into this folder, which goes first on PATH; its Python is this process's."""
    folder.mkdir(parents=True, exist_ok=True)
    script = folder / "pulumi-language-python"
    script.write_text(SCRIPT.format(python=sys.executable, host=Path(__file__).resolve()))
    script.chmod(0o755)
    return folder


class Host(language_pb2_grpc.LanguageRuntimeServicer):
    """What the engine asks about a plugin by source."""

    def GetPluginInfo(self, request: Any, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        return plugin_pb2.PluginInfo(version="3.274.1")

    def InstallDependencies(self, request: Any, context: grpc.ServicerContext) -> Iterator[Any]:
        folder = Path(request.info.program_directory or request.directory)
        environment = virtual_environment(request.info)
        for command in (
            [sys.executable, "-m", "venv", str(environment)],
            [str(environment / "bin" / "python"), "-m", "pip", "install", "--upgrade", "pip", "setuptools", "wheel"],
            [str(environment / "bin" / "python"), "-m", "pip", "install", "-r", "requirements.txt"],
        ):
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
            if done.returncode:
                context.abort(grpc.StatusCode.UNKNOWN, f"{command}: {done.stdout}{done.stderr}")
        yield language_pb2.InstallDependenciesResponse(stdout=b"Finished installing dependencies\n")

    def GetRequiredPackages(self, request: Any, context: grpc.ServicerContext) -> Any:
        python = virtual_environment(request.info) / "bin" / "python"
        listed = subprocess.run([str(python), "-c", REQUIRED], capture_output=True, text=True, check=True)
        packages = [
            plugin_pb2.PackageDependency(kind="resource", name=name, version=f"v{version}")
            for name, version in json.loads(listed.stdout)
        ]
        return language_pb2.GetRequiredPackagesResponse(packages=packages)

    def RunPlugin(self, request: Any, context: grpc.ServicerContext) -> Iterator[Any]:
        python = virtual_environment(request.info) / "bin" / "python"
        entry: dict[str, str] = dict(it.split("=", 1) for it in request.env)
        process = subprocess.Popen(
            [str(python), request.info.program_directory, *request.args],
            cwd=request.pwd,
            env=entry,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        context.add_callback(process.kill)
        assert process.stdout is not None
        for line in process.stdout:
            yield language_pb2.RunPluginResponse(stdout=line)
        yield language_pb2.RunPluginResponse(exitcode=process.wait())


REQUIRED = """
import json
from importlib.metadata import distributions

found = []
for it in distributions():
    name = it.name.replace("_", "-").lower()
    files = [path for path in it.files or () if path.name == "pulumi-plugin.json"]
    stated = json.loads(files[0].read_text()) if files else {}
    if name.startswith("pulumi-") and stated.get("resource", True):
        found.append((stated.get("name") or name.removeprefix("pulumi-"), stated.get("version") or it.version))
print(json.dumps(found))
"""
"""Lists the plugins that the packages of an environment need, as the host reads them from pulumi-plugin.json."""


def virtual_environment(info: Any) -> Path:
    """The environment of a plugin: the option, else `venv` beside its manifest."""
    options = dict(info.options.items())
    assert options.get("toolchain", "pip") == "pip", "this host knows the pip toolchain alone"
    return Path(info.root_directory) / str(options.get("virtualenv") or "venv")


def main() -> None:
    """Serves until the engine ends the process."""
    server = grpc.server(ThreadPoolExecutor(max_workers=8))
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(Host(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    ended.wait()
    server.stop(grace=None)


if __name__ == "__main__":
    main()
