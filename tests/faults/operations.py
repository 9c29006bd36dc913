"""What the plugin does for the engine, each operation as a cell of the matrix needs it: prepared, run, and judged."""

from __future__ import annotations

import uuid
from typing import Any, Final

from crosstenant.errors import OperatorError
from crosstenant.plugin.consent import Consent
from crosstenant.plugin.functions.check_service_principal import CheckServicePrincipal
from crosstenant.plugin.functions.check_sign_in import CheckSignIn
from crosstenant.plugin.functions.find_identity import FindIdentity
from crosstenant.plugin.functions.get_cluster import GetCluster
from crosstenant.plugin.functions.get_registry import GetRegistry
from crosstenant.plugin.functions.list_namesakes import ListNamesakes
from crosstenant.plugin.functions.may_write_none import MayWriteNone
from crosstenant.plugin.functions.missing_actions import MissingActions
from crosstenant.plugin.functions.role_assignment_exists import RoleAssignmentExists
from crosstenant.plugin.node_pull_check.resource import NodePullCheck
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
from tests.faults.node_pulls import check_nodes, integrate_with_entra, refresh_nodes
from tests.faults.operation import URN, Operation, Plugin, Run
from tests.faults.planted import APP, NEXT_SECRET, SECRET

ROLE_NAME: Final = "c0ffee00-0000-4000-8000-000000000001"
IDENTITY: Final = (
    f"{seed.REGISTRY_GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/nobody-has-this-name"
)


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


async def apply(plugin: Plugin, run: Run, secret: str, inputs: Properties | None = None) -> None:
    """An update: creates the record or updates it, and keeps what the engine keeps of a failure."""
    profile, urn = plugin.profile(), URN.format(ServicePrincipalProfile.token)
    inputs = inputs or profile_inputs(secret)
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


def _function(name: str, kind: Any, side: str, inputs: Properties) -> Operation:
    async def ask(plugin: Plugin, run: Run) -> None:
        await kind(plugin.context(side)).answer(inputs)

    return Operation(name, ask, of=kind.token)


async def rights(plugin: Plugin, run: Run) -> None:
    actions = ["Microsoft.Authorization/roleAssignments/write"]
    for scope in (seed.REGISTRY, seed.REGISTRY_GROUP):
        answer = await MissingActions(plugin.context("registry")).answer({"scope": scope, "actions": actions})
        assert answer == {"missing": []}, "an answer that is not there refuses nothing"


ROLE_ID: Final = f"{seed.REGISTRY}/providers/Microsoft.Authorization/roleAssignments/{ROLE_NAME}"
_PROFILE, _NODES = ServicePrincipalProfile.token, NodePullCheck.token
OPERATIONS: Final = (
    _function("getCluster", GetCluster, "cluster", {"clusterId": seed.CLUSTER}),
    _function("getRegistry", GetRegistry, "registry", {"registryId": seed.REGISTRY}),
    _function("checkSignIn", CheckSignIn, "cluster", {}),
    _function("checkServicePrincipal", CheckServicePrincipal, "registry", {"clientId": APP}),
    _function("listNamesakes", ListNamesakes, "cluster", {"displayName": "pull"}),
    _function("mayWriteNone", MayWriteNone, "cluster", {"collection": "applications"}),
    Operation("missingActions", rights, of=MissingActions.token),
    _function("roleAssignmentExists", RoleAssignmentExists, "registry", {"id": ROLE_ID}),
    _function("findIdentity", FindIdentity, "registry", {"id": IDENTITY, "mustExist": False}),
    Operation("first reset", first_secret, None, SECRET, 1, _PROFILE),
    Operation("rotation", next_secret, first_secret, NEXT_SECRET, 2, _PROFILE),
    Operation("refresh of a cluster", refresh, first_secret, SECRET, 1, _PROFILE),
    Operation("removal of a cluster", delete, drifted, seed.OLD_CLUSTER_SECRET, 1, _PROFILE),
    Operation("pull check", check_pull, of=PullCheck.token),
    Operation("refresh of a pull check", refresh_pull, check_pull, of=PullCheck.token),
    Operation("pull by nodes", check_nodes, of=_NODES, prepare=integrate_with_entra),
    Operation("refresh of a pull by nodes", refresh_nodes, check_nodes, of=_NODES, prepare=integrate_with_entra),
    Operation("consent", consent, of=Consent.token),
)
"""At least one of each resource and each function that the plugin serves: all of them talk to Azure."""


def prepare(store: Store, operation: Operation) -> None:
    """The application with two secrets, its service principals, its role, and resets that take a moment."""
    with store.change() as state:
        _add_chain(state)
        if operation.prepare:
            operation.prepare(state)


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
