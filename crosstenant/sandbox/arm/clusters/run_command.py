"""``POST .../managedClusters/{name}/runCommand``, and its result under ``commandResults``.

https://learn.microsoft.com/rest/api/aks/managed-clusters/run-command. The answer is 202 with the result's address; az
and the SDKs poll it: 202 while the command runs, with its state in the body, because az goes by that
(https://github.com/Azure/azure-cli/blob/dev/src/azure-cli/azure/cli/command_modules/acs/_polling.py). The cluster runs
the command: ``sandbox/kubernetes/commands``.
"""

from __future__ import annotations

import base64
import binascii
import uuid
from typing import Any, Final

from crosstenant.sandbox.arm import sources
from crosstenant.sandbox.arm.clusters.checks import check_power, invalid_parameter, missing_parameter
from crosstenant.sandbox.arm.clusters.command_user import command_user
from crosstenant.sandbox.arm.ids import find_resource
from crosstenant.sandbox.arm.refusals import ArmRefusal
from crosstenant.sandbox.arm.request import Answer, ArmRequest
from crosstenant.sandbox.kubernetes.command_job import CommandJob, CommandNotStarted
from crosstenant.sandbox.world.clouds import cloud_of
from crosstenant.sandbox.world.state import State
from crosstenant.sandbox.world.times import timestamp

Json = dict[str, Any]

_RETRY_AFTER: Final = 1


def run_command(request: ArmRequest) -> Answer:
    """Checks the request and records the command; the application begins it then."""
    cluster = find_resource(request.state, request.scope)
    command = request.body.get("command")
    if not command:
        raise missing_parameter("command")
    context = _context(request.body.get("context"))
    access: Json = cluster["properties"].get("apiServerAccessProfile") or {}
    if access.get("disableRunCommand"):
        raise ArmRefusal(
            400,
            "BadRequest",
            f"Run command is disabled on the managed cluster {cluster['name']}.",
            source=sources.RUN_COMMAND_DISABLED,
        )
    check_power(request, cluster, "running command")
    user = command_user(request, cluster)
    command_id = uuid.uuid4().hex
    request.state.setdefault("runCommands", {})[command_id] = {
        "resource": cluster["id"].lower(),
        "command": command,
        "apiVersion": request.api_version,
        "done": False,
        "result": {},
        "_start": request.time,
    }
    job = CommandJob(command_id, cluster["properties"]["fqdn"], command, context, user)
    return Answer(202, None, _links(request, cluster, command_id), begins=job)


def get_command_result(request: ArmRequest) -> Answer:
    """``GET .../commandResults/{id}``: 202 while the command runs."""
    cluster = find_resource(request.state, request.scope)
    command_id = request.part("command").lower()
    record: Json | None = request.state.get("runCommands", {}).get(command_id)
    if record is None or record["resource"] != cluster["id"].lower():
        raise ArmRefusal(
            404,
            "NotFound",
            f"Command {request.part('command')} of the managed cluster {cluster['name']} was not found.",
            source=sources.COMMAND_NOT_FOUND,
        )
    started = {"startedAt": timestamp(record["_start"])}
    if not record["done"]:
        running = {"provisioningState": "Running", **started}
        return Answer(202, {"id": command_id, "properties": running}, _links(request, cluster, command_id))
    return Answer(200, {"id": command_id, "properties": {**started, **record["result"]}})


def not_started(state: State, command_id: str, error: CommandNotStarted) -> ArmRefusal:
    """The refusal of a command whose pod did not run; the record of the command is removed.

    :param state: Changed in place.
    """
    state.get("runCommands", {}).pop(command_id, None)
    if str(error):
        return ArmRefusal(
            400,
            "KubernetesOperationError",
            f"Failed to run command in managed cluster due to kubernetes failure. details: {error}",
            source=sources.COMMAND_NOT_ADMITTED,
        )
    return ArmRefusal(
        404,
        "KubernetesPerformanceError",
        f"Failed to run command due to cluster perf issue, container command-{command_id} in aks-command namespace did "
        "not start within 30s on your cluster, retry may helps. If issue persist, you may need to tune your cluster "
        "with better performance (larger node/paid tier).",
        source=sources.COMMAND_NOT_STARTED,
    )


def not_here(state: State, command_id: str, error: OSError) -> ArmRefusal:
    """The refusal of a command that cannot run on this machine; the record of the command is removed."""
    state.get("runCommands", {}).pop(command_id, None)
    return ArmRefusal(503, "SandboxCannotRunCommands", str(error), source=sources.NO_RUN_COMMAND_HERE)


def _context(given: Any) -> bytes:
    if not given:
        return b""
    try:
        return base64.b64decode(given, validate=True)
    except (binascii.Error, ValueError, TypeError):
        raise invalid_parameter("context", "The value must be a zip file in base64") from None


def _links(request: ArmRequest, cluster: Json, command_id: str) -> dict[str, str]:
    host, version = cloud_of(request.state).arm_host, request.api_version
    address = f"https://{host}{cluster['id']}/commandResults/{command_id}?api-version={version}"
    return {"Location": address, "Retry-After": str(_RETRY_AFTER)}
