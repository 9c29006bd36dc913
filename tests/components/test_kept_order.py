"""The one option that Pulumi's Python SDK loses in a transform, and that role assignments need."""

from __future__ import annotations

import asyncio
from typing import Any

import pulumi
import pytest
from google.protobuf.struct_pb2 import Value
from pulumi.runtime._callbacks import _CallbackServicer

from crosstenant.components.pieces.kept_order import keep_order_in_transforms

SENT = "_transformation_resource_options"


@pytest.fixture
def original(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The SDK's own method, whatever a test before has put there."""
    method = getattr(_CallbackServicer, SENT)
    own = getattr(method, "__wrapped__", method)
    monkeypatch.setattr(_CallbackServicer, SENT, own)
    return own


def sent(method: Any, **options: Any) -> Any:
    async def send() -> Any:
        return await method(None, pulumi.ResourceOptions(**options), "role")

    return asyncio.run(send())


def test_the_sdk_loses_false(original: Any):
    # When it no longer does, kept_order.py can go.
    assert not sent(original, delete_before_replace=False).HasField("delete_before_replace")


def test_false_is_kept_and_nothing_is_added(original: Any):
    keep_order_in_transforms()
    keep_order_in_transforms()
    method = getattr(_CallbackServicer, SENT)
    assert method.__wrapped__ is original
    kept = sent(method, delete_before_replace=False, protect=False)
    assert (kept.HasField("delete_before_replace"), kept.delete_before_replace, kept.protect) == (True, False, False)
    assert sent(method, delete_before_replace=True).delete_before_replace
    assert not sent(method).HasField("delete_before_replace")


def test_a_replacement_trigger_is_kept(original: Any):
    tenant = Value(string_value="b0000000-0000-4000-8000-00000000000b")
    with pytest.raises(TypeError):
        sent(original, replacement_trigger=tenant)
    keep_order_in_transforms()
    method = getattr(_CallbackServicer, SENT)
    assert sent(method, replacement_trigger=tenant).replacement_trigger == tenant
    assert not sent(method, replacement_trigger=Value()).HasField("replacement_trigger")


def test_an_sdk_without_the_method_is_left_alone(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delattr(_CallbackServicer, SENT)
    keep_order_in_transforms()
    assert not hasattr(_CallbackServicer, SENT)
