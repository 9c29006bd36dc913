"""HTTP as the stand-ins speak it: through ``HTTPS_PROXY``, trusting ``SSL_CERT_FILE``, and never raising for a status.

aiohttp is imported when the first request goes out: a preview that asks Azure nothing starts the plugin sooner.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from math import inf
from typing import TYPE_CHECKING, Any, cast
from urllib.request import getproxies, proxy_bypass

from crosstenant.errors import OperatorError

if TYPE_CHECKING:
    from aiohttp import ClientSession

Json = dict[str, Any]
Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True)
class Answer:
    """An HTTP answer, read whole. Status 0: the connection broke before there was one, or amid it."""

    status: int
    headers: Mapping[str, str]
    text: str
    cut_off: bool = False
    """Whether the connection broke amid the answer. Go's clients have an answer once they have its headers."""

    @property
    def json(self) -> Json:
        """The body as a JSON object; empty when it is none."""
        return self._object or {}

    @property
    def is_object(self) -> bool:
        """Whether the body is a JSON object."""
        return self._object is not None

    @property
    def _object(self) -> Json | None:
        try:
            found = json.loads(self.text)
        except ValueError:
            return None
        return cast(Json, found) if isinstance(found, dict) else None

    @property
    def reason(self) -> str:
        """The status in words, ``404 Not Found``."""
        try:
            return f"{self.status} {HTTPStatus(self.status).phrase}"
        except ValueError:
            return str(self.status)

    @property
    def retry_after(self) -> float | None:
        """Seconds that the server asks to wait, if it does."""
        value = self.headers.get("retry-after", "")
        return float(value) if value.replace(".", "", 1).isdigit() else None

    @property
    def error(self) -> tuple[str, str]:
        """Code and message of an error in the shape that Graph and ARM share; empty when there is none."""
        error = self.json.get("error")
        found = cast(Json, error) if isinstance(error, dict) else {}
        return str(found.get("code", "")), str(found.get("message", ""))


class Http:
    """A connection pool for one plugin process."""

    def __init__(self) -> None:
        """Opens no connection yet."""
        self._session: ClientSession | None = None

    async def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: Json | None = None,
        form: Mapping[str, str] | None = None,
    ) -> Answer:
        """Sends one request.

        :param body: Sent as JSON.
        :param form: Sent as a form.
        :returns: The answer, whatever its status; status 0 when there was none.
        """
        import aiohttp
        from yarl import URL

        if self._session is None:
            self._session = aiohttp.ClientSession()
        # Filters are encoded by the caller: yarl would rewrite some of it.
        target = URL(url, encoded=True)
        # aiohttp's `trust_env` would read .netrc as well, which the originals do not.
        proxy = None if proxy_bypass(target.host or "") else getproxies().get(target.scheme)
        try:
            async with self._session.request(
                method, target, headers=headers, json=body, data=form, proxy=proxy
            ) as response:
                lowered = {name.lower(): value for name, value in response.headers.items()}
                return Answer(response.status, lowered, await response.text())
        except (aiohttp.ClientConnectorCertificateError, aiohttp.InvalidURL) as error:
            raise OperatorError(f"{method} {url}: {error}") from None
        except (aiohttp.ClientError, asyncio.TimeoutError) as error:
            cut_off = isinstance(error, aiohttp.ClientPayloadError)
            return Answer(0, {}, f"{method} {target.host}: {error}", cut_off)

    async def close(self) -> None:
        """Closes the connections."""
        if self._session is not None:
            await self._session.close()


async def retrying(
    send: Callable[[], Awaitable[Answer]],
    is_retryable: Callable[[Answer], bool],
    waits: Iterator[float],
    patience: float = inf,
    sleep: Sleep = asyncio.sleep,
    *,
    heeds_zero: bool = True,
) -> Answer:
    """Sends until the answer is final.

    :param is_retryable: Whether an answer asks for another try.
    :param waits: Seconds to wait before each further try, unless the server names a time; no more tries at its end.
    :param patience: Seconds of waiting in all after which the answer stands as it is.
    :param heeds_zero: Whether a server that asks for no wait gets none.
    """
    waited = 0.0
    while True:
        answer = await send()
        if not is_retryable(answer):
            return answer
        planned = next(waits, None)
        if planned is None:
            return answer
        asked = answer.retry_after
        wait = planned if asked is None or (asked == 0 and not heeds_zero) else asked
        if waited + wait > patience:
            return answer
        waited += wait
        await sleep(wait)
