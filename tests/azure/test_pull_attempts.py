import pytest

from crosstenant.azure.pull.pull_attempts import A_QUICK_LOOK, UNTIL_GRANTED, prove_in_time
from crosstenant.azure.pull.pull_verdict import PullProof, PullRefused, Reason
from crosstenant.azure.waiting import Clock

PROOF = PullProof(("pull",), None)


class FakeClock(Clock):
    """A clock that only pauses move."""

    def __init__(self) -> None:
        self.time = 100.0
        self.pauses: list[float] = []

    def now(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.time += seconds


class Attempts:
    """Refuses for the given reasons in turn, the last one for ever unless a proof ends it."""

    def __init__(self, *outcomes: PullRefused | PullProof) -> None:
        self.outcomes = list(outcomes)
        self.made = 0

    async def __call__(self) -> PullProof:
        self.made += 1
        outcome = self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0]
        if isinstance(outcome, PullRefused):
            raise outcome
        return outcome


def refusal(reason: Reason, retry_after: float | None = None) -> PullRefused:
    return PullRefused(reason, "no", retry_after)


async def run(attempts: Attempts, clock: FakeClock, patience=UNTIL_GRANTED, limit: float = 300) -> PullProof:
    waited: list[tuple[Reason, float]] = []

    async def waiting(refused: PullRefused, left: float) -> None:
        waited.append((refused.reason, left))

    try:
        return await prove_in_time(attempts, patience, limit, waiting, clock=clock)
    finally:
        assert len(waited) == len(clock.pauses)


async def test_pauses_grow_until_the_grant_arrives():
    clock = FakeClock()
    attempts = Attempts(*[refusal(Reason.ROLE_MISSING)] * 7, PROOF)
    assert await run(attempts, clock) == PROOF
    assert clock.pauses == [1, 2, 4, 8, 15, 15, 15]


async def test_limit_ends_the_tries_with_one_at_the_very_end():
    clock = FakeClock()
    attempts = Attempts(refusal(Reason.SERVICE_PRINCIPAL_MISSING))
    with pytest.raises(PullRefused):
        await run(attempts, clock, limit=10)
    assert clock.pauses == [1, 2, 4, 3]
    assert attempts.made == 5


@pytest.mark.parametrize(
    "reason",
    [
        Reason.SECRET_EXPIRED,
        Reason.SERVICE_PRINCIPAL_DISABLED,
        Reason.NETWORK_BLOCKED,
        Reason.TAG_ABSENT,
        Reason.REPOSITORY_ABSENT,
        Reason.UNEXPECTED,
    ],
)
async def test_final_reasons_are_not_waited_out(reason: Reason):
    clock = FakeClock()
    with pytest.raises(PullRefused):
        await run(Attempts(refusal(reason)), clock)
    assert clock.pauses == []


@pytest.mark.parametrize(("reason", "seconds"), [(Reason.SECRET_WRONG, 120), (Reason.UNREACHABLE, 30)])
async def test_some_reasons_are_waited_out_for_less_than_the_limit(reason: Reason, seconds: float):
    clock = FakeClock()
    with pytest.raises(PullRefused):
        await run(Attempts(refusal(reason)), clock)
    assert sum(clock.pauses) == seconds


async def test_each_reason_has_its_own_patience():
    clock = FakeClock()
    attempts = Attempts(*[refusal(Reason.ROLE_MISSING)] * 8, refusal(Reason.SECRET_EXPIRED))
    with pytest.raises(PullRefused) as caught:
        await run(attempts, clock)
    assert caught.value.reason is Reason.SECRET_EXPIRED
    assert attempts.made == 9


async def test_throttling_registry_is_obeyed():
    clock = FakeClock()
    assert await run(Attempts(refusal(Reason.THROTTLED, 42), PROOF), clock) == PROOF
    assert clock.pauses == [42]


async def test_throttling_beyond_the_limit_is_not_waited_for():
    clock = FakeClock()
    with pytest.raises(PullRefused):
        await run(Attempts(refusal(Reason.THROTTLED, 301)), clock)
    assert clock.pauses == []


async def test_quick_look_waits_for_no_grant():
    clock = FakeClock()
    with pytest.raises(PullRefused):
        await run(Attempts(refusal(Reason.ROLE_MISSING)), clock, A_QUICK_LOOK)
    assert clock.pauses == []


async def test_quick_look_bears_a_hiccup():
    clock = FakeClock()
    assert await run(Attempts(refusal(Reason.UNREACHABLE), PROOF), clock, A_QUICK_LOOK) == PROOF
