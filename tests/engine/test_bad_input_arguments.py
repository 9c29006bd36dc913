"""Arguments that only a program can give wrongly: each is refused at preview with what to write instead.

A wrong argument ends the program, so a program that goes on after each shows many of them in one preview; that one
alone ends it without a stack trace is shown with the quickstart in ``test_bad_input``.
"""

from __future__ import annotations

from collections.abc import Callable

from crosstenant.sandbox.world import seed
from lib.stack import Stack
from tests.engine.engine_world import Azure
from tests.engine.refusal_world import refused_plainly

HEAD = """
    import pulumi
    from crosstenant import ArgumentError, CrossTenantPull, PullIdentity, RegistryAccess, Provider, PullCheck
    from crosstenant import ServicePrincipalProfile

    config = pulumi.Config()
    A = {
        "tenant_id": config.require("clusterTenantId"),
        "client_id": config.require("clusterClientId"),
        "client_secret": config.require_secret("clusterClientSecret"),
    }
    B = {
        "tenant_id": config.require("registryTenantId"),
        "client_id": config.require("registryClientId"),
        "client_secret": config.require_secret("registryClientSecret"),
    }
    REGISTRY = {"registry_id": config.require("registryId")}
    CLUSTER = {"cluster_id": config.require("clusterId")}
"""

MANY = """
    IDS = CLUSTER["cluster_id"], REGISTRY["registry_id"]

    def pull(**arguments):
        given = {"cluster_tenant": A, "registry_tenant": B, "registries": [REGISTRY], "clusters": [CLUSTER]}
        return CrossTenantPull, {**given, **arguments}

    def check(**arguments):
        return pull(registries=[{**REGISTRY, "pull_check": arguments}])

    WRONG = {
        "end-date": (PullIdentity, {"tenant": A, "rotation": {"end_date": "30.6.2027"}}),
        "past-date": (PullIdentity, {"tenant": A, "rotation": {"end_date": "2020-01-01T00:00:00Z"}}),
        "two-kinds": pull(cluster_tenant={**A, "oidc_token": "planted-token"}),
        "half-kind": pull(registry_tenant={**B, "client_secret": None}),
        "twice": pull(clusters=[CLUSTER, {"cluster_id": CLUSTER["cluster_id"].replace("rg-clusters", "RG-CLUSTERS")}]),
        "registry-twice": (RegistryAccess, {"tenant": B, "client_id": "", "secret": "", "registries": [REGISTRY] * 2}),
        "no-registry": pull(registries=[]),
        "one-tenant": pull(registry_tenant={**B, "tenant_id": A["tenant_id"]}),
        "one-subscription": pull(
            clusters=[{"cluster_id": CLUSTER["cluster_id"].replace(*(it.split("/")[2] for it in IDS))}]
        ),
        "other-kind": pull(registries=[{"registry_id": CLUSTER["cluster_id"]}]),
        "cloud": pull(cluster_tenant={**A, "environment": "germany"}),
        "two-clouds": pull(registry_tenant={**B, "environment": "china"}),
        "no-time": pull(clusters=[{**CLUSTER, "reset_timeout_seconds": 0}]),
        "mode": check(mode="maybe"),
        "no-wait": check(timeout_seconds=0),
        "reference": check(reference="1.0"),
        "upper-case": check(repository="Backend/API"),
        "whole-image": check(repository="hello", reference="hello:1.0"),
        "digest": check(repository="hello", reference="sha256:12"),
        "no-image-yet": check(repository="hello", reference="1.0", filled_later=True),
        "patience": pull(replication_timeout_seconds=0),
        "wildcard": pull(registries=[{**REGISTRY, "repositories": ["backend/*"]}]),
        "prefix": pull(registries=[{**REGISTRY, "repository_prefixes": ["backend"]}]),
        "spelling": pull(cluster_tenant={"tenantId": A["tenant_id"]}),
        "nothing": pull(cluster_tenant={**A, "tenant_id": config.get("there-is-no-such-key")}),
        "missing": (CrossTenantPull, {"cluster_tenant": A, "registry_tenant": B}),
        "output": pull(clusters=[{"cluster_id": pulumi.Output.from_input(CLUSTER["cluster_id"])}]),
        "plain": pull(display_name=pulumi.Output.from_input("images")),
        "no-tenant": (PullIdentity, {}),
        "type": pull(registries=REGISTRY),
    }
    for name, (component, arguments) in WRONG.items():
        try:
            component(name, arguments)
        except ArgumentError as error:
            pulumi.log.error(str(error))
    raise pulumi.RunError("each of these would have ended the program")
"""

SAID = {
    "PullIdentity 'end-date'": [
        "rotation.end_date: '30.6.2027' is not a UTC time of the form",
        "write it so, with the Z",
    ],
    "PullIdentity 'past-date'": ["rotation.end_date:", "is past"],
    "CrossTenantPull 'two-kinds'": ["cluster_tenant.oidc_token: is given together with client_secret", "keep one"],
    "CrossTenantPull 'half-kind'": ["registry_tenant.client_id: is given without a credential: add one of"],
    "CrossTenantPull 'twice'": ["clusters[1].cluster_id: 'aks-prod' is given twice: remove one"],
    "RegistryAccess 'registry-twice'": ["registries[1].registry_id: 'fabrikamimages' is given twice: remove one"],
    "CrossTenantPull 'no-registry'": ["registries: is empty: give at least one registry"],
    "CrossTenantPull 'one-tenant'": ["registry_tenant.tenant_id: both tenants are", "az aks update --attach-acr"],
    "CrossTenantPull 'one-subscription'": [
        "clusters[0].cluster_id: subscription",
        "holds both",
        "one of the IDs is wrong",
    ],
    "CrossTenantPull 'other-kind'": [
        "registries[0].registry_id:",
        "is the ID of a Microsoft.ContainerService/managedC",
    ],
    "CrossTenantPull 'cloud'": ["cluster_tenant.environment: must be one of 'public', 'usgovernment', 'china'"],
    "CrossTenantPull 'two-clouds'": ["registry_tenant.environment:", "both must be in the same cloud"],
    "CrossTenantPull 'no-time'": ["clusters[0].reset_timeout_seconds: must be 1 or more seconds"],
    "CrossTenantPull 'mode'": ["registries[0].pull_check.mode: must be one of 'require', 'warn', 'skip'"],
    "CrossTenantPull 'no-wait'": ["registries[0].pull_check.timeout_seconds: must be 1 or more seconds"],
    "CrossTenantPull 'reference'": ["registries[0].pull_check.reference:", "give 'repository' as well"],
    "CrossTenantPull 'upper-case'": ["registries[0].pull_check.repository:", "write 'backend/api'"],
    "CrossTenantPull 'whole-image'": ["registries[0].pull_check.reference:", "write '1.0'"],
    "CrossTenantPull 'digest'": ["registries[0].pull_check.reference:", "neither a tag ('1.0') nor a digest"],
    "CrossTenantPull 'no-image-yet'": ["registries[0].pull_check.filled_later:", "omit 'reference'"],
    "CrossTenantPull 'patience'": ["replication_timeout_seconds: must be a number of seconds from 1 to 3600"],
    "CrossTenantPull 'wildcard'": ["registries[0]: 'backend/*' has a wildcard:", "give a prefix such as 'backend/'"],
    "CrossTenantPull 'prefix'": ["registries[0]: 'backend' does not end with '/'", "write 'backend/'"],
    "CrossTenantPull 'spelling'": ["cluster_tenant.tenantId: is not an argument: write 'tenant_id'"],
    "CrossTenantPull 'nothing'": ["cluster_tenant.tenant_id: is None: give a value"],
    "CrossTenantPull 'missing'": ["registries: is missing: it is required"],
    "CrossTenantPull 'output'": ["clusters[0].name: is missing: cluster_id is an output, so the resource needs a name"],
    "CrossTenantPull 'plain'": ["display_name: is an output: write it as a plain value"],
    "PullIdentity 'no-tenant'": ["tenant: is missing: describe the tenant"],
    "CrossTenantPull 'type'": ["registries: is of type dict: write a list"],
}


def test_each_wrong_argument_is_refused_by_name_with_what_to_write(make_stack: Callable[..., Stack], azure: Azure):
    preview = make_stack(HEAD + MANY).operate("preview")

    refused_plainly(preview, azure, known_secrets=["planted-token"])
    for component, words in SAID.items():
        errors = [it for it in preview.errors if it.startswith(component)]
        assert len(errors) == 1, f"{component}: {errors}\n{preview.output}"
        assert all(word in errors[0] for word in words), errors[0]
    assert azure.requests == []


RESOURCES = """
    tenant = Provider("tenant", tenant_id=B["tenant_id"], client_id=B["client_id"], client_secret=B["client_secret"])
    options = pulumi.ResourceOptions(provider=tenant)
"""


def test_custom_resource_names_each_wrong_input_and_hides_what_is_secret(
    make_stack: Callable[..., Stack], azure: Azure
):
    # The secret stands where the client ID should: Pulumi knows it for a secret, and so does the refusal.
    wrong = """
    ServicePrincipalProfile(
        "profile",
        cluster_id=config.require("registryId"),
        client_id=config.require_secret("clusterClientSecret"),
        secret=" planted-with-a-space",
        opts=options,
    )
    """
    preview = make_stack(HEAD + RESOURCES + wrong).operate("preview")

    words = [
        "has a problem: clusterId '/subscriptions/", "is the ID of a Microsoft.ContainerRegistry/registries",
        "property clientId value {[secret]} has a problem: must be a UUID: give the application's client ID",
        "property secret value {[secret]}", "begins or ends with white space",
    ]  # fmt: skip
    refused_plainly(preview, azure, *words, known_secrets=["planted-with-a-space"])


def test_secret_in_the_place_of_an_id_is_not_printed_by_the_engine(make_stack: Callable[..., Stack], azure: Azure):
    # Pulumi does not know these for secrets, and prints the value of each property that a refusal names.
    wrong = """
    PLANTED = "planted8Q~" + "x" * 34
    ServicePrincipalProfile("profile", cluster_id=PLANTED, client_id=PLANTED, secret="not-in-a-message", opts=options)
    """
    preview = make_stack(HEAD + RESOURCES + wrong).operate("preview")

    words = ["has a problem: clusterId the value is not the ARM ID of a", "has a problem: clientId must be a UUID"]
    refused_plainly(preview, azure, *words, known_secrets=["planted8Q~"])


def test_several_clusters_that_cannot_be_reset_are_all_named(make_stack: Callable[..., Stack], azure: Azure):
    def stop(state) -> None:
        state["resources"][seed.CLUSTER.lower()]["properties"]["powerState"] = {"code": "Stopped"}

    azure.change(stop)
    clusters = """
    managed = {"cluster_id": CLUSTER["cluster_id"].replace("aks-prod", "aks-managed")}
    CrossTenantPull(
        "pull", {"cluster_tenant": A, "registry_tenant": B, "registries": [REGISTRY], "clusters": [managed, CLUSTER]}
    )
    """
    preview = make_stack(HEAD + clusters).operate("preview")

    refused_plainly(preview, azure, "aks-managed has a managed identity", "image_pull_secret")
    refused_plainly(preview, azure, "aks-prod is stopped", "az aks start -g rg-clusters -n aks-prod")
