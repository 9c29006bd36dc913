"""The begin of a run-command: after the state is written, because the cluster may have to start first."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import State as AppState

from crosstenant.sandbox.arm.clusters.run_command import not_here, not_started
from crosstenant.sandbox.arm.refusals import ArmRefusal
from crosstenant.sandbox.arm.request import Answer
from crosstenant.sandbox.kubernetes.command_job import CommandJob, CommandNotStarted, CommandsMissing
from crosstenant.sandbox.world.state import Store


def refused(error: ArmRefusal) -> Answer:
    """The answer that a refusal is."""
    return Answer(error.status, error.document(), error.headers)


async def begin_command(services: AppState, store: Store, answer: Answer) -> Answer:
    """Begins the run-command of an answer; returns the answer, or the refusal of a command that cannot run.

    :param services: The application's state, whose ``commands`` runs them: a running sandbox sets it.
    """
    job = answer.begins
    assert job is not None
    try:
        commands = getattr(services, "commands", None)
        if commands is None:
            raise CommandsMissing("the sandbox is not running: it has no clusters in which a command could run")
        await commands.begin(job)
    except (CommandNotStarted, OSError) as error:
        return refused(await run_in_threadpool(_refusal, store, job, error))
    return answer


def _refusal(store: Store, job: CommandJob, error: CommandNotStarted | OSError) -> ArmRefusal:
    with store.change() as state:
        if isinstance(error, CommandNotStarted):
            return not_started(state, job.command_id, error)
        return not_here(state, job.command_id, error)
