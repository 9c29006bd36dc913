"""Components without an engine: what a program registers with a monitor that accepts everything and answers at once.

A test of this kind shows the exact children: types, names, inputs, parents, providers, dependencies, options, secrets.
It proves neither that a provider accepts the inputs, nor that a plan is what the options ask for, nor what happens when
something fails: ``tests/engine`` does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pulumi
from google.protobuf import json_format
from pulumi.runtime import test as run_program
from pulumi.runtime.mocks import MockCallArgs, MockMonitor, MockResourceArgs, Mocks, set_mocks
from pulumi.runtime.proto import resource_pb2

from crosstenant import TenantArgs
from crosstenant.model.arm_id import IDENTITY_TYPE

TENANT_A, TENANT_B = "a0000000-0000-4000-8000-00000000000a", "b0000000-0000-4000-8000-00000000000b"
SUBSCRIPTION_A, SUBSCRIPTION_B = "a0000000-0000-4000-8000-0000000000a1", "b0000000-0000-4000-8000-0000000000b1"
APP: Final = "c0000000-0000-4000-8000-00000000000c"
ROLE: Final = "7f951dda-4ed3-4680-a7ca-43fe172d538d"
SECRET: Final = "planted-secret"
KEY_ID: Final = "c0000000-0000-4000-8000-0000000000ce"

CLUSTER_TENANT = TenantArgs(tenant_id=TENANT_A)
REGISTRY_TENANT = TenantArgs(tenant_id=TENANT_B)
CLUSTER_ID: Final = (
    f"/subscriptions/{SUBSCRIPTION_A}/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/aks"
)
REGISTRY_ID: Final = (
    f"/subscriptions/{SUBSCRIPTION_B}/resourceGroups/rg/providers/Microsoft.ContainerRegistry/registries/images"
)

APPLICATION: Final = "azuread:index/application:Application"
PRINCIPAL: Final = "azuread:index/servicePrincipal:ServicePrincipal"
PASSWORD: Final = "azuread:index/applicationPassword:ApplicationPassword"
ROLE_ASSIGNMENT: Final = "azure-native:authorization:RoleAssignment"
IDENTITY: Final = "azure-native:managedidentity:UserAssignedIdentity"
KUBERNETES_SECRET: Final = "kubernetes:core/v1:Secret"
APPLICATION_CREDENTIAL: Final = (
    "azuread:index/applicationFederatedIdentityCredential:ApplicationFederatedIdentityCredential"
)
CREDENTIAL: Final = "azure-native:managedidentity:FederatedIdentityCredential"
PULL_CHECK: Final = "crosstenant:index:PullCheck"
PROFILE: Final = "crosstenant:index:ServicePrincipalProfile"
NODE_PULL: Final = "crosstenant:index:NodePullCheck"
CONSENT: Final = "crosstenant:index:Consent"

# How Pulumi marks a secret: https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/sig/sig.go
_SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
_SECRET_SIGNATURE: Final = "1b47061264138c4ac30d75fd1eb44270"
UNKNOWN: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


@dataclass(frozen=True)
class Secret:
    """A secret value."""

    value: object


@dataclass(frozen=True)
class Registered:
    """A resource that the program declared."""

    request: Any

    @property
    def type(self) -> str:
        """Its type."""
        return self.request.type

    @property
    def name(self) -> str:
        """Its name."""
        return self.request.name

    @property
    def inputs(self) -> dict[str, Any]:
        """Its inputs."""
        found = _plain(json_format.MessageToDict(self.request.object))
        assert isinstance(found, dict)
        return found

    @property
    def provider(self) -> str:
        """Name of its provider; empty for the default one."""
        return self.request.provider.rsplit("::", 2)[-2] if self.request.provider else ""

    @property
    def parent(self) -> str:
        """Type and name of its parent."""
        return _called(self.request.parent)

    @property
    def dependencies(self) -> set[str]:
        """Types and names of what it depends on."""
        return {_called(it) for it in self.request.dependencies}


@dataclass(frozen=True)
class Invoked:
    """A function that the program called."""

    token: str
    provider: str


class Built:
    """What a program registered."""

    def __init__(self, monitor: _Monitor) -> None:
        self.resources = [Registered(it) for it in monitor.registered]
        self.invokes = [
            Invoked(it.tok, it.provider.rsplit("::", 2)[-2] if it.provider else "") for it in monitor.called
        ]
        self.outputs = {_called(it.urn): _plain(json_format.MessageToDict(it.outputs)) for it in monitor.completed}

    @property
    def custom(self) -> list[Registered]:
        """The resources but components and providers."""
        return [it for it in self.resources if it.request.custom and not it.type.startswith("pulumi:providers:")]

    def one(self, kind: str, name: str | None = None) -> Registered:
        """The one resource of a type, or of a type and name."""
        (found,) = [it for it in self.resources if it.type == kind and name in (None, it.name)]
        return found

    def children(self, parent: str) -> list[tuple[str, str]]:
        """Types and names of a component's children, in the order in which they are declared first."""
        return [(it.type, it.name) for it in self.resources if it.parent == parent]


def issuer_of(cluster: str) -> str:
    """The issuer of a cluster with this name; one issuer for all that are named ``twin...``."""
    return f"https://westeurope.oic.prod-aks.azure.com/{TENANT_A}/{'twin' if cluster.startswith('twin') else cluster}/"


def build(program: Callable[[], object], *, preview: bool = False) -> Built:
    """Runs a program."""
    monitor = _Monitor(_Azure())
    # Pulumi's runner takes the thread's loop, which a test before may have closed.
    asyncio.set_event_loop(asyncio.new_event_loop())
    set_mocks(monitor.mocks, preview=preview, monitor=monitor)
    run_program(program)()
    return Built(monitor)


def later(value: str, *, known: bool = True) -> pulumi.Output[str]:
    """An output, unknown in a preview that has not made it yet."""
    loop = asyncio.get_event_loop()

    def settled(result: object) -> asyncio.Future[Any]:
        future = loop.create_future()
        future.set_result(result)
        return future

    return pulumi.Output(settled(set()), settled(value if known else None), settled(known))


class _Azure(Mocks):
    """Outputs as the providers give them."""

    def call(self, args: MockCallArgs) -> Any:
        if args.token == "azuread:index/getClientConfig:getClientConfig":
            return {"objectId": "caller", "clientId": "", "id": "", "tenantId": ""}
        if args.token == "crosstenant:index:getCluster":
            name = str(args.args["clusterId"]).rsplit("/", 1)[-1]
            exists, on = not name.startswith("missing"), not name.startswith(("missing", "off"))
            return {
                "clusterId": args.args["clusterId"],
                "exists": exists,
                "identityKind": "ManagedIdentity",
                "clientId": "",
                "provisioningState": "Succeeded",
                "powerState": "Running",
                "nodePools": [],
                "nodeResourceGroup": "MC",
                "location": "westeurope",
                "oidcIssuerEnabled": on,
                "oidcIssuerUrl": issuer_of(name) if on else "",
                "workloadIdentityEnabled": False,
            }
        if args.token == "crosstenant:index:findIdentity":
            return self.identity(str(args.args["id"]))
        if args.token == "crosstenant:index:getRegistry":
            name = str(args.args["registryId"]).rsplit("/", 1)[-1]
            return {
                "registryId": args.args["registryId"],
                "name": name,
                "loginServer": f"{name}.azurecr.io",
                "roleAssignmentMode": "abac" if name.endswith("abac") else "legacy",
                "pullRoleName": "AcrPull",
                "pullRoleDefinitionId": ROLE,
                "publicNetworkAccess": "Enabled",
                "location": "westeurope",
                "takesArmTokens": not name.startswith("hardened"),
            }
        return {}

    def identity(self, identity_id: str) -> dict[str, Any]:
        """The identity with this ID: one that exists is named ``present...``, and ``full`` holds 19 credentials."""
        name = identity_id.rsplit("/", 1)[-1].lower()
        exists = name.startswith(("present", "full"))
        others = [{"name": f"other-{it}", "issuer": f"https://{it}/", "subject": "s"} for it in range(19)]
        return {
            "exists": exists,
            "clientId": "client-of-present" if exists else "",
            "principalId": "principal-of-present" if exists else "",
            "tenantId": (TENANT_A if "foreign" in name else TENANT_B) if exists else "",
            "location": "malaysiasouth" if "malaysia" in identity_id else "westeurope",
            "credentials": others if name == "full" else [],
        }

    def new_resource(self, args: MockResourceArgs) -> Any:
        outputs = {
            APPLICATION: {"clientId": APP, "objectId": "application-object"},
            PRINCIPAL: {"objectId": f"object-of-{args.name}"},
            PASSWORD: {"value": SECRET, "keyId": KEY_ID, "endDate": args.inputs.get("endDate", "2099-01-01T00:00:00Z")},
            IDENTITY: {
                "clientId": "client-of-identity",
                "principalId": "principal-of-identity",
                "name": args.inputs.get("resourceName"),
                "location": "westeurope",
            },
            PULL_CHECK: {"result": "granted"},
            NODE_PULL: {"result": "pulled"},
            CONSENT: {"objectId": "object-of-consent"},
            PROFILE: {
                "credentialState": "applied",
                "nodePools": ["system"],
                "provisioningState": "Succeeded",
                "resetAt": "2026-01-01T00:00:00Z",
                "servicePrincipalProfile": {"clientId": APP, "secret": SECRET},
            },
        }.get(args.typ, {})
        if args.typ == PROFILE and "resetNotBefore" in args.inputs:  # A cluster that acts as another application.
            outputs |= {"credentialState": "waiting", "waitsFor": "its time", "clusterClientId": "former"}
        if args.typ == PROFILE and "whenStopped" in args.inputs:  # A cluster that keeps an earlier secret.
            outputs |= {"credentialState": "waiting", "waitsFor": "its start", "clusterClientId": APP.upper()}
        if args.typ == KUBERNETES_SECRET:
            outputs = {"metadata": {**args.inputs["metadata"], "uid": f"uid-of-{args.name}"}}
        resource_id = f"{args.name}-id"
        if args.typ == IDENTITY:
            group = f"/subscriptions/{SUBSCRIPTION_B}/resourceGroups/{args.inputs['resourceGroupName']}"
            resource_id = f"{group}/providers/{IDENTITY_TYPE}/{args.inputs['resourceName']}"
        return resource_id, {**args.inputs, **outputs}


class _Monitor(MockMonitor):
    """Pulumi's stand-in for the engine, which remembers all that it was asked."""

    def __init__(self, mocks: Mocks) -> None:
        super().__init__(mocks)
        self.registered: list[Any] = []
        self.called: list[Any] = []
        self.completed: list[Any] = []

    def RegisterResource(self, request: Any) -> Any:
        if request.type != "pulumi:pulumi:Stack":
            self.registered.append(request)
        return super().RegisterResource(request)

    def RegisterResourceOutputs(self, request: Any) -> Any:
        self.completed.append(request)
        return super().RegisterResourceOutputs(request)

    def Invoke(self, request: resource_pb2.ResourceInvokeRequest) -> Any:
        self.called.append(request)
        return super().Invoke(request)


def _called(urn: str) -> str:
    if not urn:
        return ""
    kind, name = urn.split("::")[-2:]
    return f"{kind.rsplit('$', 1)[-1]} {name}"


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        if value.get(_SIGNATURE) == _SECRET_SIGNATURE:
            return Secret(_plain(value["value"]))
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value
