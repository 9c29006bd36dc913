"""The status of an operation: ``operations`` (Azure-AsyncOperation) and ``operationresults`` (Location).

https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations. A caller with a role
on one cluster polls here too, at the subscription, a scope above the role. No page says whether Azure then asks for the
operation's own action: an open question.
"""

from __future__ import annotations

from typing import Any, Final

from crosstenant.sandbox.arm import sources
from crosstenant.sandbox.arm.ids import subscription_of
from crosstenant.sandbox.arm.refusals import ArmRefusal
from crosstenant.sandbox.arm.request import Answer, ArmRequest
from crosstenant.sandbox.world.clouds import cloud_of
from crosstenant.sandbox.world.open_questions import OPERATION_READERS
from crosstenant.sandbox.world.state import State
from crosstenant.sandbox.world.times import timestamp

Json = dict[str, Any]

ROLE: Final = "role"
"""``settings.operations.readable_by``: a caller with the operation's action at the subscription; 403 for others."""

_LINK_VERSION: Final = "2016-03-30"
_DEFAULT_ERRORS: Final = {
    "Failed": {"code": "InternalOperationError", "message": "Internal server error"},
    "Canceled": {"code": "OperationCanceled", "message": "The operation was canceled."},
}


def links(state: State, operation_id: str, *, location: bool = True) -> dict[str, str]:
    """The headers of the answer that begins an operation.

    :param location: Whether to add ``Location``: an answer that contains the resource does not have it.
    """
    operation = state["operations"][operation_id]
    base = (
        f"https://{cloud_of(state).arm_host}/subscriptions/{subscription_of(operation['resource'])}/providers/Microsoft.ContainerService/locations/"
        f"{operation['location']}"
    )
    headers = {"Azure-AsyncOperation": f"{base}/operations/{operation_id}?api-version={_LINK_VERSION}"}
    if location:
        headers["Location"] = f"{base}/operationresults/{operation_id}?api-version={_LINK_VERSION}"
    return headers | _retry_after(operation)


def get_operation(request: ArmRequest) -> Answer:
    """``GET .../operations/{id}``: the status, with the error of a failed operation."""
    operation_id, operation = _find(request, "operations")
    document: Json = {
        "name": operation_id,
        "status": operation["outcome"] if operation["done"] else "InProgress",
        "startTime": timestamp(operation["_start"]),
    }
    if not operation["done"]:
        return Answer(200, document, _retry_after(operation))
    document["endTime"] = timestamp(min(operation["_end"], request.time))
    if operation["outcome"] != "Succeeded":
        document["error"] = failure(operation)
    return Answer(200, document)


def get_operation_result(request: ArmRequest) -> Answer:
    """``GET .../operationresults/{id}``: 202 while the operation runs, then 204, or the error of a failed operation."""
    operation_id, operation = _find(request, "operationresults")
    if not operation["done"]:
        return Answer(202, None, links(request.state, operation_id))
    if operation["outcome"] == "Succeeded":
        return Answer(204)
    error = failure(operation)
    raise ArmRefusal(400, error["code"], error["message"], source=sources.FAILED_OPERATION)


def failure(operation: Json) -> Json:
    """The error of an operation that did not succeed."""
    given: Json = operation["error"] or {}
    default = _DEFAULT_ERRORS.get(operation["outcome"], _DEFAULT_ERRORS["Failed"])
    return {name: given.get(name) or default[name] for name in ("code", "message")}


def _find(request: ArmRequest, kind: str) -> tuple[str, Json]:
    if OPERATION_READERS.answer(request.state) == ROLE:
        subscription = f"/subscriptions/{request.part('subscription')}"
        request.require(f"Microsoft.ContainerService/locations/{kind}/read", subscription)
    operation_id = request.part("operation").lower()
    operation = request.state["operations"].get(operation_id)
    if operation is None or subscription_of(operation["resource"]) != request.part("subscription").lower():
        raise ArmRefusal(
            404,
            "NotFound",
            f"The operation '{request.part('operation')}' was not found.",
            source=sources.OPERATION_NOT_FOUND,
        )
    return operation_id, operation


def _retry_after(operation: Json) -> dict[str, str]:
    return {"Retry-After": str(int(operation["retry_after"]))} if operation["retry_after"] else {}
