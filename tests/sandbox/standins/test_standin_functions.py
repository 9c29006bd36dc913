"""The stand-ins' functions beside the SDKs': arguments are known or refused, and answers have the SDK's names."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable
from typing import Any

import pulumi_azuread
import pytest
from pulumi_azure_native import authorization, containerregistry, containerservice, resources

from crosstenant.sandbox.standins.azure_native import package as azure_native
from crosstenant.sandbox.standins.azuread import package as azuread
from crosstenant.sandbox.world import seed

OF_A_CALLER = f"{seed.REGISTRY}/providers/Microsoft.Authorization/roleAssignments"
CALLS: dict[str, tuple[Any, str, dict[str, str]]] = {
    "azuread:index/getApplication:getApplication": (
        pulumi_azuread.get_application,
        "cluster",
        {"clientId": seed.CLUSTER_CALLER_ID},
    ),
    "azuread:index/getClientConfig:getClientConfig": (pulumi_azuread.get_client_config, "cluster", {}),
    "azuread:index/getServicePrincipal:getServicePrincipal": (
        pulumi_azuread.get_service_principal,
        "cluster",
        {"clientId": seed.CLUSTER_CALLER_ID},
    ),
    "azure-native:authorization:getClientConfig": (authorization.get_client_config, "registry", {}),
    "azure-native:authorization:getRoleAssignment": (authorization.get_role_assignment, "registry", {}),
    "azure-native:authorization:getRoleDefinition": (
        authorization.get_role_definition,
        "registry",
        {"scope": seed.REGISTRY, "roleDefinitionId": seed.ACR_PULL},
    ),
    "azure-native:containerregistry:getRegistry": (
        containerregistry.get_registry,
        "registry",
        {"resourceGroupName": "rg-registries", "registryName": "fabrikamimages"},
    ),
    "azure-native:containerservice:getManagedCluster": (
        containerservice.get_managed_cluster,
        "cluster",
        {"resourceGroupName": "rg-clusters", "resourceName": "aks-prod"},
    ),
    "azure-native:resources:getResourceGroup": (
        resources.get_resource_group,
        "registry",
        {"resourceGroupName": "rg-registries"},
    ),
}
"""By token: the SDK's function, the tenant of an object in the sandbox, and the arguments that find it."""

NOT_TAKEN = {
    "azuread:index/getApplication:getApplication": {"identifierUri"},
    "azure-native:authorization:getRoleAssignment": {"tenantId"},
}
NOT_SERVED = {
    "azuread:index/getApplication:getApplication": {"identifierUri", "optionalClaims"},
    "azuread:index/getServicePrincipal:getServicePrincipal": {
        "featureTags",
        "features",
        "samlMetadataUrl",
        "samlSingleSignOns",
    },
}
FUNCTIONS: dict[str, Any] = {it.token: it for it in (*azuread.FUNCTIONS, *azure_native.FUNCTIONS)}
each = pytest.mark.parametrize("token", FUNCTIONS)


@pytest.fixture
def call(graph: Any, make_arm_client: Callable[..., Any]) -> Callable[..., Any]:
    async def answer(token: str, **more: str) -> Any:
        tenant, given = CALLS[token][1:]
        if token.endswith("getRoleAssignment") and not more:
            arm = make_arm_client(tenant)
            listed = await arm.get(OF_A_CALLER, "2022-04-01")
            one = listed["value"][0]
            given = {"scope": one["properties"]["scope"], "roleAssignmentName": one["name"]}
        context = graph if token.startswith("azuread:") else make_arm_client(tenant)
        return await FUNCTIONS[token](context).call({**given, **more})

    return answer


def test_every_function_is_compared():
    assert CALLS.keys() == FUNCTIONS.keys()


@each
async def test_arguments_are_the_sdks_and_others_are_refused(call: Callable[..., Any], token: str):
    sdk = set(re.findall(r"__args__\['(\w+)'\]", inspect.getsource(CALLS[token][0])))
    served = set(FUNCTIONS[token].schema.get("inputs", {}).get("properties", {}))
    assert served | NOT_TAKEN.get(token, set()) == sdk
    for name in NOT_TAKEN.get(token, ()):
        _, failures = await call(token, **{name: "x"})
        assert [(it.property, f"does not know '{name}' of {token}" in it.reason) for it in failures] == [(name, True)]


@each
async def test_answer_has_the_sdks_names(call: Callable[..., Any], token: str):
    sdk = CALLS[token][0]
    result = next(it for name, it in vars(sys.modules[sdk.__module__]).items() if name == result_of(sdk))
    members: list[Any] = [it.fget for _, it in inspect.getmembers(result) if isinstance(it, property)]
    declared = {it._pulumi_name for it in members}
    found, failures = await call(token)
    assert failures == []
    assert found.keys() <= declared
    if token.startswith("azuread:"):  # What ARM does not tell of an object, azure-native leaves out.
        assert declared - found.keys() == NOT_SERVED.get(token, set())


def result_of(sdk: Any) -> str:
    """The SDK's class of a function's answer."""
    return "".join(part.capitalize() for part in sdk.__name__.split("_")) + "Result"
