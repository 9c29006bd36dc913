"""What the plugin does for the engine, each operation as a cell of the matrix needs it: prepared, run, and judged."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from crosstenant.azure.clusters.clusters import Clusters
from crosstenant.azure.connections.open_transports import close_all
from crosstenant.azure.sign_in.tenant import Tenant
from crosstenant.errors import OperatorError
from crosstenant.model.clouds import PUBLIC
from crosstenant.model.credentials.kinds import ClientSecret
from crosstenant.plugin.consent import Consent
from crosstenant.plugin.context import Context
from crosstenant.plugin.functions.check_service_principal import CheckServicePrincipal
from crosstenant.plugin.functions.check_sign_in import CheckSignIn
from crosstenant.plugin.functions.find_identity import FindIdentity
from crosstenant.plugin.functions.get_cluster import GetCluster
from crosstenant.plugin.functions.get_registry import GetRegistry
from crosstenant.plugin.functions.list_namesakes import ListNamesakes
from crosstenant.plugin.functions.role_assignment_exists import RoleAssignmentExists
from crosstenant.plugin.pull_check.resource import PullCheck
from crosstenant.plugin.service_principal_profile.resource import ServicePrincipalProfile
from crosstenant.provider_kit.errors_to_grpc import PartialError
from crosstenant.provider_kit.resource import Properties
from crosstenant.provider_kit.values import from_properties
from crosstenant.sandbox.world import drift, seed
from crosstenant.sandbox.world.directory_documents import new_application, new_password, new_service_principal
from crosstenant.sandbox.world.state import State, Store, now
from crosstenant.sandbox.world.times import timestamp
from tests.engine.registry_stacks import give_role
from tests.fakes import Terminal, as_log
from tests.faults.fast_clock import FastClock
from tests.faults.planted import APP, NEXT_SECRET, SECRET

ROLE_NAME: Final = "c0ffee00-0000-4000-8000-000000000001"
IDENTITY: Final = (
    f"{seed.REGISTRY_GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/nobody-has-this-name"
)
URN: Final = "urn:pulumi:dev::test::{}::cell"


class Plugin:
    """A process of the plugin, as far as one resource needs it: with the run it ends, and the stack's state stays."""

    silence: ClassVar[float] = 0.0
    """The seconds that azure-core would have waited in this cell, without a word."""

    def __init__(self, store: Store) -> None:
        self.store, self.terminal, self.clock = store, Terminal(), FastClock()
        self._tenants = {
            "cluster": Tenant(
                seed.CLUSTER_TENANT, PUBLIC, ClientSecret(seed.CLUSTER_CALLER_ID, seed.CLUSTER_CALLER_SECRET)
            ),
            "registry": Tenant(
                seed.REGISTRY_TENANT, PUBLIC, ClientSecret(seed.REGISTRY_CALLER_ID, seed.REGISTRY_CALLER_SECRET)
            ),
        }

    def context(self, side: str) -> Context:
        return Context(self._tenants[side], as_log(self.terminal))

    def profile(self) -> ServicePrincipalProfile:
        context = self.context("cluster")
        return ServicePrincipalProfile(context, Clusters(context.tenant, self.clock), clock=self.clock)

    async def end(self) -> None:
        for tenant in self._tenants.values():
            await tenant.aclose()
        await close_all()


@dataclass
class Run:
    """What the state of a stack keeps of one resource from run to run."""

    olds: Properties | None = None
    """Its outputs; ``None`` before it is made."""


Step = Callable[[Plugin, Run], Awaitable[Any]]


@dataclass(frozen=True)
class Operation:
    """One operation of the plugin."""

    name: str
    step: Step
    """What the engine asks for; asked again after a failure, it must succeed."""
    before: Step | None = None
    """What happened before, without a fault."""
    credential: str = ""
    """The secret that the cluster must have at the end; empty where the operation does not touch it."""
    resets: int = 0
    """How many resets it needs, those of ``before`` included."""


def profile_inputs(secret: str = SECRET) -> Properties:
    return {
        "clusterId": seed.CLUSTER,
        "clientId": APP,
        "secret": secret,
        "abandonOnDelete": False,
        "waitForPrincipalSeconds": 20,
    }


def check_inputs() -> Properties:
    return {
        "registryId": seed.REGISTRY,
        "clientId": APP,
        "secret": SECRET,
        "mode": "require",
        "timeoutSeconds": 60,
        "repository": "hello",
        "reference": "1.0",
        "triggers": [],
    }


async def apply(plugin: Plugin, run: Run, secret: str) -> None:
    """An update: creates the record or updates it, and keeps what the engine keeps of a failure."""
    profile, urn = plugin.profile(), URN.format(ServicePrincipalProfile.token)
    inputs = profile_inputs(secret)
    try:
        if run.olds is None:
            await profile.preview_create(urn, inputs)
            _, run.olds = await profile.create(urn, inputs, 0)
        else:
            await profile.preview_update(urn, seed.CLUSTER, run.olds, inputs)
            run.olds = await profile.update(urn, seed.CLUSTER, run.olds, inputs, 0)
    except PartialError as error:
        run.olds = from_properties(error.properties)
        raise


async def first_secret(plugin: Plugin, run: Run) -> None:
    await apply(plugin, run, SECRET)


async def next_secret(plugin: Plugin, run: Run) -> None:
    await apply(plugin, run, NEXT_SECRET)


async def refresh(plugin: Plugin, run: Run) -> None:
    assert run.olds is not None
    seen = await plugin.profile().read(
        URN.format(ServicePrincipalProfile.token), seed.CLUSTER, profile_inputs(), run.olds
    )
    assert seen is not None, "the record of a cluster that exists has left the state"
    assert seen.outputs["credentialState"] == run.olds["credentialState"]
    run.olds = seen.outputs


async def delete(plugin: Plugin, run: Run) -> None:
    assert run.olds is not None
    await plugin.profile().delete(URN.format(ServicePrincipalProfile.token), seed.CLUSTER, run.olds, 0)


async def drifted(plugin: Plugin, run: Run) -> None:
    """The cluster has another application, so that its record can be deleted."""
    await first_secret(plugin, run)
    with plugin.store.change() as state:
        drift.reset_cluster(state, "aks-prod")


async def check_pull(plugin: Plugin, run: Run) -> None:
    check = PullCheck(plugin.context("registry"), clock=plugin.clock)
    urn = URN.format(PullCheck.token)
    await check.preview_create(urn, check_inputs())
    _, run.olds = await check.create(urn, check_inputs(), 0)
    assert run.olds["result"] == "pulled"


async def refresh_pull(plugin: Plugin, run: Run) -> None:
    """A refusal that a refresh hears is no error: the result says it."""
    assert run.olds is not None
    check = PullCheck(plugin.context("registry"), clock=plugin.clock)
    seen = await check.read(URN.format(PullCheck.token), "id", check_inputs(), run.olds)
    assert seen is not None, "the check has left the state"
    if seen.outputs["result"] != "pulled":
        raise OperatorError(" ".join(plugin.terminal.warnings) or f"{seen.outputs['refusalReason']}: {seed.REGISTRY}")


async def consent(plugin: Plugin, run: Run) -> None:
    resource = Consent(plugin.context("registry"), clock=plugin.clock)
    inputs = {"clientId": APP, "secret": SECRET, "timeoutSeconds": 0, "secretTimeoutSeconds": 20}
    urn = URN.format(Consent.token)
    await resource.preview_create(urn, inputs)
    _, run.olds = await resource.create(urn, inputs, 0)


def function(kind: Any, side: str, inputs: Properties) -> Step:
    async def ask(plugin: Plugin, run: Run) -> None:
        await kind(plugin.context(side)).answer(inputs)

    return ask


ROLE_ID: Final = f"{seed.REGISTRY}/providers/Microsoft.Authorization/roleAssignments/{ROLE_NAME}"
OPERATIONS: Final = (
    Operation("getCluster", function(GetCluster, "cluster", {"clusterId": seed.CLUSTER})),
    Operation("getRegistry", function(GetRegistry, "registry", {"registryId": seed.REGISTRY})),
    Operation("checkSignIn", function(CheckSignIn, "cluster", {})),
    Operation("checkServicePrincipal", function(CheckServicePrincipal, "registry", {"clientId": APP})),
    Operation("listNamesakes", function(ListNamesakes, "cluster", {"displayName": "pull"})),
    Operation("roleAssignmentExists", function(RoleAssignmentExists, "registry", {"id": ROLE_ID})),
    Operation("findIdentity", function(FindIdentity, "registry", {"id": IDENTITY, "mustExist": False})),
    Operation("first reset", first_secret, credential=SECRET, resets=1),
    Operation("rotation", next_secret, first_secret, NEXT_SECRET, 2),
    Operation("refresh of a cluster", refresh, first_secret, SECRET, 1),
    Operation("removal of a cluster", delete, drifted, seed.OLD_CLUSTER_SECRET, 1),
    Operation("pull check", check_pull),
    Operation("refresh of a pull check", refresh_pull, check_pull),
    Operation("consent", consent),
)


def prepare(store: Store) -> None:
    """The application with two secrets, its service principals, its role, and resets that take a moment."""
    with store.change() as state:
        _add_chain(state)


def _add_chain(state: State) -> None:
    moment = now(state)
    application = new_application(
        str(uuid.uuid4()), APP, seed.CLUSTER_TENANT, "pull", timestamp(moment), "contoso.test"
    )
    application["signInAudience"] = "AzureADMultipleOrgs"
    span = timestamp(moment - 7200), timestamp(moment + 86400)
    application["passwordCredentials"] = [
        new_password(str(uuid.uuid4()), secret, secret[:3], *span, 0.0) for secret in (SECRET, NEXT_SECRET)
    ]
    state["applications"][application["id"]] = application
    for tenant, principal_id in ((seed.CLUSTER_TENANT, f"{APP[:-1]}8"), (seed.REGISTRY_TENANT, f"{APP[:-1]}9")):
        principal = new_service_principal(principal_id, application, tenant, timestamp(moment))
        state["servicePrincipals"][principal_id] = {**principal, "_graph_permissions": [], "_usable_at": 0.0}
    give_role(state, seed.REGISTRY, f"{APP[:-1]}9", name=ROLE_NAME)
    state["settings"]["reset"] |= {"seconds": 0.05, "retry_after": 1}
