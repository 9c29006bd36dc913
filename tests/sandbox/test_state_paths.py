import pytest

from crosstenant.sandbox.world import state_paths
from crosstenant.sandbox.world.seed import CLUSTER, CLUSTER_CALLER_ID, CLUSTER_GROUP, REGISTRY, REGISTRY_TENANT

CALLER_OBJECT = "a0000000-0000-4000-8000-0000000000d1"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("settings.lag.secret", 0),
        ("settings/lag/secret", 0),
        (f"tenants.{REGISTRY_TENANT}.displayName", "Fabrikam"),
        ("tenants/Fabrikam/defaultDomainName", "fabrikam.onmicrosoft.com"),
        (f"{CLUSTER}/properties/powerState/code", "Running"),
        (f"{CLUSTER.upper()}.properties.powerState.code", "Running"),
        (f"resources.{CLUSTER}.name", "aks-prod"),
        (f"resources/{CLUSTER.lstrip('/')}/name", "aks-prod"),
        ("resources/aks-prod/_nodes/1/pool", "system"),
        ("resources.aks-prod._nodes.aks-apps-10000000-vmss000002.pool", "apps"),
        (f"{CLUSTER_GROUP}/location", "westeurope"),
        (f"servicePrincipals/{CALLER_OBJECT}/accountEnabled", True),
        (f"servicePrincipals/{CLUSTER_CALLER_ID}/displayName", "pulumi-clusters"),
    ],
)
def test_path_leads_to_its_object(seeded, path, expected):
    assert state_paths.get(seeded, path) == expected


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("nothing", "'nothing' was not found"),
        ("settings.lag.nothing", "'nothing' was not found"),
        ("settings.nothing.deeper", "'nothing.deeper' was not found"),
        ("settings.page_size.deeper", "'page_size' is a plain value"),
        (f"{CLUSTER}x/name", "'/subscriptions"),
        ("resources/aks-prod/_nodes/9", "'9' was not found"),
    ],
)
def test_path_that_leads_nowhere_says_where_it_ends(seeded, path, message):
    with pytest.raises(LookupError) as refused:
        state_paths.get(seeded, path)
    assert message.lower() in str(refused.value).lower()


def test_put_replaces_adds_and_appends(store):
    with store.change() as state:
        state_paths.put(state, f"{CLUSTER}/properties/powerState/code", "Stopped")
        state_paths.put(state, f"{CLUSTER}/tags/owner", "team")
        state_paths.put(state, "resources/aks-prod/_nodes/+", {"name": "another"})
        state_paths.put(state, "resources/aks-prod/_nodes/0/pool", "moved")
        state_paths.put(state, REGISTRY.upper() + "2", {"name": "second"})
        cluster = state["resources"][CLUSTER.lower()]
        assert cluster["properties"]["powerState"] == {"code": "Stopped"}
        assert cluster["tags"] == {"environment": "production", "owner": "team"}
        assert [one["name"] for one in cluster["_nodes"]][-1] == "another"
        assert cluster["_nodes"][0]["pool"] == "moved"
        assert state["resources"][REGISTRY.lower() + "2"] == {"name": "second"}
        with pytest.raises(LookupError, match="or \\+ to append"):
            state_paths.put(state, "resources/aks-prod/_nodes/99", {})
        with pytest.raises(LookupError, match="does not exist"):
            state_paths.put(state, "resources/aks-prod/no/such", 1)


def test_remove_takes_one_object(store):
    with store.change() as state:
        assignment = next(iter(state["roleAssignments"]))
        state_paths.remove(state, assignment)
        assert assignment not in state["roleAssignments"]
        with pytest.raises(LookupError):
            state_paths.remove(state, assignment)
        state_paths.remove(state, "resources/aks-prod/_nodes/0")
        assert len(state["resources"][CLUSTER.lower()]["_nodes"]) == 4
