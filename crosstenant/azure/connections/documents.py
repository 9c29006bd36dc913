"""JSON documents from other machines."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final, cast

from crosstenant.model.outside_text import in_one_line

if TYPE_CHECKING:
    from azure.core.rest import AsyncHttpResponse

_NOT_JSON: Final = "the answer is not the JSON object that was due"
_LONGEST_TITLE: Final = 80
_HEAD_OF_A_PAGE: Final = 4096


def read_json(content: str | bytes) -> Any:
    """The value that a JSON text describes.

    :param content: The text, from an answer.
    :raises ValueError: It is not JSON, or it is nested more deeply than Python can read.
    """
    try:
        return json.loads(content)
    except RecursionError:
        raise ValueError("the document is nested too deeply") from None


def page_in(content: str | bytes) -> str:
    """What stands in the place of JSON: ``a page ('Access denied')`` or ``a text``; empty for JSON, and for nothing.

    A proxy, a firewall or a gateway answers so in the place of the service.

    :param content: The body of an answer.
    """
    text = (content.decode(errors="replace") if isinstance(content, bytes) else content).strip()
    if not text or text[0] in '{["' or text == "null":
        return ""
    if text[0] != "<":
        return "a text"
    found = re.search(r"<title[^>]*>([^<]+)", text[:_HEAD_OF_A_PAGE], re.IGNORECASE)
    title = in_one_line(found[1].strip())[:_LONGEST_TITLE] if found else ""
    return f"a page ('{title}')" if title else "a page"


@contextmanager
def json_due() -> Generator[Callable[[Any], None]]:
    """For a method of an SDK, which reads each answer as JSON: of any other it raises the parser's exception alone.

    :returns: The method's ``raw_response_hook``.
    :raises azure.core.exceptions.DecodeError: The answer is not JSON. The error has the answer.
    """
    answers: list[Any] = []
    try:
        yield lambda answer: answers.append(answer.http_response)
    except (LookupError, ValueError, RecursionError):  # A LookupError: it names an encoding that is none of texts.
        from azure.core.exceptions import DecodeError

        raise DecodeError(_NOT_JSON, response=answers[-1] if answers else None) from None


def time_of(answer: Any) -> list[datetime]:
    """The service's own time, from an answer's header; none where the header is missing or malformed.

    :param answer: An answer of an SDK's transport.
    """
    try:
        found = parsedate_to_datetime(answer.headers.get("Date") or "")
        return [found.astimezone(timezone.utc)] if found.tzinfo else []
    except (OverflowError, TypeError, ValueError):
        return []


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
        raise DecodeError(_NOT_JSON, response=answer)
    return cast("dict[str, Any]", document)
