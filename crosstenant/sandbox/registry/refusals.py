"""The refusals of a registry: in the form of the distribution API, in the words of Azure's registries.

https://distribution.github.io/distribution/spec/api/#errors,
https://learn.microsoft.com/azure/container-registry/container-registry-troubleshoot-login
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crosstenant.sandbox.registry import sources
from crosstenant.sandbox.world.provenance import Source


class RegistryRefusal(Exception):
    """The refusal of a request."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        detail: object = None,
        headers: Mapping[str, str] | None = None,
        *,
        source: Source,
    ) -> None:
        """
        :param status: The HTTP status.
        :param code: The distribution API's error code, ``UNAUTHORIZED``.
        :param message: The sentence that clients show.
        :param detail: The detail of the error; None for no detail.
        :param headers: Headers of the answer, such as a challenge.
        :param source: How it is known that a registry refuses so.
        """
        super().__init__(f"{code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.detail = detail
        self.headers = dict(headers or {})
        self.source = source

    def document(self) -> dict[str, Any]:
        """The answer's body."""
        error: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.detail is not None:
            error["detail"] = self.detail
        return {"errors": [error]}


def unauthorized(detail: object = None, headers: Mapping[str, str] | None = None) -> RegistryRefusal:
    """The client is not signed in, or lacks the permission in ``detail``."""
    message = "authentication required, visit https://aka.ms/acr/authorization for more information."
    return RegistryRefusal(401, "UNAUTHORIZED", message, detail, headers, source=sources.UNAUTHORIZED)


def sign_in_failed(message: str, *, source: Source) -> RegistryRefusal:
    """Entra refuses the credentials in the registry's tenant."""
    return RegistryRefusal(401, "UNAUTHORIZED", message, source=source)


def denied(detail: object) -> RegistryRefusal:
    """The client is signed in and lacks the permission in ``detail``."""
    return RegistryRefusal(403, "DENIED", "requested access to the resource is denied", detail, source=sources.DENIED)


def blocked(client_ip: str) -> RegistryRefusal:
    """The registry's network rules exclude the client's address."""
    message = f"client with IP '{client_ip}' is not allowed access. Refer https://aka.ms/acr/firewall to grant access."
    return RegistryRefusal(403, "DENIED", message, source=sources.NETWORK)


def bad_request(message: str, *, source: Source) -> RegistryRefusal:
    """A parameter is missing or invalid."""
    return RegistryRefusal(400, "BAD_REQUEST", message, source=source)


def not_found() -> RegistryRefusal:
    """The address does not exist."""
    return RegistryRefusal(404, "NOT_FOUND", "404 page not found", source=sources.NOT_FOUND)


def not_emulated(method: str, path: str, status: int = 404, code: str = "NOT_FOUND") -> RegistryRefusal:
    """The sandbox does not have the request. Not in a registry's words: Azure's may have it."""
    message = f"The sandbox does not emulate {method} {path} of a registry."
    return RegistryRefusal(status, code, message, source=sources.NOT_EMULATED)


def name_unknown(repository: str) -> RegistryRefusal:
    """The repository does not exist."""
    return RegistryRefusal(
        404, "NAME_UNKNOWN", "repository name not known to registry", {"name": repository}, source=sources.NAME_UNKNOWN
    )


def invalid_page_size(n: str) -> RegistryRefusal:
    """The number of results that a list shall have is not a number, or negative."""
    return RegistryRefusal(
        400,
        "PAGINATION_NUMBER_INVALID",
        "invalid number of results requested",
        {"n": n},
        source=sources.PAGINATION_NUMBER_INVALID,
    )


def blob_unknown(digest: str) -> RegistryRefusal:
    """The blob does not exist in the repository."""
    return RegistryRefusal(
        404, "BLOB_UNKNOWN", "blob unknown to registry", {"digest": digest}, source=sources.BLOB_UNKNOWN
    )


def manifest_unknown(repository: str, reference: str) -> RegistryRefusal:
    """The repository has no manifest with this tag or digest."""
    if ":" in reference:
        detail = {"Name": repository, "Revision": reference}
        return RegistryRefusal(
            404, "MANIFEST_UNKNOWN", f"manifest {reference} is not found", detail, source=sources.MANIFEST_UNKNOWN
        )
    message = f'manifest tagged by "{reference}" is not found'
    return RegistryRefusal(404, "MANIFEST_UNKNOWN", message, {"Tag": reference}, source=sources.MANIFEST_UNKNOWN)


def tag_unknown(tag: str) -> RegistryRefusal:
    """The repository has no such tag."""
    return RegistryRefusal(
        404, "TAG_UNKNOWN", "the specified tag does not exist", {"Tag": tag}, source=sources.TAG_UNKNOWN
    )


def manifest_not_acceptable(media_type: str) -> RegistryRefusal:
    """The client does not accept the manifest's media type."""
    return RegistryRefusal(
        404,
        "MANIFEST_UNKNOWN",
        f"manifest of type {media_type} found, but the Accept header does not support it",
        source=sources.MANIFEST_NOT_ACCEPTABLE,
    )
