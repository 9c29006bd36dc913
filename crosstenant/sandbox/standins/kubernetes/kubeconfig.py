"""The kubeconfig of a provider: one cluster's address, and a client certificate or token for it.

https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/. Programs that make credentials (``exec``) are not run:
clusters of the sandbox have local accounts.
"""

from __future__ import annotations

import base64
import os
import ssl
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import yaml

from crosstenant.errors import OperatorError
from crosstenant.sandbox.standins.unknown import does_not_know

Json = dict[str, Any]


@dataclass(frozen=True)
class Access:
    """A cluster, and who asks it."""

    server: str
    """``https://HOST:443``."""
    namespace: str = ""
    """The namespace of the context; empty if it names none."""
    authority: str = ""
    """The cluster's authority as PEM; empty for the public ones."""
    certificate: str = ""
    """The client's certificate as PEM."""
    key: str = field(default="", repr=False)
    token: str = field(default="", repr=False)

    def tls(self) -> ssl.SSLContext:
        """The context of connections to the cluster."""
        context = ssl.create_default_context(cadata=self.authority or None)
        # Python 3.13 asks of a root what roots of clusters do not have: kubernetes-client/python #2394.
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        if self.certificate:
            # OpenSSL reads a key from a file only.
            descriptor, name = tempfile.mkstemp()
            try:
                with os.fdopen(descriptor, "w") as file:
                    file.write(f"{self.key}\n{self.certificate}")
                context.load_cert_chain(name)
            finally:
                Path(name).unlink()
        return context


def read_kubeconfig(text: str, context: str = "") -> Access:
    """The cluster and the user of a context.

    :param text: The content of a kubeconfig, or the path of one.
    :param context: Name of the context; the current one if omitted.
    :raises OperatorError: It cannot be read, or names a user that the stand-in cannot be. The text is in no message.
    """
    try:
        found: object = yaml.safe_load(_content(text))
        document = cast("Json", found if isinstance(found, dict) else {})
        chosen = _named(document, "contexts", context or document["current-context"])["context"]
        cluster = _named(document, "clusters", chosen["cluster"])["cluster"]
        user: Json = _named(document, "users", chosen["user"]).get("user") or {}
        if "exec" in user or "auth-provider" in user:
            raise OperatorError(does_not_know("kubernetes", "a kubeconfig whose user runs a program (exec)"))
        return Access(
            server=str(cluster["server"]).rstrip("/"),
            namespace=str(chosen.get("namespace") or ""),
            authority=_data(cluster, "certificate-authority"),
            certificate=_data(user, "client-certificate"),
            key=_data(user, "client-key"),
            token=str(user.get("token") or ""),
        )
    except (yaml.YAMLError, KeyError, TypeError, ValueError, OSError) as error:
        raise OperatorError(f"the provider's kubeconfig cannot be read ({type(error).__name__})") from None


def _content(text: str) -> str:
    # A path has one line, and no kubeconfig has the form of one.
    return text if "\n" in text or "{" in text else Path(text).expanduser().read_text()


def _named(document: Json, kind: str, name: str) -> Json:
    return next(it for it in document[kind] if it["name"] == name) if _has(document, kind, name) else _missing(name)


def _has(document: Json, kind: str, name: str) -> bool:
    return any(it["name"] == name for it in document[kind])


def _missing(name: str) -> Json:
    raise KeyError(name)


def _data(document: Json, name: str) -> str:
    if document.get(f"{name}-data"):
        return base64.b64decode(document[f"{name}-data"]).decode()
    return Path(document[name]).read_text() if document.get(name) else ""
