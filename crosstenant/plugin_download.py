"""Where the Pulumi engine downloads the plugin, once the repository has an address.

The address stands in ``[project.urls]`` of pyproject.toml, and from there in the distribution's metadata. A release of
the repository has the plugin's archives (`make dist`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from importlib.metadata import PackageNotFoundError, metadata
from typing import Final, NamedTuple

DISTRIBUTION: Final = "pulumi-crosstenant"

_GITHUB: Final = re.compile(r"https://github\.com/(?P<account>[\w.-]+)/(?P<name>[\w.-]+?)(?:\.git)?/?")


class Releases(NamedTuple):
    """A repository on GitHub."""

    account: str
    name: str

    @property
    def address(self) -> str:
        """The address as the engine takes it: it adds the version and the platform."""
        return f"github://api.github.com/{self.account}/{self.name}"


def addresses(stated: Iterable[str] | None) -> dict[str, str]:
    """The project's addresses by their labels, from the metadata's lines ``Repository, https://...``."""
    return {label.strip(): url.strip() for label, _, url in (it.partition(",") for it in stated or ())}


def releases_of(repository: str) -> Releases | None:
    """The repository where the engine finds releases, or None where it is not on GitHub."""
    github = _GITHUB.fullmatch(repository)
    return Releases(github["account"], github["name"]) if github else None


@cache
def plugin_download_url() -> str | None:
    """What the resources tell the engine, or None where the installed package names no repository on GitHub."""
    try:
        stated = metadata(DISTRIBUTION).get_all("Project-URL")
    except PackageNotFoundError:
        return None
    releases = releases_of(addresses(stated).get("Repository", ""))
    return releases.address if releases else None
