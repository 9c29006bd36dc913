"""The process of a run-command: a shell with kubectl and few other programs, in a folder of its own.

The image in which AKS runs a command has kubectl, helm and a shell's usual programs. The sandbox has no container: the
process gets a PATH with these alone, so that a script that needs more fails here as well. helm is not there.
"""

from __future__ import annotations

import asyncio
import io
import json
import os
import shutil
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from crosstenant.sandbox.kubelet.cluster_api import ApiAccess
from crosstenant.sandbox.kubelet.processes import kill_session, launch
from crosstenant.sandbox.kubernetes.command_job import CommandJob, CommandsMissing, CommandUser

Json = dict[str, Any]

NAMESPACE: Final = "aks-command"
"""The namespace of the command's pod, and so the one that kubectl takes where the command names none."""
LONGEST_OUTPUT: Final = 512 * 1024
_BUILT: Final = Path(__file__).parents[3] / ".tools" / "bin"
_PROGRAMS: Final = (
    *("sh", "kubectl"),
    *("base64", "basename", "cat", "cp", "cut", "date", "dirname", "env", "false", "head", "id", "ls", "mkdir"),
    *("mktemp", "mv", "printf", "rm", "seq", "sleep", "sort", "tail", "tee", "test", "timeout", "touch", "tr"),
    *("true", "uniq", "wc"),
)
_POLL_SECONDS: Final = 0.05


@dataclass(frozen=True)
class Ended:
    """What a command has left."""

    exit_code: int | None
    """None where its time was over."""
    logs: str


def find_kubectl() -> Path:
    """The kubectl that a checkout has built, in the version of its API servers; else that on PATH.

    :raises CommandsMissing: It is in neither place.
    """
    found = shutil.which("kubectl", path=os.pathsep.join([str(_BUILT), os.environ.get("PATH", os.defpath)]))
    if found is None:
        raise CommandsMissing(
            "a run-command needs kubectl on PATH: in a checkout of crosstenant, 'make setup-kubernetes' builds it"
        )
    return Path(found).resolve()


async def run_process(job: CommandJob, access: ApiAccess, folder: Path, seconds: float) -> Ended:
    """Runs a command to its end; must be called in a thread that lives as long as the process shall.

    :param access: The cluster's API server, with the files of an administrator.
    :param folder: An empty folder of the command's own.
    :param seconds: After this time the process is killed.
    :raises CommandsMissing: kubectl is not installed.
    """
    programs, home, work = (folder / name for name in ("bin", "home", "work"))
    for place in (programs, home / ".kube", work):
        place.mkdir(mode=0o700, parents=True)
    for name, program in _programs(find_kubectl()).items():
        (programs / name).symlink_to(program)
    config = home / ".kube" / "config"
    config.write_text(json.dumps(_kubeconfig(access, job.user)))
    config.chmod(0o600)
    refused = _unpack(job.context, work)
    if refused:
        return Ended(1, refused)
    environment: Mapping[str, str] = {
        "PATH": str(programs),
        "HOME": str(home),
        "TMPDIR": str(home),
        "KUBECONFIG": str(config),
    }
    output = folder / "output"
    process = launch(["/bin/sh", "-c", job.command], output, environment, work)
    try:
        code = await asyncio.wait_for(_exit_code(process), seconds)
    except asyncio.TimeoutError:
        code = None
    finally:
        # What the command has left behind ends with its container.
        kill_session(process)
    with output.open("rb") as file:
        return Ended(code, file.read(LONGEST_OUTPUT).decode("utf-8", "replace"))


async def _exit_code(process: Any) -> int:
    while (code := process.poll()) is None:  # noqa: ASYNC110 - a process has no event
        await asyncio.sleep(_POLL_SECONDS)
    return code if code >= 0 else 128 - code


def _programs(kubectl: Path) -> dict[str, str]:
    places = {name: shutil.which(name, path=os.defpath) for name in _PROGRAMS if name != "kubectl"}
    return {"kubectl": str(kubectl), **{name: place for name, place in places.items() if place}}


def _kubeconfig(access: ApiAccess, user: CommandUser) -> Json:
    client: Json = {"client-certificate": str(access.client), "client-key": str(access.client)}
    if user.token:
        client = {"token": user.token}
    elif user.name:
        client |= {"as": user.name, "as-groups": list(user.groups)}
    server = {"server": f"https://127.0.0.1:{access.port}", "certificate-authority": str(access.authority)}
    context = {"cluster": "cluster", "user": "user", "namespace": NAMESPACE}
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "cluster", "cluster": server}],
        "users": [{"name": "user", "user": client}],
        "contexts": [{"name": "context", "context": context}],
        "current-context": "context",
    }


def _unpack(context: bytes, work: Path) -> str:
    """Unpacks the files of a command; returns why they cannot be unpacked, else nothing."""
    if not context:
        return ""
    try:
        with zipfile.ZipFile(io.BytesIO(context)) as archive:
            archive.extractall(work)  # it keeps names below the folder, and makes no links
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        return f"the context must be a zip file: {error}\n"
    return ""
