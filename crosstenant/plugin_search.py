"""Where the Pulumi engine looks for this package's plugin, and what it takes.

The engine asks in this order and takes the first (``getPluginInfoAndPath`` in pulumi/pulumi,
sdk/go/common/workspace/plugins.go, v3.274.1): ``plugins.providers`` of the project, PATH, Pulumi's plugin cache. In the
cache it takes exactly the version that the program asks for, and passes over links and unfinished folders.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, cast

PLUGIN: Final = "crosstenant"
EXECUTABLE: Final = f"pulumi-resource-{PLUGIN}"
MANIFEST: Final = "PulumiPlugin.yaml"

Place = Literal["project", "PATH", "cache"]


@dataclass(frozen=True)
class Found:
    """What the engine takes."""

    place: Place
    path: Path
    """The executable, or a plugin's folder by source. What a project names is taken even where there is none."""

    @property
    def exists(self) -> bool:
        """Whether there is a plugin."""
        return self.path.is_file() or (self.path / MANIFEST).is_file()


def search(version: str, project: Path | None, environ: Mapping[str, str] | None = None) -> Found | None:
    """The plugin that the engine takes, or ``None``: it then tries to download one.

    :param version: The version that the program asks for.
    :param project: Folder of the project, with its ``Pulumi.yaml``.
    :param environ: The engine's environment variables; this process's by default.
    """
    environ = os.environ if environ is None else environ
    return _of_project(version, project) or _on_path(environ) or _in_cache(version, environ)


def cache_folder(version: str, environ: Mapping[str, str] | None = None) -> Path:
    """The folder of a version of the plugin in Pulumi's cache, whether or not there is one.

    :param version: The plugin's version.
    :param environ: Environment variables; this process's by default.
    """
    environ = os.environ if environ is None else environ
    home = environ.get("PULUMI_HOME")
    root = Path(home) if home else Path.home() / ".pulumi"
    return root / "plugins" / f"resource-{PLUGIN}-v{version}"


def project_folder(folder: Path) -> Path | None:
    """The folder with the ``Pulumi.yaml`` that the engine reads when it is started in ``folder``."""
    start = folder.resolve()
    return next((it for it in (start, *start.parents) if _manifest(it)), None)


def executable_in(folder: Path) -> Path:
    """The plugin's executable in a folder; the first of its possible names, where there is none."""
    names = [f"{EXECUTABLE}.exe", f"{EXECUTABLE}.cmd"] if sys.platform == "win32" else [EXECUTABLE]
    paths = [folder / name for name in names]
    return next((path for path in paths if path.is_file()), paths[0])


def comes_otherwise(project: Path | None, environ: Mapping[str, str] | None = None) -> bool:
    """Whether the plugin may come from where ``search`` does not look: a package of the project, a server of one's own.

    :param project: Folder of the project, with its ``Pulumi.yaml``.
    :param environ: The engine's environment variables; this process's by default.
    """
    environ = os.environ if environ is None else environ
    if environ.get("PULUMI_DEBUG_PROVIDERS") or environ.get("PULUMI_PLUGIN_DOWNLOAD_URL_OVERRIDES"):
        return True
    packages = _settings(project).get("packages")
    return isinstance(packages, dict) and PLUGIN in cast("dict[str, Any]", packages)


def _of_project(version: str, project: Path | None) -> Found | None:
    plugins = _settings(project).get("plugins")
    providers = cast("dict[str, Any]", plugins).get("providers") if isinstance(plugins, dict) else None
    for entry in cast("list[Any]", providers if isinstance(providers, list) else []):
        named = cast("dict[str, Any]", entry if isinstance(entry, dict) else {})
        if named.get("name") != PLUGIN or str(named.get("version") or version).removeprefix("v") != version:
            continue
        folder = (project or Path()) / str(named.get("path"))
        return Found("project", folder if (folder / MANIFEST).is_file() else executable_in(folder))
    return None


def _on_path(environ: Mapping[str, str]) -> Found | None:
    if environ.get("PULUMI_IGNORE_AMBIENT_PLUGINS", "").lower() in ("1", "true"):
        return None
    found = shutil.which(EXECUTABLE, path=environ.get("PATH", os.defpath))
    return Found("PATH", Path(found)) if found else None


def _in_cache(version: str, environ: Mapping[str, str]) -> Found | None:
    folder = cache_folder(version, environ)
    if not folder.is_dir() or folder.is_symlink() or folder.with_name(f"{folder.name}.partial").exists():
        return None
    return Found("cache", folder if (folder / MANIFEST).is_file() else executable_in(folder))


def _manifest(folder: Path) -> Path | None:
    return next((it for it in (folder / "Pulumi.yaml", folder / "Pulumi.yml") if it.is_file()), None)


def _settings(project: Path | None) -> dict[str, Any]:
    """The project's ``Pulumi.yaml``; nothing where it cannot be read, which the engine reports itself."""
    manifest = _manifest(project) if project else None
    if manifest is None:
        return {}
    import yaml

    try:
        read: Any = yaml.safe_load(manifest.read_text())
    except (OSError, ValueError, yaml.YAMLError):
        return {}
    return cast("dict[str, Any]", read) if isinstance(read, dict) else {}
