"""The sandbox's kubelet: pods of Python run as processes, with their volumes; what needs privileges is refused."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import jwt
import pytest

from tests.kubernetes.cluster_world import Cluster
from tests.kubernetes.pods import PYTHON, events, job, phase, pod, state

Json = dict[str, Any]

READS = """
import json, os, pathlib, ssl, urllib.request
config = pathlib.Path(os.environ["CONFIG"])
token = pathlib.Path("/var/run/tokens/token").read_text()
account = pathlib.Path(os.environ["ACCOUNT"])
trusted = ssl.create_default_context(cafile=str(account / "ca.crt"))
address = "https://{KUBERNETES_SERVICE_HOST}:{KUBERNETES_SERVICE_PORT}/version".format(**os.environ)
request = urllib.request.Request(address, headers={"Authorization": "Bearer " + (account / "token").read_text()})
pathlib.Path(os.environ["OUT"]).write_text("kept")
print(json.dumps({
    "config": config.read_text(), "token": token, "namespace": (account / "namespace").read_text(),
    "version": json.load(urllib.request.urlopen(request, context=trusted))["gitVersion"],
    "node": os.environ["NODE"], "secret": os.environ["SECRET"], "home": sorted(os.environ),
}))
raise SystemExit(3)
"""


@pytest.fixture
def namespace(cluster_api: Cluster) -> str:
    return cluster_api.namespace()


def test_container_reads_its_volumes_and_reaches_the_api(cluster_api: Cluster, namespace: str) -> None:
    base = f"/api/v1/namespaces/{namespace}"
    cluster_api.create(f"{base}/configmaps", {"metadata": {"name": "settings"}, "data": {"config.json": "{}"}})
    cluster_api.create(f"{base}/secrets", {"metadata": {"name": "key"}, "stringData": {"word": "sesame"}})
    projection = {"audience": "api://AzureADTokenExchange", "expirationSeconds": 3600, "path": "token"}
    account = "/var/run/secrets/kubernetes.io/serviceaccount"
    container: Json = {
        "env": [
            {"name": "CONFIG", "value": "/etc/settings/config.json"},
            {"name": "ACCOUNT", "value": account},
            {"name": "OUT", "value": "/tmp/out/file"},
            {"name": "NODE", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}},
            {"name": "SECRET", "valueFrom": {"secretKeyRef": {"name": "key", "key": "word"}}},
        ],
        "terminationMessagePolicy": "FallbackToLogsOnError",
        "volumeMounts": [
            {"name": "settings", "mountPath": "/etc/settings"},
            {"name": "tokens", "mountPath": "/var/run/tokens"},
            {"name": "out", "mountPath": "/tmp/out"},
        ],
    }
    volumes: list[Json] = [
        {"name": "settings", "configMap": {"name": "settings"}},
        {"name": "tokens", "projected": {"sources": [{"serviceAccountToken": projection}]}},
        {"name": "out", "emptyDir": {}},
    ]
    cluster_api.create(f"{base}/pods", pod("reader", code=READS, container=container, volumes=volumes))
    ended = cluster_api.until(lambda: state(cluster_api, namespace, "reader").get("terminated"))
    assert (ended["exitCode"], ended["reason"]) == (3, "Error")
    said = json.loads(ended["message"])
    claims = jwt.decode(said["token"], options={"verify_signature": False})
    assert claims["aud"] == ["api://AzureADTokenExchange"]
    assert claims["sub"] == f"system:serviceaccount:{namespace}:default"
    assert claims["kubernetes.io"]["pod"]["name"] == "reader"
    assert (said["config"], said["namespace"], said["secret"]) == ("{}", namespace, "sesame")
    assert said["node"] == cluster_api.get("/api/v1/nodes")["items"][0]["metadata"]["name"]
    assert said["version"].startswith("v")
    assert not [name for name in said["home"] if name.startswith("CROSSTENANT_")]
    assert phase(cluster_api, namespace, "reader") == "Failed"


def test_job_completes_and_a_failing_one_fails(cluster_api: Cluster, namespace: str) -> None:
    jobs = f"/apis/batch/v1/namespaces/{namespace}/jobs"
    cluster_api.create(jobs, job("good", "print('done')"))
    cluster_api.create(jobs, job("bad", "raise SystemExit(1)", backoffLimit=0))

    def has_ended(name: str, kind: str) -> bool:
        found = cluster_api.get(f"{jobs}/{name}")["status"].get("conditions") or []
        return (kind, "True") in [(one["type"], one["status"]) for one in found]

    cluster_api.until(lambda: has_ended("good", "Complete"))
    cluster_api.until(lambda: has_ended("bad", "Failed"))
    assert cluster_api.get(f"{jobs}/good")["status"]["succeeded"] == 1


def processes(mark: str) -> list[str]:
    """The processes whose command line has a mark."""
    found = [file.parent.name for file in Path("/proc").glob("[0-9]*/cmdline") if mark in _text(file)]
    return [pid for pid in found if pid != str(os.getpid())]


def _text(file: Path) -> str:
    try:
        return file.read_text(errors="replace")
    except OSError:
        return ""


@pytest.mark.parametrize("reaction", ["exit(0)", "None"])
def test_deleted_pod_ends_its_process_with_grace_and_is_gone(
    cluster_api: Cluster, namespace: str, reaction: str
) -> None:
    pods = f"/api/v1/namespaces/{namespace}/pods"
    code = f"import time, signal; signal.signal(signal.SIGTERM, lambda *_: {reaction}); print('{namespace}')\n"
    sleeper = pod("sleeper", code=f"{code}while True: time.sleep(1)", terminationGracePeriodSeconds=1)
    cluster_api.create(pods, sleeper)
    cluster_api.until(lambda: phase(cluster_api, namespace, "sleeper") == "Running")
    assert processes(namespace)
    cluster_api.delete(f"{pods}/sleeper")
    cluster_api.until(lambda: cluster_api.admin.get(f"{pods}/sleeper").status_code == 404, 10)
    assert processes(namespace) == []


def test_what_a_container_has_started_ends_with_it(cluster_api: Cluster, namespace: str) -> None:
    pods = f"/api/v1/namespaces/{namespace}/pods"
    background = f"python3 -c 'import time; time.sleep(600) # {namespace}' & sleep 1"
    cluster_api.create(pods, pod("shell", container={"command": ["sh", "-c", background]}))
    cluster_api.until(lambda: len(processes(namespace)) == 2, 10)
    cluster_api.until(lambda: phase(cluster_api, namespace, "shell") == "Succeeded")
    assert processes(namespace) == []


def test_init_containers_run_first_and_a_failing_one_ends_the_pod(cluster_api: Cluster, namespace: str) -> None:
    pods = f"/api/v1/namespaces/{namespace}/pods"
    mounts = [{"name": "shared", "mountPath": "/shared"}]
    reads = pod("ready", code="print(open('/shared/word').read())", container={"volumeMounts": mounts})
    reads["spec"]["volumes"] = [{"name": "shared", "emptyDir": {}}]
    writes = {"name": "first", "image": PYTHON, "command": ["sh", "-c", "echo open > /shared/word"]}
    reads["spec"]["initContainers"] = [{**writes, "volumeMounts": mounts}]
    cluster_api.create(pods, reads)
    fails = {"name": "first", "image": PYTHON, "command": ["sh", "-c", "exit 4"]}
    cluster_api.create(pods, pod("stuck", code="print(1)", initContainers=[fails]))
    cluster_api.until(lambda: phase(cluster_api, namespace, "ready") == "Succeeded")
    cluster_api.until(lambda: phase(cluster_api, namespace, "stuck") == "Failed")
    status = cluster_api.get(f"{pods}/stuck")["status"]
    assert status["initContainerStatuses"][0]["state"]["terminated"]["exitCode"] == 4
    assert "waiting" in status["containerStatuses"][0]["state"]


def test_container_that_fails_is_started_again(cluster_api: Cluster, namespace: str) -> None:
    pods = f"/api/v1/namespaces/{namespace}/pods"
    mounts = [{"name": "kept", "mountPath": "/kept"}]
    code = (
        "import pathlib; file = pathlib.Path('/kept/tried'); seen = file.exists(); file.touch(); exit(0 if seen else 1)"
    )
    document = pod("again", code=code, container={"volumeMounts": mounts}, restartPolicy="OnFailure")
    document["spec"]["volumes"] = [{"name": "kept", "emptyDir": {}}]
    cluster_api.create(pods, document)
    cluster_api.until(lambda: phase(cluster_api, namespace, "again") == "Succeeded")
    [status] = cluster_api.get(f"{pods}/again")["status"]["containerStatuses"]
    assert (status["restartCount"], status["lastState"]["terminated"]["exitCode"]) == (1, 1)


def test_privileged_pod_is_refused(cluster_api: Cluster, namespace: str) -> None:
    privileged = {"securityContext": {"privileged": True}}
    cluster_api.create(f"/api/v1/namespaces/{namespace}/pods", pod("root", code="print(1)", container=privileged))
    cluster_api.until(lambda: phase(cluster_api, namespace, "root") == "Failed")
    status = cluster_api.get(f"/api/v1/namespaces/{namespace}/pods/root")["status"]
    assert status["message"] == "the sandbox runs no pod with privileges: privileged container main"


def test_missing_config_map_is_an_event_and_the_pod_starts_when_it_is_there(
    cluster_api: Cluster, namespace: str
) -> None:
    volumes = [{"name": "late", "configMap": {"name": "late"}}]
    cluster_api.create(f"/api/v1/namespaces/{namespace}/pods", pod("waiting", code="print(1)", volumes=volumes))
    cluster_api.until(lambda: "FailedMount" in dict(events(cluster_api, namespace)))
    assert phase(cluster_api, namespace, "waiting") == "Pending"
    cluster_api.create(f"/api/v1/namespaces/{namespace}/configmaps", {"metadata": {"name": "late"}})
    cluster_api.until(lambda: phase(cluster_api, namespace, "waiting") == "Succeeded")


def test_deployment_runs_pods_of_other_images_without_a_process(cluster_api: Cluster, namespace: str) -> None:
    labels = {"app": "web"}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "web", "image": "docker.io/nginx:1"}]}}
    spec = {"replicas": 2, "selector": {"matchLabels": labels}, "template": template}
    path = f"/apis/apps/v1/namespaces/{namespace}/deployments"
    cluster_api.create(path, {"metadata": {"name": "web"}, "spec": spec})
    cluster_api.until(lambda: cluster_api.get(f"{path}/web")["status"].get("readyReplicas") == 2)


def test_python_of_the_image_is_the_command_where_none_is_given(cluster_api: Cluster, namespace: str) -> None:
    container = {"args": ["-c", "import os; print(os.environ['WORD'])"], "env": [{"name": "WORD", "value": "$(A)b"}]}
    cluster_api.create(f"/api/v1/namespaces/{namespace}/pods", pod("plain", PYTHON, container=container))
    cluster_api.until(lambda: phase(cluster_api, namespace, "plain") == "Succeeded")


def test_files_of_volumes_are_renewed_while_the_pod_runs(
    cluster_api: Cluster, namespace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crosstenant.sandbox.kubelet.pod_run._VOLUME_PERIOD", 0.2)
    maps = f"/api/v1/namespaces/{namespace}/configmaps"
    cluster_api.create(maps, {"metadata": {"name": "changing"}, "data": {"word": "old"}})
    code = (
        "import pathlib, time\n"
        "first = pathlib.Path('/var/run/tokens/token').read_text()\n"
        "while pathlib.Path('/etc/changing/word').read_text() == 'old': time.sleep(0.05)\n"
        "while pathlib.Path('/var/run/tokens/token').read_text() == first: time.sleep(0.05)\n"
    )
    mounts = [{"name": "map", "mountPath": "/etc/changing"}, {"name": "tokens", "mountPath": "/var/run/tokens"}]
    volumes: list[Json] = [
        {"name": "map", "configMap": {"name": "changing"}},
        {"name": "tokens", "projected": {"sources": [{"serviceAccountToken": {"path": "token"}}]}},
    ]
    document = pod("renewed", code=code, container={"volumeMounts": mounts}, volumes=volumes)
    cluster_api.create(f"/api/v1/namespaces/{namespace}/pods", document)
    cluster_api.until(lambda: phase(cluster_api, namespace, "renewed") == "Running")
    headers = {"Content-Type": "application/merge-patch+json"}
    assert cluster_api.admin.patch(f"{maps}/changing", json={"data": {"word": "new"}}, headers=headers).is_success
    cluster_api.until(lambda: phase(cluster_api, namespace, "renewed") == "Succeeded", 20)
