"""Clusters and their application in the sandbox, and a stack that declares nothing but the clusters' credentials."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
import uuid
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from crosstenant.sandbox.arm.clusters import operations, reset
from crosstenant.sandbox.host.descendants import descendants
from crosstenant.sandbox.world import resource_documents, seed
from crosstenant.sandbox.world.directory_documents import new_application, new_password, new_service_principal
from crosstenant.sandbox.world.faults import new_fault
from crosstenant.sandbox.world.state import State, now
from crosstenant.sandbox.world.times import timestamp
from lib.stack import Outcome, Stack
from tests.engine.engine_world import Azure

Json = dict[str, Any]

APP = "a0000000-0000-4000-8000-000000000a01"
PRINCIPAL = "a0000000-0000-4000-8000-000000000a0d"
SECRET = "first-secret-of-the-clusters"
NEXT_SECRET = "next-secret-of-the-clusters"
EXPIRED_SECRET = "expired-secret-of-the-clusters"
PROFILE = "crosstenant:index:ServicePrincipalProfile"

PROGRAM = """
    import json
    from pathlib import Path

    import pulumi

    import crosstenant

    config = pulumi.Config()
    provider = crosstenant.Provider(
        "contoso",
        tenant_id=config.require("clusterTenantId"),
        client_id=config.require("clusterClientId"),
        client_secret=config.require_secret("clusterClientSecret"),
    )
    for name, wanted in json.loads(Path("profiles.json").read_text()).items():
        timeout = wanted.pop("timeout", None)
        timeouts = pulumi.CustomTimeouts(create=timeout, update=timeout) if timeout else None
        options = pulumi.ResourceOptions(
            provider=provider, custom_timeouts=timeouts, delete_before_replace=wanted.pop("deleted_first", None)
        )
        crosstenant.ServicePrincipalProfile(name, **wanted, opts=options)
"""


class Profiles:
    """A stack of ``PROGRAM``: what it declares, and the clusters as Azure has them."""

    def __init__(self, azure: Azure, make_stack: Callable[..., Stack], folder: Path) -> None:
        """The stack with no profile yet; the application with its secrets is in Tenant A."""
        self.azure = azure
        self.stack = make_stack(PROGRAM)
        self._file = folder / "project" / "profiles.json"
        self._declared: dict[str, Json] = {}
        azure.change(add_application)
        self._write()

    def add(self, name: str, pools: dict[str, int] | None = None) -> str:
        """A cluster in Azure that acts as its old application, and nobody declares; its ARM ID."""
        cluster_id = f"{seed.CLUSTER_GROUP}/providers/Microsoft.ContainerService/managedClusters/{name}"
        self.azure.change(lambda state: add_cluster(state, cluster_id, pools or {"system": 2}))
        return cluster_id

    def declare(self, name: str, **arguments: object) -> None:
        """Has the program declare a profile of this cluster from now on, or with other arguments; made if missing."""
        cluster_id = f"{seed.CLUSTER_GROUP}/providers/Microsoft.ContainerService/managedClusters/{name}"
        given = self._declared.get(name) or {"cluster_id": cluster_id, "client_id": APP, "secret": SECRET}
        self._declared[name] = {**given, **arguments}
        self._write()

    def drop(self, name: str) -> None:
        """Takes a profile out of the program."""
        del self._declared[name]
        self._write()

    def cluster(self, name: str) -> Json:
        """The cluster as Azure has it."""
        return self.azure.state["resources"][
            f"{seed.CLUSTER_GROUP}/providers/microsoft.containerservice/managedclusters/{name}".lower()
        ]

    def change(self, name: str, **properties: object) -> None:
        """Changes a cluster behind everybody's back: members of its ``properties``."""

        def apply(state: State) -> None:
            document(state, name)["properties"].update(properties)

        self.azure.change(apply)

    def credential(self, name: str) -> tuple[str, str]:
        """Client ID and secret that the cluster has."""
        found = self.cluster(name)["_credential"]
        return found["clientId"], found["secret"]

    def resets(self, name: str) -> int:
        """How many resets of the cluster Azure accepted."""
        return sum(1 for it in self.azure.resets if it.endswith(f"/{name}"))

    @contextmanager
    def waited_for(self, name: str) -> Generator[None]:
        """The operation that runs on the cluster ends soon after the block has begun to wait for it."""
        # An update looks once for the difference, once before it acts, and then while it waits.
        enough = self.looks(name) + 3
        with meanwhile(lambda: self.looks(name) >= enough, lambda: self.azure.change(end_operations)):
            yield

    def is_followed(self) -> bool:
        """Whether the progress of a reset has been read: the answer to the request for it has arrived by then."""
        return any("/operations/" in it["path"] for it in self.azure.requests)

    def credential_states(self) -> dict[str, str]:
        """What the state says of each profile: whether its cluster has the credential."""
        return {name: it["credentialState"] for name, it in self.outputs().items()}

    def secrets(self) -> dict[str, str]:
        """The secret that the state has for each profile."""
        words = ("pulumi", "stack", "export", "--show-secrets", "--stack", "test")
        found = json.loads(self.stack.command(*words).output)["deployment"]["resources"]
        return {
            it["urn"].rsplit("::", 1)[-1]: json.loads(it["outputs"]["secret"]["plaintext"])
            for it in found
            if it["type"] == PROFILE
        }

    def outputs(self) -> dict[str, Json]:
        """The outputs in the state of each profile that is not on its way out; secrets stay encrypted."""
        found = [it for it in self.stack.resources() if it["type"] == PROFILE and not it.get("delete")]
        return {it["urn"].rsplit("::", 1)[-1]: it["outputs"] for it in found}

    def up(self, *options: str) -> Outcome:
        """An update that has to succeed."""
        done = self.stack.operate("up", *options)
        assert done.code == 0, done.output
        return done

    def sees(self, *options: str) -> Outcome:
        """Previews, which succeeds."""
        seen = self.stack.operate("preview", *options)
        assert seen.code == 0, seen.output
        return seen

    def fails(self, operation: str, *words: str, options: tuple[str, ...] = ()) -> Outcome:
        """An operation that has to fail, with these words and without a stack trace."""
        done = self.stack.operate(operation, *options)
        assert done.code != 0, done.output
        assert done.says(*words), done.output
        assert "Traceback" not in done.output
        return done

    def is_quiet(self) -> bool:
        """Whether nothing is left to do, by a refreshed preview."""
        return self.stack.operate("preview", "--refresh", "--expect-no-changes").code == 0

    def looks(self, name: str) -> int:
        """How often the cluster has been read."""
        return sum(1 for it in self.azure.requests if it["method"] == "GET" and it["path"].endswith(f"/{name}"))

    def _write(self) -> None:
        self._file.write_text(json.dumps(self._declared))


def document(state: State, name: str) -> Json:
    """A cluster in the state."""
    return next(it for key, it in state["resources"].items() if key.endswith(f"/managedclusters/{name}"))


def add_application(state: State) -> None:
    """The application that clusters are to act as, with a secret, the next one, and one that has expired."""
    moment = now(state)
    application = new_application(
        PRINCIPAL.replace("a0d", "a0e"), APP, seed.CLUSTER_TENANT, "pull", timestamp(moment), ""
    )
    spans = {SECRET: (-60, 86400), NEXT_SECRET: (-60, 86400), EXPIRED_SECRET: (-7200, -3600)}
    application["passwordCredentials"] = [
        new_password(str(uuid.uuid4()), secret, None, timestamp(moment + start), timestamp(moment + end), 0.0)
        for secret, (start, end) in spans.items()
    ]
    state["applications"][application["id"]] = application
    state["servicePrincipals"][PRINCIPAL] = new_service_principal(
        PRINCIPAL, application, seed.CLUSTER_TENANT, timestamp(moment)
    )


def add_cluster(state: State, cluster_id: str, pools: dict[str, int]) -> None:
    """A cluster of the old application, with its node group."""
    group = resource_documents.node_resource_group_id(cluster_id)
    state["resources"][cluster_id.lower()] = resource_documents.cluster(
        cluster_id, seed.CLUSTER_TENANT, pools, seed.OLD_CLUSTER_APP_ID, seed.OLD_CLUSTER_SECRET
    )
    state["resources"][group.lower()] = resource_documents.resource_group(group, managed_by=cluster_id)


def turn_managed(state: State, name: str) -> None:
    """Somebody gives a cluster a managed identity."""
    cluster = document(state, name)
    cluster["properties"]["servicePrincipalProfile"] = {"clientId": "msi"}
    cluster["identity"] = {"type": "SystemAssigned"}
    cluster["_credential"] = None


def run_operation(state: State, name: str, seconds: float) -> None:
    """Somebody else's update of a cluster, which takes so long."""
    operations.begin(state, operations.UPDATE, document(state, name), now(state), seconds)


def end_operations(state: State, *names: str) -> None:
    """What runs on these clusters, or on any, ends in a moment, but not at once."""
    for operation in state["operations"].values():
        if not operation["done"] and (not names or operation["resource"].rsplit("/", 1)[-1] in names):
            operation["_end"] = now(state) + 1.5


@contextmanager
def resets_of(*names: str, **how: object) -> Generator[None]:
    """Resets of these clusters that begin within the block are not as the settings say: ``seconds``, ``outcome``."""

    def begin(state: State, kind: str, cluster: Json, time: float, seconds: float, **rest: Any) -> str:
        given = {"seconds": seconds, **rest, **(how if cluster["name"] in names else {})}
        return operations.begin(state, kind, cluster, time, **given)

    with mock.patch.object(reset, "begin", begin):
        yield


def add_fault(state: State, **fault: object) -> None:
    """Azure Resource Manager misbehaves."""
    state["faults"].append(new_fault({"service": "arm", **fault}))


@contextmanager
def meanwhile(ready: Callable[[], bool], act: Callable[[], object]) -> Generator[None]:
    """Does something as soon as it is time for it, while the block runs; it is an error if that time never comes."""
    done, over = threading.Event(), threading.Event()

    def watch() -> None:
        while not over.is_set():
            if ready():
                act()
                done.set()
                return
            time.sleep(0.2)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
    assert done.is_set(), "the moment waited for never came"


def signal_to(name: str, number: signal.Signals) -> None:
    """Sends a signal to the one program of that name which is running for this test."""
    (pid,) = descendants(name)
    os.kill(pid, number)
