"""The life of one container: its image, its process, its restarts."""

from __future__ import annotations

import asyncio
import signal
import subprocess
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from crosstenant.sandbox.kubelet.cluster_api import ApiError
from crosstenant.sandbox.kubelet.container_command import ContainerNotStarted, container_command, runs_here
from crosstenant.sandbox.kubelet.fields import part
from crosstenant.sandbox.kubelet.image_pull import NodePullRefused, is_in_sandbox
from crosstenant.sandbox.kubelet.images import NodeImages
from crosstenant.sandbox.kubelet.pod_api import PodApi, now
from crosstenant.sandbox.kubelet.processes import kill_session, last_bytes, launch
from crosstenant.sandbox.kubelet.runtime_words import no_such_command

Json = dict[str, Any]

_FIRST_WAIT: Final = 1.0
_LONGEST_WAIT: Final = 30.0
"""A real kubelet waits 10 seconds at first and 300 at most, which is too long for a sandbox."""
_POLL_SECONDS: Final = 0.05
_MESSAGE_BYTES: Final = 2048
_NOT_STARTED: Final = 128


@dataclass(frozen=True)
class PodPlace:
    """Where the containers of a pod run."""

    folder: Path
    """The pod's own folder."""
    volumes: Mapping[str, Path]
    surroundings: Mapping[str, str]
    """The variables of every container."""
    log_folder: Path


class ContainerRun:
    """One container of a pod."""

    def __init__(
        self,
        pod: Json,
        container: Json,
        pod_api: PodApi,
        images: NodeImages,
        restarts: str,
        changed: Callable[[], Awaitable[None]],
    ) -> None:
        """
        :param pod: The pod.
        :param container: The container in its document.
        :param pod_api: The pod in the cluster's API.
        :param images: The node's images.
        :param restarts: ``Always``, ``OnFailure`` or ``Never``.
        :param changed: Is called after each change of ``status``.
        """
        self._pod = pod
        self._container = container
        self._pod_api = pod_api
        self._images = images
        self._restarts = restarts
        self._changed = changed
        self._process: subprocess.Popen[bytes] | None = None
        self.name: str = container["name"]
        self.status: Json = {
            "name": self.name,
            "image": container["image"],
            "imageID": "",
            "ready": False,
            "started": False,
            "restartCount": 0,
            "state": {"waiting": {"reason": "ContainerCreating"}},
            "lastState": {},
        }

    @property
    def exit_code(self) -> int | None:
        """The exit code of a container that has ended; None before."""
        ended = self.status["state"].get("terminated")
        return None if ended is None else int(ended["exitCode"])

    async def run(self, place: PodPlace) -> None:
        """Runs the container until it has ended for good."""
        wait = _FIRST_WAIT
        while True:
            await self._pull()
            unstarted = await self._cannot_start()
            code = unstarted if unstarted is not None else await self._wait(await self._start(place), place)
            if self._restarts == "Never" or (self._restarts == "OnFailure" and code == 0):
                return
            message = f"back-off {wait:.0f}s restarting failed container={self.name}"
            await self._pod_api.event("Warning", "BackOff", message, self.name)
            await self._become({"waiting": {"reason": "CrashLoopBackOff", "message": message}}, again=True)
            await asyncio.sleep(wait)
            wait = min(wait * 2, _LONGEST_WAIT)

    async def end(self, grace: float) -> None:
        """Ends the process: asks it to, and kills it after ``grace`` seconds."""
        process = self._process
        if process is None or process.poll() is not None:
            return
        process.send_signal(signal.SIGTERM)
        waited = 0.0
        while process.poll() is None and waited < grace:
            await asyncio.sleep(_POLL_SECONDS)
            waited += _POLL_SECONDS
        kill_session(process)

    def kill(self) -> None:
        """Ends the process at once."""
        if self._process is not None and self._process.poll() is None:
            kill_session(self._process)

    async def _pull(self) -> None:
        wait, image = _FIRST_WAIT, self._container["image"]
        while True:
            try:
                await self._images.ensure(self._pod, self._container, self._pod_api)
            except NodePullRefused as refusal:
                words = refusal.runtime
                await self._pod_api.event("Warning", "Failed", f'Failed to pull image "{image}": {words}', self.name)
                await self._pod_api.event("Warning", "Failed", "Error: ErrImagePull", self.name)
                await self._become({"waiting": {"reason": "ErrImagePull", "message": words}})
                await asyncio.sleep(_FIRST_WAIT / 2)
                message = f'Back-off pulling image "{image}": ErrImagePull: {words}'
                await self._pod_api.event("Normal", "BackOff", f'Back-off pulling image "{image}"', self.name)
                await self._pod_api.event("Warning", "Failed", "Error: ImagePullBackOff", self.name)
                await self._become({"waiting": {"reason": "ImagePullBackOff", "message": message}})
                await asyncio.sleep(wait)
                wait = min(wait * 2, _LONGEST_WAIT)
            else:
                self.status["imageID"] = image
                return

    async def _cannot_start(self) -> int | None:
        """The exit code of a container whose image does not have its command; None for one that can start.

        The images of the sandbox's registries are empty: they have no program.
        """
        command: list[str] = self._container.get("command") or []
        image = self._container["image"]
        if not command or runs_here(image) or not is_in_sandbox(image):
            return None
        await self._until_it_may_run()
        message = no_such_command(command[0])
        await self._pod_api.event("Normal", "Created", f"Created container: {self.name}", self.name)
        await self._pod_api.event("Warning", "Failed", f"Error: {message}: unknown", self.name)
        ended: Json = {
            "exitCode": _NOT_STARTED,
            "reason": "StartError",
            "message": f"{message}: unknown",
            "startedAt": "1970-01-01T00:00:00Z",
            "finishedAt": now(),
        }
        await self._become({"terminated": ended})
        return _NOT_STARTED

    async def _until_it_may_run(self) -> None:
        """Waits for ever where a container must not run as root, and nothing says that it does not."""
        pod, own = part(self._pod["spec"], "securityContext"), part(self._container, "securityContext")
        if not {**pod, **own}.get("runAsNonRoot") or {**pod, **own}.get("runAsUser"):
            return
        metadata = self._pod["metadata"]
        message = (
            f'container has runAsNonRoot and image will run as root (pod: "{metadata["name"]}_{metadata["namespace"]}'
            f'({metadata["uid"]})", container: {self.name})'
        )
        await self._pod_api.event("Warning", "Failed", f"Error: {message}", self.name)
        await self._become({"waiting": {"reason": "CreateContainerConfigError", "message": message}})
        await asyncio.Event().wait()

    async def _start(self, place: PodPlace) -> str:
        """Starts the process; returns the time."""
        if runs_here(self._container["image"]):
            command = None
            while command is None:
                try:
                    command = await container_command(
                        self._pod_api.api, self._pod, self._container, place.volumes, place.surroundings
                    )
                except (ApiError, ContainerNotStarted) as error:
                    waiting = {"reason": "CreateContainerConfigError", "message": str(error)}
                    await self._pod_api.event("Warning", "Failed", f"Error: {error}", self.name)
                    await self._become({"waiting": waiting})
                    await asyncio.sleep(_FIRST_WAIT)
            log = place.log_folder / f"{self.name}.log"
            # In the thread of the sandbox's loop, with which the process ends.
            self._process = launch(command.arguments, log, command.environment, place.folder)
        else:
            self._process = None
        started = now()
        await self._pod_api.event("Normal", "Created", f"Created container: {self.name}", self.name)
        await self._pod_api.event("Normal", "Started", f"Started container {self.name}", self.name)
        self.status.update(
            ready=True, started=True, containerID=f"sandbox://{self._pod['metadata']['uid']}/{self.name}"
        )
        await self._become({"running": {"startedAt": started}})
        return started

    async def _wait(self, started: str, place: PodPlace) -> int:
        """Waits for the end of the process; without a process, forever."""
        if self._process is None:
            await asyncio.Event().wait()
        process = self._process
        assert process is not None
        while (code := process.poll()) is None:  # noqa: ASYNC110 - a process has no event
            await asyncio.sleep(_POLL_SECONDS)
        kill_session(process)
        code = code if code >= 0 else 128 - code
        ended: Json = {
            "exitCode": code,
            "reason": "Completed" if code == 0 else "Error",
            "startedAt": started,
            "finishedAt": now(),
        }
        if code and self._container.get("terminationMessagePolicy") == "FallbackToLogsOnError":
            ended["message"] = last_bytes(place.log_folder / f"{self.name}.log", _MESSAGE_BYTES)
        self.status.update(ready=False, started=False)
        await self._become({"terminated": ended})
        return code

    async def _become(self, state: Json, again: bool = False) -> None:
        if again:
            self.status.update(lastState=self.status["state"], restartCount=self.status["restartCount"] + 1)
        self.status["state"] = state
        await self._changed()
