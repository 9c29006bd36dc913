"""What an update waits for after it has applied an object: a Job's end, or the condition that an annotation names.

https://www.pulumi.com/registry/packages/kubernetes/installation-configuration/ (``pulumi.com/waitFor``) and
https://github.com/pulumi/cloud-ready-checks/blob/master/pkg/kubernetes/job/check.go.
"""

from __future__ import annotations

import asyncio
import time
from typing import Final

from crosstenant.errors import OperatorError
from crosstenant.sandbox.standins.kubernetes.api import Api, ApiError, Json, Place, Sleep
from crosstenant.sandbox.standins.kubernetes.documents import below, listed
from crosstenant.sandbox.standins.unknown import does_not_know

_PREFIX: Final = "pulumi.com/"
_SECONDS: Final = 600.0
_PAUSE: Final = 0.25
# Other reasons of a failed Job are not noticed, so that the update waits to the end of its time.
_NOTICED: Final = ("BackoffLimitExceeded", "DeadlineExceeded")


class NotReady(OperatorError):
    """The object is there and did not become ready; what is known of it is in ``live``."""

    def __init__(self, message: str, live: Json) -> None:
        """
        :param message: Why, with the words of its pods.
        :param live: The object.
        """
        super().__init__(message)
        self.live = live


def annotation(document: Json, name: str) -> str:
    """An annotation for the provider, such as ``waitFor``; empty if there is none."""
    return str(below(document, "metadata", "annotations").get(f"{_PREFIX}{name}") or "")


def seconds_for(inputs: Json, timeout: float) -> float:
    """How long to wait: the resource's custom timeout, an annotation, or ten minutes."""
    return timeout or float(annotation(inputs, "timeoutSeconds") or _SECONDS)


def is_complete(job: Json) -> bool:
    """Whether a Job has succeeded."""
    return _condition(job, "Complete") is not None


async def wait_until_ready(
    api: Api, place: Place, inputs: Json, live: Json, timeout: float, sleep: Sleep = asyncio.sleep
) -> Json:
    """The object once it is ready; at once for a kind that nothing is waited for.

    :param api: The cluster.
    :param place: The object.
    :param inputs: What the program gives.
    :param live: The object as applied.
    :param timeout: The resource's custom timeout in seconds; 0 if it has none.
    :raises NotReady: It has failed, or was not ready in time.
    """
    wanted = _wanted(place, inputs)
    if not wanted:
        return live
    until = time.monotonic() + seconds_for(inputs, timeout)
    while True:
        if _condition(live, wanted) is not None:
            return live
        failed = _condition(live, "Failed")
        if wanted == "Complete" and failed is not None and failed.get("reason") in _NOTICED:
            told = await _said_by_pods(api, place)
            raise NotReady(f"[{failed['reason']}] {failed.get('message', '')}{told}", live)
        if time.monotonic() > until:
            told = await _said_by_pods(api, place) if place.kind == "Job" else _said_by_conditions(live)
            raise NotReady(f"'{place.name}' timed out waiting to be Ready{told}", live)
        await sleep(_PAUSE)
        live = await api.get(place)


async def wait_until_gone(api: Api, place: Place, timeout: float, sleep: Sleep = asyncio.sleep) -> None:
    """Waits until an object that was deleted is gone.

    :raises OperatorError: It is still there after the time.
    """
    until = time.monotonic() + (timeout or _SECONDS)
    while True:
        try:
            await api.get(place)
        except ApiError as error:
            if error.status == 404:
                return
            raise
        if time.monotonic() > until:
            raise OperatorError(f"{place.kind} '{place.name}' timed out waiting to be deleted")
        await sleep(_PAUSE)


def _wanted(place: Place, inputs: Json) -> str:
    """The condition that is waited for; empty for none."""
    if annotation(inputs, "skipAwait") == "true":
        return ""
    text = annotation(inputs, "waitFor")
    if not text:
        return "Complete" if (place.api_version, place.kind) == ("batch/v1", "Job") else ""
    name, _, condition = text.partition("=")
    if name != "condition" or not condition:
        raise OperatorError(does_not_know("kubernetes", f"'{text}' in the annotation pulumi.com/waitFor"))
    return condition


def _condition(live: Json, name: str) -> Json | None:
    conditions = listed(below(live, "status").get("conditions"))
    return next((it for it in conditions if it.get("type") == name and it.get("status") == "True"), None)


def _said_by_conditions(live: Json) -> str:
    conditions = listed(below(live, "status").get("conditions"))
    return "".join(f"; {it.get('type')}: {it.get('message')}" for it in conditions if it.get("message"))


async def _said_by_pods(api: Api, place: Place) -> str:
    """What the containers of a Job's pods said at their end."""
    told: list[str] = []
    for pod in await api.pods(place.namespace, f"job-name={place.name}"):
        for status in listed(below(pod, "status").get("containerStatuses")):
            ended = below(status, "state", "terminated") or below(status, "state", "waiting")
            if ended.get("message"):
                told.append(f"; {pod['metadata']['name']}: {str(ended['message']).strip()}")
    return "".join(dict.fromkeys(told))
