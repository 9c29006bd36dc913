"""The quickstart from first preview to destroy, on the real engine.

It proves the chain against the sandbox, which refuses what Azure is known to refuse; it does not prove that Azure
refuses nothing else.
"""

from __future__ import annotations

from crosstenant.sandbox.world import seed
from crosstenant.sandbox.world.state import State
from lib.stack import Stack
from tests.engine.engine_world import Azure

EXPECTED = [
    ("azuread:index/application:Application", "quickstart-application"),
    ("azuread:index/applicationPassword:ApplicationPassword", "quickstart-secret"),
    ("azuread:index/servicePrincipal:ServicePrincipal", "quickstart-cluster-service-principal"),
    ("azuread:index/servicePrincipal:ServicePrincipal", "quickstart-registry-service-principal"),
    ("azure-native:authorization:RoleAssignment", "quickstart-fabrikamimages-pull-role"),
    ("crosstenant:index:CrossTenantPull", "quickstart"),
    ("crosstenant:index:PullCheck", "quickstart-fabrikamimages-pull-check"),
    ("crosstenant:index:PullIdentity", "quickstart"),
    ("crosstenant:index:RegistryAccess", "quickstart"),
    ("crosstenant:index:ServicePrincipalProfile", "quickstart-aks-prod-profile"),
]
PROVIDERS = [
    ("pulumi:providers:azure-native", "quickstart-registry-tenant-azure-native"),
    ("pulumi:providers:azuread", "quickstart-cluster-tenant-azuread"),
    ("pulumi:providers:azuread", "quickstart-registry-tenant-azuread"),
    ("pulumi:providers:crosstenant", "quickstart-cluster-tenant-crosstenant"),
    ("pulumi:providers:crosstenant", "quickstart-registry-tenant-crosstenant"),
]


def move(state: State) -> None:
    """Somebody has the cluster act as its old application again."""
    cluster = state["resources"][seed.CLUSTER.lower()]
    cluster["properties"]["servicePrincipalProfile"]["clientId"] = seed.OLD_CLUSTER_APP_ID


def test_quickstart_from_its_first_preview_to_its_end(quickstart: Stack, azure: Azure):
    preview = quickstart.operate("preview")
    assert preview.code == 0, preview.output
    planned = sorted((it.type, it.name) for it in preview.changes if it.op == "create" and it.is_infrastructure)
    assert planned == sorted(EXPECTED)
    assert azure.writes == []
    assert preview.says("2 node pools")

    up = quickstart.operate("up")
    assert up.code == 0, up.output

    state = azure.state
    application = next(it for it in state["applications"].values() if it["displayName"] == "quickstart (test)")
    principals = [it for it in state["servicePrincipals"].values() if it["appId"] == application["appId"]]
    foreign = next(it for it in principals if it["_tenant"] == seed.REGISTRY_TENANT)
    assignments = [
        it["properties"] for it in state["roleAssignments"].values() if it["properties"]["principalId"] == foreign["id"]
    ]
    cluster = state["resources"][seed.CLUSTER.lower()]
    assert application["signInAudience"] == "AzureADMultipleOrgs"
    assert sorted(it["_tenant"] for it in principals) == [seed.CLUSTER_TENANT, seed.REGISTRY_TENANT]
    assert [it["principalType"] for it in assignments] == ["ServicePrincipal"]
    assert [it["scope"] for it in assignments] == [seed.REGISTRY]
    assert assignments[0]["roleDefinitionId"].endswith("7f951dda-4ed3-4680-a7ca-43fe172d538d")
    assert cluster["properties"]["servicePrincipalProfile"]["clientId"] == application["appId"]
    assert {node["clientId"] for node in cluster["_nodes"]} == {application["appId"]}

    resources = quickstart.resources()
    made = sorted(
        (it["type"], it["urn"].rsplit("::", 1)[-1]) for it in resources if it["type"] != "pulumi:pulumi:Stack"
    )
    assert made == sorted(EXPECTED + PROVIDERS)
    for it in resources:
        if not it["type"].startswith("pulumi:") and it.get("custom"):
            assert "-tenant-" in it["provider"], f"{it['urn']} uses a default provider"

    again = quickstart.operate("preview", "--refresh", "--expect-no-changes")
    assert again.code == 0, again.output

    # A destroy would leave the cluster without an identity: it passes once the cluster has moved.
    writes = len(azure.writes)
    refused = quickstart.operate("destroy")
    assert refused.code != 0
    assert refused.says("aks-prod", "abandon_on_delete")
    assert azure.writes[writes:] == []

    azure.change(move)
    destroyed = quickstart.operate("destroy")
    assert destroyed.code == 0, destroyed.output
    state = azure.state
    assert [it for it in state["applications"].values() if it["displayName"] == "quickstart (test)"] == []
    seeded = seed.seed()
    assert set(state["servicePrincipals"]) == set(seeded["servicePrincipals"])
    assert set(state["roleAssignments"]) == set(seeded["roleAssignments"])
