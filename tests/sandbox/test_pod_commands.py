"""What the sandbox's kubelet starts in a container's place, and which pods it refuses."""

import sys
from pathlib import Path
from typing import Any, cast

import pytest

from crosstenant.sandbox.kubelet.cluster_api import ClusterApi
from crosstenant.sandbox.kubelet.container_command import (
    ContainerNotStarted,
    container_command,
    demanded_privilege,
    runs_here,
)

Json = dict[str, Any]

VOLUMES = {"program": Path("/here/program"), "deep": Path("/here/deep"), "one": Path("/here/one")}


class Objects:
    """An API with a ConfigMap and a Secret."""

    async def get(self, path: str) -> Json:
        return {
            "/api/v1/namespaces/apps/configmaps/settings": {"data": {"WORD": "open"}},
            "/api/v1/namespaces/apps/secrets/key": {"data": {"WORD": "c2VzYW1l"}},
        }[path]


async def started(container: Json) -> tuple[list[str], dict[str, str]]:
    pod = {"metadata": {"name": "pod", "namespace": "apps", "labels": {"app": "web"}}, "spec": {"nodeName": "node-1"}}
    container = {"name": "main", "image": "python", **container}
    found = await container_command(cast(ClusterApi, Objects()), pod, container, VOLUMES, {"HOME": "/nonexistent"})
    return found.arguments, found.environment


@pytest.mark.parametrize(
    ("image", "runs"),
    [
        ("python", True),
        ("python:3.12-slim", True),
        ("docker.io/library/python@sha256:0", True),
        ("mcr.microsoft.com/azurelinux/base/python:3.12", True),
        ("localhost:5000/python", True),
        ("docker.io/library/nginx:1", False),
        ("example.azurecr.io/python-app:1", False),
        ("example.azurecr.io/python/app:1", False),
    ],
)
def test_only_images_named_python_run_as_processes(image: str, runs: bool) -> None:
    assert runs_here(image) is runs


@pytest.mark.parametrize(
    ("text", "moved"),
    [
        ("/etc/program", "/here/program"),
        ("/etc/program/main.py", "/here/program/main.py"),
        ("--config=/etc/program/config.json", "--config=/here/program/config.json"),
        ("a:/etc/program:b", "a:/here/program:b"),
        # The longer mount first, and no path that only looks alike.
        ("/etc/program/deep/file", "/here/deep/file"),
        ("/etc/programs", "/etc/programs"),
        ("/usr/etc/program", "/usr/etc/program"),
        ("/etc/one.json", "/here/one/part.json"),
    ],
)
async def test_path_of_a_mount_becomes_the_folder_of_its_volume(text: str, moved: str) -> None:
    mounts = [
        {"name": "program", "mountPath": "/etc/program"},
        {"name": "deep", "mountPath": "/etc/program/deep/"},
        {"name": "one", "mountPath": "/etc/one.json", "subPath": "part.json"},
    ]
    container = {"command": ["python3", text], "env": [{"name": "PLACE", "value": text}], "volumeMounts": mounts}
    arguments, environment = await started(container)
    assert arguments == [sys.executable, moved]
    assert environment["PLACE"] == moved


async def test_environment_takes_values_from_the_pod_and_its_objects() -> None:
    variables: list[Json] = [
        {"name": "A", "value": "1"},
        {"name": "B", "value": "$(A)2 $(C) $$(A)"},
        {"name": "LABEL", "valueFrom": {"fieldRef": {"fieldPath": "metadata.labels['app']"}}},
        {"name": "NODE", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}},
        {"name": "OPEN", "valueFrom": {"configMapKeyRef": {"name": "settings", "key": "WORD"}}},
        {"name": "SESAME", "valueFrom": {"secretKeyRef": {"name": "key", "key": "WORD"}}},
    ]
    sources: list[Json] = [{"prefix": "ALL_", "configMapRef": {"name": "settings"}}]
    arguments, environment = await started({"args": ["-c", "$(B)"], "env": variables, "envFrom": sources})
    assert arguments == [sys.executable, "-c", "12 $(C) $(A)"]
    assert environment == {
        "HOME": "/nonexistent",
        "ALL_WORD": "open",
        "A": "1",
        "B": "12 $(C) $(A)",
        "LABEL": "web",
        "NODE": "node-1",
        "OPEN": "open",
        "SESAME": "sesame",
    }


@pytest.mark.parametrize("program", ["/bin/bash", "curl", "/usr/bin/env", "python3-config"])
async def test_no_other_program_of_the_machine_is_started(program: str) -> None:
    with pytest.raises(ContainerNotStarted, match=f'"{program}": the sandbox runs python3 and sh only'):
        await started({"command": [program]})


@pytest.mark.parametrize(
    ("spec", "demanded"),
    [
        ({}, None),
        ({"securityContext": {"runAsNonRoot": True}}, None),
        ({"hostNetwork": True}, "hostNetwork"),
        ({"hostPID": True}, "hostPID"),
        ({"volumes": [{"name": "root", "hostPath": {"path": "/"}}]}, "hostPath of volume root"),
        ({"containers": [{"name": "a", "securityContext": {"privileged": True}}]}, "privileged container a"),
        (
            {"initContainers": [{"name": "b", "securityContext": {"capabilities": {"add": ["NET_ADMIN"]}}}]},
            "capabilities of container b",
        ),
        ({"containers": [{"name": "a", "securityContext": {"capabilities": {"drop": ["ALL"]}}}]}, None),
    ],
)
def test_pod_that_demands_privileges_is_recognised(spec: Json, demanded: str | None) -> None:
    assert demanded_privilege({"spec": {"containers": [{"name": "main"}], **spec}}) == demanded
