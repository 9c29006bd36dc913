"""Pods of a cluster in the sandbox, through the cluster's Kubernetes API."""

from __future__ import annotations

import base64
import ssl
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import httpx

from crosstenant.sandbox.host.state_file import open_store, state_path
from crosstenant.sandbox.kubernetes.certificates import ensure_certificates
from crosstenant.sandbox.kubernetes.kubeconfig import kubeconfig
from crosstenant.sandbox.world.drift import CLUSTERS, resource
from lib.stack import Outcome

Json = dict[str, Any]

_REFUSED = ("ErrImagePull", "ImagePullBackOff")
_LONGEST_SECONDS = 120.0


def kubeconfig_of(cluster: str) -> Json:
    """The kubeconfig of a cluster, as `az aks get-credentials --admin` has it.

    :param cluster: Its name or ARM ID.
    """
    with open_store(state_path()).change() as state:
        document = resource(state, CLUSTERS, cluster)
        ensure_certificates(document)
        return kubeconfig(document, "Admin")


class Pods:
    """A cluster's namespace, as its administrator sees it."""

    def __init__(self, config: Mapping[str, Any], namespace: str) -> None:
        """
        :param config: The cluster's kubeconfig.
        :param namespace: The namespace, which is made if it is not there.
        """
        server, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
        context = ssl.create_default_context(cadata=_decoded(server["certificate-authority-data"]))
        with tempfile.NamedTemporaryFile("w", suffix=".pem", delete=False) as file:
            file.write(_decoded(user["client-key-data"]) + _decoded(user["client-certificate-data"]))
        try:
            context.load_cert_chain(file.name)
        finally:
            Path(file.name).unlink()
        # The proxy is that of the environment: the sandbox's.
        self._client = httpx.Client(base_url=server["server"], verify=context, timeout=120)
        self._namespace = f"/api/v1/namespaces/{namespace}"
        self.namespace = namespace

    def make_namespace(self) -> None:
        """Makes the namespace, and waits for its service account."""
        self._client.post("/api/v1/namespaces", json={"metadata": {"name": self.namespace}}).raise_for_status()
        self._until(lambda: self._client.get(f"{self._namespace}/serviceaccounts/default").status_code == 200)

    def pull(self, name: str, image: str) -> Outcome:
        """Runs a pod, which names no pull secret, and waits until its image is there or was refused.

        :param name: The pod's name, which must be new.
        :param image: Its image.
        :returns: Exit code 0 for a pod whose image was pulled; the output is what the kubelet said.
        """
        began = time.monotonic()
        container = {"name": "main", "image": image, "imagePullPolicy": "Always"}
        pod: Json = {"metadata": {"name": name}, "spec": {"restartPolicy": "Never", "containers": [container]}}
        self._client.post(f"{self._namespace}/pods", json=pod).raise_for_status()
        refused = self._until(lambda: self._decided(name))
        said = [message for about, message in self._events() if about == name]
        self._client.delete(f"{self._namespace}/pods/{name}", params={"gracePeriodSeconds": "0"})
        code = 1 if refused == "refused" else 0
        shown = f"pod {self.namespace}/{name}, image {image}"
        return Outcome(shown, code, "\n".join(said), time.monotonic() - began)

    def get(self, path: str) -> Json:
        """Any object.

        :param path: Its path, ``/api/v1/...``.
        """
        return cast("Json", self._client.get(path).raise_for_status().json())

    def text(self, path: str) -> str:
        """Any answer of the API server.

        :param path: Its path, ``/metrics``.
        """
        return self._client.get(path).raise_for_status().text

    def secret(self, name: str) -> Json:
        """A Secret of the namespace.

        :param name: Its name.
        """
        return self.get(f"{self._namespace}/secrets/{name}")

    def close(self) -> None:
        """Closes the connections."""
        self._client.close()

    def _decided(self, name: str) -> str:
        status = self.get(f"{self._namespace}/pods/{name}")["status"]
        states = [it["state"] for it in status.get("containerStatuses") or []]
        if any(it.get("waiting", {}).get("reason") in _REFUSED for it in states):
            return "refused"
        return "pulled" if status.get("phase") in ("Running", "Succeeded", "Failed") else ""

    def _events(self) -> list[tuple[str, str]]:
        found = self.get(f"{self._namespace}/events")["items"]
        return [(it["involvedObject"].get("name", ""), it["message"]) for it in found]

    def _until(self, seen: Any) -> Any:
        end = time.monotonic() + _LONGEST_SECONDS
        while not (found := seen()):
            if time.monotonic() > end:
                raise RuntimeError(f"the cluster did not answer within {_LONGEST_SECONDS:.0f} s")
            time.sleep(0.2)
        return found


def _decoded(text: str) -> str:
    return base64.b64decode(text).decode()
