"""The command that AKS runs in the cluster: makes the pods, waits for their pulls, prints what they say, removes them.

It needs a shell, kubectl, ``date``, ``sleep`` and ``base64``, which the image of AKS's run-command has
(https://learn.microsoft.com/azure/aks/access-private-cluster). Nothing in it is secret. Every text that it prints is
encoded (``urlquery`` of kubectl's templates, base64), so that no text of the cluster's can imitate a line of it.
"""

from __future__ import annotations

import json
from typing import Final

from crosstenant.model.kubernetes.node_pull.plan import NodePullPlan, check_run
from crosstenant.model.kubernetes.node_pull.pod import CONTAINER, POOL_LABEL, RUN_LABEL, UNTIL_LABEL, node_pull_pod
from crosstenant.model.modes import NodePullCoverage

POD_PREFIX: Final = "crosstenant-pull"

_PATIENCE: Final = 25
"""A refusal counts when it has stood for so many seconds: the kubelet tries again after ten."""
_LEFTOVER: Final = 60
"""A pod is a leftover so many seconds after the last moment at which its run can be alive."""
# The output of a command is cut at 512 kB.
_TEXT: Final = "%.1500s"
_EVENT_PODS: Final = 60


def begin_mark(run: str) -> str:
    """The line before what the nodes say.

    :param run: The name of the run.
    """
    return f"crosstenant-node-pull {run} begin"


def end_mark(run: str) -> str:
    """The line after what the nodes say: without it the output is not whole.

    :param run: The name of the run.
    """
    return f"crosstenant-node-pull {run} end"


def node_pull_command(plan: NodePullPlan, run: str) -> str:
    """The command.

    :param plan: What is asked.
    :param run: The name of the run: 8 to 32 hexadecimal digits, new for each.
    """
    check_run(run)
    each_node = plan.coverage is NodePullCoverage.EACH_NODE
    pod = node_pull_pod(
        "$name",
        plan.namespace,
        plan.image,
        run=run,
        until="$until",
        pool="$pool",
        node="$node" if each_node else None,
        seconds=plan.seconds + _LEFTOVER,
    )
    places = _EACH_NODE if each_node else f"printf '%s\\n' {' '.join(plan.node_pools) or 'none'}"
    return _SCRIPT.format(
        run=run,
        namespace=plan.namespace,
        run_label=RUN_LABEL,
        until_label=UNTIL_LABEL.replace(".", r"\."),
        lasting=plan.seconds + _LEFTOVER * 2,
        seconds=plan.seconds,
        patience=_PATIENCE,
        event_pods=_EVENT_PODS,
        prefix=POD_PREFIX,
        places=places,
        pod=json.dumps(pod),
        states=_STATES,
        pods=_PODS,
        events=_EVENTS,
        begin=begin_mark(run),
        end=end_mark(run),
    )


def clean_up_command(namespace: str, run: str) -> str:
    """The command that removes what a run has made, for a run whose end is not known.

    :param namespace: The namespace of its pods.
    :param run: The name of the run.
    """
    check_run(run)
    return f"kubectl delete pods -n {namespace} -l {RUN_LABEL}={run} --grace-period=0 --ignore-not-found --wait=false"


_NODE: Final = f'{{{{index .metadata.labels "{POOL_LABEL}"}}}} {{{{.metadata.name}}}}{{{{"\\n"}}}}'
_EACH_NODE: Final = (
    f"kubectl get nodes -l '{POOL_LABEL},kubernetes.io/os=linux'"
    f" -o go-template='{{{{range .items}}}}{_NODE}{{{{end}}}}'"
)

# One letter for each pod: P it pulled, R the pull failed or no node has room, W it waits. A container that was created,
# or could not be, has its image.
_STATES: Final = (
    "{{range .items}}"
    '{{$s := "W"}}'
    '{{with .status.phase}}{{if eq . "Failed"}}{{$s = "R"}}{{end}}{{end}}'
    "{{range .status.conditions}}"
    '{{if and (eq .type "PodScheduled") (eq .status "False")}}{{$s = "R"}}{{end}}'
    "{{end}}"
    "{{range .status.containerStatuses}}"
    f'{{{{if eq .name "{CONTAINER}"}}}}'
    '{{with .imageID}}{{$s = "P"}}{{end}}'
    "{{with .state}}"
    '{{with .terminated}}{{$s = "P"}}{{end}}'
    "{{with .waiting}}{{with .reason}}"
    '{{if or (eq . "CreateContainerConfigError") (eq . "CreateContainerError") (eq . "RunContainerError")}}'
    '{{$s = "P"}}'
    '{{else if and (ne . "ContainerCreating") (ne . "PodInitializing")}}{{$s = "R"}}{{end}}'
    "{{end}}{{end}}"
    "{{end}}"
    "{{end}}"
    "{{end}}"
    " {{$s}} "
    "{{end}}"
)


def _text(field: str, key: str) -> str:
    return f'{{{{with {field}}}}} {key}={{{{printf "{_TEXT}" . | urlquery}}}}{{{{end}}}}'


_PODS: Final = (
    "{{range .items}}pod name={{.metadata.name}}"
    f'{{{{with .spec.nodeSelector}}}} pool={{{{index . "{POOL_LABEL}"}}}}{{{{end}}}}'
    + _text(".spec.nodeName", "node")
    + _text(".status.phase", "phase")
    + _text(".status.reason", "reason")
    + _text(".status.message", "message")
    + "{{range .spec.imagePullSecrets}}"
    + _text(".name", "pull_secret")
    + "{{end}}"
    + f'{{{{range .spec.containers}}}}{{{{if eq .name "{CONTAINER}"}}}}'
    + _text(".image", "image")
    + "{{end}}{{end}}"
    '{{range .status.conditions}}{{if and (eq .type "PodScheduled") (eq .status "False")}}'
    + _text(".reason", "unscheduled")
    + _text(".message", "unscheduled_message")
    + "{{end}}{{end}}"
    + f'{{{{range .status.containerStatuses}}}}{{{{if eq .name "{CONTAINER}"}}}}'
    + _text(".imageID", "image_id")
    + "{{with .state}}{{with .waiting}}"
    + _text(".reason", "waiting")
    + _text(".message", "waiting_message")
    + "{{end}}{{with .terminated}}"
    + _text(".reason", "terminated")
    + _text(".message", "terminated_message")
    + '{{end}}{{end}}{{end}}{{end}}{{"\\n"}}{{end}}'
)

_EVENTS: Final = (
    "{{range .items}}event name={{.involvedObject.name}}"
    + _text(".reason", "reason")
    + _text(".message", "message")
    + '{{"\\n"}}{{end}}'
)

_SCRIPT: Final = """set -u
n={namespace} run={run} l={run_label}
clean() {{ kubectl delete pods -n "$n" -l "$l=$run" --grace-period=0 --ignore-not-found --wait=false >/dev/null 2>&1; }}
trap clean EXIT
trap 'exit 143' HUP INT TERM
encoded() {{ printf '%s' "$1" | base64 | tr -d '\\n'; }}
began=$(date +%s)
until=$((began + {lasting}))
kubectl get pods -n "$n" -l "$l" \
-o 'jsonpath={{range .items[*]}}{{.metadata.name}} {{.metadata.labels.{until_label}}}{{"\\n"}}{{end}}' \
2>/dev/null | while read -r name old; do
  if [ "${{old:-0}}" -lt "$began" ] 2>/dev/null; then
    kubectl delete pod -n "$n" "$name" --grace-period=0 --ignore-not-found --wait=false >/dev/null 2>&1
  fi
done
echo '{begin}'
places=$({places}) || {{ echo "failed text=$(encoded "$({places} 2>&1)")"; echo '{end}'; exit 0; }}
i=0
while read -r pool node; do
  if [ -z "$pool" ] || [ "$pool" = none ]; then continue; fi
  i=$((i + 1)) name="{prefix}-$run-$i"
  said=$(kubectl create -f - 2>&1 <<POD
{pod}
POD
  ) || echo "denied pool=$pool node=${{node:-}} text=$(encoded "$said")"
done <<PLACES
$places
PLACES
while :; do
  states=$(kubectl get pods -n "$n" -l "$l=$run" -o go-template='{states}' 2>/dev/null) || states=' W '
  passed=$(($(date +%s) - began))
  case "$states" in
    *' W '*) [ "$passed" -lt {seconds} ] || break ;;
    *' R '*) if [ "$passed" -ge {patience} ] || [ "$passed" -ge {seconds} ]; then break; fi ;;
    *) break ;;
  esac
  sleep 2
done
said=$(kubectl get pods -n "$n" -l "$l=$run" -o go-template='{pods}' 2>&1) || said="failed text=$(encoded "$said")"
printf '%s\n' "$said"
if [ "$i" -le {event_pods} ]; then
  j=0
  while [ "$j" -lt "$i" ]; do
    j=$((j + 1))
    kubectl get events -n "$n" \
--field-selector "involvedObject.kind=Pod,involvedObject.name={prefix}-$run-$j,type=Warning" \
-o go-template='{events}' 2>/dev/null
  done
fi
echo '{end}'
"""
