"""IDs that another resource of the stack, or another stack, knows: unknown in the first preview, checked when known."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from crosstenant.sandbox.world import drift, seed
from crosstenant.sandbox.world.state import State
from lib.stack import Stack
from tests.engine.engine_world import Azure
from tests.engine.registry_stacks import CHECK, HEAD, PROFILE, ROLE, give_role, of_type, outputs, rewrite, roles_of

GROUP = seed.REGISTRY.split("/providers/")[0]
REGISTRY = f"{seed.REGISTRY.rsplit('/', 1)[0]}/freshimages"

PROGRAM = (
    HEAD
    + """
from pulumi_azure_native import containerregistry

existing = config.require("registryId").split("/")
fabrikam = TenantProviders("fabrikam", tenant("registry"), default_subscription_id=existing[2])
registry = containerregistry.Registry(
    "registry",
    resource_group_name=existing[4],
    registry_name="freshimages",
    sku=containerregistry.SkuArgs(name="Basic"),
    opts=pulumi.ResourceOptions(provider=fabrikam.azure_native),
)
pull = CrossTenantPull(
    "pull",
    CrossTenantPullArgs(
        cluster_tenant=tenant("cluster"),
        registries=[RegistryArgs(registry_id=registry.id, name="fresh")],
        clusters=[ClusterArgs(cluster_id=config.require("clusterId"))],
    ),
    registry_providers=fabrikam,
)
pulumi.export("registries", pull.registries)
pulumi.export("principal", pull.registry_service_principal_id)
"""
)


@pytest.fixture(autouse=True)
def _may_make_registries(azure: Azure) -> None:
    def change(state: State) -> None:
        caller = drift.service_principal(state, seed.REGISTRY_TENANT, seed.REGISTRY_CALLER_ID)
        give_role(state, GROUP, caller["id"], seed.CONTRIBUTOR)

    azure.change(change)


def test_a_registry_of_the_same_stack_is_pulled_from(make_stack: Callable[..., Stack], azure: Azure):
    stack = make_stack(PROGRAM)
    preview = stack.operate("preview")
    assert preview.code == 0, preview.output
    names = {it.name for it in preview.changes}
    assert {"pull-fresh-pull-role", "pull-fresh-pull-check", "pull-aks-prod-profile"} <= names

    up = stack.operate("up")
    assert up.code == 0, up.output
    (shown,) = outputs(stack)["registries"]
    assert (shown["registry_id"], shown["login_server"]) == (REGISTRY, "freshimages.azurecr.io")
    assert list(roles_of(azure.state, outputs(stack)["principal"])) == ["freshimages"]
    assert [len(of_type(stack, kind)) for kind in (ROLE, CHECK, PROFILE)] == [1, 1, 1]
    quiet = stack.operate("preview", "--refresh", "--expect-no-changes")
    assert quiet.code == 0, quiet.output


def test_an_output_that_is_another_id_is_refused_before_a_cluster_is_touched(
    make_stack: Callable[..., Stack], azure: Azure, tmp_path
):
    stack = make_stack("")
    rewrite(tmp_path, PROGRAM.replace("registry_id=registry.id", "registry_id=registry.name"))
    assert stack.operate("preview").code == 0
    up = stack.operate("up")
    assert up.code != 0
    words = (
        "registries[0].registry_id: the output's value is not the ARM ID of a Microsoft.ContainerRegistry/registries"
    )
    assert up.says(f"CrossTenantPull 'pull': {words}"), up.output
    assert "Traceback" not in up.output
    assert azure.resets == []
