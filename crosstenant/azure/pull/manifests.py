"""What a manifest names: the images of an index, the layers of an image.

https://github.com/opencontainers/image-spec/blob/main/image-index.md and manifest.md; Docker's are alike.
"""

from __future__ import annotations

import re
from typing import Any, Final, cast

from crosstenant.azure.connections.documents import read_json

Json = dict[str, Any]

_DIGEST: Final = re.compile(r"[a-z0-9]+:[0-9a-f]{32,}")


def first_image(manifest: str) -> str | None:
    """The digest of an index's image for Linux on amd64, or of its first; ``None`` for a manifest that is not an index.

    :param manifest: The text of a manifest.
    """
    images = _named(manifest, "manifests")
    for image in images:
        platform = image.get("platform")
        if isinstance(platform, dict) and platform.items() >= {("os", "linux"), ("architecture", "amd64")}:
            return str(image["digest"])
    return str(images[0]["digest"]) if images else None


def first_layer(manifest: str) -> str | None:
    """The digest of an image's first layer that the registry itself keeps, or of its configuration.

    :param manifest: The text of a manifest.
    """
    # A layer with addresses of its own is not in the registry.
    layers = [it for it in _named(manifest, "layers") if not it.get("urls")]
    return next((str(it["digest"]) for it in (*layers, *_named(manifest, "config"))), None)


def _named(manifest: str, name: str) -> list[Json]:
    try:
        found: object = cast("Json", read_json(manifest)).get(name)
    except (ValueError, AttributeError):
        return []
    items = cast("list[object]", found if isinstance(found, list) else [found])
    described = [cast("Json", it) for it in items if isinstance(it, dict)]
    return [it for it in described if _DIGEST.fullmatch(str(it.get("digest"))) and it.get("size") != 0]
