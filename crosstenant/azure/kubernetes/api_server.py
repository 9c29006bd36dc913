"""Reads from one Kubernetes API server.

A credential goes to the API server that Resource Manager reports for the cluster, over TLS, and nowhere else; no
redirect is followed. Of a Secret only the metadata is asked for, so that its content never comes to this machine:
https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables describes the media types.
"""

from __future__ import annotations

import os
import ssl
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, cast

import aiohttp

from crosstenant.azure.connections.addresses import is_at
from crosstenant.azure.connections.documents import page_in, read_json
from crosstenant.azure.connections.proxies import proxy_options
from crosstenant.azure.kubernetes.kubeconfig import ApiAccess
from crosstenant.azure.refusals.masking import hide
from crosstenant.errors import OperatorError
from crosstenant.model.outside_text import in_one_line

Json = dict[str, Any]

_METADATA: Final = "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io"
_LARGEST_ANSWER: Final = 4 * 1024 * 1024
_LONGEST_REASON: Final = 200


class ApiServerError(OperatorError):
    """An API server refused a read, or could not be reached; the message names it and the object."""


class ApiServer:
    """One API server."""

    def __init__(self, access: ApiAccess, hosts: Sequence[str]) -> None:
        """
        :param access: Its address and the caller's credential, from a kubeconfig.
        :param hosts: The host names that Resource Manager reports for the cluster's API server.
        :raises ApiServerError: The kubeconfig names another host; nothing was sent.
        """
        if not any(is_at(host, access.server) for host in hosts):
            known = " or ".join(f"'{it}'" for it in hosts) or "unknown"
            raise ApiServerError(
                f"the kubeconfig names the server '{access.host}', and the cluster's API server is {known}, port 443:"
                " nothing was sent"
            )
        self._access = access
        self._session: aiohttp.ClientSession | None = None

    async def get(self, path: str, *, metadata_only: bool = False) -> Json | None:
        """Reads one object; ``None`` if it does not exist.

        :param path: Its path, ``/api/v1/namespaces/NAMESPACE/configmaps/NAME``.
        :param metadata_only: Whether to ask for its metadata alone, as for a Secret.
        :raises ApiServerError: The API server refused, or could not be reached.
        """
        url = f"{self._access.server}{path}"
        headers = {"Accept": _METADATA if metadata_only else "application/json"}
        if self._access.token:
            headers["Authorization"] = f"Bearer {self._access.token}"
        named: dict[str, Any] = {"server_hostname": self._access.tls_name} if self._access.tls_name else {}
        try:
            session = self._session = self._session or self._opened()
            async with session.get(
                url, headers=headers, allow_redirects=False, **named, **proxy_options(url)
            ) as answer:
                body = await answer.content.read(_LARGEST_ANSWER)
                while chunk := await answer.content.read(_LARGEST_ANSWER - len(body)):
                    body += chunk
                status = answer.status
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise ApiServerError(f"{self._access.host} cannot be reached from here: {_words(error)}") from None
        return self._read(path, status, body)

    async def aclose(self) -> None:
        """Closes the connections."""
        if self._session:
            await self._session.close()
            self._session = None

    def _opened(self) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(ssl=_tls(self._access))
        timeout = aiohttp.ClientTimeout(total=20, connect=10)
        return aiohttp.ClientSession(connector=connector, timeout=timeout, cookie_jar=aiohttp.DummyCookieJar())

    def _read(self, path: str, status: int, body: bytes) -> Json | None:
        try:
            document: object = read_json(body)
        except ValueError:
            document = None
        if not isinstance(document, dict):
            what = hide(page_in(body), [self._access.token]) or "no JSON"
            raise ApiServerError(f"{self._access.host} answered {status} with {what} for {path}")
        found = cast("Json", document)
        if status == 200:
            return found
        if status == 404 and found.get("kind") == "Status":
            return None
        said = hide(str(found.get("message") or found.get("reason") or ""), [self._access.token])
        reason = in_one_line(said)[:_LONGEST_REASON]
        raise ApiServerError(f"{self._access.host} refuses to show {path}: {status} {reason}".rstrip())


def _tls(access: ApiAccess) -> ssl.SSLContext:
    context = ssl.create_default_context(cadata=access.authority or None)
    if access.certificate:
        # Python reads a key from a file only.
        handle, path = tempfile.mkstemp()
        try:
            with os.fdopen(handle, "w") as file:
                file.write(f"{access.certificate}\n{access.key}\n")
            context.load_cert_chain(path, password=_no_passphrase)
        except ssl.SSLError:
            raise ValueError("the client certificate of the kubeconfig and its key do not belong together") from None
        finally:
            Path(path).unlink()
    return context


def _no_passphrase() -> str:
    # Without an answer OpenSSL would ask at the terminal, and wait for one.
    raise ValueError("the client key of the kubeconfig is encrypted: give one that has no passphrase")


def _words(error: Exception) -> str:
    if isinstance(error, aiohttp.ClientConnectorCertificateError | ssl.SSLError):
        return "its certificate is not of the authority in the kubeconfig"
    # The text of a connection error can name the proxy with its password.
    return str(error) if isinstance(error, ValueError) and not isinstance(error, OSError) else type(error).__name__
