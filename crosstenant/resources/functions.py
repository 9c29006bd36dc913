"""What a plan must know before it runs: a registry's mode and host, a cluster's identity and state."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

from crosstenant._version import VERSION

Refuse = Callable[[str], Exception]
"""Makes an error from its sentence."""


@dataclass(frozen=True)
class RegistryInfo:
    """A container registry as its tenant's Resource Manager describes it."""

    registry_id: str
    """ARM ID."""
    name: str
    """The registry's name."""
    login_server: str
    """Its host, ``fabrikamimages.azurecr.io``."""
    role_assignment_mode: str
    """``legacy``, where AcrPull counts, or ``abac``, where only repository roles do."""
    pull_role_name: str
    """Name of the role that permits pulls in that mode."""
    pull_role_definition_id: str
    """GUID of that role's definition."""
    public_network_access: str
    """``Enabled`` or ``Disabled``."""
    location: str
    """Azure region."""


@dataclass(frozen=True)
class ClusterInfo:
    """An AKS cluster as its tenant's Resource Manager describes it."""

    cluster_id: str
    """ARM ID."""
    exists: bool
    """Whether there is such a cluster; if not, the other fields are empty."""
    identity_kind: str
    """``ServicePrincipal`` or ``ManagedIdentity``."""
    client_id: str
    """Client ID of the application it uses, if it uses one."""
    provisioning_state: str
    """``Succeeded``, ``Updating``, ..."""
    power_state: str
    """``Running`` or ``Stopped``."""
    node_pools: Sequence[str]
    """Names of its node pools."""
    node_resource_group: str
    """Name of the resource group that holds its nodes."""
    location: str
    """Azure region."""


def get_registry(
    registry_id: pulumi.Input[str], opts: pulumi.InvokeOptions | None = None, *, refuse: Refuse = pulumi.RunError
) -> pulumi.Output[RegistryInfo]:
    """Looks a registry up, in the tenant of the provider in ``opts``.

    :param registry_id: ARM ID of the registry.
    :param opts: Invoke options with a ``crosstenant.Provider`` of the registry's tenant.
    :param refuse: Makes the error that ends the run from the sentence that says why.
    :returns: The registry. The run ends with one sentence when it is not there, belongs to another tenant, or the
        caller may not read it (``Microsoft.ContainerRegistry/registries/read``).
    """
    found = _invoke("getRegistry", {"registryId": registry_id}, opts, refuse)
    return found.apply(
        lambda it: RegistryInfo(
            registry_id=it["registryId"],
            name=it["name"],
            login_server=it["loginServer"],
            role_assignment_mode=it["roleAssignmentMode"],
            pull_role_name=it["pullRoleName"],
            pull_role_definition_id=it["pullRoleDefinitionId"],
            public_network_access=it["publicNetworkAccess"],
            location=it["location"],
        )
    )


def get_cluster(cluster_id: pulumi.Input[str], opts: pulumi.InvokeOptions | None = None) -> pulumi.Output[ClusterInfo]:
    """Looks a cluster up, in the tenant of the provider in ``opts``.

    :param cluster_id: ARM ID of the cluster.
    :param opts: Invoke options with a ``crosstenant.Provider`` of the cluster's tenant.
    :returns: The cluster, ``exists=False`` when there is none. The run ends with one sentence when its subscription
        belongs to another tenant or the caller may not read it (``Microsoft.ContainerService/managedClusters/read``).
    """
    found = _invoke("getCluster", {"clusterId": cluster_id}, opts)
    return found.apply(
        lambda it: ClusterInfo(
            cluster_id=it["clusterId"],
            exists=it["exists"],
            identity_kind=it["identityKind"],
            client_id=it["clientId"],
            provisioning_state=it["provisioningState"],
            power_state=it["powerState"],
            node_pools=it["nodePools"],
            node_resource_group=it["nodeResourceGroup"],
            location=it["location"],
        )
    )


@dataclass(frozen=True)
class SignInProblem:
    """Why a provider's credential does not sign in."""

    argument: str
    """The argument that is wrong, as Python spells it: ``client_secret``."""
    text: str
    """What is wrong with it and what to do."""


async def sign_in_problem(opts: pulumi.InvokeOptions) -> SignInProblem | None:
    """Signs in with the provider in ``opts``; what is wrong if that fails.

    :param opts: Invoke options with a ``crosstenant.Provider``.
    """
    found = await _call("checkSignIn", {}, opts)
    # A provider whose arguments a preview does not know yet answers nothing.
    if not found.get("problem"):
        return None
    argument = re.sub("[A-Z]", lambda letter: f"_{letter[0].lower()}", found["argument"])
    return SignInProblem(argument, found["problem"])


async def service_principal_obstacle(client_id: str | None, opts: pulumi.InvokeOptions) -> str:
    """What makes it impossible to make a service principal, in the tenant of the provider in ``opts``, of another
    tenant's application; empty if nothing is known to.

    :param client_id: The application's client ID (UUID), where it is known already.
    :param opts: Invoke options with a ``crosstenant.Provider`` of the tenant.
    """
    found = await _call("checkServicePrincipal", {"clientId": client_id} if client_id else {}, opts)
    return found["obstacle"]


def _invoke(
    function: str,
    arguments: dict[str, pulumi.Input[str]],
    opts: pulumi.InvokeOptions | None,
    refuse: Refuse = pulumi.RunError,
) -> pulumi.Output[dict[str, Any]]:
    return pulumi.Output.all(**arguments).apply(lambda known: _call(function, known, opts, refuse))


async def _call(
    function: str, arguments: dict[str, str], opts: pulumi.InvokeOptions | None, refuse: Refuse = pulumi.RunError
) -> dict[str, Any]:
    token = f"crosstenant:index:{function}"
    options = pulumi.InvokeOptions.merge(pulumi.InvokeOptions(version=VERSION), opts)
    try:
        return await pulumi.runtime.invoke_async(token, arguments, options)
    except Exception as error:
        # Pulumi's SDK raises a bare Exception, which would reach the terminal as a stack trace.
        text = _plain(str(error), token)
        raise refuse(text) from None


def _plain(message: str, token: str) -> str:
    for noise in (f"invoke of {token} failed: ", f"invocation of {token} returned an error: "):
        message = message.replace(noise, "")
    return message
