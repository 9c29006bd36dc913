"""The SDKs of other languages, and the examples written with them, compile: `make test-sdks`.

C# is generated only: no compiler of it is set up here. Java is not generated, since its generator is on no registry.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.sdks.conftest import run
from write_sdks import LANGUAGES

pytestmark = pytest.mark.large


def test_every_language_has_its_sdk_with_every_component(written: Path):
    assert sorted(it.name for it in (written / "sdks").iterdir()) == sorted(LANGUAGES)
    for component in (
        "go/crosstenant/crossTenantPull.go",
        "nodejs/crossTenantPull.ts",
        "dotnet/CrossTenantPull.cs",
        "python/pulumi_crosstenant/cross_tenant_pull.py",
    ):
        assert (written / "sdks" / component).is_file(), component


def test_python_sdk_compiles(written: Path):
    run(sys.executable, "-m", "compileall", "-q", "pulumi_crosstenant", folder=written / "sdks" / "python")


def test_go_sdk_and_example_compile(written: Path, go_environment: dict[str, str]):
    # The example's packages hold the SDK's.
    run("go", "vet", "-mod=readonly", "./...", folder=written / "examples" / "go", environ=go_environment)


def test_typescript_sdk_and_example_compile(npm_packages: Path):
    run(npm_packages / "node_modules" / ".bin" / "tsc", "--noEmit", "--project", ".", folder=npm_packages)
