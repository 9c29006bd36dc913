"""Time passes: the sandbox's clock moves on, and the CronJobs of its clusters run as often as they are due meanwhile.

An API server lives on the machine's clock, so that its own controller runs no CronJob when the sandbox's clock moves.
The Jobs are made here as the controller makes them, each at its time on the sandbox's clock.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from crosstenant.sandbox.kubelet.cluster_api import ApiAccess, ApiError, ClusterApi
from crosstenant.sandbox.kubelet.fields import part, parts
from crosstenant.sandbox.kubernetes.certificates import certificates_of
from crosstenant.sandbox.kubernetes.cron_schedule import due_times, last_of_each_hour
from crosstenant.sandbox.kubernetes.settings import has_api, is_up
from crosstenant.sandbox.world.clock import forward_clock
from crosstenant.sandbox.world.own_files import write_own
from crosstenant.sandbox.world.state import Store, now
from crosstenant.sandbox.world.times import timestamp

Json = dict[str, Any]

_JOB_SECONDS: Final = 300.0
_POLL_SECONDS: Final = 0.2


@dataclass(frozen=True)
class CronRun:
    """One run of a CronJob."""

    cluster: str
    """Name of the cluster."""
    namespace: str
    cron_job: str
    """Name of the CronJob."""
    job: str
    """Name of the Job that was made."""
    due: str
    """The time at which it was due, on the sandbox's clock: ISO 8601, UTC."""
    succeeded: bool
    message: str
    """Why it failed: the last line of its container, or the Job's own message; empty where it succeeded."""


@dataclass(frozen=True)
class _Due:
    time: float
    cluster: str
    api: ClusterApi
    cron_job: Json


def has_clusters(store: Store) -> bool:
    """Whether there is a cluster whose API a client has asked for, and which runs."""
    with store.read() as state:
        return any(has_api(one) and is_up(one) for one in state["resources"].values())


async def pass_time(store: Store, seconds: float, proxy: str) -> list[CronRun]:
    """Moves the sandbox's clock, and runs the CronJobs that are due meanwhile, each at its time, one after another.

    A suspended CronJob does not run. One that is due several times within an hour runs once in that hour.

    :param store: The sandbox's state.
    :param seconds: How far the clock moves.
    :param proxy: The URL of the running sandbox.
    :returns: The runs, in their order.
    :raises ApiError: A cluster's API refuses.
    :raises TimeoutError: A Job did not end.
    """
    moved = 0.0
    runs: list[CronRun] = []
    async with AsyncExitStack() as stack:
        with store.read() as state:
            start = now(state)
            clusters = [
                (one["name"], one["properties"]["fqdn"], certificates_of(one))
                for one in state["resources"].values()
                if has_api(one) and is_up(one)
            ]
        due: list[_Due] = []
        for name, host, certificates in clusters:
            client = certificates.administrator
            api = await stack.enter_async_context(
                _open(host, proxy, certificates.authority.certificate, client.key + client.certificate)
            )
            due += [_Due(*it) for it in await _due(api, name, start, start + seconds)]
        for moment, together in groupby(sorted(due, key=lambda it: it.time), key=lambda it: it.time):
            step = max(0.0, moment - start - moved)
            moved += step
            with store.change() as state:
                forward_clock(state, step)
            runs += [it for it in await asyncio.gather(*(_run(one) for one in together)) if it is not None]
    with store.change() as state:
        forward_clock(state, seconds - moved)
    return runs


async def _due(api: ClusterApi, cluster: str, start: float, end: float) -> list[tuple[float, str, ClusterApi, Json]]:
    found = await api.get("/apis/batch/v1/cronjobs")
    return [
        (time, cluster, api, one)
        for one in found["items"]
        if not one["spec"].get("suspend")
        for time in last_of_each_hour(due_times(one["spec"]["schedule"], start, end, one["spec"].get("timeZone")))
    ]


async def _run(due: _Due) -> CronRun | None:
    """Runs a CronJob; None for one that is gone meanwhile."""
    metadata: Json = due.cron_job["metadata"]
    namespace = metadata["namespace"]
    job = _job(due)
    name = job["metadata"]["name"]
    jobs = f"/apis/batch/v1/namespaces/{namespace}/jobs"
    try:
        await due.api.post(jobs, job)
    except ApiError as error:
        if error.status in (403, 404) and await _is_ending(due.api, namespace):
            return None
        if error.status != 409:  # the cluster's own controller has made it
            raise
    until = time.monotonic() + _JOB_SECONDS
    while True:
        ended = _ended(await due.api.get(f"{jobs}/{name}"))
        if ended is not None:
            break
        if time.monotonic() > until:
            raise TimeoutError(f"Job {namespace}/{name} of cluster {due.cluster} did not end in {_JOB_SECONDS:.0f} s")
        await asyncio.sleep(_POLL_SECONDS)
    succeeded, reason = ended
    message = "" if succeeded else await _last_words(due.api, namespace, name) or reason
    return CronRun(due.cluster, namespace, metadata["name"], name, timestamp(due.time), succeeded, message)


def _job(due: _Due) -> Json:
    """https://github.com/kubernetes/kubernetes/blob/master/pkg/controller/cronjob/utils.go, ``getJobFromTemplate2``"""
    metadata, template = due.cron_job["metadata"], due.cron_job["spec"]["jobTemplate"]
    given = part(template, "metadata")
    owner = {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "name": metadata["name"],
        "uid": metadata["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }
    scheduled = {"batch.kubernetes.io/cronjob-scheduled-timestamp": timestamp(due.time)}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {
            "name": f"{metadata['name']}-{int(due.time) // 60}",
            "namespace": metadata["namespace"],
            "labels": part(given, "labels"),
            "annotations": {**part(given, "annotations"), **scheduled},
            "ownerReferences": [owner],
        },
        "spec": template["spec"],
    }


def _ended(job: Json) -> tuple[bool, str] | None:
    """Whether a Job has succeeded, and its message; None while it runs."""
    for condition in parts(job["status"], "conditions"):
        if condition["status"] == "True" and condition["type"] in ("Complete", "Failed"):
            return condition["type"] == "Complete", str(condition.get("message", ""))
    return None


async def _is_ending(api: ClusterApi, namespace: str) -> bool:
    """Whether a namespace is being deleted, or is gone."""
    try:
        return "deletionTimestamp" in (await api.get(f"/api/v1/namespaces/{namespace}"))["metadata"]
    except ApiError as error:
        if error.status == 404:
            return True
        raise


async def _last_words(api: ClusterApi, namespace: str, job: str) -> str:
    """The last line that a Job's container said, where its pod has it as the termination message."""
    found = await api.get(f"/api/v1/namespaces/{namespace}/pods?labelSelector=job-name%3D{job}")
    for pod in found["items"]:
        for status in parts(pod["status"], "containerStatuses"):
            lines = str(part(status["state"], "terminated").get("message", "")).strip().splitlines()
            if lines:
                return lines[-1]
    return ""


@asynccontextmanager
async def _open(host: str, proxy: str, authority: str, client: str) -> AsyncGenerator[ClusterApi]:
    with tempfile.TemporaryDirectory(prefix="crosstenant-") as folder:
        access = ApiAccess(443, Path(folder, "authority.pem"), Path(folder, "client.pem"), host, proxy)
        write_own(access.authority, authority)
        write_own(access.client, client)
        async with ClusterApi(access) as api:
            yield api
