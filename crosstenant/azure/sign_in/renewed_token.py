"""A request whose token was refused is repeated once, with the token of a new sign-in.

A reset can take longer than a token lives, and a token can end before its time: it was revoked, or the machine was
asleep. azure-core discards the token, but repeats the request only where the refusal asks for further claims.
https://learn.microsoft.com/entra/identity-platform/claims-challenge
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final, cast

from azure.core.exceptions import HttpResponseError
from azure.core.pipeline.policies import AsyncBearerTokenCredentialPolicy

from crosstenant.azure.refusals.refusals import take_apart
from crosstenant.azure.sign_in.token_sharing import SharedCredential

_OF_ANOTHER: Final = ("InvalidAuthenticationTokenTenant", "InvalidAuthenticationTokenAudience")
"""Refusals that a token of the same kind would get as well."""


class RenewedTokenPolicy(AsyncBearerTokenCredentialPolicy[Any, Any]):
    """Authorizes each request, of Resource Manager or of Graph. A refused request did nothing: a repetition is safe."""

    def __init__(self, credential: SharedCredential, scope: str) -> None:
        """
        :param credential: The tenant's credential.
        :param scope: The OAuth scope, ``https://management.azure.com/.default``.
        """
        super().__init__(credential, scope)
        self._shared = credential

    async def send(self, request: Any) -> Any:
        """Sends a request, and once more after a refused token.

        :param request: azure-core's request.
        """
        send = cast("Callable[[Any], Awaitable[Any]]", super().send)
        answer = await send(request)
        if answer.http_response.status_code != 401:
            return answer
        said = take_apart(HttpResponseError(response=answer.http_response))
        if said.page or said.code in _OF_ANOTHER:
            return answer
        self._shared.forget(request.http_request.headers.get("Authorization", "").removeprefix("Bearer "))
        return await send(request)
