"""A role assignment's successor exists before the assignment is deleted, whatever transforms a program has.

The order hangs on ``delete_before_replace=False``: azure-native deletes a resource with a given name first. Pulumi's
Python SDK (3.272) sends back from a transform only what is true, so a transform that returns options unchanged loses
it. The engine runs the stack's transforms last, so that no transform of ours could put it back.
https://github.com/pulumi/pulumi/blob/v3.272.0/sdk/python/lib/pulumi/runtime/_callbacks.py
"""

from __future__ import annotations

from copy import copy
from functools import wraps
from importlib import import_module
from typing import Any, Final

from google.protobuf.struct_pb2 import Value

_SENT: Final = "_transformation_resource_options"


def keep_order_in_transforms() -> None:
    """Has the SDK send back from transforms ``delete_before_replace`` when it is false, as it does when it is true, and
    ``replacement_trigger``, on which it fails (a text in the place of a message)."""
    servicer: Any = getattr(import_module("pulumi.runtime._callbacks"), "_CallbackServicer", None)
    sent: Any = getattr(servicer, _SENT, None)
    if sent is None or hasattr(sent, "__wrapped__"):
        return

    @wraps(sent)
    async def with_false(callbacks: Any, options: Any, *rest: Any) -> Any:
        trigger, before_replace = options.replacement_trigger, options.delete_before_replace
        if isinstance(trigger, Value):
            options = copy(options)
            options.replacement_trigger = None
        answer = await sent(callbacks, options, *rest)
        if before_replace is False:
            answer.delete_before_replace = False
        if isinstance(trigger, Value) and trigger.WhichOneof("kind"):
            answer.replacement_trigger.CopyFrom(trigger)
        return answer

    setattr(servicer, _SENT, with_false)
