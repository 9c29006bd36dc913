"""A certificate authority for one run, which issues the certificates of the sandbox's hosts.

The authority is kept in memory. The file of trusted roots for clients contains it and the public roots, so that clients
can still verify the hosts that are passed through to the real network.
"""

from __future__ import annotations

import os
import ssl
from contextlib import suppress
from pathlib import Path
from typing import Final

import certifi
import trustme

from crosstenant.sandbox.world.own_files import write_own

_MOST_HOSTS: Final = 256


class Authority:
    """Issues a certificate for each host name that a client asks for (SNI)."""

    def __init__(self) -> None:
        """Creates a new authority."""
        self._authority = trustme.CA(organization_name="crosstenant sandbox")
        self._contexts: dict[str, ssl.SSLContext] = {}

    def server_context(self) -> ssl.SSLContext:
        """The context of the TLS listener: it presents the certificate of the host that the client names."""
        context = self._new_context("localhost")

        def choose(connection: ssl.SSLObject | ssl.SSLSocket, name: str | None, _: ssl.SSLContext) -> None:
            # A name that is none, `a b`, gets the certificate of localhost, which its client refuses.
            with suppress(ValueError):
                connection.context = self._context(name.lower()) if name else context

        context.sni_callback = choose
        return context

    def write_roots(self, path: Path) -> None:
        """Writes the roots that a client of the sandbox trusts: this authority, the public ones, and those of
        ``SSL_CERT_FILE``, if the environment has that variable."""
        parts = [self._authority.cert_pem.bytes().decode(), certifi.contents()]
        own = os.environ.get("SSL_CERT_FILE")
        if own and Path(own).is_file():
            parts.append(Path(own).read_text())
        write_own(path, "\n".join(parts))

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
