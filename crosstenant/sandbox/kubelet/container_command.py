"""What a container's process is started with: command and environment, with the paths of its mounts on this machine.

There is no container: the process sees the machine's files. A path of a mount in the command, in an argument or in the
environment is therefore replaced by the path of the volume's folder.
"""

from __future__ import annotations

import base64
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from crosstenant.sandbox.kubelet.cluster_api import ClusterApi
from crosstenant.sandbox.kubelet.fields import field_of, part, parts

Json = dict[str, Any]

_PYTHON_IMAGE: Final = re.compile(r"(?:.*/)?python(?:[:@].*)?")
_PYTHON: Final = re.compile(r"(?:/usr(?:/local)?/bin/)?python3?(?:\.\d+)?")
_REFERENCE: Final = re.compile(r"\$\$|\$\((\w+)\)")


class ContainerNotStarted(Exception):
    """The container cannot be started as its pod describes it."""


@dataclass(frozen=True)
class ContainerCommand:
    """A process to start in a container's place."""

    arguments: list[str]
    environment: dict[str, str] = field(repr=False)


def runs_here(image: str) -> bool:
    """Whether the containers of an image run as processes: those of Python. Others count as running and do nothing."""
    return _PYTHON_IMAGE.fullmatch(image) is not None


async def container_command(
    api: ClusterApi, pod: Json, container: Json, volumes: Mapping[str, Path], surroundings: Mapping[str, str]
) -> ContainerCommand:
    """The process of a container.

    :param api: The cluster's API.
    :param pod: The pod.
    :param container: One of its containers, whose image ``runs_here``.
    :param volumes: The folders of its volumes, by name.
    :param surroundings: The variables of every container.
    :raises ContainerNotStarted: The command is not Python's or a shell's, or demands what the sandbox does not have.
    :raises ApiError: An object that the environment needs is missing.
    """
    mounts = _mounts(container, volumes)
    own = await _environment(api, pod, container)
    environment = {**surroundings, **{name: _moved(value, mounts) for name, value in own.items()}}
    given: list[str] = [*(container.get("command") or ["python3"]), *(container.get("args") or [])]
    arguments = [_moved(_expanded(one, own), mounts) for one in given]
    if _PYTHON.fullmatch(arguments[0]):
        arguments[0] = sys.executable
    elif arguments[0] in ("sh", "/bin/sh"):
        arguments[0] = "/bin/sh"
    else:
        raise ContainerNotStarted(f'exec: "{arguments[0]}": the sandbox runs python3 and sh only')
    return ContainerCommand(arguments, environment)


def demanded_privilege(pod: Json) -> str | None:
    """What a pod demands beyond its own container; None for an ordinary pod."""
    spec = pod["spec"]
    for name in ("hostNetwork", "hostPID", "hostIPC"):
        if spec.get(name):
            return name
    for volume in parts(spec, "volumes"):
        if "hostPath" in volume:
            return f"hostPath of volume {volume['name']}"
    for container in [*parts(spec, "initContainers"), *spec["containers"]]:
        context: Json = part(container, "securityContext")
        if context.get("privileged"):
            return f"privileged container {container['name']}"
        if part(context, "capabilities").get("add"):
            return f"capabilities of container {container['name']}"
    return None


def _mounts(container: Json, volumes: Mapping[str, Path]) -> list[tuple[str, Path]]:
    """The mount paths with their folders or files here, the longest first."""
    found = [
        (str(mount["mountPath"]).rstrip("/"), volumes[mount["name"]] / (mount.get("subPath") or ""))
        for mount in parts(container, "volumeMounts")
    ]
    return sorted(found, key=lambda it: -len(it[0]))


def _moved(text: str, mounts: list[tuple[str, Path]]) -> str:
    for path, place in mounts:
        # A whole path, not the tail of a longer one: /config in --file=/config/a, not in /etc/config/a.
        text = re.sub(rf"(?<![\w./-]){re.escape(path)}(?![\w.-])", lambda _, place=place: str(place), text)
    return text


def _expanded(text: str, environment: Mapping[str, str]) -> str:
    """https://kubernetes.io/docs/tasks/inject-data-application/define-command-argument-container/"""

    def value(match: re.Match[str]) -> str:
        return "$" if match[0] == "$$" else environment.get(match[1], match[0])

    return _REFERENCE.sub(value, text)


async def _environment(api: ClusterApi, pod: Json, container: Json) -> dict[str, str]:
    namespace = f"/api/v1/namespaces/{pod['metadata']['namespace']}"
    values: dict[str, str] = {}
    for source in parts(container, "envFrom"):
        prefix = source.get("prefix", "")
        if "configMapRef" in source:
            found = await api.get(f"{namespace}/configmaps/{source['configMapRef']['name']}")
            values |= {f"{prefix}{name}": text for name, text in part(found, "data").items()}
        if "secretRef" in source:
            found = await api.get(f"{namespace}/secrets/{source['secretRef']['name']}")
            values |= {f"{prefix}{name}": _decoded(text) for name, text in part(found, "data").items()}
    for variable in parts(container, "env"):
        values[variable["name"]] = await _value(api, pod, namespace, variable, values)
    return values


async def _value(api: ClusterApi, pod: Json, namespace: str, variable: Json, before: Mapping[str, str]) -> str:
    source: Json = part(variable, "valueFrom")
    if "fieldRef" in source:
        return field_of(pod, source["fieldRef"]["fieldPath"])
    for kind, reference, is_secret in (("configmaps", "configMapKeyRef", False), ("secrets", "secretKeyRef", True)):
        if reference in source:
            wanted: Json = source[reference]
            data: Json = part(await api.get(f"{namespace}/{kind}/{wanted['name']}"), "data")
            if wanted["key"] not in data:
                raise ContainerNotStarted(f"couldn't find key {wanted['key']} in {kind} {wanted['name']}")
            return _decoded(data[wanted["key"]]) if is_secret else data[wanted["key"]]
    return _expanded(str(variable.get("value") or ""), before)


def _decoded(text: str) -> str:
    return base64.b64decode(text).decode("utf-8", "replace")
