"""An HTTP answer, as it is recorded and as it is judged."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import httpx

from tests.contract.normalise import Json, Names

_HEADERS = ("www-authenticate", "location", "azure-asyncoperation", "retry-after")


@dataclass(frozen=True)
class Reply:
    """One answer of a service."""

    request: str
    """Method and address."""
    status: int
    headers: dict[str, str]
    """Those of ``_HEADERS`` that the answer has."""
    body: Any
    """The JSON document; for another type only Entra's codes in it, because a page differs with each request."""

    @classmethod
    def of(cls, response: httpx.Response) -> Reply:
        """Reads a response."""
        headers = {name: response.headers[name] for name in _HEADERS if name in response.headers}
        if "location" in headers and response.request.url.host == "login.microsoftonline.com":
            # A page of Entra redirects with values of its session.
            headers["location"] = headers["location"].split("?")[0]
        address = str(response.request.url)
        return cls(f"{response.request.method} {address}", response.status_code, headers, _body(response))

    @property
    def code(self) -> str:
        """The code of a refusal, in the place where the service writes it; empty without one."""
        return code_of(self.body)

    def pick(self, *paths: str) -> Reply:
        """The answer with some properties alone; a property that is missing is ``(absent)``. A refusal stays whole."""
        if self.status >= 400:
            return self
        return replace(self, body={path: _at(self.body, path) for path in paths})

    def showing(self, **body: Any) -> Reply:
        """The answer with another body, which was derived from its own. A refusal stays whole."""
        return self if self.status >= 400 else replace(self, body=body)

    def normalised(self, names: Names) -> Json:
        """What is written."""
        request = names.text(re.sub(r"([?&]api-version)=[\w-]+", r"\1=<version>", self.request))
        answer: Json = {"request": request, "status": self.status}
        if self.headers:
            answer["headers"] = names.value(self.headers)
        if self.body not in (None, ""):
            answer["body"] = names.value(self.body)
        return answer


def code_of(body: Any) -> str:
    """The code of a refusal's document; empty without one."""
    if isinstance(body, str):
        return body
    document = cast(Json, body) if isinstance(body, dict) else {}
    if document.get("error_codes"):
        return f"AADSTS{document['error_codes'][0]}"
    errors = cast("Sequence[Json]", document.get("errors") or [document.get("error") or {}])
    return str(errors[0].get("code", "")) if isinstance(errors[0], dict) else ""


def claims(token: str) -> Json:
    """The claims of a token; nothing is verified."""
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


def _body(response: httpx.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        return " ".join(sorted(set(re.findall(r"AADSTS\d+", response.text))))


def _at(value: Any, path: str) -> Any:
    for name in path.split("."):
        if not isinstance(value, dict) or name not in value:
            return "(absent)"
        value = cast(Json, value)[name]
    return value
