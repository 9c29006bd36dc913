"""Pods and Jobs for the tests, as short as the API takes them."""

from __future__ import annotations

from typing import Any

from tests.kubernetes.cluster_world import Cluster

Json = dict[str, Any]

PYTHON = "mcr.microsoft.com/azurelinux/base/python:3.12"


def pod(name: str, image: str = PYTHON, code: str | None = None, **spec: Any) -> Json:
    """A pod of one container.

    :param code: A Python program.
    :param spec: More of the pod's ``spec``; ``container`` is more of the container.
    """
    container: Json = {"name": "main", "image": image, **spec.pop("container", {})}
    if code is not None:
        container["command"] = ["python3", "-c", code]
    return {"metadata": {"name": name}, "spec": {"restartPolicy": "Never", "containers": [container], **spec}}


def job(name: str, code: str, **spec: Any) -> Json:
    """A Job whose pods run a Python program."""
    template = {"spec": pod(name, code=code)["spec"]}
    return {"metadata": {"name": name}, "spec": {"template": template, **spec}}


def phase(cluster: Cluster, namespace: str, name: str) -> str:
    return cluster.get(f"/api/v1/namespaces/{namespace}/pods/{name}")["status"].get("phase", "")


def state(cluster: Cluster, namespace: str, name: str) -> Json:
    """The state of the first container: ``waiting``, ``running`` or ``terminated``."""
    found = cluster.get(f"/api/v1/namespaces/{namespace}/pods/{name}")["status"].get("containerStatuses")
    return found[0]["state"] if found else {}


def events(cluster: Cluster, namespace: str) -> list[tuple[str, str]]:
    """Reasons and messages, oldest first."""
    return [(one["reason"], one["message"]) for one in cluster.get(f"/api/v1/namespaces/{namespace}/events")["items"]]
