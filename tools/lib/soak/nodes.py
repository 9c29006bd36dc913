"""The nodes of the clusters: each pulls an image over and over, with the credential that it has at that moment."""

from __future__ import annotations

import asyncio
import ssl
import threading
import time
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, Final

from crosstenant.sandbox.kubelet.image_pull import NodePullRefused, pull_image
from crosstenant.sandbox.kubelet.node_pull import credential_of
from crosstenant.sandbox.world import drift
from crosstenant.sandbox.world.state import Store
from lib.soak.causes import Causes

Json = dict[str, Any]

IMAGE: Final = "fabrikamimages.azurecr.io/hello:1.0"


class Nodes:
    """One loop of pulls for each node, in a thread beside the stack's operations: a context manager."""

    def __init__(
        self,
        store: Store,
        clusters: tuple[str, ...],
        causes: Causes,
        *,
        proxy: str,
        trusted: ssl.SSLContext,
        pause: float,
    ) -> None:
        """
        :param store: The sandbox's state.
        :param clusters: Names of the clusters.
        :param causes: Is told of refused pulls.
        :param proxy: The sandbox's URL.
        :param trusted: The sandbox's authorities.
        :param pause: Seconds between two pulls of a node.
        """
        self._store, self._clusters, self._causes = store, clusters, causes
        self._proxy, self._trusted, self._pause = proxy, trusted, pause
        self._stop, self._gate, self._running, self._held = threading.Event(), threading.Condition(), 0, False
        self.granted = Counter[str]()
        """Pulls, by node: ``aks-prod/aks-system-0``."""
        self._thread = threading.Thread(target=lambda: asyncio.run(self._all_pull()), daemon=True)

    def __enter__(self) -> Nodes:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(60)

    @contextmanager
    def still(self) -> Generator[None]:
        """No pull goes on: a day passes between two pulls, not in the middle of one, where its token would end."""
        with self._gate:
            self._held = True
            self._gate.wait_for(lambda: not self._running)
        try:
            yield
        finally:
            self._held = False

    async def _all_pull(self) -> None:
        with self._store.read() as state:
            found = [(it, node["name"]) for it in self._clusters for node in self._document(state, it)["_nodes"]]
        await asyncio.gather(*(self._pull_on(*it) for it in found))

    async def _pull_on(self, cluster: str, name: str) -> None:
        while not self._stop.is_set():
            if self._enter():
                begins = time.monotonic()
                try:
                    await pull_image(IMAGE, credential_of(self._node(cluster, name)), self._proxy, self._trusted)
                    self.granted[f"{cluster}/{name}"] += 1
                except NodePullRefused as refusal:
                    self._causes.refused(cluster, name, begins, str(refusal))
                except Exception as error:  # A loop that ended would be a node that is not refused any longer.
                    self._causes.unexplained.append(f"cluster {cluster}, node {name}: {error!r}")
                finally:
                    self._leave()
                await asyncio.sleep(self._pause)
            else:
                await asyncio.sleep(0.02)

    def _enter(self) -> bool:
        with self._gate:
            self._running += not self._held
            return not self._held

    def _leave(self) -> None:
        with self._gate:
            self._running -= 1
            self._gate.notify_all()

    def _node(self, cluster: str, name: str) -> Json:
        with self._store.read() as state:
            return next(dict(it) for it in self._document(state, cluster)["_nodes"] if it["name"] == name)

    @staticmethod
    def _document(state: Json, cluster: str) -> Json:
        return drift.resource(state, drift.CLUSTERS, cluster)
