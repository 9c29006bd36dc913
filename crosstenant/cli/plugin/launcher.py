"""The folder in Pulumi's plugin cache that starts the plugin of this Python environment."""

from __future__ import annotations

import os
import sys
import sysconfig
from pathlib import Path
from typing import Final

from crosstenant.errors import OperatorError
from crosstenant.plugin_search import EXECUTABLE, executable_in

_MARK: Final = "crosstenant plugin install"
_SHELL: Final = f"""\
#!/bin/sh
# Made by '{_MARK}'.
plugin='{{target}}'
if [ ! -x "$plugin" ]; then
  echo "the Python environment of the plugin is gone ($plugin): run '{_MARK}' in the present one" >&2
  exit 1
fi
exec "$plugin" "$@"
"""
_BATCH: Final = f"""\
@rem Made by '{_MARK}'.
@if not exist "{{target}}" (
  echo the Python environment of the plugin is gone ^({{target}}^): run '{_MARK}' in the present one 1>&2
  exit /b 1
)
@"{{target}}" %*
"""


def own_executable() -> Path:
    """The plugin's executable of this Python environment.

    :raises OperatorError: There is none.
    """
    executable = executable_in(Path(sysconfig.get_path("scripts")))
    if not executable.is_file():
        raise OperatorError(f"{executable} is missing: install the package pulumi-crosstenant anew in {sys.prefix}")
    return executable


def write_launcher(folder: Path, target: Path) -> Path:
    """Makes the folder, or renews it, so that the engine starts ``target``.

    A link would not do: the engine passes over a folder that is one.

    :param folder: The plugin's folder in Pulumi's cache.
    :param target: The executable to start, with its absolute path.
    :return: The launcher.
    :raises OperatorError: Something else made the folder, or it cannot be written.
    """
    windows = sys.platform == "win32"
    launcher = folder / (f"{EXECUTABLE}.cmd" if windows else EXECUTABLE)
    if _is_of_others(folder, launcher):
        version = folder.name.rpartition("-v")[2]
        raise OperatorError(
            f"{folder} holds a plugin that this command did not make:"
            f" remove it with 'pulumi plugin rm resource crosstenant {version} --yes', then run this command again"
        )
    path = str(target) if windows else str(target).replace("'", "'\\''")
    unfinished = folder / f".{launcher.name}.{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        unfinished.write_text((_BATCH if windows else _SHELL).format(target=path))
        unfinished.chmod(0o755)
        # In one step: an engine that starts at this moment finds the old launcher or the new one.
        unfinished.replace(launcher)
    except OSError as error:
        raise OperatorError(f"{folder} cannot be written: {error.strerror}") from error
    return launcher


def _is_of_others(folder: Path, launcher: Path) -> bool:
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        return True
    if not folder.is_dir() or not any(folder.iterdir()):
        return False
    try:
        return not launcher.is_file() or _MARK not in launcher.read_text()
    except (OSError, UnicodeDecodeError):
        return True
