"""Requests to Entra, Microsoft Graph and Resource Manager, as the callers of two tenants."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import httpx

from tests.contract.normalise import Json, Names
from tests.contract.replies import Reply
from tests.contract.tenants import Estate, Tenant

LOGIN = "https://login.microsoftonline.com"
GRAPH = "https://graph.microsoft.com"
ARM = "https://management.azure.com"

_VERSIONS = {
    "Microsoft.Authorization": "2022-04-01",
    "Microsoft.ContainerRegistry": "2025-11-01",
    "Microsoft.ContainerService": "2026-04-01",
    "Microsoft.ManagedIdentity": "2023-01-31",
}
_BUSY_ATTEMPTS = 4
_LONGEST_PAUSE = 60.0


class SetUpFailed(Exception):
    """An object that questions need could not be made; the message has the answer, without values of this run."""


class Caller:
    """Asks in two tenants."""

    def __init__(self, estate: Estate) -> None:
        self.estate = estate
        self.names = Names()
        self.unsure = False
        """Whether the answer to a request that makes something was lost: what it made is not known."""
        self._tokens: dict[tuple[str, str], tuple[str, float]] = {}
        """By tenant and audience: a token, and the time from which another is asked for."""

    def send(self, method: str, address: str, **options: Any) -> Reply:
        """Sends a request without credentials of its own; again where the service is busy."""
        response = self.estate.client.request(method, address, **options)
        for _ in range(_BUSY_ATTEMPTS):
            if response.status_code != 429:
                break
            time.sleep(min(_seconds(response.headers.get("retry-after", "")), _LONGEST_PAUSE))
            response = self.estate.client.request(method, address, **options)
        return Reply.of(response)

    def call(self, method: str, address: str, tenant: Tenant, body: Any = None, token: str | None = None) -> Reply:
        """Asks Microsoft Graph or Resource Manager, as the tenant's caller or with another token."""
        url = httpx.URL(address)
        origin = f"{url.scheme}://{url.host}"
        # An answer names the address of an operation: a token goes to Azure's hosts alone.
        regional = url.scheme == "https" and url.host.endswith(".management.azure.com")
        if origin not in (GRAPH, ARM) and not regional:
            raise SetUpFailed("an answer names a host that is not Resource Manager's")
        audience = GRAPH if origin == GRAPH else ARM
        token = token or self.token(tenant, audience)
        makes = method in ("POST", "PUT")
        try:
            reply = self._sent(method, address, body, token)
        except httpx.TransportError:
            self.unsure = self.unsure or makes
            raise
        # A gateway that answers in the service's place says nothing of what the service did.
        self.unsure = self.unsure or (makes and reply.status >= 500)
        return reply

    def _sent(self, method: str, address: str, body: Any, token: str) -> Reply:
        return self.send(method, _versioned(address), json=body, headers={"Authorization": f"Bearer {token}"})

    def sign_in(self, tenant: str, client_id: str, secret: str, audience: str = ARM, scope: str | None = None) -> Reply:
        """The token endpoint's answer to a client ID and secret."""
        form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
        form["scope"] = scope or f"{audience}/.default"
        return self.send("POST", f"{LOGIN}/{tenant}/oauth2/v2.0/token", data=form)

    def token(self, tenant: Tenant, audience: str) -> str:
        """An access token of a tenant's caller."""
        token, renew_at = self._tokens.get((tenant.id, audience), ("", 0.0))
        # A reset can take longer than a token lives, and what was made is removed after it.
        if time.monotonic() >= renew_at:
            asked_at = time.monotonic()
            body = self.expect(self.sign_in(tenant.id, tenant.client_id, tenant.client_secret, audience), 200)
            token, renew_at = body["access_token"], asked_at + float(body["expires_in"]) / 2
            self._tokens[tenant.id, audience] = token, renew_at
        return token

    def expect(self, reply: Reply, *statuses: int) -> Json:
        """The body of an answer that set-up needs.

        :raises SetUpFailed: It has another status.
        """
        if reply.status not in statuses:
            answer = reply.normalised(self.names)
            raise SetUpFailed(f"{answer['request']}: {reply.status} {answer.get('body', '')}")
        return reply.body if isinstance(reply.body, dict) else {}

    def patiently(
        self, ask: Callable[[], Reply], until: Callable[[Reply], bool], patience: float | None = None
    ) -> Reply:
        """Repeats a request until its answer is as awaited; the last answer when patience ends."""
        deadline = time.monotonic() + (self.estate.patience if patience is None else patience)
        while True:
            # A connection that breaks in an hour of asking is no answer.
            try:
                reply = ask()
            except httpx.TransportError:
                if time.monotonic() > deadline:
                    raise
            else:
                if until(reply) or time.monotonic() > deadline:
                    return reply
            time.sleep(self.estate.interval)


def request_failed(error: Exception) -> str:
    """Why a question has no answer, without any value of the run."""
    if isinstance(error, SetUpFailed):
        return f"set-up failed: {error}"
    if isinstance(error, httpx.HTTPError):
        return f"no answer: {type(error).__name__}"
    return f"the question failed: {type(error).__name__}"


def _versioned(address: str) -> str:
    """An address of Resource Manager with the API version of its last provider, unless it has one."""
    if not address.startswith(ARM) or "api-version=" in address:
        return address
    provider = address.rsplit("/providers/", 1)[-1].split("/")[0]
    return f"{address}?api-version={_VERSIONS[provider]}"


def _seconds(retry_after: str) -> float:
    return float(retry_after) if retry_after.isdigit() else 5.0
