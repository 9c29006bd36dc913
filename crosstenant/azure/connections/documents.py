"""JSON documents from other machines."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from azure.core.rest import AsyncHttpResponse


def read_json(content: str | bytes) -> Any:
    """The value that a JSON text describes.

    :param content: The text, from an answer.
    :raises ValueError: It is not JSON, or it is nested more deeply than Python can read.
    """
    try:
        return json.loads(content)
    except RecursionError:
        raise ValueError("the document is nested too deeply") from None


def object_in(answer: AsyncHttpResponse) -> dict[str, Any]:
    """The JSON object that an answer of an Azure service carries.

    :param answer: The answer. azure-core has read it, and would raise an error at another read of an empty one.
    :raises azure.core.exceptions.HttpResponseError: It is a refusal or a redirect, or carries something else.
    """
    from azure.core.exceptions import DecodeError, HttpResponseError

    if answer.status_code >= 300:
        raise HttpResponseError(response=answer)
    try:
        document: object = read_json(answer.content)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise DecodeError("the answer is not the JSON object that was due", response=answer)
    return cast("dict[str, Any]", document)
