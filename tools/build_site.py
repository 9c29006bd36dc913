"""Builds the site of docs/, README and examples from mkdocs.yml, without the network.

    make site     builds it into build/site; open build/site/index.html
    make lint     builds it aside (--check)

It fails where a link or an anchor leads nowhere, a page is not in the navigation, a name of the Python reference does
not exist, or a page would load something from another host.
"""

from __future__ import annotations

import argparse
import logging
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from lib.checkout import ROOT

# Before mkdocs is imported: its theme prints its authors' news at import.
os.environ["NO_MKDOCS_2_WARNING"] = "1"
_LOADED = re.compile(
    r"<(?:script|img|iframe|source)\b[^>]*?\bsrc=[\"']?(?:https?:)?//[^\"'> ]+"
    r"|<link\b(?=[^>]*\brel=[\"']?(?:stylesheet|preconnect|preload|icon))[^>]*?\bhref=[\"']?(?:https?:)?//[^\"'> ]+"
)


def build(folder: Path) -> None:
    """Builds the site.

    :param folder: Where it goes.
    :raises mkdocs.exceptions.Abort: A page has a fault, which the log names.
    """
    from mkdocs.commands.build import build as build_site
    from mkdocs.config import load_config

    config = load_config(str(ROOT / "mkdocs.yml"), site_dir=str(folder), strict=True)
    config.plugins.on_startup(command="build", dirty=False)
    try:
        build_site(config)
    finally:
        config.plugins.on_shutdown()


def loaded_from_elsewhere(folder: Path) -> Iterator[str]:
    """What the pages of a built site would load from other hosts, a line for each."""
    for page in sorted(folder.rglob("*.html")):
        for found in _LOADED.finditer(page.read_text(encoding="utf-8")):
            yield f"{page.relative_to(folder)}: {found[0]}"


def main() -> None:
    """Builds the site, or checks it."""
    parser = argparse.ArgumentParser(description="Builds the site of docs/, README and examples.")
    parser.add_argument("--check", action="store_true", help="build it aside and leave nothing behind")
    check = parser.parse_args().check
    logging.basicConfig(format="site: %(levelname)s: %(message)s", level=logging.WARNING)
    with tempfile.TemporaryDirectory() as aside:
        folder = Path(aside) / "site" if check else ROOT / "build" / "site"
        from mkdocs.exceptions import Abort

        try:
            build(folder)
        except Abort as error:
            sys.exit(f"site: {error}")
        if found := list(loaded_from_elsewhere(folder)):
            sys.exit("site: loaded from another host:\n  " + "\n  ".join(found))
        if not check:
            print(f"site: {folder.relative_to(ROOT) / 'index.html'}")


if __name__ == "__main__":
    main()
