"""Copies of the user's provider plugins for a private ``PULUMI_HOME``.

Pulumi's engine passes over a plugin folder that is a symbolic link (``tryPlugin`` in its
sdk/go/common/workspace/plugins.go) and downloads the plugin again. So each plugin gets a real folder, whose files are
hard links where the file system permits them.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path

from crosstenant.sandbox.world.own_files import write_own


def copy_plugins(source: Path, target: Path, record: Path) -> None:
    """Makes the plugins in ``source`` available in ``target``; renews those that changed, removes those that are gone.

    A folder in ``target`` that this function did not make stays: the engine installed it there.

    :param source: The user's plugin folder, which may not exist.
    :param target: The private plugin folder.
    :param record: The file that lists the copies and the state of their sources.
    :raises ValueError: A plugin cannot be copied.
    """
    former = _read(record)
    present: dict[str, str] = {}
    for plugin in installed_plugins(source):
        copy = target / plugin.name
        if copy.exists() and plugin.name not in former:
            continue
        try:
            present[plugin.name] = _fingerprint(plugin)
            if former.get(plugin.name) != present[plugin.name] or not copy.is_dir():
                _copy(plugin, copy)
        except OSError as error:
            raise ValueError(f"the plugin {plugin} cannot be copied to {copy}: {error}") from None
    for name in former.keys() - present.keys():
        shutil.rmtree(target / name, ignore_errors=True)
    write_own(record, json.dumps(present))


def installed_plugins(source: Path) -> list[Path]:
    """The folders that the engine takes: no links, and no installation that was interrupted.

    :param source: A plugin folder, which may not exist.
    """
    entries = sorted(source.iterdir()) if source.is_dir() else []
    return [it for it in entries if it.is_dir() and not it.is_symlink() and not Path(f"{it}.partial").exists()]


def _read(record: Path) -> dict[str, str]:
    try:
        return json.loads(record.read_text())
    except (FileNotFoundError, ValueError):
        return {}


def _fingerprint(folder: Path) -> str:
    """Changes with every file of a plugin that is added, removed, replaced or written."""
    digest = hashlib.sha256()
    for root, folders, files in os.walk(folder):
        folders.sort()
        for name in sorted(files):
            found = Path(root, name).lstat()
            line = (os.path.relpath(root, folder), name, found.st_ino, found.st_size, found.st_mtime_ns, found.st_mode)
            digest.update(repr(line).encode())
        digest.update(repr(folders).encode())
    return digest.hexdigest()


def _copy(plugin: Path, copy: Path) -> None:
    draft = copy.with_name(f".{copy.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(plugin, draft, symlinks=True, copy_function=_link_or_copy)
    _lead_links_out(plugin, draft)
    shutil.rmtree(copy, ignore_errors=True)
    draft.rename(copy)


def _lead_links_out(plugin: Path, copy: Path) -> None:
    """Gives the links in a copy that lead out of the plugin's folder, relative to it, their targets again."""
    top = plugin.resolve()
    for root, folders, files in os.walk(plugin):
        for name in (*folders, *files):
            link = Path(root, name)
            if not link.is_symlink() or link.readlink().is_absolute():
                continue
            target = Path(os.path.normpath(Path(root).resolve() / link.readlink()))
            if target.is_relative_to(top):
                continue
            copied = copy / link.relative_to(plugin)
            copied.unlink()
            copied.symlink_to(target)


def _link_or_copy(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # another file system, or another user's file
        shutil.copy2(source, target)
