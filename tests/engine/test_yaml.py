"""A YAML program: the plugin hosts the components for languages that cannot import the package."""

from __future__ import annotations

import json
from collections.abc import Callable

from crosstenant.sandbox.world import seed
from lib.sandbox import SECRETS
from lib.stack import Stack
from tests.engine.engine_world import YAML_CONFIG, YAML_TENANTS, Azure
from tests.engine.refusal_world import refused_plainly

PROGRAM = (
    YAML_CONFIG
    + """    resources:
      pull:
        type: crosstenant:CrossTenantPull
        properties:
"""
    + YAML_TENANTS
    + """          serviceManagementReference: CMDB-4711
          tags: [production]
          registries:
            - registryId: ${registryId}
              pullCheck: {mode: require, repository: hello, reference: "1.0", timeoutSeconds: 60}
          clusters:
            - clusterId: ${clusterId}
              abandonOnDelete: true
              resetTimeoutSeconds: 300
    outputs:
      clientId: ${pull.clientId}
      loginServer: ${pull.registries[0].loginServer}
      pullResult: ${pull.registries[0].pullResult}
      imagePullSecret: ${pull.imagePullSecret}
"""
)


def secrets_on(azure: Azure) -> list[str]:
    """The callers' secrets, and the application's as the cluster's nodes have it."""
    cluster = azure.state["resources"][seed.CLUSTER.lower()]
    return [*SECRETS.values(), cluster["_credential"]["secret"]]


def test_whole_life_of_a_component_in_yaml(make_stack: Callable[..., Stack], azure: Azure):
    stack = make_stack(PROGRAM, runtime="yaml")

    up = stack.operate("up")
    assert up.code == 0, up.output
    shown = json.loads(stack.command("pulumi", "stack", "output", "--json", "--stack", "test").output)
    cluster = azure.state["resources"][seed.CLUSTER.lower()]
    assert cluster["properties"]["servicePrincipalProfile"]["clientId"] == shown["clientId"]
    assert (shown["loginServer"], shown["pullResult"]) == ("fabrikamimages.azurecr.io", "pulled")
    assert shown["imagePullSecret"] == "[secret]"
    (application,) = (it for it in azure.state["applications"].values() if it["appId"] == shown["clientId"])
    assert (application["serviceManagementReference"], application["tags"]) == ("CMDB-4711", ["production"])

    exported = json.dumps(stack.resources())
    assert [secret for secret in secrets_on(azure) if secret in exported + up.output] == []
    (provider,) = (it for it in stack.resources() if it["urn"].endswith("::pull-cluster-tenant-azuread"))
    assert "ciphertext" in provider["inputs"]["clientSecret"], "the secret in clusterTenant came as a plain value"
    (profile,) = (it for it in stack.resources() if it["type"].endswith(":ServicePrincipalProfile"))
    assert profile["customTimeouts"] == {"create": 300, "update": 300}

    again = stack.operate("preview", "--refresh", "--expect-no-changes")
    assert again.code == 0, again.output

    destroyed = stack.operate("destroy")
    assert destroyed.code == 0, destroyed.output
    assert shown["clientId"] not in [it["appId"] for it in azure.state["applications"].values()]


def test_what_a_component_refuses_is_one_sentence_with_the_argument(make_stack: Callable[..., Stack], azure: Azure):
    stack = make_stack(PROGRAM, runtime="yaml", config={"clusterId": f"{seed.CLUSTER}/agentPools/system"})
    refused = stack.operate("preview")
    refused_plainly(refused, azure, "resource 'pull' has a problem: clusters[0].clusterId:", "is not the ARM ID of a")


def test_what_a_component_finds_refused_is_one_sentence(make_stack: Callable[..., Stack], azure: Azure):
    stack = make_stack(PROGRAM, runtime="yaml", config={"registryId": f"{seed.REGISTRY}s"})
    refused = stack.operate("preview")
    refused_plainly(refused, azure, "resource 'pull' has a problem: registries[0].registryId: there is no registry")


def test_two_kinds_of_credential_are_refused_without_showing_either(make_stack: Callable[..., Stack], azure: Azure):
    # Not marked as secret: Pulumi would print it beside the property's name.
    program = PROGRAM.replace(
        "tenantId: ${clusterTenantId}", "tenantId: ${clusterTenantId}\n            oidcToken: planted"
    )
    refused = make_stack(program, runtime="yaml").operate("preview")
    refused_plainly(
        refused, azure, "clusterTenant.oidcToken: is given together with client_secret", known_secrets=["planted"]
    )


def test_output_in_place_of_an_id_needs_a_name(make_stack: Callable[..., Stack], azure: Azure):
    other = """
      other:
        type: crosstenant:PullIdentity
        properties:
          tenant:
            tenantId: ${clusterTenantId}
            clientId: ${clusterClientId}
            clientSecret: ${clusterClientSecret}
    outputs:"""
    program = PROGRAM.replace("\n    outputs:", other).replace(
        "registryId: ${registryId}", "registryId: ${other.clientId}"
    )
    refused = make_stack(program, runtime="yaml").operate("preview")
    refused_plainly(
        refused, azure, "resource 'pull' has a problem: registries[0].name: is missing: registry_id is an output"
    )

    named = program.replace("registryId: ${other.clientId}", "registryId: ${other.clientId}\n              name: other")
    stack = make_stack(named, runtime="yaml")
    preview = stack.operate("preview")
    assert preview.code == 0, preview.output
    up = stack.operate("up")
    assert up.code != 0
    assert up.says("registries[0].registryId: the output's value is not the ARM ID of a"), up.output
    assert azure.resets == []
