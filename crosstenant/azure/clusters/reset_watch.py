"""The end of a reset whose operation cannot be read: the cluster itself is read until it is settled.

An operation's address is at the subscription, outside the scope of a role on the cluster. Reading the cluster needs no
further right.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final

from crosstenant.azure.clusters.cluster_state import ClusterState
from crosstenant.azure.refusals.refusal_table import Retry
from crosstenant.azure.refusals.refusals import retry_of, take_apart
from crosstenant.azure.waiting import Clock
from crosstenant.model.pauses import IDLE

if TYPE_CHECKING:
    from azure.core.exceptions import AzureError

OPERATION_RIGHT: Final = "Microsoft.ContainerService/locations/operations/read"
"""The action of a caller who reads an operation, at the subscription."""

# AKS marks the cluster before it accepts the request; an idle cluster right after that may be an old copy.
_SETTLED_AFTER: Final = 30.0
_LONGEST_LOSS: Final = 300.0


async def settled_cluster(
    read: Callable[[], Awaitable[ClusterState | None]],
    *,
    accepted: float,
    deadline: float,
    on_look: Callable[[ClusterState], Awaitable[None]],
    clock: Clock,
) -> ClusterState | None:
    """The cluster when the reset that AKS has accepted is over; ``None`` if the cluster was deleted meanwhile.

    :param read: Reads the cluster.
    :param accepted: When AKS accepted the reset, on the clock.
    :param deadline: When to stop waiting, on the clock.
    :param on_look: Receives the cluster at each reading before the end.
    :param clock: The clock.
    :raises TimeoutError: The deadline passed.
    :raises azure.core.exceptions.AzureError: The cluster cannot be read either: a refusal, or five minutes without an
        answer.
    """
    from azure.core.exceptions import AzureError

    heard = clock.now()
    was_busy = False
    pauses = iter(IDLE)
    while True:
        try:
            state = await read()
        except AzureError as error:
            if not _may_pass(error) or clock.now() - heard > _LONGEST_LOSS:
                raise
        else:
            heard = clock.now()
            if state is None or (state.is_idle and (was_busy or heard - accepted >= _SETTLED_AFTER)):
                return state
            was_busy = was_busy or not state.is_idle
            await on_look(state)
        pause = next(pauses)
        if clock.now() + pause > deadline:
            raise TimeoutError
        await clock.sleep(pause)


def is_denied(error: AzureError) -> bool:
    """Whether an operation's address will not be readable later either: a refusal, or an address at another host.

    :param error: The error of reading it.
    """
    from crosstenant.azure.connections.addresses import ForeignAddressError

    said = take_apart(error)
    return isinstance(error, ForeignAddressError) or (said.status in (401, 403, 404) and not said.page)


def _may_pass(error: AzureError) -> bool:
    from azure.core.exceptions import ServiceRequestError, ServiceResponseError

    return isinstance(error, (ServiceRequestError, ServiceResponseError)) or retry_of(error) is Retry.THROTTLED
