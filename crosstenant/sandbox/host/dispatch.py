"""The application in front of all services: dispatch by host, faults, request IDs, the request log."""

from __future__ import annotations

import asyncio
import sys
import traceback
import uuid
from collections.abc import Mapping
from email.utils import formatdate
from hashlib import sha256
from typing import Any, Final, cast

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from crosstenant.sandbox.host.descendants import kill
from crosstenant.sandbox.host.former_answers import FormerAnswers
from crosstenant.sandbox.host.request_log import log_request
from crosstenant.sandbox.world.clouds import cloud_of, cloud_of_host
from crosstenant.sandbox.world.faults import Incoming, aged_body, fault_body, missing_body, take_fault
from crosstenant.sandbox.world.hosts import is_download_host, known_hosts, service_of
from crosstenant.sandbox.world.state import Store, now

Json = dict[str, Any]

OTHER_CLOUDS: Final = "other clouds"
_REQUEST_ID: Final = {"graph": "request-id", "registry": "x-ms-correlation-request-id"}
_PROXY_PAGE: Final = (
    "<!DOCTYPE html><html><head><title>Web Gateway: Access Denied</title></head><body>Denied</body></html>"
)
_PROXY_TEXT: Final = "upstream connect error or disconnect/reset before headers"
_NO_DOWNLOADS: Final = (
    "The sandbox has no downloads: install the plugin or package before the sandbox starts, or let the command reach "
    "the network (--pass-through {host})\n"
)


class Dispatcher:
    """Hands each request to its service, unless a fault applies to it."""

    def __init__(self, store: Store, services: Mapping[str, ASGIApp]) -> None:
        """
        :param services: The application of each service, by the names of ``hosts.service_of``, and that of
            ``OTHER_CLOUDS``.
        """
        self._store = store
        self._services = services
        self._former = FormerAnswers(store)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles one request (ASGI)."""
        assert scope["type"] == "http"
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        service = service_of(host)
        if service is None and is_download_host(host):
            await PlainTextResponse(_NO_DOWNLOADS.format(host=host), 403)(scope, receive, send)
            return
        if service in (None, "kubernetes"):  # the proxy takes a cluster's API to its own server
            text = f"the sandbox does not emulate {host}; it emulates {', '.join(known_hosts())}"
            await PlainTextResponse(text, 421)(scope, receive, send)
            return
        if service == "control":
            await self._services[service](scope, receive, send)
            return
        exchange = _Exchange(service, host, headers, send)
        path: str = scope["path"]
        query = scope["query_string"].decode("latin-1")
        method, target = scope["method"], f"{path}?{query}" if query else path
        keeps = exchange.keeps_body = self._former.are_kept
        exchange.former = self._former.of(service, method, target) if keeps else None
        bearer = headers.get("authorization", "").partition(" ")[2]
        token = sha256(bearer.encode()).hexdigest() if bearer else ""
        incoming = Incoming(service, method, target, token, has_former=exchange.former is not None)
        fault = take_fault(self._store, incoming)
        try:
            await self._answer(scope, receive, exchange, fault)
            if keeps and exchange.is_own:
                self._former.keep(service, method, target, exchange.status, exchange.body)
        finally:
            log_request(self._store, scope, service, exchange.status, fault["id"] if fault else None)
        if fault and (fault["drop"] or fault["kill"]):
            await asyncio.sleep(0.01)  # The server must notice first: it would answer otherwise.

    async def _answer(self, scope: Scope, receive: Receive, exchange: _Exchange, fault: Json | None) -> None:
        if fault and fault["delay"]:
            await asyncio.sleep(fault["delay"])
        if fault is None:
            await self._serve(scope, receive, exchange)
            return
        if fault["answer"] == "truncated":
            exchange.cut = _transport(scope)
            await self._serve(scope, receive, exchange)
            return
        if fault["answer"] == "former" and exchange.former is not None:
            await Response(exchange.former, 200, media_type="application/json")(scope, receive, exchange.send)
            return
        served = fault["after"] and (fault["drop"] or fault["kill"] or fault["status"])
        if served:
            exchange.held = []
            await self._serve(scope, receive, exchange)
        if fault["kill"]:
            await kill(fault["kill"])
            if await _is_left(_transport(scope)):
                exchange.status = 0
                return
        if fault["drop"]:
            _transport(scope).abort()
            exchange.status = 0
        elif fault["kill"] and served:
            # The caller is another program than the one that died, and hears of the work.
            await exchange.release()
        elif (fault["status"] and not fault["kill"]) or fault["answer"] == "aged":
            exchange.held = None
            await _fault_response(fault, exchange.service)(scope, receive, exchange.send)
        else:
            await self._serve(scope, receive, exchange)

    def _service(self, exchange: _Exchange) -> ASGIApp:
        with self._store.read() as state:
            exchange.time = now(state)
            of_this_cloud = cloud_of_host(exchange.host) is cloud_of(state)
        return self._services[exchange.service if of_this_cloud else OTHER_CLOUDS]

    async def _serve(self, scope: Scope, receive: Receive, exchange: _Exchange) -> None:
        exchange.is_own = True
        try:
            await self._service(exchange)(scope, receive, exchange.send)
        except Exception as error:
            if isinstance(error, OSError) and error.filename == str(self._store.path):
                print(f"crosstenant sandbox: {error.filename}: {error.strerror}", file=sys.stderr)
            else:
                print(f"crosstenant sandbox: internal error in {scope['method']} {scope['path']}", file=sys.stderr)
                traceback.print_exc()
            if not exchange.status:
                message = f"The sandbox failed: {type(error).__name__}: {error}"
                body = {"error": {"code": "InternalServerError", "message": message}}
                await JSONResponse(body, 500)(scope, receive, exchange.send)


class _Exchange:
    """The answer to one request: records its status, adds the request IDs, keeps it back (``held``), or ends the
    connection in its middle (``cut``)."""

    def __init__(self, service: str, host: str, headers: Headers, send: Send) -> None:
        self.service = service
        self.host = host
        self.status = 0
        self.held: list[Message] | None = None
        self.cut: asyncio.Transport | None = None
        self.former: bytes | None = None
        """What the address answered before the latest change, if that is kept."""
        self.is_own = False
        """Whether the answer is the service's own."""
        self.keeps_body = False
        self.body = b""
        self.time: float | None = None
        """The sandbox's time, in seconds since the epoch; the machine's counts before it is known."""
        self._send = send
        self._correlation = headers.get("x-ms-correlation-request-id") or str(uuid.uuid4())
        self._client_request_id = headers.get("client-request-id")

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self._add_ids(MutableHeaders(scope=message))
        elif self.keeps_body:
            self.body += message.get("body", b"")
        if self.held is not None:
            self.held.append(message)
            return
        if self.cut and message["type"] == "http.response.body":
            body: bytes = message.get("body", b"")
            await self._send({**message, "body": body[: len(body) // 2], "more_body": True})
            self.cut.close()
            return
        await self._send(message)

    async def release(self) -> None:
        """Sends what was kept back."""
        held, self.held = self.held or [], None
        for message in held:
            await self._send(message)

    def _add_ids(self, headers: MutableHeaders) -> None:
        headers.setdefault("date", formatdate(self.time, usegmt=True))
        headers.setdefault(_REQUEST_ID.get(self.service, "x-ms-request-id"), str(uuid.uuid4()))
        if self.service == "arm":
            headers.setdefault("x-ms-correlation-request-id", self._correlation)
        if self._client_request_id:
            headers.setdefault("client-request-id", self._client_request_id)


def _transport(scope: Scope) -> asyncio.Transport:
    return cast(asyncio.Transport, scope["state"]["transport"])


async def _is_left(transport: asyncio.Transport) -> bool:
    """Whether the caller has ended its connection, as that of a program that died; the proxy needs a moment to tell."""
    for _ in range(20):
        if transport.is_closing():
            return True
        await asyncio.sleep(0.01)
    return False


def _fault_response(fault: Json, service: str) -> Response:
    headers = {"Retry-After": str(fault["retry_after"])} if fault["retry_after"] else {}
    if fault["answer"] == "page":
        return HTMLResponse(_PROXY_PAGE, fault["status"], headers)
    if fault["answer"] == "text":
        return PlainTextResponse(_PROXY_TEXT, fault["status"], headers)
    if fault["answer"] == "aged":
        return JSONResponse(aged_body(service), 401, {"WWW-Authenticate": 'Bearer error="invalid_token"'})
    missing = fault["answer"] == "missing"
    body = missing_body(service) if missing else fault_body(fault, service)
    if service == "graph":
        body["error"]["innerError"] = {"request-id": str(uuid.uuid4())}
    return JSONResponse(body, 404 if missing else fault["status"], headers)
