"""Refusals in the form of the distribution API, worded as Azure's registries word them.

https://distribution.github.io/distribution/spec/api/#errors,
https://learn.microsoft.com/azure/container-registry/container-registry-troubleshoot-login
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class RegistryRefusal(Exception):
    """A request refused."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        detail: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """
        :param status: The HTTP status.
        :param code: The distribution API's error code, ``UNAUTHORIZED``.
        :param message: The sentence that clients show.
        :param detail: What it is about; left out when None.
        :param headers: Headers that go with the answer, such as a challenge.
        """
        super().__init__(f"{code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.detail = detail
        self.headers = dict(headers or {})

    def document(self) -> dict[str, Any]:
        """The answer's body."""
        error: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.detail is not None:
            error["detail"] = self.detail
        return {"errors": [error]}


def unauthorized(detail: object = None, headers: Mapping[str, str] | None = None) -> RegistryRefusal:
    """Not signed in, or without the right that the detail names."""
    message = "authentication required, visit https://aka.ms/acr/authorization for more information."
    return RegistryRefusal(401, "UNAUTHORIZED", message, detail, headers)


def sign_in_failed(message: str) -> RegistryRefusal:
    """Credentials that Entra refuses in the registry's tenant."""
    return RegistryRefusal(401, "UNAUTHORIZED", message)


def denied(detail: object) -> RegistryRefusal:
    """Signed in, without the right that the detail names."""
    return RegistryRefusal(403, "DENIED", "requested access to the resource is denied", detail)


def blocked(client_ip: str) -> RegistryRefusal:
    """Kept out by the registry's network rules."""
    message = f"client with IP '{client_ip}' is not allowed access. Refer https://aka.ms/acr/firewall to grant access."
    return RegistryRefusal(403, "DENIED", message)


def bad_request(message: str) -> RegistryRefusal:
    """Parameters missing or not understood."""
    return RegistryRefusal(400, "BAD_REQUEST", message)


def not_found() -> RegistryRefusal:
    """Nothing at this address."""
    return RegistryRefusal(404, "NOT_FOUND", "404 page not found")


def name_unknown(repository: str) -> RegistryRefusal:
    """No such repository."""
    return RegistryRefusal(404, "NAME_UNKNOWN", "repository name not known to registry", {"name": repository})


def blob_unknown(digest: str) -> RegistryRefusal:
    """No such blob in the repository."""
    return RegistryRefusal(404, "BLOB_UNKNOWN", "blob unknown to registry", {"digest": digest})


def manifest_unknown(repository: str, reference: str) -> RegistryRefusal:
    """No manifest of this tag or digest in the repository."""
    if ":" in reference:
        detail = {"Name": repository, "Revision": reference}
        return RegistryRefusal(404, "MANIFEST_UNKNOWN", f"manifest {reference} is not found", detail)
    message = f'manifest tagged by "{reference}" is not found'
    return RegistryRefusal(404, "MANIFEST_UNKNOWN", message, {"Tag": reference})


def manifest_not_acceptable(media_type: str) -> RegistryRefusal:
    """The manifest is of a type that the client did not say it takes."""
    return RegistryRefusal(
        404, "MANIFEST_UNKNOWN", f"manifest of type {media_type} found, but the Accept header does not support it"
    )
