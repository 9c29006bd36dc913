"""A folder in a cluster's place: the provider's ``renderYamlToDirectory`` writes what it would apply.

https://github.com/pulumi/pulumi-kubernetes/blob/master/provider/pkg/provider/provider.go, ``renderYaml``
"""

from __future__ import annotations

import json
from pathlib import Path

from crosstenant.sandbox.standins.kubernetes.api import ApiError, Json, Place


class RenderedApi:
    """The files of a folder."""

    def __init__(self, folder: Path) -> None:
        """
        :param folder: The folder; it need not exist.
        """
        self._folder = folder

    async def apply(self, place: Place, document: Json, manager: str, *, force: bool, dry_run: bool = False) -> Json:
        """Writes a document, unless nothing is to change."""
        if not dry_run:
            path = self._path(place)
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.touch(0o600)
            # YAML has all of JSON.
            path.write_text(json.dumps(document, indent=2))
        return document

    async def get(self, place: Place) -> Json:
        """Reads a document.

        :raises ApiError: There is none.
        """
        try:
            return json.loads(self._path(place).read_text())
        except FileNotFoundError:
            raise ApiError(404, "not found") from None

    async def pods(self, namespace: str, selector: str) -> list[Json]:
        """None: nothing runs in a folder."""
        return []

    async def delete(self, place: Place) -> None:
        """Deletes a document.

        :raises ApiError: There is none.
        """
        try:
            self._path(place).unlink()
        except FileNotFoundError:
            raise ApiError(404, "not found") from None

    async def close(self) -> None:
        """Nothing is open."""

    def _path(self, place: Place) -> Path:
        folder = "0-crd" if place.kind == "CustomResourceDefinition" else "1-manifest"
        version = place.api_version.replace("/", "_").replace(":", "_")
        return self._folder / folder / f"{version}-{place.kind.lower()}-{place.namespace}-{place.name}.yaml"
