"""Writes schema.json: what programs in other languages see of this package, for review; and docs/reference.md of it.

    make schema     writes it anew
    make lint       compares it (--check), and names what differs

It is the schema that the plugin serves, sorted, without the version and what pyproject.toml states: a release does not
change it, and an environment whose installation is older than pyproject.toml agrees with it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Iterator
from typing import Any

from crosstenant.plugin.package import package_schema
from lib.checkout import ROOT
from lib.schema_page import page

PAGE = ROOT / "docs" / "reference.md"
COPY = ROOT / "schema.json"
COMMAND = "make schema"
OMITTED = frozenset(
    {
        "description",
        "homepage",
        "keywords",
        "license",
        "namespace",
        "pluginDownloadURL",
        "publisher",
        "repository",
        "version",
    }
)
"""What the copy lacks: the installed distribution's metadata."""
_SHOWN = 20


def served() -> dict[str, Any]:
    """The schema that the plugin serves, without what the copy lacks."""

    async def read() -> dict[str, Any]:
        # Outputs, of which the components' defaults are made, need a running loop.
        return package_schema()

    return {name: value for name, value in asyncio.run(read()).items() if name not in OMITTED}


def rendered(schema: dict[str, Any]) -> str:
    """The text of the copy."""
    return json.dumps(schema, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def differences(copy: object, schema: object, path: str = "") -> Iterator[str]:
    """Where the copy differs, a line for each place.

    :param copy: The copy, or a part of it.
    :param schema: The schema that the plugin serves, or the same part of it.
    :param path: Where the part stands, `types/crosstenant:index:Cluster`.
    """
    if isinstance(copy, dict) and isinstance(schema, dict):
        for name in sorted({*copy, *schema}):
            inner = f"{path}/{name}" if path else str(name)
            if name not in copy:
                yield f"{inner}: new"
            elif name not in schema:
                yield f"{inner}: gone"
            else:
                yield from differences(copy[name], schema[name], inner)
    elif copy != schema:
        yield f"{path}: changed"


def main() -> None:
    """Writes the copy, or compares it."""
    parser = argparse.ArgumentParser(
        description="Writes schema.json, the committed copy of the package schema, and docs/reference.md."
    )
    parser.add_argument("--check", action="store_true", help="compare only; exits with 1 where the copy is out of date")
    schema = served()
    if not parser.parse_args().check:
        COPY.write_text(rendered(schema), encoding="utf-8")
        PAGE.write_text(page(schema), encoding="utf-8")
        return
    text = COPY.read_text(encoding="utf-8") if COPY.is_file() else "{}"
    if text == rendered(schema):
        if not PAGE.is_file() or PAGE.read_text(encoding="utf-8") != page(schema):
            sys.exit(f"docs/reference.md is not made of schema.json: run '{COMMAND}'.")
        return
    found = list(differences(json.loads(text), schema)) or ["its form alone differs"]
    rest = [f"and {len(found) - _SHOWN} more"] if len(found) > _SHOWN else []
    lines = "\n  ".join([*found[:_SHOWN], *rest])
    sys.exit(f"schema.json is not what the plugin serves:\n  {lines}\nIs the change meant? Run '{COMMAND}'.")


if __name__ == "__main__":
    main()
