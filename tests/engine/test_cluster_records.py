"""One cluster, one record: what becomes of a record that is replaced, renamed, moved or declared twice."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from lib.stack import Stack
from tests.engine.cluster_estate import APP, NEXT_SECRET, PROFILE, SECRET, Profiles
from tests.engine.engine_world import YAML_CONFIG, YAML_TENANTS, Azure
from tests.engine.refusal_world import refused_plainly

IN_USE = "still acts as application"

TWO_PULLS = """
    import pulumi

    from crosstenant import ClusterArgs, CrossTenantPull, CrossTenantPullArgs, RegistryArgs, tenant_from_config

    config = pulumi.Config()
    for name in ("first", "second"):
        CrossTenantPull(
            name,
            CrossTenantPullArgs(
                cluster_tenant=tenant_from_config(config, "cluster"),
                registry_tenant=tenant_from_config(config, "registry"),
                registries=[RegistryArgs(registry_id=config.require("registryId"))],
                clusters=[ClusterArgs(cluster_id=config.require("clusterId"))] if config.get_bool(name) else [],
            ),
        )
"""


def records(stack: Stack) -> list[tuple[str, bool]]:
    """Each record in the state by its name, and whether it waits for its deletion."""
    found = [it for it in stack.resources() if it["type"] == PROFILE]
    return [(it["urn"].rsplit("::", 1)[-1], bool(it.get("delete"))) for it in found]


def pend_a_delete(profiles: Profiles, folder: Path) -> None:
    """The state that an interrupted update leaves, or one of a version that refused the delete for good."""
    words = ("pulumi", "stack", "export", "--stack", "test")
    export = json.loads(profiles.stack.command(*words).output)
    resources = export["deployment"]["resources"]
    replaced = copy.deepcopy(next(it for it in resources if it["type"] == PROFILE))
    resources.append({**replaced, "delete": True})
    file = folder / "pending.json"
    file.write_text(json.dumps(export))
    done = profiles.stack.command("pulumi", "stack", "import", "--stack", "test", "--file", str(file))
    assert done.code == 0, done.output
    assert ("prod", True) in records(profiles.stack)


def test_a_record_is_replaced_and_renamed_and_goes_last_of_all(profiles: Profiles, tmp_path: Path):
    cluster_id = profiles.add("prod")
    profiles.declare("prod")
    profiles.up()
    urn = next(it["urn"] for it in profiles.stack.resources() if it["type"] == PROFILE)

    # Replaced by its option: the new record comes first, and the old one goes.
    profiles.up("--replace", urn)
    assert (records(profiles.stack), profiles.resets("prod")) == ([("prod", False)], 2)

    # Replaced by its taint, the old one first, and with another secret at the same time.
    tainted = profiles.stack.command("pulumi", "state", "taint", urn, "--yes", "--stack", "test")
    assert tainted.code == 0, tainted.output
    profiles.declare("prod", secret=NEXT_SECRET, deleted_first=True)
    profiles.up()
    assert (records(profiles.stack), profiles.resets("prod")) == ([("prod", False)], 3)
    assert profiles.credential("prod") == (APP, NEXT_SECRET)

    # Renamed without an alias, while another delete is pending.
    pend_a_delete(profiles, tmp_path)
    profiles.drop("prod")
    profiles.declare("renamed", cluster_id=cluster_id, secret=NEXT_SECRET)
    profiles.up()
    assert records(profiles.stack) == [("renamed", False)]

    # Declared twice: refused.
    profiles.declare("prod", secret=SECRET)
    profiles.fails("preview", "is the cluster of urn:pulumi:test::program::", "acts as one application")
    profiles.drop("prod")

    # The last record does not go while the cluster needs the application, whatever else the operation does.
    resets = profiles.resets("prod")
    profiles.fails("destroy", IN_USE, options=("--run-program", "--refresh"))
    profiles.drop("renamed")
    profiles.fails("up", IN_USE, options=("--refresh",))
    assert records(profiles.stack) == [("renamed", False)]
    assert (profiles.credential("prod"), profiles.resets("prod")) == ((APP, NEXT_SECRET), resets)


def test_a_cluster_is_in_one_component_at_a_time_and_moves(make_stack: Callable[..., Stack], azure: Azure):
    stack = make_stack(TWO_PULLS)
    refused = stack.operate("preview", "--config", "first=true", "--config", "second=true")
    refused_plainly(
        refused,
        azure,
        "CrossTenantPull 'second': clusters[0].cluster_id: CrossTenantPull 'first' has cluster 'aks-prod' as well",
        "declare one PullIdentity, and a RegistryAccess for each tenant",
    )

    up = stack.operate("up", "--config", "first=true", "--config", "second=false")
    assert up.code == 0, up.output
    moved = stack.operate("up", "--config", "first=false", "--config", "second=true")
    assert moved.code == 0, moved.output
    assert records(stack) == [("second-aks-prod-profile", False)]
    assert len(azure.resets) == 2
    quiet = stack.operate("preview", "--refresh", "--expect-no-changes", "--config", "first=false")
    assert quiet.code == 0, quiet.output


def test_a_cluster_in_two_components_is_refused_in_yaml_too(make_stack: Callable[..., Stack], azure: Azure):
    pulls = "".join(
        f"""      {name}:
        type: crosstenant:CrossTenantPull
        properties:
{YAML_TENANTS}          registries: [{{registryId: "${{registryId}}"}}]
          clusters: [{{clusterId: "${{clusterId}}"}}]
"""
        for name in ("first", "second")
    )
    stack = make_stack(f"{YAML_CONFIG}    resources:\n{pulls}", runtime="yaml")
    refused_plainly(stack.operate("preview"), azure, "clusters[0].clusterId: CrossTenantPull", "has cluster 'aks-prod'")


PULL_AND_PROFILE = """
    import pulumi

    from crosstenant import (
        ClusterArgs, CrossTenantPull, CrossTenantPullArgs, Provider, RegistryArgs, ServicePrincipalProfile,
        tenant_from_config,
    )

    config = pulumi.Config()
    pull = CrossTenantPull(
        "pull",
        CrossTenantPullArgs(
            cluster_tenant=tenant_from_config(config, "cluster"),
            registry_tenant=tenant_from_config(config, "registry"),
            registries=[RegistryArgs(registry_id=config.require("registryId"))],
            clusters=[ClusterArgs(cluster_id=config.require("clusterId"))],
        ),
    )
    provider = Provider(
        "own",
        tenant_id=config.require("clusterTenantId"),
        client_id=config.require("clusterClientId"),
        client_secret=config.require_secret("clusterClientSecret"),
    )
    ServicePrincipalProfile(
        "own",
        cluster_id=config.require("clusterId").replace("aks-prod", "AKS-Prod"),
        client_id="a0000000-0000-4000-8000-000000000a01",
        secret="a-secret-of-another-application",
        # After the component's, so that it is the second one.
        opts=pulumi.ResourceOptions(provider=provider, depends_on=[pull]),
    )
"""

YAML_PULL_AND_PROFILE = f"""{YAML_CONFIG}    resources:
      pull:
        type: crosstenant:CrossTenantPull
        properties:
{YAML_TENANTS}          registries: [{{registryId: "${{registryId}}"}}]
          clusters: [{{clusterId: "${{clusterId}}"}}]
      own:
        type: pulumi:providers:crosstenant
        properties:
          tenantId: ${{clusterTenantId}}
          clientId: ${{clusterClientId}}
          clientSecret: ${{clusterClientSecret}}
      profile:
        type: crosstenant:ServicePrincipalProfile
        properties:
          clusterId: ${{clusterId}}
          clientId: a0000000-0000-4000-8000-000000000a01
          secret: a-secret-of-another-application
        options: {{provider: "${{own}}", dependsOn: ["${{pull}}"]}}
"""


@pytest.mark.parametrize("runtime", ["python", "yaml"])
def test_a_cluster_of_a_component_is_refused_in_a_record_with_another_provider(
    make_stack: Callable[..., Stack], azure: Azure, runtime: str
):
    """Each provider is a process of its own, which knows of no other."""
    stack = make_stack(PULL_AND_PROFILE if runtime == "python" else YAML_PULL_AND_PROFILE, runtime=runtime)
    refused_plainly(stack.operate("preview"), azure, "::pull-aks-prod-profile as well", "acts as one application")
