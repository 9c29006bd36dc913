"""ARM IDs are read strictly, and a wrong one is explained."""

import pytest

from crosstenant.model.arm_id import (
    CLUSTER_TYPE,
    REGISTRY_TYPE,
    ArmId,
    is_uuid,
    is_within,
    parse_arm_id,
    parse_role_assignment,
    parse_role_definition,
    parse_scope,
    role_definition_id,
)
from crosstenant.model.roles import NETWORK_CONTRIBUTOR

SUBSCRIPTION = "a0000000-0000-4000-8000-0000000000a1"
CLUSTER = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-clusters/providers/{CLUSTER_TYPE}/aks-prod"
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-net"
SUBNET = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/vnet/subnets/nodes"
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
        (CLUSTER + "//", "is not the ARM ID"),
        (REGISTRY, "is the ID of a Microsoft.ContainerRegistry/registries, not of a"),
        (CLUSTER.replace(SUBSCRIPTION, "my-subscription"), "the value must have a UUID as its subscription ID"),
        (CLUSTER.replace("rg-clusters", "rg!"), "the value must have a valid resource group name"),
        (CLUSTER.replace("aks-prod", "-aks"), "-aks' must have a valid name"),
        (CLUSTER.replace("aks-prod", "ak\N{LATIN SMALL LETTER E WITH ACUTE}s"), "must have a valid name"),
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


def test_trailing_slash_is_forgiven():
    assert str(parse_arm_id(CLUSTER + "/", CLUSTER_TYPE)) == CLUSTER
    assert str(parse_scope(SUBNET + "/")) == SUBNET


def test_type_of_a_known_kind_has_one_spelling():
    shouted = CLUSTER.replace("managedClusters", "managedclusters").replace(SUBSCRIPTION, SUBSCRIPTION.upper())
    assert str(parse_arm_id(shouted, CLUSTER_TYPE)) == str(parse_scope(shouted)) == CLUSTER


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (f"/subscriptions/{SUBSCRIPTION}", ArmId(SUBSCRIPTION)),
        (GROUP, ArmId(SUBSCRIPTION, "rg-net")),
        (CLUSTER, ArmId(SUBSCRIPTION, "rg-clusters", CLUSTER_TYPE, ("aks-prod",))),
        (SUBNET, ArmId(SUBSCRIPTION, "rg-net", "Microsoft.Network/virtualNetworks/subnets", ("vnet", "nodes"))),
    ],
)
def test_scope_is_a_subscription_a_group_or_a_resource(text: str, parts: ArmId):
    assert parse_scope(text) == parts
    assert str(parts) == text


def test_name_of_a_scope_is_its_last_part():
    assert [parse_scope(it).name for it in (SUBNET, GROUP, f"/subscriptions/{SUBSCRIPTION}")] == [
        "nodes",
        "rg-net",
        SUBSCRIPTION,
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("rg-net", "the value is not an ARM ID"),
        ("/", "the value is not an ARM ID"),
        (GROUP + "/providers/Microsoft.Network", "is not an ARM ID"),
        (SUBNET + "/extra", "is not an ARM ID"),
        ("/subscriptions/mine", "the value must have a UUID as its subscription ID"),
        (f"{GROUP}!", "the value must have a valid resource group name"),
    ],
)
def test_says_what_is_wrong_with_a_scope(text: str, says: str):
    with pytest.raises(ValueError, match=r"(the|its) form is") as error:
        parse_scope(text)
    assert says in str(error.value)


@pytest.mark.parametrize(
    "text",
    [
        NETWORK_CONTRIBUTOR.guid.upper(),
        role_definition_id(SUBSCRIPTION, NETWORK_CONTRIBUTOR.guid),
        f"/providers/microsoft.authorization/roledefinitions/{NETWORK_CONTRIBUTOR.guid}/",
        f"/providers/Microsoft.Management/managementGroups/root/providers/Microsoft.Authorization/roleDefinitions/{NETWORK_CONTRIBUTOR.guid}",
    ],
)
def test_role_definition_is_its_guid_wherever_it_is_defined(text: str):
    assert parse_role_definition(text) == NETWORK_CONTRIBUTOR.guid


@pytest.mark.parametrize("text", ["Network Contributor", "", f"/roleDefinitions/{NETWORK_CONTRIBUTOR.guid}"])
def test_name_of_a_role_is_not_its_definition(text: str):
    with pytest.raises(ValueError, match="is not a role definition"):
        parse_role_definition(text)


def test_role_assignment_has_a_scope_and_a_name():
    name = "0dbd5fb0-0c5b-504a-ba28-635caca3349d"
    parsed = parse_role_assignment(f"{REGISTRY}/providers/Microsoft.Authorization/roleAssignments/{name}")
    assert (parsed.scope, parsed.name) == (REGISTRY, name)
    with pytest.raises(ValueError, match="is not the ARM ID of a role assignment"):
        parse_role_assignment(REGISTRY)


def test_resource_is_within_its_group_and_not_within_one_of_a_longer_name():
    assert is_within(SUBNET.upper(), GROUP + "/")
    assert is_within(SUBNET, "/")
    assert is_within(GROUP, GROUP)
    assert not is_within(GROUP + "2", GROUP)
    assert not is_within(GROUP, SUBNET)
