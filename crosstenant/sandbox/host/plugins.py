"""Provider plugins for the engine: the user's own, and stand-ins for provider plugins that are not installed.

The engine downloads the real plugins of azuread, azure-native and kubernetes where the network allows it. Where they
are not installed, the sandbox makes a private ``PULUMI_HOME`` with stand-ins and with copies of the user's plugins. It
does not use ``PATH`` for them, because the engine warns of each plugin that it finds there.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from crosstenant.sandbox.host.plugin_copies import copy_plugins, installed_plugins
from crosstenant.sandbox.host.private_folder import own_folder
from crosstenant.sandbox.world.own_files import write_own

_STAND_INS: Final = {
    "azuread": ("pulumi_azuread", "crosstenant.sandbox.standins.azuread"),
    "azure-native": ("pulumi_azure_native", "crosstenant.sandbox.standins.azure_native"),
    "kubernetes": ("pulumi_kubernetes", "crosstenant.sandbox.standins.kubernetes"),
}
_FOLDER: Final = re.compile(r"resource-(?P<name>[a-z-]+)-v(?P<version>\d+\.\d+\.\d+)")
_MAIN: Final = '''"""Starts a stand-in plugin with the package that this folder was made by."""
import runpy
import sys

sys.path.append({root!r})
runpy.run_module({module!r}, run_name="__main__", alter_sys=True)
'''


@dataclass(frozen=True)
class Plugins:
    """The provider plugins of a command in the sandbox."""

    stand_ins: dict[str, str]
    """The versions of the providers that a stand-in emulates, by provider name."""
    environment: dict[str, str]
    """The environment variables with which the engine finds the plugins."""


def prepare_plugins(folder: Path) -> Plugins:
    """Prepares the plugins of the providers for the engine.

    Where a plugin is missing, ``folder`` becomes a ``PULUMI_HOME``: with links to everything in the user's own but the
    plugins, so that its login and its selected stacks are the user's; with copies of the user's plugins; and with the
    stand-ins. The folder is kept between runs: the engine writes to it.

    :raises ValueError: ``folder`` is a link, or other users could have put plugins there (``own_folder``).
    """
    home = Path(os.environ.get("PULUMI_HOME") or Path.home() / ".pulumi")
    missing = _missing(home)
    if not missing:
        return Plugins({}, {})
    folder.parent.mkdir(parents=True, exist_ok=True)
    plugins = own_folder(own_folder(folder) / "plugins")
    with (folder / ".crosstenant.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _remove_stand_ins(plugins, {f"resource-{name}-v{sdk_version}" for name, sdk_version in missing.items()})
        if home.resolve() != folder.resolve():
            _link_all(home, folder)
            copy_plugins(home / "plugins", plugins, folder / ".crosstenant-plugins.json")
        for name, sdk_version in missing.items():
            _install(plugins / f"resource-{name}-v{sdk_version}", name)
    return Plugins(missing, {"PULUMI_HOME": str(folder.resolve())})


def _missing(home: Path) -> dict[str, str]:
    """The SDK versions of the providers that have no plugin, by provider name.

    As for the engine (``GetPluginPath`` in its sdk/go/common/workspace/plugins.go), a plugin on ``PATH`` counts unless
    the user has ruled such plugins out, and otherwise one of exactly the SDK's version.
    """
    ambient = os.environ.get("PULUMI_IGNORE_AMBIENT_PLUGINS", "").lower() not in ("1", "true")
    missing: dict[str, str] = {}
    for name, (package, _) in _STAND_INS.items():
        with contextlib.suppress(PackageNotFoundError):
            wanted = version(package)
            on_path = ambient and shutil.which(f"pulumi-resource-{name}")
            if not on_path and not _installed(home, name, wanted):
                missing[name] = wanted
    return missing


def _remove_stand_ins(plugins: Path, kept: set[str]) -> None:
    """Removes the stand-ins that no provider needs any longer: the user's own plugin must be able to take the place."""
    for name in _STAND_INS:
        for folder in plugins.glob(f"resource-{name}-v*"):
            if folder.name not in kept and _is_stand_in(folder):
                shutil.rmtree(folder, ignore_errors=True)


def _is_stand_in(folder: Path) -> bool:
    main = folder / "main.py"
    return main.is_file() and main.read_text(errors="replace").startswith(_MAIN.splitlines()[0])


def _link_all(source: Path, target: Path) -> None:
    """Links the entries of the user's ``PULUMI_HOME``, but not its plugins."""
    for link in target.iterdir():
        if link.is_symlink() and not link.exists():
            link.unlink(missing_ok=True)
    if not source.is_dir():
        return
    for entry in source.iterdir():
        own = entry.name == "plugins" or entry.name.startswith(".crosstenant") or entry.name.endswith(".lock")
        if own or (target / entry.name).exists():
            continue
        with contextlib.suppress(FileExistsError):
            (target / entry.name).symlink_to(entry.resolve())


def _install(folder: Path, name: str) -> None:
    folder.mkdir(exist_ok=True)
    root = Path(__file__).resolve().parents[3]
    _write(folder / "main.py", _MAIN.format(root=str(root), module=_STAND_INS[name][1]))
    python = sys.executable.replace("'", "'\\''")
    executable = folder / f"pulumi-resource-{name}"
    _write(executable, f'#!/bin/sh\nexec \'{python}\' "$(dirname "$0")/main.py" "$@"\n')
    executable.chmod(0o755)


def _write(path: Path, text: str) -> None:
    """Writes a file unless it has this text already: another run may be starting it."""
    if not path.exists() or path.read_text() != text:
        write_own(path, text)


def _installed(home: Path, name: str, wanted: str) -> bool:
    """Whether the engine would take an installed plugin: one of this version, or with its older search any later."""
    later = bool(os.environ.get("PULUMI_ENABLE_LEGACY_PLUGIN_SEARCH"))
    for folder in installed_plugins(home / "plugins"):
        match = _FOLDER.fullmatch(folder.name)
        if match and match["name"] == name and (folder / f"pulumi-resource-{name}").exists():
            found, asked = _numbers(match["version"]), _numbers(wanted)
            if found == asked or (later and found > asked):
                return True
    return False


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".") if part.isdecimal())
