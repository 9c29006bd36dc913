"""What is made of a pod's status and events. The texts are those of kubelets and containerd, with their sources in
model/matched_texts/kubelet_texts.py."""

from __future__ import annotations

from typing import Any

import pytest

from crosstenant.model.kubernetes.node_pull.plan import NodePullPlan
from crosstenant.model.kubernetes.node_pull.report import DeniedPod, PodFacts, Report
from crosstenant.model.kubernetes.node_pull.verdict import ClusterOutcome, outcome_of
from crosstenant.model.modes import NodePullResult as R

IMAGE = "contoso.azurecr.io/backend/api:1.0"
PLAN = NodePullPlan(IMAGE, ("apps",))
PULLING = f'failed to pull and unpack image "{IMAGE}": failed to resolve reference "{IMAGE}": '
TOKEN = "https://contoso.azurecr.io/oauth2/token?scope=repository%3Abackend%2Fapi%3Apull&service=contoso.azurecr.io"
MANIFEST = "https://contoso.azurecr.io/v2/backend/api/manifests/1.0"
OAUTH_401 = (
    f"rpc error: code = Unknown desc = {PULLING}failed to authorize: failed to fetch oauth token: unexpected status"
    f" from GET request to {TOKEN}: 401 Unauthorized"
)
ANONYMOUS_401 = (
    f"rpc error: code = Unknown desc = {PULLING}failed to authorize: failed to fetch anonymous token: unexpected"
    f" status from GET request to {TOKEN}: 401 Unauthorized"
)
NO_ROLE = (
    f"{PULLING}pull access denied, repository does not exist or may require authorization: server message:"
    " insufficient_scope: authorization failed"
)
START_ERROR = (
    "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed:"
    " unable to start container process: error during container init: exec:"
    ' "/crosstenant-proves-a-pull-and-runs-nothing": stat /crosstenant-proves-a-pull-and-runs-nothing: no such file or'
    " directory: unknown"
)


def pod(**more: Any) -> PodFacts:
    return PodFacts("crosstenant-pull-1", "apps", **{"node": "aks-apps-0", "phase": "Pending", **more})


def judged(*pods: PodFacts, **more: Any) -> ClusterOutcome:
    return outcome_of(Report(tuple(pods), **more), PLAN)


@pytest.mark.parametrize(
    "facts",
    [
        {"phase": "Failed", "terminated": "StartError", "terminated_message": START_ERROR, "image_id": "x@sha256:1"},
        {"phase": "Failed", "terminated": "ContainerCannotRun"},
        {"waiting": "RunContainerError", "waiting_message": START_ERROR},
        {"waiting": "CreateContainerConfigError", "waiting_message": "container has runAsNonRoot and image has ..."},
        {"phase": "Succeeded", "terminated": "Completed", "image_id": "x@sha256:1"},
    ],
)
def test_container_that_cannot_start_proves_its_pull(facts: dict[str, Any]):
    assert judged(pod(**facts)).result is R.PULLED


@pytest.mark.parametrize(
    ("text", "result", "refused"),
    [
        (OAUTH_401, R.REFUSED, True),
        (ANONYMOUS_401, R.REFUSED, False),
        (f"[{OAUTH_401}, {ANONYMOUS_401}]", R.REFUSED, True),
        (f"[{NO_ROLE}, {ANONYMOUS_401}]", R.REFUSED, False),
        (f"{PULLING}unexpected status from HEAD request to {MANIFEST}: 403 Forbidden", R.REFUSED, False),
        (
            f"{PULLING}pulling from host contoso.azurecr.io failed with status code [manifests 1.0]: 401 ",
            R.REFUSED,
            False,
        ),
        (f"rpc error: code = NotFound desc = {PULLING}{IMAGE}: not found", R.IMAGE_ABSENT, False),
        (
            f'[rpc error: code = NotFound desc = failed to pull and unpack image "{IMAGE}": no match for platform in'
            f" manifest: not found, {ANONYMOUS_401}]",
            R.IMAGE_ABSENT,
            False,
        ),
        (
            f'{PULLING}failed to do request: Head "{MANIFEST}": dial tcp: lookup contoso.azurecr.io on'
            " 168.63.129.16:53: no such host",
            R.NOT_REACHABLE,
            False,
        ),
        (
            f'{PULLING}failed to do request: Head "{MANIFEST}": dial tcp 20.1.2.3:443: i/o timeout',
            R.NOT_REACHABLE,
            False,
        ),
        (
            f'failed to pull and unpack image "{IMAGE}": failed to copy: httpReadSeeker: failed open: failed to do'
            ' request: Get "https://eusmanaged1.blob.core.windows.net/x": dial tcp 1.2.3.4:443: i/o timeout',
            R.NOT_REACHABLE,
            False,
        ),
        (
            f"{PULLING}failed to authorize: failed to fetch oauth token: unexpected status from GET request to {TOKEN}:"
            " 403 Forbidden",
            R.NOT_REACHABLE,
            False,
        ),
        (
            f'[{PULLING}failed to do request: Head "{MANIFEST}": dial tcp 20.1.2.3:443: i/o timeout, {ANONYMOUS_401}]',
            R.NOT_REACHABLE,
            False,
        ),
        (f"{PULLING}unexpected status from HEAD request to {MANIFEST}: 429 Too Many Requests", R.NOT_REACHABLE, False),
        ("something that nobody has written yet", R.NO_ANSWER, False),
    ],
)
@pytest.mark.parametrize("place", ["status", "backoff", "event"])
def test_failed_pull_is_judged_by_its_words_wherever_the_kubelet_puts_them(
    text: str, result: R, refused: bool, place: str
):
    facts = {
        "status": {"waiting": "ErrImagePull", "waiting_message": text},
        "backoff": {
            "waiting": "ImagePullBackOff",
            "waiting_message": f'Back-off pulling image "{IMAGE}": ErrImagePull: {text}',
        },
        "event": {
            "waiting": "ImagePullBackOff",
            "waiting_message": f'Back-off pulling image "{IMAGE}"',
            "events": (("Failed", f'Failed to pull image "{IMAGE}": {text}'), ("Failed", "Error: ErrImagePull")),
        },
    }[place]
    outcome = judged(pod(**facts))
    assert (outcome.result, outcome.credential_refused) == (result, refused)
    assert text[:100] in outcome.nodes[0].detail
    assert "Back-off" not in outcome.nodes[0].detail


@pytest.mark.parametrize(
    ("text", "lead"),
    [
        (f"[{OAUTH_401}, {ANONYMOUS_401}]", "the node showed the cluster's application"),
        (ANONYMOUS_401, "the node asked anonymously"),
        (f"[{NO_ROLE}, {ANONYMOUS_401}]", "the registry knows the node's application, and does not let it pull"),
        (f"{PULLING}unexpected status from HEAD request to {MANIFEST}: 403 Forbidden", "the registry knows the node's"),
    ],
)
def test_refusal_says_with_which_identity_the_node_asked(text: str, lead: str):
    assert judged(pod(waiting="ErrImagePull", waiting_message=text)).nodes[0].detail.startswith(lead)


def test_pod_that_no_node_has_room_for():
    said = "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) didn't match Pod's node affinity/selector."
    outcome = judged(pod(node="", unscheduled="Unschedulable", unscheduled_message=said))
    assert (outcome.result, outcome.nodes[0].detail) == (R.NO_CAPACITY, said)


def test_pod_that_the_kubelet_itself_has_no_room_for():
    outcome = judged(pod(phase="Failed", reason="OutOfpods", message="Node didn't have enough resource: pods"))
    assert outcome.result is R.NO_CAPACITY


def test_pod_whose_namespace_adds_a_pull_secret_proves_nothing():
    outcome = judged(pod(phase="Failed", terminated="StartError", image_id="x", pull_secrets=("registry-pull",)))
    assert outcome.result is R.PULL_SECRET
    assert outcome.nodes[0].detail == (
        "the service account 'default' of namespace 'default' gives its pods the pull secret registry-pull, so that"
        " their pulls do not use the cluster's credential: name another namespace"
    )


def test_pod_whose_image_a_webhook_has_replaced_proves_nothing():
    outcome = judged(pod(phase="Failed", terminated="StartError", image_id="x", image="mirror.local/backend/api:1.0"))
    assert outcome.result is R.ADMISSION_DENIED


@pytest.mark.parametrize(
    ("text", "result"),
    [
        (
            'Error from server (Forbidden): error when creating "STDIN": pods "crosstenant-pull-1" is forbidden:'
            ' violates PodSecurity "restricted:latest": seccompProfile',
            R.ADMISSION_DENIED,
        ),
        (
            "Error from server ([denied by images] only images of the mirror): admission webhook"
            ' "validation.gatekeeper.sh" denied the request',
            R.ADMISSION_DENIED,
        ),
        (
            "The pods \"crosstenant-pull-1\" is invalid: : ValidatingAdmissionPolicy 'images' with binding 'images'"
            " denied request: not this image",
            R.ADMISSION_DENIED,
        ),
        ('Error from server (NotFound): namespaces "probe" not found', R.ADMISSION_DENIED),
        (
            'Error from server (Forbidden): error when creating "STDIN": pods is forbidden: User "8f0c" cannot create'
            ' resource "pods" in API group "" in the namespace "default"',
            R.NOT_PERMITTED,
        ),
    ],
)
def test_pod_that_is_not_admitted(text: str, result: R):
    assert judged(denied=(DeniedPod("apps", "", text),)).result is result


def test_pod_without_an_answer_in_time():
    outcome = judged(pod(waiting="ContainerCreating"))
    assert (outcome.result, outcome.nodes[0].detail) == (
        R.NO_ANSWER,
        "node aks-apps-0 had not finished after 180 seconds (ContainerCreating)",
    )


def test_most_serious_node_decides_about_the_cluster():
    good = pod(phase="Failed", terminated="StartError")
    full = pod(node="", unscheduled="Unschedulable")
    bad = pod(waiting="ErrImagePull", waiting_message=OAUTH_401)
    assert judged(good, full).result is R.NO_CAPACITY
    assert judged(good, full, bad).result is R.REFUSED
    assert outcome_of(Report((good,)), PLAN, absent_pools=["win"]).result is R.PULLED


def test_words_of_the_cluster_stay_in_one_line_without_control_characters():
    outcome = judged(pod(waiting="ErrImagePull", waiting_message=f"{OAUTH_401}\n\x1b[2Kforged"))
    assert "\n" not in outcome.nodes[0].detail
    assert "\x1b" not in outcome.nodes[0].detail
