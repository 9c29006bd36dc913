"""Errors for the engine: only the sentence, for the conditions that the provider knows.

Pulumi's experimental provider server sends a Python stack with every exception. An operator cannot use it, so only
unexpected errors keep it, after "internal error".
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from typing import Any

import grpc
from google.protobuf import any_pb2
from pulumi.provider.experimental.property_value import PropertyValue
from pulumi.runtime.proto import provider_pb2, status_pb2

from crosstenant.errors import OperatorError


class PartialError(OperatorError):
    """A create, update or read that succeeded in part: the engine keeps ``properties`` and reports ``reasons``.

    With it the state never loses an existing object, and never claims more than has happened.
    """

    def __init__(
        self,
        resource_id: str,
        properties: Mapping[str, PropertyValue],
        reasons: list[str],
        inputs: Mapping[str, PropertyValue] | None = None,
    ) -> None:
        """
        :param resource_id: ID of the resource.
        :param properties: Its outputs, as far as they are known.
        :param reasons: The failures, one sentence each.
        :param inputs: The inputs to keep; those of the request if omitted.
        """
        super().__init__("; ".join(reasons))
        self.resource_id = resource_id
        self.properties = dict(properties)
        self.reasons = reasons
        self.inputs = dict(inputs) if inputs is not None else None


def followed_by(error: OperatorError, sentence: str) -> OperatorError:
    """The same error with a text after its last reason.

    :param error: The error.
    :param sentence: The text, with what separates it from the reason; may be empty.
    """
    if not isinstance(error, PartialError):
        return OperatorError(f"{error}{sentence}")
    reasons = [*error.reasons[:-1], f"{error.reasons[-1]}{sentence}"]
    return PartialError(error.resource_id, error.properties, reasons, error.inputs)


Mask = Callable[[str], str]
"""Removes secrets from a text for a person."""


async def abort(error: BaseException, context: Any, mask: Mask = str) -> None:
    """Answers the engine with an error: only the sentence of a known error, also the stack of an unknown one.

    :param error: The error.
    :param context: gRPC's context of the request.
    :param mask: Removes secrets from the text, which may hold what others wrote.
    """
    if isinstance(error, PartialError):
        status = _status(error, mask)
        context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
        await context.abort(grpc.StatusCode.UNKNOWN, mask(str(error)))
    if isinstance(error, OperatorError):
        await context.abort(grpc.StatusCode.UNKNOWN, mask(str(error)))
    stack = "".join(traceback.format_exception(error))
    await context.abort(grpc.StatusCode.INTERNAL, mask(f"internal error, please report it: {error!r}\n{stack}"))


def _status(error: PartialError, mask: Mask) -> Any:
    detail = provider_pb2.ErrorResourceInitFailed(
        id=error.resource_id,
        properties=PropertyValue.marshal_map(error.properties),
        reasons=[mask(it) for it in error.reasons],
        inputs=None if error.inputs is None else PropertyValue.marshal_map(error.inputs),
    )
    packed = any_pb2.Any()
    packed.Pack(detail)
    return status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=mask(str(error)), details=[packed])
