"""The programs of a cluster's control plane, which are installed or built beside the sandbox."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_NAMES: Final = ("etcd", "kube-apiserver", "kube-controller-manager")
_BUILT: Final = Path(__file__).parents[3] / ".tools" / "bin"


class ProgramsMissing(OSError):
    """A program of the control plane is not installed; the message says how to get it."""


@dataclass(frozen=True)
class Programs:
    """The executables."""

    etcd: Path
    api_server: Path
    controller_manager: Path


def find_programs() -> Programs:
    """The programs on ``PATH``, else those that a checkout has built.

    :raises ProgramsMissing: One of them is in neither place.
    """
    places = os.pathsep.join([os.environ.get("PATH", os.defpath), str(_BUILT)])
    found = {name: shutil.which(name, path=places) for name in _NAMES}
    missing = [name for name, path in found.items() if path is None]
    if missing:
        raise ProgramsMissing(
            f"a cluster's Kubernetes API needs {', '.join(_NAMES)} on PATH, and {', '.join(missing)} cannot be found: "
            "in a checkout of crosstenant, 'make setup-kubernetes' builds them"
        )
    return Programs(*(Path(path) for path in found.values() if path))
