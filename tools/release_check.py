"""Says what a release of this commit lacks; exits with 1 where anything is missing.

    make release-check              without a tag: what can be prepared
    make release-check TAG=v0.1.0   as the release workflow runs it

The version stands in crosstenant/_version.py alone. The wheel and the sdist are those that `make dist` made.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping
from email import message_from_bytes
from email.message import Message

from crosstenant._version import VERSION
from crosstenant.plugin.package import package_schema
from lib.checkout import ROOT

DIST = ROOT / "dist"
_NAMED = re.compile(r"(?:/plugin@v|pulumi-resource-crosstenant-v|plugin install resource crosstenant )(\d+\.\d+\.\d+)")


def of_changelog(text: str, version: str) -> Iterator[str]:
    """What the changelog lacks: a dated section of the version, and an empty `Unreleased`.

    :param text: CHANGELOG.md.
    :param version: The version to release.
    """
    sections = re.split(r"^## ", text, flags=re.MULTILINE)[1:]
    titles = [section.partition("\n")[0].strip() for section in sections]
    dated = re.compile(rf"\[?{re.escape(version)}\]? - \d{{4}}-\d\d-\d\d")
    if not any(dated.fullmatch(title) for title in titles):
        yield f"CHANGELOG.md needs a section '## {version} - <date>'"
    for title, section in zip(titles, sections, strict=True):
        if title == "Unreleased" and re.search(r"^- ", section, re.MULTILINE):
            yield f"CHANGELOG.md has entries under Unreleased: move them under {version}"


def of_documents(documents: dict[str, str], version: str) -> Iterator[str]:
    """The documents that name another version of the plugin.

    :param documents: Texts by name.
    :param version: The version to release.
    """
    for name, text in documents.items():
        for other in sorted(set(_NAMED.findall(text)) - {version}):
            yield f"{name} names version {other} of the plugin: write {version}"


def of_tag(tag: str, version: str, tags_here: list[str], changed: list[str]) -> Iterator[str]:
    """What is wrong with the tag, and with the work tree.

    :param tag: The tag to release; empty while there is none.
    :param version: The version to release.
    :param tags_here: The tags of this commit.
    :param changed: The files that differ from the commit.
    """
    if tag and tag != f"v{version}":
        yield f"the tag is {tag}, and crosstenant/_version.py says {version}"
    if f"v{version}" not in tags_here:
        yield f"this commit needs the tag v{version}"
    if changed:
        yield f"files differ from the commit: {', '.join(sorted(changed))}"


def of_wheel(metadata: Message, version: str) -> Iterator[str]:
    """What the wheel's metadata lacks.

    :param metadata: The wheel's METADATA.
    :param version: The version to release.
    """
    if metadata["Version"] != version:
        yield f"the wheel has version {metadata['Version']}: run make dist"
    urls = [str(it).partition(",") for it in metadata.get_all("Project-URL") or []]
    if not any(label.strip() == "Repository" and url.strip().startswith("https://") for label, _, url in urls):
        yield "pyproject.toml names no repository: add [project.urls] with Repository, then run make dist"


def of_schema(schema: Mapping[str, object], version: str) -> Iterator[str]:
    """What the package schema lacks.

    :param schema: The schema that the plugin serves.
    :param version: The version to release.
    """
    if schema.get("version") != version:
        yield f"the schema has version {schema.get('version')}"
    for name in ("description", "license", "publisher", "repository"):
        if not schema.get(name):
            yield f"the schema has no {name}: it comes from pyproject.toml; run make setup"


def everything(tag: str) -> Iterator[str]:
    """What a release of this checkout lacks."""
    yield from of_changelog((ROOT / "CHANGELOG.md").read_text(), VERSION)
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    yield from of_documents({str(it.relative_to(ROOT)): it.read_text() for it in pages}, VERSION)
    yield from of_tag(tag, VERSION, _git("tag", "--points-at", "HEAD"), _git("status", "--porcelain"))
    wheel, sdist = (
        DIST / f"pulumi_crosstenant-{VERSION}-py3-none-any.whl",
        DIST / f"pulumi_crosstenant-{VERSION}.tar.gz",
    )
    if not (wheel.is_file() and sdist.is_file()):
        yield f"dist/ has not both {wheel.name} and {sdist.name}: run make dist"
    else:
        with zipfile.ZipFile(wheel) as archive:
            stated = archive.read(f"pulumi_crosstenant-{VERSION}.dist-info/METADATA")
        yield from of_wheel(message_from_bytes(stated), VERSION)
    yield from of_schema(package_schema(), VERSION)


def _git(*words: str) -> list[str]:
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True)
    return [line.strip() for line in done.stdout.splitlines() if line.strip()]


def main() -> None:
    """Prints what is missing, one thing on each line."""
    parser = argparse.ArgumentParser(description="Says what a release of this commit lacks.")
    parser.add_argument("tag", nargs="?", default="", help="the tag that is released, as v0.1.0")
    missing = list(everything(parser.parse_args().tag))
    for sentence in missing:
        print(f"missing: {sentence}")
    print(f"version {VERSION}: {len(missing)} missing" if missing else f"version {VERSION} can be released")
    sys.exit(1 if missing else 0)


if __name__ == "__main__":
    main()
