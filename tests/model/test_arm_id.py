"""ARM IDs are read strictly, and a wrong one is explained."""

import pytest

from crosstenant.model.arm_id import CLUSTER_TYPE, REGISTRY_TYPE, is_uuid, parse_arm_id

SUBSCRIPTION = "a0000000-0000-4000-8000-0000000000a1"
CLUSTER = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-clusters/providers/{CLUSTER_TYPE}/aks-prod"
REGISTRY = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/{REGISTRY_TYPE}/fabrikamimages"


def test_reads_the_parts_of_a_cluster_id():
    parsed = parse_arm_id(CLUSTER, CLUSTER_TYPE)
    assert (parsed.subscription_id, parsed.resource_group, parsed.name) == (SUBSCRIPTION, "rg-clusters", "aks-prod")
    assert str(parsed) == CLUSTER


def test_case_of_an_id_does_not_count():
    shouted = CLUSTER.replace("resourceGroups", "RESOURCEGROUPS").replace("managedClusters", "MANAGEDCLUSTERS")
    assert parse_arm_id(shouted, CLUSTER_TYPE).key == CLUSTER.lower()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("aks-prod", "is not the ARM ID of a Microsoft.ContainerService/managedClusters"),
        (CLUSTER + "/agentPools/system", "is not the ARM ID"),
        (CLUSTER + "/", "is not the ARM ID"),
        (REGISTRY, "is the ID of a Microsoft.ContainerRegistry/registries, not of a"),
        (CLUSTER.replace(SUBSCRIPTION, "my-subscription"), "subscription ID 'my-subscription' is not a UUID"),
        (CLUSTER.replace("rg-clusters", "rg!"), "'rg!' is not a valid resource group name"),
        (CLUSTER.replace("aks-prod", "-aks"), "'-aks' is not a valid name"),
    ],
)
def test_says_what_is_wrong_with_an_id(text: str, says: str):
    with pytest.raises(ValueError, match="managedClusters") as error:
        parse_arm_id(text, CLUSTER_TYPE)
    assert says in str(error.value)


def test_a_registry_name_has_no_hyphen():
    with pytest.raises(ValueError, match="5-50 letters and digits"):
        parse_arm_id(REGISTRY.replace("fabrikamimages", "fabrikam-images"), REGISTRY_TYPE)


@pytest.mark.parametrize("text", ["", "a0000000", "{a0000000-0000-4000-8000-0000000000a1}", "A" * 32])
def test_only_the_written_form_is_a_uuid(text: str):
    assert not is_uuid(text)


def test_a_uuid_may_be_in_capitals():
    assert is_uuid(SUBSCRIPTION.upper())
