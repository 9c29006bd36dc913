"""Writes the package's SDKs for other languages into sdks/, by Pulumi's generators.

    python tools/write_sdks.py

`pulumi package add` generates the same on a user's machine, with the generators of that machine's Pulumi.
"""

from __future__ import annotations

import asyncio
import base64
import json
import shutil
import subprocess
import sys
from pathlib import Path

from crosstenant.plugin.package import package_schema
from lib import toolchain
from lib.checkout import ROOT, TOOLS_BIN
from lib.progress import SetupError

GENERATOR = toolchain.Program("sdk-generator", "sdk-generator", "one to two minutes")
GENERATOR_OF_CSHARP = toolchain.Program("sdk-generator-dotnet", "sdk-generator-dotnet", "one to two minutes")
SDKS = ROOT / "sdks"
LANGUAGES = {
    "dotnet": [GENERATOR_OF_CSHARP.name],
    "go": [GENERATOR.name, "go"],
    "nodejs": [GENERATOR.name, "nodejs"],
    "python": [GENERATOR.name, "python"],
}
"""The folder of each language, and the command that prints its files."""


def build_generators() -> None:
    """Build the generators that are not in `.tools/bin`, or whose pins or source have changed since."""
    toolchain.build([GENERATOR, GENERATOR_OF_CSHARP], "they write SDKs, built once from the Go module proxy")


def write_sdks(folder: Path) -> None:
    """The SDK of each language in a folder of its own.

    :param folder: Where they go; what is there of a language is removed first.
    """
    schema = asyncio.run(_schema())
    for language, (program, *words) in LANGUAGES.items():
        shutil.rmtree(folder / language, ignore_errors=True)
        printed = subprocess.run([TOOLS_BIN / program, *words], input=schema, stdout=subprocess.PIPE, check=True).stdout
        for name, content in json.loads(printed).items():
            file = folder / language / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(base64.b64decode(content))


async def _schema() -> bytes:
    # Outputs, of which the components' defaults are made, need a running loop.
    return json.dumps(package_schema()).encode()


def main() -> None:
    """Builds the generators where they are not there, and writes the SDKs."""
    try:
        build_generators()
    except SetupError as error:
        sys.exit(f"sdks: {error}")
    write_sdks(SDKS)
    print(f"sdks: {', '.join(LANGUAGES)} in {SDKS.relative_to(ROOT)}/")


if __name__ == "__main__":
    main()
