"""The refusals of Azure Resource Manager that several resource types share, in its words.

https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crosstenant.sandbox.arm import sources
from crosstenant.sandbox.world.provenance import Source


class ArmRefusal(Exception):
    """The refusal of a request: the answer's status and ``error`` object."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        target: str | None = None,
        headers: Mapping[str, str] | None = None,
        info: list[dict[str, Any]] | None = None,
        source: Source,
    ) -> None:
        """
        :param status: The HTTP status.
        :param code: Azure's error code.
        :param message: Azure's sentence.
        :param target: The property, where Azure names one.
        :param headers: Headers of the answer.
        :param info: The error's ``additionalInfo``, where Azure adds some.
        :param source: How it is known that Azure refuses so.
        """
        super().__init__(f"{code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.target = target
        self.headers = dict(headers or {})
        self.info = info
        self.source = source

    def document(self) -> dict[str, Any]:
        """The answer's body."""
        error: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.target is not None:
            error["target"] = self.target
        if self.info is not None:
            error["additionalInfo"] = self.info
        return {"error": error}


def missing_api_version() -> ArmRefusal:
    """The request has no ``api-version``."""
    return ArmRefusal(
        400,
        "MissingApiVersionParameter",
        "The api-version query parameter (?api-version=) is required for all requests.",
        source=sources.MISSING_API_VERSION_PARAMETER,
    )


def subscription_not_found(subscription_id: str) -> ArmRefusal:
    """The subscription does not exist."""
    return ArmRefusal(
        404,
        "SubscriptionNotFound",
        f"The subscription '{subscription_id}' could not be found.",
        source=sources.SUBSCRIPTION_NOT_FOUND,
    )


def group_not_found(name: str) -> ArmRefusal:
    """The resource group does not exist."""
    return ArmRefusal(
        404,
        "ResourceGroupNotFound",
        f"Resource group '{name}' could not be found.",
        source=sources.RESOURCE_GROUP_NOT_FOUND,
    )


def resource_not_found(resource_type: str, name: str, group: str) -> ArmRefusal:
    """The resource does not exist in its resource group."""
    return ArmRefusal(
        404,
        "ResourceNotFound",
        f"The Resource '{resource_type}/{name}' under resource group '{group}' was not found. For more details please "
        "go to https://aka.ms/ARMResourceNotFoundFix",
        source=sources.RESOURCE_NOT_FOUND,
    )


def invalid_content(detail: str) -> ArmRefusal:
    """The body is not a JSON object, or lacks a property that every such body has."""
    return ArmRefusal(
        400,
        "InvalidRequestContent",
        f"The request content was invalid and could not be deserialized: '{detail}'.",
        source=sources.INVALID_REQUEST_CONTENT,
    )


def unsupported_media_type(content_type: str) -> ArmRefusal:
    """The body is not declared as JSON."""
    return ArmRefusal(
        415,
        "UnsupportedMediaType",
        f"The content media type '{content_type or '<null>'}' is not supported. Only 'application/json' is supported.",
        source=sources.UNSUPPORTED_MEDIA_TYPE,
    )


def location_required() -> ArmRefusal:
    """A resource must have a location."""
    return ArmRefusal(
        400,
        "LocationRequired",
        "The location property is required for this definition.",
        source=sources.LOCATION_REQUIRED,
    )


def resource_elsewhere(name: str, present: str, group: str, location: str) -> ArmRefusal:
    """A resource cannot move to another location.

    :param present: Its location.
    :param location: The location in the request.
    """
    return ArmRefusal(
        409,
        "InvalidResourceLocation",
        f"The resource '{name}' already exists in location '{present}' in resource group '{group}'. A resource with "
        f"the same name cannot be created in location '{location}'. Please select a new resource name.",
        source=sources.RESOURCE_ELSEWHERE,
    )
