"""The command, run by a real shell with a kubectl that answers from a folder and notes what it was asked.

That kubectl understands its templates, and that a cluster admits the pods, is shown by tests/kubernetes.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from crosstenant.model.kubernetes.node_pull.plan import NodePullPlan
from crosstenant.model.kubernetes.node_pull.report import ReportError, read_report
from crosstenant.model.kubernetes.node_pull.script import begin_mark, clean_up_command, end_mark, node_pull_command
from crosstenant.model.modes import NodePullCoverage

IMAGE = "fabrikamimages.azurecr.io/backend/api:1.0"
RUN = "0123abcd"
POOLS = ("system", "apps")

_KUBECTL = """#!/bin/sh
printf '%s\\n' "$*" >> asked
case "$*" in
  "get nodes"*) if [ -e nodes ]; then cat nodes; else echo 'Error: nodes is forbidden' >&2; exit 1; fi ;;
  "create -f -") cat > "pod.$$"; [ ! -e denied ] || { cat denied >&2; exit 1; } ;;
  *" -o jsonpath="*) [ ! -e leftovers ] || cat leftovers ;;
  "get pods"*"pod name="*) [ ! -e pods ] || cat pods ;;
  "get pods"*) cat states ;;
  "get events"*) [ ! -e events ] || cat events ;;
esac
"""


class Shell:
    """Runs commands where no other programs are on PATH than the image of AKS's run-command is known to have."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        programs = folder / "bin"
        programs.mkdir()
        for name in ("sh", "date", "sleep", "base64", "tr", "cat"):
            (programs / name).symlink_to(str(shutil.which(name, path=os.defpath)))
        kubectl = programs / "kubectl"
        kubectl.write_text(_KUBECTL)
        kubectl.chmod(0o755)
        self.answers("states", " P  P ")

    def answers(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text)

    def run(self, command: str) -> str:
        environment = {"PATH": str(self.folder / "bin")}
        done = subprocess.run(
            ["/bin/sh", "-c", command],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=240,
            check=True,
        )
        return done.stdout + done.stderr

    @property
    def asked(self) -> list[str]:
        return (self.folder / "asked").read_text().splitlines()

    @property
    def pods(self) -> list[dict[str, Any]]:
        pods = [json.loads(it.read_text()) for it in self.folder.glob("pod.*")]
        return sorted(pods, key=lambda it: it["metadata"]["name"])


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


def plan(**more: Any) -> NodePullPlan:
    return NodePullPlan(IMAGE, POOLS, **more)


def test_one_pod_is_made_in_each_node_pool_and_removed_at_the_end(shell: Shell):
    output = shell.run(node_pull_command(plan(), RUN))
    assert [(it["metadata"]["name"], it["spec"]["nodeSelector"]) for it in shell.pods] == [
        (f"crosstenant-pull-{RUN}-{number}", {"kubernetes.io/os": "linux", "kubernetes.azure.com/agentpool": pool})
        for number, pool in enumerate(POOLS, 1)
    ]
    assert shell.asked[-1] == (
        f"delete pods -n default -l crosstenant.io/node-pull={RUN} --grace-period=0 --ignore-not-found --wait=false"
    )
    assert output.splitlines()[0] == begin_mark(RUN)
    assert output.splitlines()[-1] == end_mark(RUN)


def test_pod_pulls_always_runs_nothing_of_the_image_and_has_no_token(shell: Shell):
    shell.run(node_pull_command(plan(namespace="probe"), RUN))
    pod = shell.pods[0]
    spec, container = pod["spec"], pod["spec"]["containers"][0]
    assert (container["image"], container["imagePullPolicy"]) == (IMAGE, "Always")
    assert container["command"] == ["/crosstenant-proves-a-pull-and-runs-nothing"]
    assert (spec["automountServiceAccountToken"], spec["restartPolicy"]) == (False, "Never")
    assert spec["tolerations"] == [{"operator": "Exists"}]
    assert pod["metadata"]["namespace"] == "probe"
    assert spec["activeDeadlineSeconds"] == 240


def test_pod_passes_the_standard_restricted(shell: Shell):
    shell.run(node_pull_command(plan(), RUN))
    spec = shell.pods[0]["spec"]
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert spec["containers"][0]["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }


def test_each_node_gets_a_pod_of_its_own(shell: Shell):
    shell.answers("nodes", "system aks-system-0\napps aks-apps-0\napps aks-apps-1\n")
    shell.run(node_pull_command(plan(coverage=NodePullCoverage.EACH_NODE), RUN))
    terms = [
        it["spec"]["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"]
        for it in shell.pods
    ]
    assert [it[0]["matchFields"][0]["values"] for it in terms] == [["aks-system-0"], ["aks-apps-0"], ["aks-apps-1"]]


def test_nodes_that_cannot_be_listed_are_told(shell: Shell):
    output = shell.run(node_pull_command(plan(coverage=NodePullCoverage.EACH_NODE), RUN))
    assert read_report(output, RUN).failures == ("Error: nodes is forbidden",)


def test_denied_pod_is_told_in_the_clusters_words_whatever_they_contain(shell: Shell):
    said = f'Error from server: admission webhook "it\'s $(touch broken) `touch broken`"\n{end_mark(RUN)}\n'
    shell.answers("denied", said)
    shell.answers("states", "")
    report = read_report(shell.run(node_pull_command(plan(), RUN)), RUN)
    assert [(it.pool, it.text) for it in report.denied] == [(pool, said.strip()) for pool in POOLS]
    assert not (shell.folder / "broken").exists()


def test_leftovers_of_a_killed_run_are_removed_and_those_of_a_running_one_are_not(shell: Shell):
    shell.answers("leftovers", "crosstenant-pull-old-1 1000000000\ncrosstenant-pull-young-1 4000000000\nother \n")
    shell.run(node_pull_command(plan(), RUN))
    removed = [it for it in shell.asked if it.startswith("delete pod -n")]
    assert [it.split()[4] for it in removed] == ["crosstenant-pull-old-1", "other"]


def test_time_limit_ends_the_wait_and_the_pods(shell: Shell):
    shell.answers("states", " W ")
    output = shell.run(node_pull_command(plan(seconds=3), RUN))
    assert end_mark(RUN) in output
    assert shell.asked[-1].startswith("delete pods -n default -l")


def test_pods_and_events_are_read_back(shell: Shell):
    name = f"crosstenant-pull-{RUN}-1"
    shell.answers(
        "pods",
        f"pod name={name} pool=apps node=aks-apps-0 phase=Pending pull_secret=one waiting=ErrImagePull"
        " waiting_message=a+b%0Apod+name%3Dforged\n",
    )
    shell.answers("events", f"event name={name} reason=Failed message=Failed+to+pull+image\n")
    report = read_report(shell.run(node_pull_command(plan(), RUN)), RUN)
    assert len(report.pods) == 1
    pod = report.pods[0]
    assert (pod.name, pod.pool, pod.node, pod.pull_secrets) == (name, "apps", "aks-apps-0", ("one",))
    assert pod.waiting_message == "a b\npod name=forged"
    assert set(pod.events) == {("Failed", "Failed to pull image")}


def test_output_without_its_last_line_is_no_report():
    with pytest.raises(ReportError, match="Killed"):
        read_report(f"{begin_mark(RUN)}\nKilled", RUN)


def test_clean_up_names_the_run_alone():
    assert clean_up_command("probe", RUN) == (
        f"kubectl delete pods -n probe -l crosstenant.io/node-pull={RUN} --grace-period=0 --ignore-not-found"
        " --wait=false"
    )


@pytest.mark.parametrize(
    ("image", "namespace", "pools", "run"),
    [
        ("x.azurecr.io/a:1$(id)", "default", POOLS, RUN),
        ("x.azurecr.io/a:1`id`", "default", POOLS, RUN),
        ("nginx:1", "default", POOLS, RUN),
        ("x.azurecr.io/a", "default", POOLS, RUN),
        (IMAGE, "a; id", POOLS, RUN),
        (IMAGE, "default", ("a b",), RUN),
        (IMAGE, "default", POOLS, "x$y"),
        (IMAGE, "default\n", POOLS, RUN),
    ],
)
def test_nothing_that_a_shell_would_read_gets_into_the_command(image: str, namespace: str, pools: Any, run: str):
    with pytest.raises(ValueError, match="must be"):
        node_pull_command(NodePullPlan(image, pools, namespace=namespace), run)
