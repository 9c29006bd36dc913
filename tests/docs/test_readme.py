"""README.md: what a newcomer reads first is true and leads somewhere."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from crosstenant._version import VERSION
from crosstenant.cli.plugin.engine import OLDEST_PULUMI
from crosstenant.sandbox.world import seed

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "examples").glob("*/README.md"))]
SVG = "{http://www.w3.org/2000/svg}"


def test_every_page_and_picture_that_it_names_exists():
    links = {link.partition("#")[0] for link in re.findall(r"\]\((?!https:)([^)#][^)]*)\)", README)}
    assert {"docs/chains.svg", "docs/install.md", "schema.json"} <= links
    assert [link for link in sorted(links) if not (ROOT / link).exists()] == []


def test_every_page_is_named():
    assert [page.name for page in (ROOT / "docs").glob("*.md") if f"(docs/{page.name})" not in README] == []


def test_versions_are_those_of_the_package():
    assert f"| {VERSION}, before the first release" in README
    pythons = re.findall(r"Python :: 3\.(\d+)", (ROOT / "pyproject.toml").read_text())
    assert f"Python 3.{min(map(int, pythons))} to 3.{max(map(int, pythons))};" in README
    assert f"Pulumi CLI {'.'.join(map(str, OLDEST_PULUMI))} or newer" in README


def test_the_command_that_tells_the_component_tells_the_two_kinds_of_cluster_apart():
    resources = seed.seed()["resources"]
    query = re.search(r"az aks show .*--query (\S+)", README)
    assert query
    first, second = query[1].split(".")
    prints = {
        name: resources[name.lower()]["properties"][first][second]
        for name in (seed.MANAGED_IDENTITY_CLUSTER, seed.CLUSTER)
    }
    assert prints == {seed.MANAGED_IDENTITY_CLUSTER: "msi", seed.CLUSTER: seed.OLD_CLUSTER_APP_ID}
    assert "| `msi` | a managed identity" in README


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_page_installs_the_package_from_where_it_is_not(page: Path):
    # It is not on PyPI: a page installs it from a clone.
    assert re.findall(r"pip install \S*pulumi-crosstenant\S*", page.read_text()) == []


def test_picture_is_text_for_a_light_and_a_dark_page():
    source = (ROOT / "docs" / "chains.svg").read_text()
    picture = ElementTree.fromstring(source)
    texts = {element.text for element in picture.iter(f"{SVG}text")}
    assert {"CrossTenantPull", "FederatedPull", "cluster tenant", "registry tenant"} <= texts
    for element in ("title", "desc"):
        assert picture.findtext(f"{SVG}{element}")
    assert list(picture.iter(f"{SVG}image")) == []
    light, dark = source.split("@media (prefers-color-scheme: dark)")
    for name in (".ground", ".tenant", ".box", ".line", ".tip", ".quiet"):
        assert f"{name} {{" in light
        assert f"{name} {{" in dark
