"""Run-commands of a cluster, asked of Resource Manager as az asks for them."""

from __future__ import annotations

import base64
import io
import ssl
import time
import zipfile
from collections.abc import Mapping
from typing import Any

import httpx

from crosstenant.sandbox.entra.tokens import ARM_AUDIENCE, issue
from crosstenant.sandbox.host.server import Sandbox
from crosstenant.sandbox.world.seed import CLUSTER_OWNER_ID
from crosstenant.sandbox.world.state import Store

Json = dict[str, Any]


class Commands:
    """The run-commands of one cluster, with the rights of the subscription's owner."""

    def __init__(self, azure: Sandbox, store: Store, cluster_id: str) -> None:
        self._azure = azure
        self._store = store
        self._cluster = f"https://management.azure.com{cluster_id}"

    def token(self, audience: str = ARM_AUDIENCE, client_id: str = CLUSTER_OWNER_ID) -> str:
        with self._store.read() as state:
            principal = next(one for one in state["servicePrincipals"].values() if one["appId"] == client_id)
            return issue(state, principal["_tenant"], principal, audience)

    def run(self, command: str, files: Mapping[str, str] | None = None, **body: Any) -> Json:
        """The properties of the result."""
        if files:
            content = io.BytesIO()
            with zipfile.ZipFile(content, "w") as archive:
                for name, text in files.items():
                    archive.writestr(name, text)
            body["context"] = base64.b64encode(content.getvalue()).decode()
        with self._client() as client:
            begun = self._post(client, {"command": command, **body})
            assert begun.status_code == 202, begun.text
            return self.ended(client, begun.headers["Location"])["properties"]

    def refusal(self, command: str, **body: Any) -> tuple[int, str, str]:
        """Status, code and message."""
        with self._client() as client:
            answer = self._post(client, {"command": command, **body})
            error = answer.json()["error"]
            return answer.status_code, error["code"], error["message"]

    def ended(self, client: httpx.Client, address: str) -> Json:
        until = time.monotonic() + 120
        while (answer := client.get(address)).status_code == 202:
            assert time.monotonic() < until
            time.sleep(0.1)
        return answer.raise_for_status().json()

    def _post(self, client: httpx.Client, body: Json) -> httpx.Response:
        return client.post(f"{self._cluster}/runCommand?api-version=2026-04-01", json=body)

    def _client(self) -> httpx.Client:
        trusting = ssl.create_default_context(cafile=self._azure.environment()["SSL_CERT_FILE"])
        headers = {"Authorization": f"Bearer {self.token()}"}
        return httpx.Client(proxy=self._azure.url, verify=trusting, timeout=120, headers=headers)
