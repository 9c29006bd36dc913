"""The control plane of one cluster: etcd, kube-apiserver and kube-controller-manager on free ports of the loopback."""

from __future__ import annotations

import asyncio
import os
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from crosstenant.sandbox.kubelet.cluster_api import ApiAccess, ApiError, ClusterApi
from crosstenant.sandbox.kubelet.processes import free_ports, last_lines, launch
from crosstenant.sandbox.kubernetes.certificates import KeyPair
from crosstenant.sandbox.kubernetes.flags import api_server_flags, controller_manager_flags, etcd_flags
from crosstenant.sandbox.kubernetes.programs import Programs
from crosstenant.sandbox.kubernetes.settings import ClusterSettings
from crosstenant.sandbox.world.own_files import write_own

_READY_SECONDS: Final = 120.0
_END_SECONDS: Final = 5.0
_NAMES: Final = ("127.0.0.1", "localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc")


class ControlPlaneFailed(OSError):
    """A process of the control plane has ended; the message has the last lines of its log."""


def access_in(folder: Path, port: int) -> ApiAccess:
    """The API server of a cluster, and the files of an administrator.

    :param folder: The cluster's own folder.
    :param port: The port of the loopback that the API server listens on.
    """
    return ApiAccess(port, folder / "authority.pem", folder / "administrator.pem")


class ControlPlane:
    """The running processes of one cluster's control plane."""

    def __init__(self, settings: ClusterSettings, programs: Programs, folder: Path) -> None:
        """
        :param settings: The cluster.
        :param programs: The executables.
        :param folder: The cluster's own folder, for its data, its keys and its logs.
        """
        self.settings = settings
        self.folder = folder
        self._programs = programs
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._port = 0

    @property
    def access(self) -> ApiAccess:
        """The API server, and the files of an administrator."""
        return access_in(self.folder, self._port)

    @property
    def is_running(self) -> bool:
        """Whether all of its processes run."""
        return bool(self._processes) and all(one.poll() is None for one in self._processes.values())

    async def start(self) -> None:
        """Starts the processes; returns when the API server is ready and admits pods.

        It must be called in a thread that lives as long as the processes shall.

        :raises ControlPlaneFailed: A process has ended, or the API server is not ready in time.
        """
        etcd_port, peer_port, self._port = free_ports(3)
        self._write_files()
        folder, settings = self.folder, self.settings
        self._launch("etcd", [str(self._programs.etcd), *etcd_flags(folder, etcd_port, peer_port)])
        flags = api_server_flags(folder, settings.host, settings.issuer, etcd_port, self._port)
        self._launch("kube-apiserver", [str(self._programs.api_server), *flags])
        await self._until_ready()
        manager = [str(self._programs.controller_manager), *controller_manager_flags(folder)]
        self._launch("kube-controller-manager", manager)
        await self._until_pods_are_admitted()

    async def stop(self) -> None:
        """Ends the processes. What is in etcd stays in the cluster's folder."""
        # The API server would wait for its clients; etcd closes its files in order.
        for name, process in self._processes.items():
            process.terminate() if name == "etcd" else process.kill()
        until = time.monotonic() + _END_SECONDS
        for process in self._processes.values():
            while process.poll() is None and time.monotonic() < until:  # noqa: ASYNC110 - a process has no event
                await asyncio.sleep(0.02)
            process.kill()
            process.wait()
        self._processes.clear()

    def _launch(self, name: str, command: list[str]) -> None:
        environment: Mapping[str, str] = {"PATH": os.defpath, "HOME": str(self.folder), "TMPDIR": str(self.folder)}
        self._processes[name] = launch(command, self._log(name), environment, self.folder)

    async def _until_ready(self) -> None:
        until = time.monotonic() + _READY_SECONDS
        async with ClusterApi(self.access) as api:
            while not await api.is_ready():
                self._check_alive()
                if time.monotonic() > until:
                    last = last_lines(self._log("kube-apiserver"))
                    raise ControlPlaneFailed(
                        f"the API server of cluster {self.settings.name} was not ready within {_READY_SECONDS:.0f} "
                        f"seconds: {last}"
                    )
                await asyncio.sleep(0.1)

    async def _until_pods_are_admitted(self) -> None:
        """Waits for the first work of the controllers: a pod needs its service account."""
        until = time.monotonic() + _READY_SECONDS
        async with ClusterApi(self.access) as api:
            while time.monotonic() < until:
                self._check_alive()
                with suppress(ApiError):
                    await api.get("/api/v1/namespaces/default/serviceaccounts/default")
                    return
                await asyncio.sleep(0.05)
        raise ControlPlaneFailed(f"the controllers of cluster {self.settings.name} do not work")

    def _check_alive(self) -> None:
        for name, process in self._processes.items():
            if process.poll() is not None:
                raise ControlPlaneFailed(
                    f"{name} of cluster {self.settings.name} has ended with status {process.returncode}: "
                    f"{last_lines(self._log(name))}"
                )

    def _log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def _write_files(self) -> None:
        issued = self.settings.certificates
        server = issued.server(*_NAMES, self.settings.host)
        files: dict[str, KeyPair] = {"administrator": issued.administrator, "server": server}
        write_own(self.folder / "authority.pem", issued.authority.certificate)
        write_own(self.folder / "service-accounts.pem", self.settings.signing_key)
        for name, pair in files.items():
            # One file for both parts, as clients take it; the flags of the servers read each part from it.
            write_own(self.folder / f"{name}.pem", pair.key + pair.certificate)
        write_own(self.folder / "controller-manager.conf", self._manager_config())

    def _manager_config(self) -> str:
        access = self.access
        client = access.client
        return (
            "apiVersion: v1\nkind: Config\ncurrent-context: local\n"
            f"clusters:\n- name: local\n  cluster:\n    server: https://127.0.0.1:{access.port}\n"
            f"    certificate-authority: {access.authority}\n"
            "contexts:\n- name: local\n  context: {cluster: local, user: local}\n"
            f"users:\n- name: local\n  user:\n    client-certificate: {client}\n    client-key: {client}\n"
        )
