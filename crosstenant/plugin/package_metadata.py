"""What the schema says of the package itself: taken from the distribution's metadata, which pyproject.toml states once.

The repository's address comes from ``[project.urls]`` there. Without it the schema names no repository, no namespace
and no place to download the plugin from.
"""

from __future__ import annotations

from importlib.metadata import metadata
from typing import Any, Final

from crosstenant.plugin_download import DISTRIBUTION, addresses, releases_of

CATEGORIES: Final = ("category/cloud", "kind/component")
"""Keywords that Pulumi's registry knows."""

LANGUAGES: Final[dict[str, dict[str, Any]]] = {
    "nodejs": {"packageName": "pulumi-crosstenant"},
    "python": {"packageName": "pulumi_crosstenant"},
    # The whole namespace is Crosstenant.Azure: C# cannot find its own types in one that says a word twice.
    "csharp": {"rootNamespace": "Crosstenant", "namespaces": {"crosstenant": "Azure"}},
    "java": {"basePackage": "crosstenant"},
}
"""Names of the generated SDKs, which would be Pulumi's own otherwise (``@pulumi/crosstenant``, ``Pulumi.Crosstenant``).

Go's import path follows the repository.
"""


def described(schema: dict[str, Any], facts: dict[str, Any] | None = None) -> dict[str, Any]:
    """The schema with the package's description, license, address, and names in other languages.

    :param schema: The package schema.
    :param facts: The distribution's metadata as JSON (``Metadata.json``); by default the installed distribution's.
    """
    known = metadata(DISTRIBUTION).json if facts is None else facts
    urls = addresses(known.get("project_url"))
    repository = urls.get("Repository", "")
    releases = releases_of(repository)
    said = {
        "description": known.get("summary"),
        "keywords": [*_keywords(known), *CATEGORIES],
        "license": known.get("license_expression"),
        "publisher": known.get("author"),
        "homepage": urls.get("Homepage", repository),
        "repository": repository,
        "namespace": releases.account.lower() if releases else None,
        "pluginDownloadURL": releases.address if releases else None,
    }
    schema.update({name: value for name, value in said.items() if value})
    for language, names in LANGUAGES.items():
        schema["language"].setdefault(language, {}).update(names)
    return schema


def _keywords(known: dict[str, Any]) -> list[str]:
    # One text with commas, in a list or alone, by the version of the metadata.
    words: str | list[str] = known.get("keywords") or []
    text = words if isinstance(words, str) else ",".join(words)
    return [word.strip() for word in text.split(",") if word.strip()]
