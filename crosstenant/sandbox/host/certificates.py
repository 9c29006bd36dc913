"""A throw-away certificate authority that answers for every host of the sandbox.

The authority lives in memory for one run. The file of trusted roots that clients are given holds it beside the public
roots, so that hosts passed through to the real network still verify.
"""

from __future__ import annotations

import os
import ssl
from pathlib import Path
from typing import Final

import certifi
import trustme

_MOST_HOSTS: Final = 256


class Authority:
    """Issues a certificate for each host name that a client asks for (SNI)."""

    def __init__(self) -> None:
        """Makes a new authority."""
        self._authority = trustme.CA(organization_name="crosstenant sandbox")
        self._contexts: dict[str, ssl.SSLContext] = {}

    def server_context(self) -> ssl.SSLContext:
        """What the TLS listener uses: the certificate follows the name that the client asks for."""
        context = self._new_context("localhost")

        def choose(connection: ssl.SSLObject | ssl.SSLSocket, name: str | None, _: ssl.SSLContext) -> None:
            if name:
                connection.context = self._context(name.lower())

        context.sni_callback = choose
        return context

    def write_roots(self, path: Path) -> None:
        """Writes the roots that a client of the sandbox trusts: this authority, the public ones, and those of
        ``SSL_CERT_FILE`` if the environment names such a file."""
        parts = [self._authority.cert_pem.bytes().decode(), certifi.contents()]
        own = os.environ.get("SSL_CERT_FILE")
        if own and Path(own).is_file():
            parts.append(Path(own).read_text())
        path.write_text("\n".join(parts))

    def _context(self, name: str) -> ssl.SSLContext:
        if name not in self._contexts:
            if len(self._contexts) >= _MOST_HOSTS:
                self._contexts.clear()
            self._contexts[name] = self._new_context(name)
        return self._contexts[name]

    def _new_context(self, name: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(["http/1.1"])
        certificate = self._authority.issue_cert(name)
        certificate.configure_cert(context)  # pyright: ignore[reportUnknownMemberType] - half of a union is untyped
        return context
