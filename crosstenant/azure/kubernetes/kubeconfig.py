"""What a kubeconfig says about one API server: its address, its certificate authority, the caller's credential.

https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/. A token and a client certificate
are read. A program that makes a credential (``exec``) is never started: a file that comes from elsewhere would choose
what runs on this machine.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, cast
from urllib.parse import urlsplit

from crosstenant.errors import OperatorError
from crosstenant.model.argument_text import has_look_of_name

Json = dict[str, Any]

_PLAIN: Final = re.compile(r"[!-\[\]-~]+")
_MAKE_ONE: Final = (
    "make a kubeconfig with a credential in it, with 'az aks get-credentials --admin --file FILE', or put the result of"
    " 'kubectl create token' into its user as 'token'"
)


class KubeconfigError(OperatorError):
    """A kubeconfig cannot be used; the message says why, and shows no credential."""


@dataclass(frozen=True)
class ApiAccess:
    """An API server, and a credential for it."""

    server: str
    """Its address, ``https://HOST:443``."""
    host: str
    """Its host name, in lower case."""
    authority: str = ""
    """Certificates (PEM) that the server's certificate must come from; empty for those that the machine trusts."""
    tls_name: str = ""
    """Name in the server's certificate, if it is not the host."""
    token: str = field(default="", repr=False)
    """Bearer token; empty without one."""
    certificate: str = field(default="", repr=False)
    """Client certificate (PEM); empty without one."""
    key: str = field(default="", repr=False)
    """Its private key (PEM)."""


def read_kubeconfig(text: str, name: str, folder: Path | None = None) -> ApiAccess:
    """The API server of a kubeconfig's present context.

    :param text: The kubeconfig, YAML or JSON. It is secret.
    :param name: What messages call it: its path.
    :param folder: The folder that the paths in it start from; without one it may name no file.
    :raises KubeconfigError: It has another form, or a credential that this command cannot use.
    """
    return _Kubeconfig(name, folder).read(text)


class _Kubeconfig:
    def __init__(self, name: str, folder: Path | None) -> None:
        self._name = name
        self._folder = folder

    def read(self, text: str) -> ApiAccess:
        document = self._document(text)
        context = self._named(document, "contexts", "context", str(document.get("current-context") or ""))
        cluster = self._named(document, "clusters", "cluster", str(context.get("cluster") or ""))
        user = self._named(document, "users", "user", str(context.get("user") or ""))
        server = str(cluster.get("server") or "")
        host = self._host(server)
        if cluster.get("insecure-skip-tls-verify"):
            raise self._error("must not set insecure-skip-tls-verify: a credential goes to a proved server only")
        if cluster.get("proxy-url"):
            raise self._error("must not set proxy-url: give the proxy in HTTPS_PROXY")
        return ApiAccess(
            server=server.rstrip("/"),
            host=host,
            authority=self._content(cluster, "certificate-authority"),
            tls_name=str(cluster.get("tls-server-name") or ""),
            **self._credential(user),
        )

    def _document(self, text: str) -> Json:
        import yaml

        try:
            document: object = yaml.safe_load(text)
        except (yaml.YAMLError, AttributeError, LookupError, RecursionError, ValueError):
            # The parser lets the exceptions of numbers and times through, and its message repeats a part of the file.
            raise self._error("is not YAML") from None
        if not isinstance(document, dict):
            raise self._error("must be a kubeconfig, a YAML mapping with clusters, contexts and users")
        return cast("Json", document)

    def _named(self, document: Json, collection: str, kind: str, name: str) -> Json:
        entries: object = document.get(collection)
        for entry in cast("list[object]", entries) if isinstance(entries, list) else []:
            if isinstance(entry, dict):
                found: object = cast("Json", entry).get(kind)
                if cast("Json", entry).get("name") == name and isinstance(found, dict):
                    return cast("Json", found)
        # A token may stand in the place of a name.
        named = f"named '{name}'" if has_look_of_name(name) else "of the name that it gives"
        raise self._error(f"has no {kind} {named}, which its current-context needs")

    def _host(self, server: str) -> str:
        try:
            parts = urlsplit(server) if _PLAIN.fullmatch(server) else None
            host = parts.hostname if parts and parts.scheme == "https" and "@" not in parts.netloc else None
        except ValueError:
            host = None
        if not host:
            raise self._error("must name its server by an https address")
        return host.lower()

    def _credential(self, user: Json) -> dict[str, str]:
        if user.get("exec"):
            raise self._error(
                "gets its credential from a program (exec), which this command does not start",
                _MAKE_ONE,
            )
        if user.get("auth-provider") or user.get("username") or user.get("password"):
            raise self._error("has a kind of credential that Kubernetes no longer accepts", _MAKE_ONE)
        token = str(user.get("token") or "") or (
            self._file(str(user["tokenFile"]), "tokenFile").strip() if user.get("tokenFile") else ""
        )
        if not (token.isascii() and token.isprintable()):
            raise self._error("has a token with characters that no token has")
        certificate, key = self._content(user, "client-certificate"), self._content(user, "client-key")
        if bool(certificate) != bool(key):
            raise self._error("must have both a client certificate and its key, or neither")
        if not token and not certificate:
            raise self._error("has no credential for its user", _MAKE_ONE)
        return {"token": token, "certificate": certificate, "key": key}

    def _content(self, entry: Json, field_name: str) -> str:
        """A PEM text that an entry has in base64 (``FIELD-data``) or in a file (``FIELD``)."""
        data = entry.get(f"{field_name}-data")
        if data:
            try:
                return b64decode(str(data), validate=True).decode("ascii")
            except (binascii.Error, ValueError):
                raise self._error(f"must have base64 of a PEM text in {field_name}-data") from None
        path = entry.get(field_name)
        return self._file(str(path), field_name) if path else ""

    def _file(self, path: str, field_name: str) -> str:
        if self._folder is None:
            raise self._error(f"must not name a file in {field_name}: put the content itself into {field_name}-data")
        try:
            return (self._folder / path).read_text()
        except (OSError, ValueError):  # ValueErrors: what is not text, and a path with a null character.
            raise self._error(f"names a file in {field_name} that cannot be read") from None

    def _error(self, what: str, remedy: str = "") -> KubeconfigError:
        return KubeconfigError(f"kubeconfig {self._name} {what}" + (f": {remedy}" if remedy else ""))
