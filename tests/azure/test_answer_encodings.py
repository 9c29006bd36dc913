"""Answers whose bytes are not what their headers say: an error of Azure's, and never another exception."""

from __future__ import annotations

import gzip
import logging

import pytest
from aiohttp import web
from azure.core.exceptions import AzureError

from crosstenant.azure.clusters.run_command import CommandNotRun
from crosstenant.azure.refusals.refusals import explain
from crosstenant.errors import OperatorError
from tests.azure.scripted_azure import reset
from tests.azure.test_answer_forms import Services, services
from tests.azure.test_foreign_addresses import azure

__all__ = ["azure", "services"]  # the fixtures

REFUSAL = b'{"error": {"code": "AuthorizationFailed", "message": "The client may not."}}'
JSON = {"Content-Type": "application/json"}
DEEP = b'{"error": ' + b"[" * 100_000
LATEST = "Fri, 31 Dec 9999 23:59:59 -2359"


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        pytest.param(REFUSAL, {**JSON, "Content-Encoding": "gzip"}, id="gzip in name only"),
        pytest.param(gzip.compress(REFUSAL)[:-9], {**JSON, "Content-Encoding": "gzip"}, id="gzip cut off"),
        pytest.param(REFUSAL, {**JSON, "Content-Encoding": "deflate"}, id="deflate in name only"),
        pytest.param(REFUSAL, {"Content-Type": "application/json; charset=hex"}, id="an encoding of bytes"),
        pytest.param(REFUSAL.decode().encode("utf-16"), JSON, id="UTF-16"),
        pytest.param(b"\xef\xbb\xbf" + REFUSAL, JSON, id="a byte order mark"),
        pytest.param(DEEP, JSON, id="nested without end"),
        pytest.param(b'{"error": {"code": ' + b"1" * 5000 + b"}}", JSON, id="a number of 5000 digits"),
        pytest.param(REFUSAL, {**JSON, "Date": LATEST, "Retry-After": LATEST}, id="the end of time"),
        pytest.param(REFUSAL, {**JSON, "Retry-After": "9" * 5000}, id="a wait of 5000 digits"),
    ],
)
async def test_any_bytes_end_in_one_sentence(
    services: Services, caplog: pytest.LogCaptureFixture, body: bytes, headers: dict[str, str]
):
    caplog.set_level(logging.CRITICAL)
    works = {name: read for name, (read, _) in services.reads().items()}
    works["reset"] = lambda: reset(services.clusters)
    said: list[str] = []
    for status in (200, 202, 403, 500):
        services.azure.answer = lambda request: web.Response(status=status, body=body, headers=headers)  # noqa: B023
        for name, work in works.items():
            try:
                await work()
            except AzureError as error:
                said.append(explain(error, doing=name, on="x"))
            except (OperatorError, CommandNotRun) as error:
                said.append(str(error))
    assert said
    assert [it for it in said if not it.isprintable()] == []
