"""The images in the sandbox's registries: small images with several layers that any client can pull.

They are the same in every registry and on every run: an OCI image, an OCI index of two platforms, and a Docker
(schema 2) image.
https://github.com/opencontainers/image-spec/blob/main/spec.md, https://distribution.github.io/distribution/spec/manifest-v2-2/
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

OCI_INDEX: Final = "application/vnd.oci.image.index.v1+json"
OCI_MANIFEST: Final = "application/vnd.oci.image.manifest.v1+json"
DOCKER_MANIFEST: Final = "application/vnd.docker.distribution.manifest.v2+json"

_CREATED: Final = "2024-01-01T00:00:00Z"
_CREATED_SECONDS: Final = 1704067200
_PARTS: Final = {
    OCI_MANIFEST: (
        "application/vnd.oci.image.config.v1+json",
        "application/vnd.oci.image.layer.v1.tar+gzip",
    ),
    DOCKER_MANIFEST: (
        "application/vnd.docker.container.image.v1+json",
        "application/vnd.docker.image.rootfs.diff.tar.gzip",
    ),
}


@dataclass(frozen=True)
class Content:
    """Bytes with a media type; their digest is their address."""

    media_type: str
    data: bytes

    @property
    def digest(self) -> str:
        """``sha256:`` and the hash of the bytes."""
        return f"sha256:{hashlib.sha256(self.data).hexdigest()}"


@dataclass
class Repository:
    """The content of one repository."""

    name: str
    tags: dict[str, str] = field(default_factory=dict[str, str])
    """Digest of a manifest, by tag."""
    manifests: dict[str, Content] = field(default_factory=dict[str, Content])
    """Manifests, by digest."""
    blobs: dict[str, Content] = field(default_factory=dict[str, Content])
    """Configurations and layers, by digest."""

    def manifest(self, reference: str) -> Content | None:
        """The manifest of a tag or digest, or None."""
        return self.manifests.get(self.tags.get(reference, reference))


@lru_cache(maxsize=1)
def repositories() -> dict[str, Repository]:
    """The repositories of every registry of the sandbox, by name."""
    hello = Repository("hello")
    _tag(hello, _image(hello, OCI_MANIFEST, "amd64"), "1.0", "latest")

    api = Repository("backend/api")
    platforms = {architecture: _image(api, OCI_MANIFEST, architecture) for architecture in ("amd64", "arm64")}
    _tag(api, _index(api, platforms), "1.0")

    # Its name begins with "backend": a condition whose prefix has no slash would permit it.
    tools = Repository("backend-infra/tools")
    _tag(tools, _image(tools, DOCKER_MANIFEST, "amd64"), "1.0")
    return {repository.name: repository for repository in (hello, api, tools)}


def _tag(repository: Repository, manifest: Content, *tags: str) -> None:
    repository.tags.update(dict.fromkeys(tags, manifest.digest))


def _image(repository: Repository, media_type: str, architecture: str) -> Content:
    """Adds an image of three layers: a common base, the program, and its settings."""
    config_type, layer_type = _PARTS[media_type]
    archives = [
        _archive({"etc/os-release": b'ID=sandbox\nPRETTY_NAME="Sandbox Linux"\n', "etc/hostname": b"sandbox\n"}),
        _archive({f"app/{repository.name}": _noise(f"{repository.name}/{architecture}", 96 * 1024)}),
        _archive({"app/settings.json": _json({"name": repository.name, "architecture": architecture})}),
    ]
    layers = [Content(layer_type, gzip.compress(archive, mtime=0)) for archive in archives]
    config = Content(
        config_type,
        _json(
            {
                "created": _CREATED,
                "architecture": architecture,
                "os": "linux",
                "config": {"Entrypoint": [f"/app/{repository.name}"], "WorkingDir": "/app"},
                "rootfs": {
                    "type": "layers",
                    "diff_ids": [f"sha256:{hashlib.sha256(archive).hexdigest()}" for archive in archives],
                },
                "history": [{"created": _CREATED, "created_by": "crosstenant sandbox"} for _ in archives],
            }
        ),
    )
    repository.blobs.update({blob.digest: blob for blob in (config, *layers)})
    return _add_manifest(
        repository,
        media_type,
        {"config": _descriptor(config), "layers": [_descriptor(layer) for layer in layers]},
    )


def _index(repository: Repository, platforms: dict[str, Content]) -> Content:
    listed = [
        {**_descriptor(manifest), "platform": {"architecture": architecture, "os": "linux"}}
        for architecture, manifest in platforms.items()
    ]
    return _add_manifest(repository, OCI_INDEX, {"manifests": listed})


def _add_manifest(repository: Repository, media_type: str, body: dict[str, Any]) -> Content:
    manifest = Content(media_type, _json({"schemaVersion": 2, "mediaType": media_type, **body}))
    repository.manifests[manifest.digest] = manifest
    return manifest


def _descriptor(content: Content) -> dict[str, Any]:
    return {"mediaType": content.media_type, "size": len(content.data), "digest": content.digest}


def _archive(files: dict[str, bytes]) -> bytes:
    """A tar archive that depends only on the names and contents of the files."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mtime, entry.mode = len(data), _CREATED_SECONDS, 0o755
            archive.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()


def _noise(seed: str, size: int) -> bytes:
    """Bytes that do not compress, so that the layer is large enough for range requests."""
    return hashlib.shake_256(seed.encode()).digest(size)


def _json(value: Any) -> bytes:
    return json.dumps(value, indent=3).encode()
