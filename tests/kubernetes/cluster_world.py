"""A cluster of the sandbox as its clients see it: through the proxy, at its real host name."""

from __future__ import annotations

import base64
import json
import ssl
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import httpx

from crosstenant.sandbox.host.server import Sandbox
from crosstenant.sandbox.kubernetes.certificates import ensure_certificates
from crosstenant.sandbox.kubernetes.kubeconfig import kubeconfig
from crosstenant.sandbox.world.drift import CLUSTERS, resource
from crosstenant.sandbox.world.state import Store

Json = dict[str, Any]
Found = TypeVar("Found")


class Cluster:
    """One cluster: its kubeconfig, and a client with the rights of an administrator."""

    def __init__(self, sandbox: Sandbox | str, store: Store, name: str, folder: Path) -> None:
        """
        :param sandbox: The running sandbox, or its URL.
        :param name: Name of a cluster in the state, ``aks-managed``.
        :param folder: For the files of its kubeconfig.
        """
        self.name = name
        self.store = store
        with store.change() as state:
            document = resource(state, CLUSTERS, name)
            ensure_certificates(document)
            self.id: str = document["id"]
            self.host: str = document["properties"]["fqdn"]
            self.kubeconfig = kubeconfig(document)
        self._proxy = sandbox if isinstance(sandbox, str) else sandbox.url
        # YAML has all of JSON.
        self.kubeconfig_file = folder / f"{name}.kubeconfig"
        self.kubeconfig_file.write_text(json.dumps(self.kubeconfig))
        self._certificate = folder / f"{name}.pem"
        user = self.kubeconfig["users"][0]["user"]
        self._certificate.write_text(_decoded(user["client-key-data"]) + _decoded(user["client-certificate-data"]))
        self.authority = _decoded(self.kubeconfig["clusters"][0]["cluster"]["certificate-authority-data"])
        self.admin = self._client(self._certificate)

    def bearer(self, token: str) -> httpx.Client:
        """A client that shows a token instead of a certificate."""
        return self._client(headers={"Authorization": f"Bearer {token}"})

    def close(self) -> None:
        self.admin.close()

    def get(self, path: str) -> Json:
        return _read(self.admin.get(path))

    def create(self, path: str, document: Json) -> Json:
        """Creates an object, or asks a subresource."""
        return _read(self.admin.post(path, json=document))

    def delete(self, path: str) -> Json:
        return _read(self.admin.delete(path))

    def namespace(self, prefix: str = "test") -> str:
        """A new namespace, whose service account ``default`` exists already."""
        name = f"{prefix}-{uuid.uuid4().hex[:8]}"
        self.create("/api/v1/namespaces", {"metadata": {"name": name}})
        self.until(lambda: self.admin.get(f"/api/v1/namespaces/{name}/serviceaccounts/default").status_code == 200)
        self.until(lambda: self.admin.get(f"/api/v1/namespaces/{name}/configmaps/kube-root-ca.crt").status_code == 200)
        return name

    def service_account(self, namespace: str, name: str) -> None:
        self.create(f"/api/v1/namespaces/{namespace}/serviceaccounts", {"metadata": {"name": name}})

    def token(self, namespace: str, service_account: str, audience: str | None = None, seconds: int = 3600) -> str:
        """A token of a service account by TokenRequest; without an audience, for the API server itself."""
        spec: Json = {"expirationSeconds": seconds, **({"audiences": [audience]} if audience else {})}
        path = f"/api/v1/namespaces/{namespace}/serviceaccounts/{service_account}/token"
        document = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": spec}
        return self.create(path, document)["status"]["token"]

    def until(self, seen: Callable[[], Found | None], seconds: float = 60.0) -> Found:
        """The first answer that is true; fails when there is none in time."""
        until = time.monotonic() + seconds
        while not (found := seen()):
            assert time.monotonic() < until, f"not within {seconds:.0f} seconds; the last answer was {found!r}"
            time.sleep(0.1)
        return found

    def _client(self, certificate: Path | None = None, headers: dict[str, str] | None = None) -> httpx.Client:
        context = ssl.create_default_context(cadata=self.authority)
        if certificate:
            context.load_cert_chain(certificate)
        base = f"https://{self.host}"
        return httpx.Client(base_url=base, proxy=self._proxy, verify=context, headers=headers, timeout=120)


def _read(answer: httpx.Response) -> Json:
    assert answer.status_code < 400, f"{answer.status_code}: {answer.text}"
    return answer.json()


def _decoded(text: str) -> str:
    return base64.b64decode(text).decode()
