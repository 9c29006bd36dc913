"""Hooks of mkdocs.yml: brings README, CHANGELOG and the examples into the site, and makes links lead to them.

The pages are written for the repository, where links between them are relative paths. In the site such a link leads to
the page that the file has become; the text alone stays where the file is not in the site, as a program's source.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from pymdownx.slugs import slugify

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted(path.parent.name for path in (ROOT / "examples").glob("*/README.md"))
BROUGHT_IN = {
    "index.md": "README.md",
    "contributing.md": "CONTRIBUTING.md",
    "changelog.md": "CHANGELOG.md",
    "security.md": "SECURITY.md",
    "schema.json": "schema.json",
    "license.txt": "LICENSE",
    **{f"examples/{name}.md": f"examples/{name}/README.md" for name in EXAMPLES},
}
"""What is in the site and not in docs/: its place there, and its file."""
STYLE = """\
/* Tables of many columns, and long names in them, are most of these pages. */
.md-grid { max-width: 84rem; }
.md-typeset table:not([class]) th { min-width: 0; }
.md-typeset table:not([class]) td > code { word-break: normal; }
"""
_PLACES = {
    "examples": "examples.md",
    **{f"examples/{name}": f"examples/{name}.md" for name in EXAMPLES},
    **{file: place for place, file in BROUGHT_IN.items()},
}
_ITEM = re.compile(r"(?:[-*+]|\d{1,2}\.) +(?=\S)")
_LINK = re.compile(r"(?P<before>!?\[(?P<text>(?:[^\[\]]|\[[^\]]*\])*)\]\()(?P<target>[^)\s]+)\)")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Headings get the anchors that they have in the repository's own pages."""
    anchors: dict[str, Any] = config.mdx_configs.setdefault("toc", {})
    anchors["slugify"] = slugify(case="lower")
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Adds what is brought in, and the list of the examples."""
    for place, file in BROUGHT_IN.items():
        text = (ROOT / file).read_text(encoding="utf-8")
        if place.startswith("examples/"):
            text += _program(ROOT / Path(file).parent)
        files.append(File.generated(config, place, content=text))
    files.append(File.generated(config, "examples.md", content=_examples()))
    files.append(File.generated(config, "site.css", content=STYLE))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Makes each link lead to where its file is in the site."""
    del config
    place = page.file.src_uri
    folder = posixpath.dirname(BROUGHT_IN.get(place, "" if place == "examples.md" else f"docs/{place}"))

    def led(link: re.Match[str]) -> str:
        path, mark, anchor = link["target"].partition("#")
        if not path or re.match(r"[a-z]+:", path):
            return link[0]
        file = posixpath.normpath(posixpath.join(folder, path))
        # What neither the repository nor the site has stays, so that the strict build refuses it.
        target = _PLACES.get(file, file.removeprefix("docs/"))
        if files.get_file_from_path(target) is None:
            return link["text"] if (ROOT / file).exists() else link[0]
        return f"{link['before']}{posixpath.relpath(target, posixpath.dirname(place) or '.')}{mark}{anchor})"

    return with_lists(_LINK.sub(led, markdown))


def with_lists(markdown: str) -> str:
    """The text with lists as Python's Markdown reads them: after an empty line, an item's text 4 spaces in.

    :param markdown: The text of a page, in the form that the repository's own pages have (CommonMark).
    """
    lines: list[str] = []
    inner, fenced, parts = 0, False, 0
    for line in markdown.splitlines():
        item = None if fenced else _ITEM.match(line)
        if line.startswith("```"):
            inner, fenced = 0, not fenced
        elif item:
            # After text outside an item, or after an item of several paragraphs.
            if lines and lines[-1] and (not inner or parts):
                lines.append("")
            inner, parts = len(item[0]), 0
        elif inner and line.startswith(" " * inner):
            parts += not lines[-1]
            line = " " * 4 + line[inner:]
        elif line and not line.startswith(" "):
            inner = inner if lines and lines[-1] else 0
        lines.append(line)
    return "\n".join(lines) + "\n"


def _program(example: Path) -> str:
    """The example's program, which its page in the repository has beside it."""
    file = next(path for path in (example / "__main__.py", example / "Pulumi.yaml") if path.is_file())
    language = "python" if file.suffix == ".py" else "yaml"
    return f"\n## `{file.name}`\n\n```{language}\n{file.read_text(encoding='utf-8')}```\n"


def _examples() -> str:
    lines = ["# Examples", "", "Each is a runnable stack in the folder `examples` of the repository.", ""]
    for name in EXAMPLES:
        title = (ROOT / "examples" / name / "README.md").read_text(encoding="utf-8").splitlines()[0].lstrip("# ")
        lines.append(f"- [{title}](examples/{name})")
    return "\n".join([*lines, ""])
