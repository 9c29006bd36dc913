"""The control planes of all clusters: each is started when a client first connects to its host, and ends with the
sandbox.

A cluster's data stay in a folder of the sandbox's own, so that the next run finds what an earlier one has deployed. Of
two sandboxes on one state file the first one to be asked runs a cluster's processes, and the other one uses them.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import shutil
from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from crosstenant.sandbox.kubelet.cluster_api import ApiAccess
from crosstenant.sandbox.kubernetes.certificates import certificates_of
from crosstenant.sandbox.kubernetes.control_plane import ControlPlane, ControlPlaneFailed, access_in
from crosstenant.sandbox.kubernetes.nodes import run_nodes
from crosstenant.sandbox.kubernetes.programs import find_programs
from crosstenant.sandbox.kubernetes.settings import ClusterSettings, has_api, settings_of
from crosstenant.sandbox.world.own_files import open_own, read_own, write_own
from crosstenant.sandbox.world.state import Store

_ATTEMPTS = 3


class ClusterUnreachable(OSError):
    """No API server answers at a host: no such cluster, or it is stopped."""


class ControlPlanes:
    """The control planes that this sandbox runs or uses."""

    def __init__(self, store: Store, folder: Callable[[], Path], environment: Callable[[], Mapping[str, str]]) -> None:
        """
        :param store: The sandbox's state.
        :param folder: Makes the folder for the clusters' folders, which only this user can enter.
        :param environment: The variables with which clients, the clusters' pods among them, reach the sandbox.
        """
        self._store = store
        self._folder = folder
        self._environment = environment
        self._served: dict[str, _Served] = {}
        self._locks: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def port_of(self, host: str) -> int:
        """The loopback port of the API server of a cluster; it is started where it does not run.

        :param host: The host name of the cluster's API server.
        :raises ClusterUnreachable: There is no such cluster, or it is stopped.
        :raises OSError: The programs are missing, or they do not start.
        """
        name = host.lower().rstrip(".")
        async with self._locks[name]:
            settings = settings_of(self._store, name)
            served = self._served.get(name)
            if served is not None and settings is not None and await served.answers(settings):
                return served.port
            if served is not None:
                del self._served[name]
                await served.end()
            if settings is None:
                raise ClusterUnreachable("there is no cluster with this host, or it is stopped")
            self._served[name] = found = await self._start(settings)
            return found.port

    async def access_of(self, host: str) -> ApiAccess:
        """The API server of a cluster, with the files of an administrator; it is started where it does not run.

        :param host: The host name of the cluster's API server.
        :raises ClusterUnreachable: There is no such cluster, or it is stopped.
        :raises OSError: The programs are missing, or they do not start.
        """
        port = await self.port_of(host)
        settings = settings_of(self._store, host.lower())
        if settings is None:
            raise ClusterUnreachable("there is no cluster with this host, or it is stopped")
        return access_in(self._folder() / settings.certificates.folder, port)

    async def stop(self) -> None:
        """Ends the processes of all clusters that this sandbox runs."""
        served = list(self._served.values())
        self._served.clear()
        await asyncio.gather(*(one.end() for one in served))

    async def _start(self, settings: ClusterSettings) -> _Served:
        self._remove_stale()
        folder = self._folder() / settings.certificates.folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        while (lock := _lock(folder)) is None:
            with suppress(OSError, ValueError):
                used = _Served(settings, int(read_own(folder / "port")))
                if await used.answers(settings):
                    return used
            await asyncio.sleep(0.2)
        try:
            plane = await self._started(settings, folder)
        except BaseException:
            os.close(lock)
            raise
        write_own(folder / "port", str(plane.access.port))
        kubelet = asyncio.create_task(run_nodes(plane.access, settings, self._store, folder, self._environment()))
        return _Served(settings, plane.access.port, _Own(plane, kubelet, lock))

    async def _started(self, settings: ClusterSettings, folder: Path) -> ControlPlane:
        programs = find_programs()
        for attempt in range(_ATTEMPTS):
            plane = ControlPlane(settings, programs, folder)
            try:
                await plane.start()
            except ControlPlaneFailed:
                # Another process may have taken one of the ports in between.
                await plane.stop()
                if attempt == _ATTEMPTS - 1:
                    raise
                continue
            except BaseException:
                await plane.stop()
                raise
            return plane
        raise AssertionError("the last attempt returns or raises")

    def _remove_stale(self) -> None:
        """Removes the folders of clusters that are gone, such as those before a reset of the state."""
        with self._store.read() as state:
            present = {certificates_of(one).folder for one in state["resources"].values() if has_api(one)}
        for folder in self._folder().iterdir() if self._folder().is_dir() else ():
            if folder.name not in present and (lock := _lock(folder)) is not None:
                shutil.rmtree(folder, ignore_errors=True)
                os.close(lock)


@dataclass(frozen=True)
class _Own:
    """What this sandbox runs for a cluster."""

    plane: ControlPlane
    kubelet: asyncio.Task[None]
    lock: int


class _Served:
    """A cluster's API server, run by this sandbox or by another one of the same state."""

    def __init__(self, settings: ClusterSettings, port: int, own: _Own | None = None) -> None:
        self.port = port
        self._settings = settings
        self._own = own

    async def answers(self, settings: ClusterSettings) -> bool:
        """Whether it runs with the present settings."""
        if self._settings != settings:
            return False
        if self._own is not None:
            return self._own.plane.is_running
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return False
        writer.close()
        return True

    async def end(self) -> None:
        if self._own is not None:
            self._own.kubelet.cancel()
            await asyncio.gather(self._own.kubelet, return_exceptions=True)
            await self._own.plane.stop()
            os.close(self._own.lock)


def _lock(folder: Path) -> int | None:
    """Claims a cluster's folder for this process; None where another one has it."""
    file = open_own(folder / "lock", os.O_RDWR | os.O_CREAT)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(file)
        return None
    return file
