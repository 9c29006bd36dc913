"""What ``getCluster`` tells a plan."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError

from crosstenant.errors import OperatorError
from crosstenant.plugin.functions.get_cluster import GetCluster
from crosstenant.provider_kit.values import UNKNOWN
from tests.azure.aks_world import CLUSTER_ID, MANAGED, OLD_APP, World
from tests.azure.azure_answers import answer
from tests.fakes import as_clusters


def function(world: World) -> GetCluster:
    return GetCluster(world.context, as_clusters(world))


async def test_service_principal_cluster():
    assert await function(World()).call({"clusterId": CLUSTER_ID}) == (
        {
            "clusterId": CLUSTER_ID,
            "exists": True,
            "identityKind": "ServicePrincipal",
            "clientId": OLD_APP,
            "provisioningState": "Succeeded",
            "powerState": "Running",
            "nodePools": ["system", "apps"],
            "nodeResourceGroup": "MC_rg-clusters_aks-prod_westeurope",
            "location": "westeurope",
            "oidcIssuerEnabled": False,
            "oidcIssuerUrl": "",
            "workloadIdentityEnabled": False,
        },
        [],
    )


async def test_managed_identity_has_no_client_id():
    found, _ = await function(World(state=MANAGED)).call({"clusterId": CLUSTER_ID})
    assert (found["identityKind"], found["clientId"]) == ("ManagedIdentity", "")


async def test_the_issuer_is_told_to_the_letter():
    issuer = "https://westeurope.oic.prod-aks.azure.com/a0000000-0000-4000-8000-00000000000a/GUID/"
    state = replace(MANAGED, oidc_issuer=issuer, workload_identity=True)
    found, _ = await function(World(state=state)).call({"clusterId": CLUSTER_ID})
    assert (found["oidcIssuerEnabled"], found["oidcIssuerUrl"], found["workloadIdentityEnabled"]) == (
        True,
        issuer,
        True,
    )


async def test_missing_cluster_is_an_answer():
    found, failures = await function(World(state=None)).call({"clusterId": CLUSTER_ID})
    assert not failures
    assert found["exists"] is False
    assert set(found) == set(GetCluster.schema["outputs"]["required"])
    assert (found["clusterId"], found["nodePools"], found["identityKind"]) == (CLUSTER_ID, [], "")


@pytest.mark.parametrize("given", [None, UNKNOWN, "aks-prod", CLUSTER_ID + "/agentPools/x"])
async def test_bad_id_names_the_argument(given: Any):
    value, failures = await function(World()).call({"clusterId": given})
    assert value == {}
    assert [failure.property for failure in failures] == ["clusterId"]


async def test_refusal_is_one_sentence():
    world = World(read_fails=HttpResponseError(response=answer(403, "Odd", "No.")))
    with pytest.raises(OperatorError, match=f"^reading cluster {CLUSTER_ID}: Azure refused: Azure says Odd: No.$"):
        await function(world).call({"clusterId": CLUSTER_ID})
