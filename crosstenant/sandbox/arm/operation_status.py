"""Where clients look an operation up: ``operations`` (Azure-AsyncOperation) and ``operationresults`` (Location).

https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations. Any caller of the subscription's
tenant may look: whoever has rights on one resource group polls here too, at a scope above it.
"""

from __future__ import annotations

from typing import Any, Final

from crosstenant.sandbox.arm.call import Answer, Call
from crosstenant.sandbox.arm.errors import ArmError
from crosstenant.sandbox.arm.ids import subscription_of
from crosstenant.sandbox.world.state import State
from crosstenant.sandbox.world.times import timestamp

Json = dict[str, Any]

_HOST: Final = "https://management.azure.com"
_LINK_VERSION: Final = "2016-03-30"
_DEFAULT_ERRORS: Final = {
    "Failed": {"code": "InternalOperationError", "message": "Internal server error"},
    "Canceled": {"code": "OperationCanceled", "message": "The operation was canceled."},
}


def links(state: State, operation_id: str, *, location: bool = True) -> dict[str, str]:
    """The headers of the answer that begins an operation.

    :param location: Whether ``Location`` goes with them; an answer that carries the resource has none.
    """
    operation = state["operations"][operation_id]
    base = (
        f"{_HOST}/subscriptions/{subscription_of(operation['resource'])}/providers/Microsoft.ContainerService/locations/"
        f"{operation['location']}"
    )
    headers = {"Azure-AsyncOperation": f"{base}/operations/{operation_id}?api-version={_LINK_VERSION}"}
    if location:
        headers["Location"] = f"{base}/operationresults/{operation_id}?api-version={_LINK_VERSION}"
    return headers | _retry_after(operation)


def get_operation(call: Call) -> Answer:
    """``GET .../operations/{id}``: the status, with the error of one that failed."""
    operation_id, operation = _find(call)
    document: Json = {
        "name": operation_id,
        "status": operation["outcome"] if operation["done"] else "InProgress",
        "startTime": timestamp(operation["_start"]),
    }
    if not operation["done"]:
        return Answer(200, document, _retry_after(operation))
    document["endTime"] = timestamp(min(operation["_end"], call.time))
    if operation["outcome"] != "Succeeded":
        document["error"] = failure(operation)
    return Answer(200, document)


def get_operation_result(call: Call) -> Answer:
    """``GET .../operationresults/{id}``: 202 while it runs, then 204, or the error of one that failed."""
    operation_id, operation = _find(call)
    if not operation["done"]:
        return Answer(202, None, links(call.state, operation_id))
    if operation["outcome"] == "Succeeded":
        return Answer(204)
    error = failure(operation)
    raise ArmError(400, error["code"], error["message"])


def failure(operation: Json) -> Json:
    """The error of an operation that did not succeed."""
    given: Json = operation["error"] or {}
    default = _DEFAULT_ERRORS.get(operation["outcome"], _DEFAULT_ERRORS["Failed"])
    return {name: given.get(name) or default[name] for name in ("code", "message")}


def _find(call: Call) -> tuple[str, Json]:
    operation_id = call.part("operation").lower()
    operation = call.state["operations"].get(operation_id)
    if operation is None or subscription_of(operation["resource"]) != call.part("subscription").lower():
        raise ArmError(404, "NotFound", f"The operation '{call.part('operation')}' was not found.")
    return operation_id, operation


def _retry_after(operation: Json) -> dict[str, str]:
    return {"Retry-After": str(int(operation["retry_after"]))} if operation["retry_after"] else {}
