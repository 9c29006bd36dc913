"""The consented way on the real engine: nobody has Graph rights in the registry's tenant.

The sandbox's consent page needs no administrator to sign in; that a real one may consent is not shown here.
"""

from __future__ import annotations

import json
from pathlib import Path

from crosstenant.sandbox.world import drift, seed
from tests.engine.engine_world import Azure
from tests.engine.registry_stacks import (
    CHECK,
    HEAD,
    LOOKUP,
    PROFILE,
    ROLE,
    of_type,
    open_page,
    outputs,
    permissions,
    rewrite,
    roles_of,
)

PROGRAM = (
    HEAD
    + """
pull = CrossTenantPull(
    "prod",
    CrossTenantPullArgs(
        cluster_tenant=tenant("cluster"),
        registry_tenant=tenant("registry"),
        registries=[RegistryArgs(registry_id=config.require("registryId"))],
        clusters=[ClusterArgs(cluster_id=config.require("clusterId"))],
        registry_service_principal="consented",
        secret=SecretArgs(rotation_trigger="1"),
    ),
)
pulumi.export("clientId", pull.client_id)
pulumi.export("consentUrl", pull.consent_url)
pulumi.export("pullResults", pull.pull_results)
pulumi.export("roleAssignmentIds", pull.role_assignment_ids)
pulumi.export("loginServers", pull.login_servers)
pulumi.export("profile", pull.service_principal_profile)
"""
)
MESSAGE = ("has not consented", "no role is assigned there and no cluster is touched", "pulumi up' again")


def graph_calls(azure: Azure) -> list[str]:
    """What was asked of the registry tenant's directory."""
    return [
        f"{it['method']} {it['path']}"
        for it in azure.requests
        if it["service"] == "graph" and it.get("tenant") == seed.REGISTRY_TENANT
    ]


def test_consented_way_from_the_first_update_to_destroy(make_stack, azure: Azure, tmp_path: Path):
    permissions(azure)
    stack = make_stack(PROGRAM)

    # Before the consent: everything in Tenant A, nothing in Tenant B, one message, exit code 0.
    first = stack.operate("up")
    assert first.code == 0, first.output
    shown = outputs(stack)
    assert first.says(*MESSAGE, shown["consentUrl"])
    assert first.output.split("Diagnostics:")[1].count("has not consented") == 1
    assert shown["pullResults"] == ["not consented"]
    assert shown["roleAssignmentIds"] == []
    assert shown["loginServers"] == ["fabrikamimages.azurecr.io"]
    assert (of_type(stack, ROLE), of_type(stack, CHECK), of_type(stack, PROFILE)) == ([], [], [])
    application = drift.application(azure.state, shown["clientId"])
    assert application["requiredResourceAccess"] == [
        {
            "resourceAppId": "00000003-0000-0000-c000-000000000000",
            "resourceAccess": [{"id": "e1fe6dd8-ba31-4d61-89e7-88639da4683d", "type": "Scope"}],
        }
    ]
    assert azure.resets == []
    assert azure.state["roleAssignments"].keys() == seed.seed()["roleAssignments"].keys()

    quiet = stack.operate("preview", "--refresh", "--expect-no-changes")
    assert quiet.code == 0, quiet.output
    assert quiet.says(*MESSAGE)

    # The administrator opens the page that the stack told.
    assert open_page(azure, shown["consentUrl"]).status_code == 302
    principal = drift.service_principal(azure.state, seed.REGISTRY_TENANT, shown["clientId"])

    preview = stack.operate("preview")
    assert preview.code == 0, preview.output
    planned = [(it.op, it.type) for it in preview.changes if it.is_infrastructure]
    assert planned == [("update", LOOKUP), ("create", ROLE), ("create", CHECK), ("create", PROFILE)]
    assert "consented" not in preview.output

    second = stack.operate("up")
    assert second.code == 0, second.output
    assert [(it.op, it.type) for it in second.changes if it.is_infrastructure] == planned
    assert outputs(stack)["pullResults"] == ["granted"]
    assert list(roles_of(azure.state, principal["id"])) == ["fabrikamimages"]
    cluster = azure.state["resources"][seed.CLUSTER.lower()]
    assert {node["clientId"] for node in cluster["_nodes"]} == {shown["clientId"]}
    (profile,) = of_type(stack, PROFILE)
    (check,) = of_type(stack, CHECK)
    assert check["urn"] in profile["dependencies"]
    assert cluster["_nodes"][0]["secret"] not in json.dumps(stack.resources())

    # A new secret is unknown in the plan, the service principal is not: nothing seems to be deleted.
    rewrite(tmp_path, PROGRAM.replace('rotation_trigger="1"', 'rotation_trigger="2"'))
    rotation = stack.operate("preview")
    assert rotation.code == 0, rotation.output
    assert {it.type: it.op for it in rotation.changes if it.type in (LOOKUP, ROLE, CHECK, PROFILE)} == {
        LOOKUP: "update",
        CHECK: "update",
        PROFILE: "update",
    }
    rewrite(tmp_path, PROGRAM)

    # The administrator takes it back: drift, and nothing of the stack is given up for it.
    azure.change(lambda state: state["servicePrincipals"].pop(principal["id"]))
    lost = stack.operate("preview", "--refresh", "--expect-no-changes")
    assert lost.code != 0
    assert [(it.op, it.type, it.properties) for it in lost.changes] == [
        ("update", LOOKUP, ("exists",)),
        ("update", CHECK, ("result",)),
    ]
    assert lost.says("is gone", shown["consentUrl"])

    # Back again, and the cluster moved to another application: the stack may leave.
    azure.change(lambda state: state["servicePrincipals"].update({principal["id"]: principal}))
    azure.change(lambda state: drift.reset_cluster(state, "aks-prod"))
    destroyed = stack.operate("destroy")
    assert destroyed.code == 0, destroyed.output
    state = azure.state
    assert state["roleAssignments"].keys() == seed.seed()["roleAssignments"].keys()
    assert [it for it in state["applications"].values() if it["displayName"] == "prod"] == []
    # It belongs to Tenant B: never read, patched or deleted.
    assert state["servicePrincipals"][principal["id"]] == principal
    assert graph_calls(azure) == []
