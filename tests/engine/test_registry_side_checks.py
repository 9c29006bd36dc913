"""Pull checks on the real engine: each missing link is told apart, and a lost right is drift until it is back."""

from __future__ import annotations

from crosstenant.sandbox.world import drift, seed
from crosstenant.sandbox.world.faults import new_fault
from tests.engine.engine_world import Azure
from tests.engine.registry_stacks import CHECK, HEAD, give_role, give_service_principal, of_type

PRINCIPAL = "b0000000-0000-4000-8000-0000000000f1"
UNROLED = "b0000000-0000-4000-8000-0000000000f2"

CHECKS = (
    HEAD
    + f"""
signed_in = TenantProviders("fabrikam", tenant("registry"))


def check(name, registry="{seed.REGISTRY}", who=("{seed.OLD_CLUSTER_APP_ID}", "{seed.OLD_CLUSTER_SECRET}"), **more):
    PullCheck(
        name,
        registry_id=registry,
        client_id=who[0],
        secret=a_secret(who[1]),
        timeout_seconds=1,
        opts=pulumi.ResourceOptions(provider=signed_in.crosstenant),
        **more,
    )


check("pulled", repository="hello", reference="1.0")
check("granted")
check("typo", repository="hell0")
check("filled-later", repository="hell0", filled_later=True)
check("no-tag", repository="hello", reference="9.9")
check("no-principal", who=("{seed.CLUSTER_POWERLESS_ID}", "{seed.CLUSTER_POWERLESS_SECRET}"))
check("no-role", who=("{seed.CLUSTER_CALLER_ID}", "{seed.CLUSTER_CALLER_SECRET}"))
check("closed", registry="{seed.ABAC_REGISTRY}")
check("closed-warn", registry="{seed.ABAC_REGISTRY}", mode="warn")
check("closed-skip", registry="{seed.ABAC_REGISTRY}", mode="skip")
"""
)


def close(state) -> None:
    """Shuts the registry to every address."""
    registry = drift.resource(state, drift.REGISTRIES, "fabrikamabac")
    registry["properties"]["networkRuleSet"]["defaultAction"] = "Deny"


def block_layers(state) -> None:
    """A firewall that passes the registry, and not the storage account of its layers."""
    state["faults"].append(new_fault({"service": "registry", "path": "^/docker/registry/", "drop": True, "times": -1}))


def open_up(state) -> None:
    """Mends every link that was missing."""
    registry = drift.resource(state, drift.REGISTRIES, "fabrikamabac")
    registry["properties"]["networkRuleSet"]["defaultAction"] = "Allow"
    give_role(state, seed.ABAC_REGISTRY, PRINCIPAL, seed.ACR_REPOSITORY_READER, "c0ffee00-0000-4000-8000-000000000002")
    give_role(state, seed.REGISTRY, UNROLED, name="c0ffee00-0000-4000-8000-000000000003")


def test_each_missing_link_is_told_apart_and_clears_when_it_is_mended(make_stack, azure: Azure):
    azure.change(lambda state: give_service_principal(state, seed.OLD_CLUSTER_APP_ID, PRINCIPAL))
    azure.change(lambda state: give_service_principal(state, seed.CLUSTER_CALLER_ID, UNROLED))
    azure.change(lambda state: drift.set_audience(state, seed.CLUSTER_POWERLESS_ID, "AzureADMultipleOrgs"))
    azure.change(lambda state: give_role(state, seed.REGISTRY, PRINCIPAL))
    azure.change(close)
    stack = make_stack(CHECKS)
    up = stack.operate("up", "--continue-on-error")
    assert up.code != 0
    refused = {
        "typo": "it has no repository 'hell0'; correct the name, or push the image first",
        "no-tag": f"registry {seed.REGISTRY} refuses a pull: it has no '9.9' of repository 'hello'",
        "no-principal": f"application {seed.CLUSTER_POWERLESS_ID} has no service principal in the registry's tenant",
        "no-role": f"of application {seed.CLUSTER_CALLER_ID} may not pull 'crosstenant-pull-check': it needs the role",
        "closed": f"registry {seed.ABAC_REGISTRY} refuses a pull: the registry's network rules",
    }
    for name, words in refused.items():
        found = [it for it in up.errors if words in it]
        assert len(found) == 1, f"{name}: {up.errors}"
    assert up.says("'AcrPull'", f"az ad sp create --id {seed.CLUSTER_POWERLESS_ID}", "warning: registry")
    assert "Traceback" not in up.output
    made = {it["urn"].rsplit("::", 1)[-1]: it["outputs"]["result"] for it in of_type(stack, CHECK)}
    assert made == {
        "pulled": "pulled",
        "granted": "granted",
        "filled-later": "granted",
        "closed-warn": "refused",
        "closed-skip": "skipped",
    }

    azure.change(open_up)
    # A role that is lost meanwhile is drift; one of another machine's network is not.
    azure.change(lambda state: state["roleAssignments"].pop(_key(seed.REGISTRY)))
    lost = stack.operate("preview", "--refresh")
    assert lost.code == 0, lost.output
    drifted = {it.name: it.properties for it in lost.changes if it.op == "update"}
    assert drifted == {it: ("result",) for it in ("pulled", "granted", "filled-later")}
    assert sorted(it.name for it in lost.changes if it.op == "create") == sorted(refused)

    azure.change(lambda state: give_role(state, seed.REGISTRY, PRINCIPAL))
    mended = stack.operate("up", "--refresh", "--continue-on-error")
    results = {it["urn"].rsplit("::", 1)[-1]: it["outputs"]["result"] for it in of_type(stack, CHECK)}
    assert results == {**made, "no-role": "granted", "closed": "granted", "closed-warn": "granted"}
    assert len([it for it in mended.errors if "refuses a pull" in it]) == 3
    assert {it["urn"].rsplit("::", 1)[-1]: it["outputs"].get("notProved") for it in of_type(stack, CHECK)} == {
        "pulled": None,
        "filled-later": "that an image can be fetched: repository 'hell0' does not exist yet",
        "closed-skip": None,
        **dict.fromkeys(
            ("granted", "no-role", "closed", "closed-warn"),
            "that an image can be fetched: name a repository and a reference (tag or digest) for that",
        ),
    }

    azure.change(block_layers)
    blocked = stack.operate("preview", "--refresh")
    assert {it.name: it.properties for it in blocked.changes if it.op == "update"} == {"pulled": ("result",)}
    assert blocked.says("manifests can be read and layers cannot", "sandboxregistrylayers.blob.core.windows.net")


def _key(registry_id: str) -> str:
    return (
        f"{registry_id}/providers/Microsoft.Authorization/roleAssignments/c0ffee00-0000-4000-8000-000000000001".lower()
    )
