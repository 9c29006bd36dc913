"""The CronJobs of a cluster run when the sandbox's clock moves, each at its time."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from crosstenant.sandbox.host.server import Sandbox
from crosstenant.sandbox.kubernetes.passing_time import CronRun, pass_time
from crosstenant.sandbox.world.state import Store
from tests.kubernetes.cluster_world import Cluster
from tests.kubernetes.pods import pod

Json = dict[str, Any]

HOUR = 3600


def cron_job(name: str, code: str, **spec: Any) -> Json:
    last_line = {"terminationMessagePolicy": "FallbackToLogsOnError"}
    job = {"backoffLimit": 0, "template": {"spec": pod(name, code=code, container=last_line)["spec"]}}
    return {"metadata": {"name": name}, "spec": {"schedule": "7 * * * *", "jobTemplate": {"spec": job}, **spec}}


@pytest.fixture
def namespace(cluster_api: Cluster) -> Iterator[str]:
    """A namespace whose CronJobs do not outlive the test."""
    name = cluster_api.namespace()
    yield name
    cluster_api.delete(f"/api/v1/namespaces/{name}")


def create(cluster: Cluster, namespace: str, document: Json) -> None:
    cluster.create(f"/apis/batch/v1/namespaces/{namespace}/cronjobs", document)


def passed(store: Store, azure: Sandbox, namespace: str, seconds: float) -> list[CronRun]:
    return [it for it in asyncio.run(pass_time(store, seconds, azure.url)) if it.namespace == namespace]


def ahead(store: Store) -> float:
    with store.read() as state:
        return state["clock"]["ahead_seconds"]


def test_hourly_job_runs_once_for_each_hour_and_a_suspended_one_does_not(
    azure: Sandbox, store: Store, cluster_api: Cluster, namespace: str
) -> None:
    create(cluster_api, namespace, cron_job("hourly", "print('done')"))
    create(cluster_api, namespace, cron_job("suspended", "print('done')", suspend=True))
    before = ahead(store)
    runs = passed(store, azure, namespace, 3 * HOUR)
    assert [(run.cron_job, run.succeeded, run.message) for run in runs] == [("hourly", True, "")] * 3
    assert [run.due[14:16] for run in runs] == ["07"] * 3
    assert len({run.job for run in runs}) == 3
    assert ahead(store) == pytest.approx(before + 3 * HOUR)
    jobs = cluster_api.get(f"/apis/batch/v1/namespaces/{namespace}/jobs")["items"]
    owners = [one["metadata"]["ownerReferences"][0] for one in jobs]
    assert {(owner["kind"], owner["name"], owner["controller"]) for owner in owners} == {("CronJob", "hourly", True)}


def test_run_that_fails_says_the_last_words_of_its_container(
    azure: Sandbox, store: Store, cluster_api: Cluster, namespace: str
) -> None:
    create(
        cluster_api,
        namespace,
        cron_job("failing", "print('first', flush=True); raise SystemExit('the role is missing')"),
    )
    [run] = passed(store, azure, namespace, HOUR)
    assert (run.succeeded, run.message) == (False, "the role is missing")


def test_cron_job_of_a_namespace_that_is_deleted_does_not_run(
    azure: Sandbox, store: Store, cluster_api: Cluster
) -> None:
    gone = cluster_api.namespace()
    create(cluster_api, gone, cron_job("gone", "print('done')"))
    # A finalizer keeps the CronJob, and the namespace with it: both are being deleted while time passes.
    cron_jobs = f"/apis/batch/v1/namespaces/{gone}/cronjobs/gone"
    keep = {"metadata": {"finalizers": ["crosstenant.example/hold"]}}
    headers = {"Content-Type": "application/merge-patch+json"}
    assert cluster_api.admin.patch(cron_jobs, json=keep, headers=headers).is_success
    cluster_api.delete(f"/api/v1/namespaces/{gone}")
    assert passed(store, azure, gone, HOUR) == []
    assert cluster_api.admin.patch(cron_jobs, json={"metadata": {"finalizers": None}}, headers=headers).is_success


def test_commands_move_the_clock_and_print_logs(
    azure: Sandbox, store: Store, cluster_api: Cluster, namespace: str
) -> None:
    create(cluster_api, namespace, cron_job("told", "print('renewed')"))
    program = [sys.executable, "-m", "crosstenant.cli.main", "sandbox"]

    def run(*arguments: str) -> str:
        done = subprocess.run([*program, *arguments], env=azure.surroundings(), capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert f"CronJob {namespace}/told of cluster aks-managed succeeded" in run("clock", "forward", "1h")
    logs = ("logs", "--cluster", "aks-managed", "-n", namespace)
    assert run(*logs, "told") == "renewed\n"
    assert cluster_api.host in run("kubeconfig", "aks-managed")
