"""Small doubles for the refresher: Entra ID, registries and an API server with RBAC, behind one HTTPS listener.

They answer as the documents say and keep what was asked. The sandbox's own services are asked in
``test_refresher_in_sandbox``.
"""

from __future__ import annotations

import base64
import json
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import trustme

TENANT, CLIENT = "bbbbbbbb-0000-0000-0000-000000000000", "cccccccc-0000-0000-0000-000000000000"
HOUR = 3600


def jwt(mark: str, **claims: Any) -> str:
    """A token that carries a mark which no output may have."""
    parts = ({"alg": "RS256"}, {"mark": mark, **claims})
    encoded = (base64.urlsafe_b64encode(json.dumps(it).encode()).decode().rstrip("=") for it in parts)
    return ".".join((*encoded, f"signature-{mark}"))


@dataclass
class Reply:
    """An answer in place of the usual one."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict[str, str])


def entra_error(code: int, text: str = "said by Entra.") -> Reply:
    return Reply(400, {"error": "invalid_client", "error_description": f"AADSTS{code}: {text} Trace ID: 1 x"})


def registry_error(status: int, code: str = "UNAUTHORIZED", message: str = "authentication required") -> Reply:
    return Reply(status, {"errors": [{"code": code, "message": message}]})


class World:
    """The state of the doubles."""

    def __init__(self) -> None:
        self.port = 0
        self.replies: dict[str, list[Reply | None]] = {}
        """By step (entra, exchange, token, manifest, get, patch, apply): the next answers; ``None`` is the usual."""
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        """Step, host and form (or body) of each request."""
        self.secrets: dict[str, dict[str, Any]] = {}
        """By ``namespace/name``."""
        self.allowed: set[tuple[str, str]] = set()
        """Verb and ``namespace/name`` of what RBAC permits."""
        self.images = {("app", "1.0")}
        self.lifetime = 3 * HOUR
        self.shift = 0
        """Seconds by which the registries' clock is ahead."""
        self.tokens: list[str] = []
        """Every token that was handed out."""

    def add_secret(self, name: str = "shop/registry-pull", *, may: tuple[str, ...] = ("get", "patch")) -> None:
        """A pull secret, empty, that the refresher may read and patch."""
        self.secrets[name] = {
            "type": "kubernetes.io/dockerconfigjson",
            "metadata": {"uid": f"uid-{name}", "annotations": {"someone": "else"}},
            "data": {".dockerconfigjson": base64.b64encode(b'{"auths":{}}').decode()},
        }
        self.allowed |= {(verb, name) for verb in may}

    def token(self, mark: str, **claims: Any) -> str:
        """A new token."""
        made = jwt(f"{mark}-{len(self.tokens)}", **claims)
        self.tokens.append(made)
        return made

    def steps(self) -> list[str]:
        """The steps that were asked, in order."""
        return [step for step, _, _ in self.asked]

    def entries(self, name: str = "shop/registry-pull") -> dict[str, dict[str, str]]:
        """The registries of a pull secret."""
        return json.loads(base64.b64decode(self.secrets[name]["data"][".dockerconfigjson"]))["auths"]

    def annotations(self, name: str = "shop/registry-pull") -> dict[str, str]:
        """The refresher's annotations of a pull secret."""
        found = self.secrets[name]["metadata"]["annotations"]
        return {key.removeprefix("crosstenant.io/"): text for key, text in found.items() if "crosstenant" in key}

    def answer(self, method: str, host: str, path: str, headers: Mapping[str, str], body: str) -> Reply:
        """The answer to a request."""
        url = urlsplit(path)
        step = _step(method, url.path, headers)
        form = json.loads(body) if step in ("patch", "apply") else dict(parse_qsl(body))
        self.asked.append((step, host, form))
        queued = self.replies.get(step)
        reply = queued.pop(0) if queued else None
        return reply or getattr(self, f"_{step}")(host, url.path, headers, form)

    def _entra(self, host: str, path: str, headers: Mapping[str, str], form: dict[str, str]) -> Reply:
        assert path == f"/{TENANT}/oauth2/v2.0/token"
        assert form["client_id"] == CLIENT
        assert form["client_assertion"] in self.tokens
        return Reply(200, {"access_token": self.token("entra", tid=TENANT)})

    def _exchange(self, host: str, path: str, headers: Mapping[str, str], form: dict[str, str]) -> Reply:
        assert (form["grant_type"], form["service"], form["tenant"]) == ("access_token", host, TENANT)
        assert form["access_token"] in self.tokens
        now = int(time.time()) + self.shift
        return Reply(200, {"refresh_token": self.token("refresh", iat=now, exp=now + self.lifetime, aud=host)})

    def _token(self, host: str, path: str, headers: Mapping[str, str], form: dict[str, str]) -> Reply:
        name = form["scope"].split(":")[1]
        access = [{"type": "repository", "name": name, "actions": ["pull"]}]
        return Reply(200, {"access_token": self.token("access", access=access)})

    def _manifest(self, host: str, path: str, headers: Mapping[str, str], form: dict[str, str]) -> Reply:
        _, _, repository, _, reference = path.split("/")
        assert headers["Authorization"].removeprefix("Bearer ") in self.tokens
        return Reply(200 if (repository, reference) in self.images else 404)

    def _get(self, host: str, path: str, headers: Mapping[str, str], form: dict[str, str]) -> Reply:
        name = self._permitted("get", path, headers)
        if isinstance(name, Reply):
            return name
        return Reply(200, self.secrets[name]) if name in self.secrets else Reply(404, {"message": "not found"})

    def _patch(self, host: str, path: str, headers: Mapping[str, str], form: dict[str, Any]) -> Reply:
        name = self._permitted("patch", path, headers)
        if isinstance(name, Reply):
            return name
        secret = self.secrets[name]
        secret["data"].update(form.get("data", {}))
        present = secret["metadata"]["annotations"]
        present.update(form["metadata"]["annotations"])
        secret["metadata"]["annotations"] = {key: text for key, text in present.items() if text is not None}
        return Reply(200, secret)

    def _apply(self, host: str, path: str, headers: Mapping[str, str], form: dict[str, Any]) -> Reply:
        name = self._permitted("create", path, headers)
        if isinstance(name, Reply):
            return name
        if form["metadata"].get("name") != name.split("/")[1]:
            return Reply(400, {"message": "the name of the object was undeterminable: name must be provided"})
        assert None not in form["metadata"]["annotations"].values()
        self.secrets[name] = {**form, "metadata": {"uid": "new", **form["metadata"]}}
        return Reply(201, self.secrets[name])

    def _permitted(self, verb: str, path: str, headers: Mapping[str, str]) -> str | Reply:
        assert headers["Authorization"].removeprefix("Bearer ") in self.tokens
        parts = path.split("/")
        name = f"{parts[4]}/{parts[6]}"
        if (verb, name) in self.allowed:
            return name
        return Reply(403, {"message": f'secrets "{parts[6]}" is forbidden: User cannot {verb} resource'})


def _step(method: str, path: str, headers: Mapping[str, str]) -> str:
    if path.startswith("/api/v1/"):
        return "get" if method == "GET" else "apply" if "apply-patch" in headers["Content-Type"] else "patch"
    if path.startswith("/v2/"):
        assert method == "HEAD"
        return "manifest"
    return {"/oauth2/exchange": "exchange", "/oauth2/token": "token"}.get(path, "entra")


@contextmanager
def listening(world: World, folder: Path) -> Iterator[dict[str, str]]:
    """Serves the doubles; yields the refresher's environment, with its files in ``folder``."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            reply = world.answer(self.command, self.headers["Host"], self.path, dict(self.headers), body)
            content = b"" if reply.body is None else _content(reply.body)
            self.send_response(reply.status)
            for name, text in {**reply.headers, "Content-Length": str(len(content))}.items():
                self.send_header(name, text)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        do_GET = do_POST = do_PATCH = do_HEAD = do

        def log_message(self, format: str, *args: Any) -> None:
            pass

    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)  # pyright: ignore[reportUnknownMemberType]
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    world.port = server.server_port
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    (folder / "account").mkdir()
    authority.cert_pem.write_to_path(str(folder / "account" / "ca.crt"))
    (folder / "account" / "token").write_text(world.token("api") + "\n")
    (folder / "entra").write_text(
        world.token("account", iss="https://issuer/", sub="system:serviceaccount:n:s", aud=["api://x"]) + "\n"
    )
    try:
        yield {
            "CROSSTENANT_CONFIG": str(folder / "config.json"),
            "CROSSTENANT_TOKEN_FILE": str(folder / "entra"),
            "CROSSTENANT_SERVICE_ACCOUNT": str(folder / "account"),
            "CROSSTENANT_PATIENCE_SECONDS": "0",
            "CROSSTENANT_OUTAGE_SECONDS": "0",
            "KUBERNETES_SERVICE_HOST": "127.0.0.1",
            "KUBERNETES_SERVICE_PORT": str(world.port),
            "SSL_CERT_FILE": str(folder / "account" / "ca.crt"),
        }
    finally:
        server.shutdown()
        server.server_close()


def _content(body: Any) -> bytes:
    return body.encode() if isinstance(body, str) else json.dumps(body).encode()
