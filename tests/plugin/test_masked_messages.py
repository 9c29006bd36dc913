"""No text of the plugin reaches the engine with a secret in it: no error, no status line, no warning."""

from __future__ import annotations

from typing import Any

import grpc
import pytest
from google.protobuf import any_pb2
from pulumi.runtime.proto import provider_pb2, status_pb2

from crosstenant.errors import OperatorError
from crosstenant.plugin.__main__ import _mask
from crosstenant.provider_kit.engine_log import EngineLog
from crosstenant.provider_kit.errors_to_grpc import PartialError
from crosstenant.provider_kit.interception import EngineRequests

PLANTED = "abc8Q~Zt-secret_of.the~form~that_entra-makes"
SAID = f"the proxy answered: client_secret={PLANTED}"
SHOWN = "the proxy answered: client_secret=[secret]"


class Call:
    """gRPC's context of a request."""

    def __init__(self) -> None:
        self.text = ""
        self.details = b""

    def set_trailing_metadata(self, metadata: tuple[tuple[str, bytes], ...]) -> None:
        self.details = metadata[0][1]

    async def abort(self, _code: object, text: str) -> None:
        self.text = text
        raise grpc.aio.AbortError(text)


async def refused(error: Exception) -> Call:
    async def answer(_request: object, _context: object) -> object:
        raise error

    async def continuation(_details: object) -> Any:
        return grpc.unary_unary_rpc_method_handler(answer)  # type: ignore[arg-type]

    handler: Any = await EngineRequests(_mask).intercept_service(continuation, None)  # type: ignore[arg-type]
    call = Call()
    with pytest.raises(grpc.aio.AbortError):
        await handler.unary_unary("request", call)
    return call


@pytest.mark.parametrize("error", [OperatorError(SAID), ValueError(SAID), KeyError(SAID)])
async def test_errors(error: Exception):
    call = await refused(error)
    assert SHOWN in call.text
    assert PLANTED not in call.text


async def test_reasons_of_a_partial_failure():
    call = await refused(PartialError("id", {}, [SAID, "more"]))
    status = status_pb2.Status.FromString(call.details)
    detail = provider_pb2.ErrorResourceInitFailed()
    packed: any_pb2.Any = status.details[0]
    packed.Unpack(detail)
    assert (list(detail.reasons), status.message) == ([SHOWN, "more"], f"{SHOWN}; more")


async def test_messages(monkeypatch: pytest.MonkeyPatch):
    sent: list[Any] = []

    class Engine:
        async def Log(self, request: Any) -> None:
            sent.append(request)

    log = EngineLog("localhost:1", _mask)
    monkeypatch.setattr(log, "_engine", Engine())
    await log.status("urn", SAID)
    await log.info("urn", SAID)
    await log.warning("urn", SAID)
    assert [it.message for it in sent] == [SHOWN] * 3
