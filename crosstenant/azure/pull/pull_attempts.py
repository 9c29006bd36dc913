"""The number and duration of attempts before the refusal of a pull is final.

A registry applies a new role assignment after seconds to minutes: Entra ID replicates service principals and secrets,
and role assignments take up to ten minutes
(https://learn.microsoft.com/azure/role-based-access-control/troubleshooting#symptom---role-assignment-changes-are-not-being-detected).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from crosstenant.azure.pull.pull_verdict import PullProof, PullRefused, Reason
from crosstenant.azure.waiting import Clock, retried
from crosstenant.model.pauses import PULL

PROBE_REPOSITORY: Final = "crosstenant-pull-check"
"""The repository of a check that names none: it need not exist."""

Patience = Mapping[Reason, float]
"""The seconds for which a refusal is repeated, by reason; other reasons are final at once."""

UNTIL_GRANTED: Final[Patience] = {
    Reason.SERVICE_PRINCIPAL_MISSING: float("inf"),
    Reason.ROLE_MISSING: float("inf"),
    Reason.THROTTLED: float("inf"),
    Reason.SECRET_WRONG: 120,
    Reason.UNREACHABLE: 30,
    Reason.LAYERS_BLOCKED: 30,
}
"""After a change: a new role assignment may not be replicated yet."""

A_QUICK_LOOK: Final[Patience] = {Reason.THROTTLED: 10, Reason.UNREACHABLE: 5, Reason.LAYERS_BLOCKED: 5}
"""At a refresh: an old role assignment is replicated."""


async def prove_in_time(
    prove: Callable[[], Awaitable[PullProof]],
    patience: Patience,
    limit: float,
    waiting: Callable[[PullRefused, float], Awaitable[None]],
    *,
    clock: Clock | None = None,
) -> PullProof:
    """Repeats a proof until the pull is granted or the refusal is final.

    :param prove: One attempt.
    :param patience: The seconds for which each reason is repeated.
    :param limit: Seconds for all attempts together.
    :param waiting: Called before each pause, with the refusal and the remaining seconds.
    :param clock: The clock; the machine's if omitted.
    :raises PullRefused: The last refusal.
    """
    clock = clock or Clock()
    end = clock.now() + limit
    reason: Reason | None = None
    give_up = end

    async def pause_after(refusal: PullRefused, pause: float) -> float:
        nonlocal reason, give_up
        if refusal.reason is not reason:
            reason = refusal.reason
            give_up = min(end, clock.now() + patience.get(reason, 0))
        left = give_up - clock.now()
        if left <= 0 or (refusal.retry_after or 0) > left:
            raise refusal
        await waiting(refusal, left)
        return min(max(pause, refusal.retry_after or 0), left)

    return await retried(prove, PullRefused, pause_after, PULL, clock)
