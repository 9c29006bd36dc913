"""What the azure-native stand-in takes for a difference, and what a difference does: as the original."""

from __future__ import annotations

from typing import Any

import pytest

from crosstenant.errors import OperatorError
from crosstenant.provider_kit.errors_to_grpc import PartialError
from crosstenant.sandbox.standins.azure_native.arm import StartedError
from crosstenant.sandbox.standins.azure_native.differences import carry, changed_paths
from crosstenant.sandbox.standins.azure_native.managed_cluster import ManagedCluster
from crosstenant.sandbox.standins.azure_native.role_assignment import RoleAssignment
from crosstenant.sandbox.standins.http import Answer
from crosstenant.sandbox.world.seed import CLUSTER_OWNER_ID, CLUSTER_OWNER_SECRET, REGISTRY
from tests.sandbox.standins.standin_world import Managed, add_fault
from tests.sandbox.standins.test_azure_native_role_assignment import PROGRAM

NETWORK = {"networkPlugin": "azure", "networkPolicy": "calico", "podCidrs": ["10.244.0.0/16"]}
CLUSTER: dict[str, Any] = {
    "resourceGroupName": "rg-clusters",
    "resourceName": "aks-new",
    "location": "westeurope",
    "dnsPrefix": "new",
    "networkProfile": NETWORK,
    "servicePrincipalProfile": {"clientId": CLUSTER_OWNER_ID, "secret": CLUSTER_OWNER_SECRET},
    "agentPoolProfiles": [
        {"name": "system", "count": 1, "mode": "System", "vmSize": "Standard_D2s_v5", "networkProfile": {}}
    ],
}
_POOL = "agentPoolProfiles[0]"


def _pool(**changed: Any) -> dict[str, Any]:
    (pool,) = CLUSTER["agentPoolProfiles"]
    return {"agentPoolProfiles": [{**pool, **changed}]}


OF = "/subscriptions/S/resourceGroups/g/providers/Microsoft.ContainerRegistry/registries/images"


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        (OF, OF.replace("resourceGroups", "resourcegroups"), True),
        (OF, OF.replace("/S/", "/s/"), True),
        (OF, OF.replace("/g/", "/G/"), True),
        (OF, OF.replace("Microsoft", "microsoft"), True),
        # The type and the name.
        (OF, OF.replace("registries", "Registries"), False),
        (OF, OF.replace("images", "Images"), False),
        # An ID of another length.
        ("/subscriptions/S/resourceGroups/g", "/subscriptions/S/resourcegroups/g", False),
        ("/subscriptions/S", "/subscriptions/s", False),
        (f"{OF}/", OF, False),
        ("Premium", "premium", False),
    ],
)
def test_case_of_an_id_counts_after_its_namespace(old: str, new: str, same: bool):
    assert list(changed_paths("scope", old, new)) == ([] if same else ["scope"])


def test_case_of_a_group_and_spelling_of_a_location_do_not_count():
    assert list(changed_paths("resourceGroupName", "Group", "group")) == []
    assert list(changed_paths("location", "West Europe", "westeurope")) == []
    assert list(changed_paths("resourceName", "Cluster", "cluster")) == ["resourceName"]


@pytest.mark.parametrize(
    ("path", "old", "new", "paths"),
    [
        ("sku", {"name": "Basic", "tier": "Paid"}, {"name": "Base", "tier": "Standard"}, []),
        ("sku", {"name": "Base", "tier": "Free"}, {"name": "Base", "tier": "Standard"}, ["sku.tier"]),
        ("sku", {"name": "Basic"}, {"name": "Base"}, ["sku.name"]),
        ("agentPoolProfiles", [{"mode": "Basic"}], [{"mode": "Base"}], ["agentPoolProfiles[0].mode"]),
        (
            "networkProfile",
            {"loadBalancerProfile": {"backendPoolType": "NodeIPConfiguration"}},
            {"loadBalancerProfile": {"backendPoolType": "nodeIPConfiguration"}},
            [],
        ),
        ("networkProfile", {"networkMode": "Bridge"}, {"networkMode": "bridge"}, ["networkProfile.networkMode"]),
    ],
)
def test_words_of_aks_that_mean_the_same_are_no_difference(path: str, old: Any, new: Any, paths: list[str]):
    assert list(changed_paths(path, old, new)) == paths


async def test_registry_in_another_case_replaces_its_role_and_meets_it(make_arm_client: Any):
    thing = await Managed(RoleAssignment(make_arm_client())).create(**PROGRAM)
    respelt = {**PROGRAM, "scope": REGISTRY.replace("fabrikamimages", "FabrikamImages")}
    assert await thing.plan(**respelt) == {"scope": "replace"}
    with pytest.raises(OperatorError, match="cannot create already existing resource"):
        await Managed(thing.resource).create(**respelt)


@pytest.mark.parametrize(
    ("changed", "paths"),
    [
        ({"dnsPrefix": "other"}, {"dnsPrefix": "replace"}),
        ({"nodeResourceGroup": "other"}, {"nodeResourceGroup": "replace"}),
        ({"diskEncryptionSetID": "other"}, {"diskEncryptionSetID": "replace"}),
        ({"linuxProfile": {"adminUsername": "me"}}, {"linuxProfile": "replace"}),
        ({"networkProfile": {**NETWORK, "networkPolicy": "cilium"}}, {"networkProfile.networkPolicy": "replace"}),
        ({"networkProfile": {**NETWORK, "podCidrs": ["10.1.0.0/16"]}}, {"networkProfile.podCidrs[0]": "replace"}),
        ({"networkProfile": {**NETWORK, "dnsServiceIP": "10.0.0.9"}}, {"networkProfile.dnsServiceIP": "replace"}),
        ({"networkProfile": {**NETWORK, "ipFamilies": ["IPv4", "IPv6"]}}, {"networkProfile.ipFamilies": "replace"}),
        (_pool(windowsProfile={"disableOutboundNat": True}), {f"{_POOL}.windowsProfile": "replace"}),
        (
            _pool(networkProfile={"nodePublicIPTags": [{"tag": "x"}], "allowedHostPorts": [{"portStart": 80}]}),
            {
                f"{_POOL}.networkProfile.allowedHostPorts": "update",
                f"{_POOL}.networkProfile.nodePublicIPTags": "replace",
            },
        ),
        (_pool(count=2), {f"{_POOL}.count": "update"}),
        ({"agentPoolProfiles": []}, {_POOL: "update"}),
        (
            {"agentPoolProfiles": [*CLUSTER["agentPoolProfiles"], {"name": "user"}]},
            {"agentPoolProfiles[1]": "update"},
        ),
        ({"networkProfile": {**NETWORK, "podCidrs": []}}, {"networkProfile.podCidrs[0]": "replace"}),
        (
            {"networkProfile": {**NETWORK, "loadBalancerSku": "standard"}},
            {"networkProfile.loadBalancerSku": "update"},
        ),
        ({"kubernetesVersion": "1.33"}, {"kubernetesVersion": "update"}),
        ({"tags": {"team": "images"}}, {"tags": "update"}),
    ],
)
async def test_cluster_is_replaced_for_what_aks_never_changes(make_arm_client: Any, changed: Any, paths: Any):
    thing = await Managed(ManagedCluster(make_arm_client("cluster"))).create(**CLUSTER)
    diff = await thing.diff(**{**CLUSTER, **changed})
    assert {path: it.change.value for path, it in diff.differences.items()} == paths
    assert diff.delete_before_replace == ("replace" in paths.values())


def test_what_replaces_a_cluster_is_the_list_of_the_original():
    # pulumi/pulumi-azure-native, provider/pkg/gen/replacement.go, since its issue 4756.
    inputs = ManagedCluster.inputs
    assert {name for name, it in inputs.items() if it.replaces} == {
        *("diskEncryptionSetID", "dnsPrefix", "fqdnSubdomain", "linuxProfile", "location", "nodeResourceGroup"),
        *("windowsProfile", "resourceGroupName", "resourceName"),
    }
    assert {name: it.replacing for name, it in inputs.items() if it.replacing} == {
        "networkProfile": {
            *("dnsServiceIP", "ipFamilies", "networkDataplane", "networkMode", "networkPlugin", "networkPluginMode"),
            *("networkPolicy", "outboundType", "podCidr", "podCidrs", "serviceCidr", "serviceCidrs"),
        },
        "agentPoolProfiles": {"networkProfile.nodePublicIPTags", "windowsProfile"},
    }


@pytest.mark.parametrize(
    ("left_out", "paths"),
    [
        ({"dnsPrefix": None}, {"dnsPrefix": "update"}),
        ({"linuxProfile": None}, {"linuxProfile": "update"}),
        ({"linuxProfile": {"adminUsername": "me"}}, {"linuxProfile.ssh": "replace"}),
        ({"networkProfile": {**NETWORK, "networkPolicy": None}}, {"networkProfile.networkPolicy": "update"}),
        ({"networkProfile": {**NETWORK, "podCidrs": None}}, {"networkProfile.podCidrs": "update"}),
        (_pool(), {f"{_POOL}.windowsProfile": "update"}),
    ],
)
async def test_property_that_a_program_gives_no_longer_is_left_alone(make_arm_client: Any, left_out: Any, paths: Any):
    thing = await Managed(ManagedCluster(make_arm_client("cluster"))).create(**CLUSTER)
    profiles = {"linuxProfile": {"adminUsername": "me", "ssh": {}}, **_pool(windowsProfile={})}
    thing.inputs |= profiles
    assert await thing.plan(**{**CLUSTER, **profiles, **left_out}) == paths
    # Resource Manager takes it as well.
    await thing.update(**{**CLUSTER, **left_out})


def test_item_of_a_list_that_another_added_or_removed_changes_no_other():
    ours, theirs = {"name": "system", "count": 1}, {"name": "system", "count": 1, "osType": "Linux"}
    added = {"name": "user", "count": 2}
    assert carry([ours], [theirs], [{**theirs, "count": 3}, added]) == [{**ours, "count": 3}, added]
    assert carry([ours, added], [theirs, added], [theirs]) == [ours]


async def test_what_azure_has_set_already_replaces_nothing(make_arm_client: Any):
    thing = await Managed(ManagedCluster(make_arm_client("cluster"))).create(**CLUSTER)
    thing.outputs["nodeResourceGroup"] = "MC_made-by-aks"
    thing.outputs["networkProfile"] = {**NETWORK, "outboundType": "loadBalancer"}
    program = {
        **CLUSTER,
        "nodeResourceGroup": "MC_made-by-aks",
        "networkProfile": {**NETWORK, "outboundType": "loadBalancer"},
    }
    assert await thing.plan(**program) == {"nodeResourceGroup": "update", "networkProfile.outboundType": "update"}


async def test_another_api_version_of_the_provider_is_an_update(make_arm_client: Any, http: Any):
    thing = await Managed(ManagedCluster(make_arm_client("cluster"))).create(**CLUSTER)
    assert thing.inputs["azureApiVersion"] == "2025-09-01"
    assert all("azureApiVersion" not in str(body) for _, _, body in http.sent)
    thing.inputs["azureApiVersion"] = "2025-01-01"
    assert await thing.plan(**CLUSTER) == {"azureApiVersion": "update"}
    # A state of before has it among the outputs only.
    del thing.inputs["azureApiVersion"]
    assert await thing.plan(**CLUSTER) == {}
    thing.outputs["azureApiVersion"] = "2025-01-01"
    assert await thing.plan(**CLUSTER) == {"azureApiVersion": "update"}


@pytest.mark.parametrize("doing", ["Create", "Update"])
async def test_failed_read_after_a_write_is_a_warning_and_leaves_few_outputs(
    make_arm_client: Any, store: Any, clock: Any, doing: str
):
    arm = make_arm_client()
    warnings: list[tuple[str, str]] = []

    async def warn(urn: str, message: str) -> None:
        warnings.append((urn, message))

    arm.warn = warn
    thing = Managed(RoleAssignment(arm))
    if doing == "Update":
        await thing.create(**PROGRAM)
    arm.http.sent.clear()
    connected = arm.http.send

    async def send(method: str, url: str, **rest: Any) -> Any:
        answer = await connected(method, url, **rest)
        if method == "PUT":
            add_fault(
                store, service="arm", method="GET", path="roleAssignments", status=404, code="RoleAssignmentNotFound"
            )
        return answer

    arm.http.send = send
    program = {**PROGRAM, "description": "pulls"}
    await (thing.create(**program) if doing == "Create" else thing.update(**program))
    (warning,) = warnings
    assert warning[0] == thing.urn
    assert warning[1].startswith(f"Failed to read resource after {doing}. Please report this issue. ")
    assert thing.resource_id.startswith(REGISTRY)
    assert "principalId" not in thing.outputs
    assert thing.outputs["name"] == PROGRAM["roleAssignmentName"]


@pytest.mark.parametrize(("status", "code", "kept"), [(404, "ResourceNotFound", False), (403, "Forbidden", True)])
async def test_failed_operation_whose_object_cannot_be_read(
    make_arm_client: Any, monkeypatch: Any, store: Any, status: int, code: str, kept: bool
):
    arm = make_arm_client("cluster")

    async def fail(*_: Any) -> Any:
        add_fault(store, service="arm", method="GET", path="aks-new", status=status, code=code)
        raise StartedError(Answer(200, {}, '{"error": {"code": "QuotaExceeded", "message": "no cores left"}}'))

    monkeypatch.setattr(arm, "put", fail)
    with pytest.raises(PartialError if kept else OperatorError, match="QuotaExceeded") as caught:
        await Managed(ManagedCluster(arm)).create(**CLUSTER)
    assert isinstance(caught.value, PartialError) == kept
    if isinstance(caught.value, PartialError):
        assert [it.split(" Status=")[0] for it in caught.value.reasons[1:]] == ["resource created but read failed:"]
