"""The site has every page, each reads as in the repository, and the references have every public name.

`make lint` builds the site and finds dead links. Not proven here: how a browser draws it.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import markdown
import pytest
import yaml
from markdown_it import MarkdownIt

import build_site
import crosstenant
from lib import schema_page, site_hooks

ROOT = Path(__file__).parents[2]
CONFIGURATION: dict[str, Any] = yaml.safe_load((ROOT / "mkdocs.yml").read_text())
PAGES = {
    **{path.name: path for path in sorted((ROOT / "docs").glob("*.md"))},
    **{place: ROOT / file for place, file in site_hooks.BROUGHT_IN.items() if place.endswith(".md")},
}
COUNTED = re.compile(r"<(li|ul|ol|pre|table|tr|h[1-6]|blockquote)[ >]")


def in_navigation(part: object) -> list[str]:
    """The pages of a part of the navigation."""
    if isinstance(part, dict):
        return [page for inner in part.values() for page in in_navigation(inner)]
    return [page for inner in part for page in in_navigation(inner)] if isinstance(part, list) else [str(part)]


def test_every_page_is_in_the_navigation_once():
    examples = {place for place in PAGES if place.startswith("examples/")}
    assert Counter(in_navigation(CONFIGURATION["nav"])) == Counter({*PAGES, "examples.md"} - examples)
    assert CONFIGURATION["not_in_nav"] == "/examples/*"


@pytest.mark.parametrize("place", sorted(PAGES))
def test_a_page_has_the_lists_tables_and_code_that_it_has_in_the_repository(place: str):
    source = PAGES[place].read_text()
    # As in mkdocs.yml, without what asks for a whole site.
    named = [it if isinstance(it, str) else next(iter(it)) for it in CONFIGURATION["markdown_extensions"]]
    site = markdown.markdown(site_hooks.with_lists(source), extensions=[it for it in named if it != "toc"])
    repository = MarkdownIt("commonmark").enable("table").render(source)
    assert Counter(COUNTED.findall(site)) == Counter(COUNTED.findall(repository))


def test_the_python_reference_has_every_public_name_once():
    page = (ROOT / "docs" / "reference-python.md").read_text()
    named = re.findall(r"^::: crosstenant\.(\w+)$", page, re.MULTILINE)
    assert Counter(named) == Counter(name for name in crosstenant.__all__ if not name.startswith("__"))


def test_the_reference_of_all_languages_has_everything_of_the_schema():
    schema = json.loads((ROOT / "schema.json").read_text())
    page = (ROOT / "docs" / "reference.md").read_text()
    sections = dict(re.findall(r"^### (\w+)\n(.*?)(?=^###? )", f"{page}\n## End", re.MULTILINE | re.DOTALL))
    for kind in ("resources", "types", "functions"):
        for token, it in schema[kind].items():
            section = sections[token.rpartition(":")[2]]
            for values in ("inputProperties", "properties"):
                assert [name for name in it.get(values, ()) if f"| `{name}` |" not in section] == [], token
            assert [value for value in it.get("enum", ()) if f"| `{value['value']}` |" not in section] == [], token


def test_an_input_has_its_type_whether_it_must_be_given_and_is_secret_its_default_and_its_description():
    schema = {
        "types": {"x:index:Mode": {"type": "string", "description": "A mode.", "enum": [{"value": "warn"}]}},
        "resources": {
            "x:index:Check": {
                "inputProperties": {
                    "key": {"type": "string", "secret": True, "description": "The\nkey | word."},
                    "mode": {"$ref": "#/types/x:index:Mode", "plain": True, "default": "warn"},
                    "tags": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "number"}}},
                },
                "requiredInputs": ["tags"],
            }
        },
    }
    lines = [line for line in schema_page.page(schema).splitlines() if line.startswith("| `")]
    assert lines[-4:] == [
        "| `tags` | map of list of number | yes |  |  |  |",
        "| `key` | string |  | yes |  | The key \\| word. |",
        "| `mode` | [Mode](#mode) (plain) |  |  | `warn` |  |",
        "| `warn` |  |",
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('<script src="https://unpkg.com/a.js"></script>', True),
        ('<link rel="stylesheet" href="//fonts.googleapis.com/css">', True),
        ('<img alt="x" src="http://example.com/a.png">', True),
        ('<script src="assets/a.js"></script><a href="https://pulumi.com">Pulumi</a>', False),
        ('<link rel="stylesheet" href="assets/main.css"><link rel="canonical" href="https://a.b">', False),
    ],
)
def test_what_a_page_would_load_from_another_host_is_found(text: str, found: bool, tmp_path: Path):
    (tmp_path / "page.html").write_text(text)
    assert bool(list(build_site.loaded_from_elsewhere(tmp_path))) is found
