"""Microsoft Graph as the real provider calls it: one token, and the tries that it repeats.

The provider waits 1, 2, 4 ... 61 s between tries and gives up after about nine minutes. A caller that can know better
must not run into that: it looks like a hang.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final, cast
from urllib.parse import quote

from crosstenant.errors import OperatorError
from crosstenant.sandbox.standins.azuread.tokens import is_busy, unreadable
from crosstenant.sandbox.standins.clouds import Cloud
from crosstenant.sandbox.standins.http import Answer, Http, Json, Sleep, retrying
from crosstenant.sandbox.standins.signin import SignIn, SignInFailure, claims_of

PATIENCE: Final = 540.0
CONSECUTIVE: Final = 5
"""How often in a row the provider wants to see a new state before it believes it: Graph answers from replicas."""

_REPEATED: Final = frozenset({"GET", "HEAD", "OPTIONS"})
"""The methods of requests that go-azure-sdk repeats where the connection broke. The work of any other may be done, and
it is an error, as is an answer that breaks off, to any of them; one that is answered with 5xx is repeated all the same.
https://github.com/hashicorp/go-azure-sdk/blob/main/sdk/client/client.go"""

_ALSO_BUSY: Final = frozenset({408, 424})

Retryable = Callable[[Answer], bool]


class GraphError(OperatorError):
    """Graph refused a call."""

    def __init__(self, answer: Answer) -> None:
        """Words the refusal as the provider's SDK does."""
        code, message = answer.error
        detail = f" with error: {code}: {message}" if code or message else _undescribed(answer)
        super().__init__(
            f"unexpected status {answer.status} ({answer.reason}){detail}" if answer.status else answer.text
        )
        self.status = answer.status
        self.code = code
        self.message = message


class Summarised(OperatorError):
    """A failed step of a resource, with what Graph said."""

    def __init__(self, summary: str, error: Exception) -> None:
        """Joins the provider's summary of the step and the reason."""
        super().__init__(f"{summary}: {error}")


@dataclass
class Graph:
    """The Graph of one tenant, signed in as one caller."""

    http: Http
    sign_in: SignIn
    cloud: Cloud
    patience: float = PATIENCE
    sleep: Sleep = asyncio.sleep
    locks: dict[str, asyncio.Lock] = field(default_factory=lambda: cast("dict[str, asyncio.Lock]", {}))
    """One per application: the provider changes the passwords of one application one after another."""

    @property
    def scope(self) -> str:
        """The scope of a token for Graph."""
        return f"https://{self.cloud.graph_host}/.default"

    async def claims(self) -> Json:
        """Who is signed in: ``oid``, ``tid``, ``appid``."""
        return claims_of(await self.sign_in.token(self.scope))

    async def bind(self, object_id: str) -> str:
        """The reference to a directory object that ``owners@odata.bind`` takes."""
        return f"https://{self.cloud.graph_host}/v1.0/{(await self.claims())['tid']}/directoryObjects/{object_id}"

    async def call(
        self,
        method: str,
        path: str,
        body: Json | None = None,
        *,
        version: str = "v1.0",
        also_retry: Retryable | None = None,
    ) -> Json:
        """Calls Graph, again while it is busy.

        :param path: From the slash after the version on, with its query.
        :param also_retry: Which refusals besides 429 and 5xx ask for another try.
        :raises GraphError: The last answer was a refusal.
        """

        async def send() -> Answer:
            headers = {"Authorization": f"Bearer {await self._token()}", "Accept": "application/json"}
            url = f"https://{self.cloud.graph_host}/{version}{path}"
            return await self.http.send(method, url, headers=headers, body=body)

        def is_retryable(answer: Answer) -> bool:
            if not answer.status:
                return method in _REPEATED and not answer.cut_off
            return is_busy(answer) or answer.status in _ALSO_BUSY or (also_retry is not None and also_retry(answer))

        answer = await retrying(send, is_retryable, _backoff(), self.patience, self.sleep)
        if answer.cut_off:
            answer = replace(answer, text="parsing response body: unexpected EOF")
        elif not answer.status and method not in _REPEATED:
            url = f"https://{self.cloud.graph_host}/{version}{path}"
            answer = replace(
                answer, text=f'{method.title()} "{url}": HTTP response was nil; connection may have been reset'
            )
        if not 200 <= answer.status < 300:
            raise GraphError(answer)
        if answer.text and not answer.is_object:
            raise OperatorError(f"unmarshaling response body: {unreadable(answer)}")
        return answer.json

    async def find(self, path: str) -> Json | None:
        """The object at ``path``, or ``None`` where Graph knows none."""
        try:
            return await self.call("GET", path)
        except GraphError as error:
            if error.status == 404:
                return None
            raise

    async def owners(self, path: str) -> list[str]:
        """The object IDs of the owners of the object at ``path``."""
        found: list[Json] = (await self.call("GET", f"{path}/owners"))["value"]
        return [str(one["id"]) for one in found]

    async def until(self, seen: Callable[[], Awaitable[Any]], what: str) -> None:
        """Looks until ``seen`` holds five times in a row; waits only after a look that it did not.

        :raises OperatorError: It did not within the provider's patience.
        """
        row, waited = 0, 0.0
        while row < CONSECUTIVE:
            if await seen():
                row += 1
                continue
            row = 0
            if waited >= self.patience:
                raise OperatorError(f"Waiting for {what}: timeout while waiting for state to become 'Done'")
            waited += 1
            await self.sleep(1)

    async def until_gone(self, path: str, what: str) -> None:
        """Looks until the object at ``path`` is gone for good."""

        async def gone() -> bool:
            return await self.find(path) is None

        await self.until(gone, f"deletion of {what}")

    async def _token(self) -> str:
        try:
            return await self.sign_in.token(self.scope)
        except SignInFailure as error:
            raise OperatorError(f"authorizing request: {error}") from None

    def lock(self, application: str) -> asyncio.Lock:
        """The lock of one application."""
        return self.locks.setdefault(application, asyncio.Lock())


def equals(attribute: str, value: str) -> str:
    """A ``$filter`` for an attribute, encoded."""
    doubled = value.replace("'", "''")
    return "?$filter=" + quote(f"{attribute} eq '{doubled}'", safe="'")


def just_created(answer: Answer) -> bool:
    """Whether a change of a new object failed because that replica has not heard of it."""
    return answer.status in (404, 409)


def _undescribed(answer: Answer) -> str:
    return f" with response: {answer.text}" if answer.text else " received with no body"


def _backoff() -> Iterator[float]:
    wait = 1.0
    while True:
        yield wait
        wait = min(wait * 2, 61.0)
