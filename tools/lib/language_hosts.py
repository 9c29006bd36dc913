"""Pulumi's hosts of Go and TypeScript programs, for the tests of the SDKs.

A whole Pulumi has both beside it, and then they are used as they are. Where set-up built the CLI alone, they come from
the newest version of Pulumi's SDK on the Go module proxy that still holds them (toolchain/language-go-nodejs): today's
hosts are modules of their own, which the proxy does not serve.
"""

from __future__ import annotations

from pathlib import Path

from lib import official, toolchain
from lib.checkout import TOOLS_BIN, installed

_SDK = "github.com/pulumi/pulumi/sdk/v3"
_FOLDER = "language-go-nodejs"
HOSTS = (
    toolchain.Program("pulumi-language-go", _FOLDER, "half a minute", f"{_SDK}/go/pulumi-language-go"),
    toolchain.Program("pulumi-language-nodejs", _FOLDER, "a few seconds", f"{_SDK}/nodejs/cmd/pulumi-language-nodejs"),
)


def ensure() -> None:
    """Build those that there are neither on PATH, nor beside the Pulumi in use, nor in `.tools/bin`."""
    own = installed("pulumi")
    official_cli = official.is_there(toolchain.cli_version())
    missing = [
        host
        for host in HOSTS
        if not installed(host.name)
        and not (own and (Path(own).resolve().parent / host.name).is_file())
        and not (official_cli and (TOOLS_BIN / host.name).is_file())
    ]
    toolchain.build(missing, "tests run Go and TypeScript programs, by hosts built once from the Go module proxy")
