"""The Azure side of a pull without a secret on the real engine: up, no change, drift and repair, destroy."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from crosstenant.sandbox.world import seed
from crosstenant.sandbox.world.cluster_issuers import issuer_url, switch_on
from crosstenant.sandbox.world.ids import IDENTITY_TYPE
from crosstenant.sandbox.world.managed_identities import CREDENTIALS, forget
from crosstenant.sandbox.world.state import State
from lib.stack import Outcome
from tests.engine.engine_world import YAML_CONFIG, YAML_TENANTS, Azure
from tests.engine.registry_stacks import HEAD, ROLE, give_service_principal, outputs, rewrite, roles_of

IDENTITY = "azure-native:managedidentity:UserAssignedIdentity"
CREDENTIAL = "azure-native:managedidentity:FederatedIdentityCredential"
GROUP = seed.IDENTITY_GROUP.rsplit("/", 1)[-1]
CONSENTED = "b0000000-0000-4000-8000-0000000000f1"
SUBJECT = "system:serviceaccount:crosstenant-prod:pull-refresher"

PROGRAM = (
    HEAD
    + f"""
pull = FederatedPull(
    "prod",
    FederatedPullArgs(
        cluster_tenant=tenant("cluster"),
        registry_tenant=tenant("registry"),
        registries=[RegistryArgs(registry_id="{seed.REGISTRY}")],
        identity=FederatedIdentityArgs(resource_group="{GROUP}"),
        clusters=[
            FederatedClusterArgs(cluster_id=it, namespaces=[PullNamespaceArgs(name="shop")])
            for it in ("{seed.MANAGED_IDENTITY_CLUSTER}", "{seed.CLUSTER}")
        ],
        delivery="none",
    ),
)
pulumi.export("clientId", pull.client_id)
pulumi.export("issuers", pull.issuers)
pulumi.export("manifests", pull.manifests)
"""
)


def test_a_chain_without_a_secret_is_made_kept_repaired_and_removed(make_stack, azure: Azure, tmp_path: Path):
    stack = make_stack(PROGRAM)
    off = stack.operate("preview")
    assert off.code != 0
    command = "'az aks update -g rg-clusters -n aks-prod --enable-oidc-issuer'"
    assert off.says("clusters[1].cluster_id: the OIDC issuer of cluster", command, "cannot be undone"), off.output
    assert azure.writes == []

    policy = "Managed Identity Federated Credentials from Azure Kubernetes should be from trusted sources"
    azure.change(lambda state: switch_on(state, cluster(state, "aks-prod")))
    azure.change(lambda state: state["settings"]["policy"].update(federated_credential=policy))
    denied = stack.operate("up")
    assert denied.code != 0
    named = f"Azure Policy '{policy}' (assignment /subscriptions/{seed.REGISTRY_SUBSCRIPTION}/"
    assert denied.says(named, f"tenant {seed.CLUSTER_TENANT} in allowedTenants", "exempt the identity"), denied.output

    azure.change(lambda state: state["settings"]["policy"].update(federated_credential=""))
    up = stack.operate("up")
    assert up.code == 0, up.output
    assert shown(up) >= {
        ("create", CREDENTIAL, "prod-aks-managed-credential"),
        ("create", CREDENTIAL, "prod-aks-prod-credential"),
    }
    state = azure.state
    found = identity(state)
    assert (found["name"], found["location"]) == ("prod-test", "westeurope")
    assert {it["name"]: (it["issuer"], it["subject"], it["audiences"]) for it in found[CREDENTIALS]} == {
        f"prod-{name}": (issuer_url(cluster(state, name)), SUBJECT, ["api://AzureADTokenExchange"])
        for name in ("aks-managed", "aks-prod")
    }
    assert set(roles_of(state, found["properties"]["principalId"])) == {"fabrikamimages"}
    told = outputs(stack)
    assert told["clientId"] == found["properties"]["clientId"]
    assert told["issuers"]["aks-prod"] == issuer_url(cluster(state, "aks-prod"))
    assert not re.search(r"eyJ[\w-]+\.eyJ", str(told["manifests"])), "a token"
    quiet(stack)

    # One credential is changed by hand; the other one is deleted, and its cluster is built again under its name, with
    # another issuer; the role is removed.
    def damage(state: State) -> None:
        first, second = identity(state)[CREDENTIALS]
        first["issuer"] = first["issuer"].removesuffix("/")
        identity(state)[CREDENTIALS].remove(second)
        switch_on(state, cluster(state, "aks-prod"))
        state["roleAssignments"] = {
            key: it
            for key, it in state["roleAssignments"].items()
            if it["properties"]["principalId"] != identity(state)["properties"]["principalId"]
        }

    azure.change(damage)
    repaired = stack.operate("up", "--refresh")
    assert repaired.code == 0, repaired.output
    assert shown(repaired) == {
        ("update", CREDENTIAL, "prod-aks-managed-credential"),
        ("create", CREDENTIAL, "prod-aks-prod-credential"),
        ("create", ROLE, "prod-fabrikamimages-pull-role"),
    }
    state = azure.state
    assert {it["issuer"] for it in identity(state)[CREDENTIALS]} == {
        issuer_url(cluster(state, name)) for name in ("aks-managed", "aks-prod")
    }

    # The identity is deleted by hand; the next one has another client ID, and the role is its own.
    def lose(state: State) -> None:
        lost = identity(state)
        del state["resources"][lost["id"].lower()]
        forget(state, lost)

    azure.change(lose)
    again = stack.operate("up", "--refresh")
    assert again.code == 0, again.output
    made = identity(azure.state)["properties"]
    assert made["clientId"] != found["properties"]["clientId"]
    assert set(roles_of(azure.state, made["principalId"])) == {"fabrikamimages"}
    assert roles_of(azure.state, found["properties"]["principalId"]) == {}
    quiet(stack)

    # The component is renamed, and has one cluster less: that credential goes, and nothing else.
    renamed = (
        PROGRAM.replace(f', "{seed.CLUSTER}"', ",")
        .replace('"prod",\n    FederatedPullArgs', '"main",\n    FederatedPullArgs')
        .replace(
            'delivery="none",\n    ),',
            'delivery="none",\n    ),\n    pulumi.ResourceOptions(aliases=[pulumi.Alias(name="prod")]),',
        )
        .replace(
            'PullNamespaceArgs(name="shop")]',
            'PullNamespaceArgs(name="shop")], refresher=RefresherArgs(namespace="crosstenant-prod")',
        )
    )
    rewrite(tmp_path, renamed)
    fewer = stack.operate("up")
    assert shown(fewer) == {("delete", CREDENTIAL, "prod-aks-prod-credential")}, fewer.output

    gone = stack.operate("destroy")
    assert gone.code == 0, gone.output
    assert not [it for it in azure.state["resources"].values() if it["type"] == IDENTITY_TYPE]
    assert roles_of(azure.state, made["principalId"]) == {}


YAML = f"""{YAML_CONFIG}
    resources:
      pull:
        type: crosstenant:FederatedPull
        properties:
{YAML_TENANTS}\
          registries: [{{registryId: "{seed.REGISTRY}"}}]
          identity: {{resourceGroup: "{GROUP}"}}
          clusters:
            - clusterId: "{seed.MANAGED_IDENTITY_CLUSTER}"
              namespaces: [{{name: shop}}]
          delivery: none
    outputs:
      clientId: ${{pull.clientId}}
      subjects: ${{pull.subjects}}
      manifests: ${{pull.manifests}}
"""


def test_a_yaml_program_has_the_component_from_the_plugin(make_stack, azure: Azure):
    stack = make_stack(YAML, runtime="yaml")
    up = stack.operate("up")
    assert up.code == 0, up.output
    told = outputs(stack)
    assert told["clientId"] == identity(azure.state)["properties"]["clientId"]
    assert told["subjects"] == {"aks-managed": ["system:serviceaccount:crosstenant-pull:pull-refresher"]}
    assert told["manifests"]["aks-managed"].startswith("---\n")
    assert stack.operate("preview", "--expect-no-changes").code == 0


APPLICATION = PROGRAM.replace(
    f'FederatedIdentityArgs(resource_group="{GROUP}")',
    'FederatedIdentityArgs(kind="application", registry_service_principal="consented")',
).replace(f', "{seed.CLUSTER}"', ",")


def test_an_application_without_a_secret_waits_for_consent_and_gets_its_role(make_stack, azure: Azure, tmp_path: Path):
    stack = make_stack(APPLICATION)
    waits = stack.operate("up")
    assert waits.code != 0
    (application,) = [it for it in azure.state["applications"].values() if it["displayName"] == "prod (test)"]
    page = f"https://login.microsoftonline.com/{seed.REGISTRY_TENANT}/adminconsent?client_id={application['appId']}"
    assert waits.says("identity.registry_service_principal_id: is missing", page), waits.output
    assert roles_of(azure.state, CONSENTED) == {}

    azure.change(lambda state: give_service_principal(state, application["appId"], CONSENTED))
    rewrite(tmp_path, APPLICATION.replace('"consented")', f'"consented", registry_service_principal_id="{CONSENTED}")'))
    up = stack.operate("up")
    assert up.code == 0, up.output
    state = azure.state
    (credential,) = state["applications"][application["id"]][CREDENTIALS]
    assert (credential["issuer"], credential["subject"]) == (issuer_url(cluster(state, "aks-managed")), SUBJECT)
    assert state["applications"][application["id"]]["passwordCredentials"] == []
    assert set(roles_of(state, CONSENTED)) == {"fabrikamimages"}
    quiet(stack)
    assert stack.operate("destroy").code == 0
    assert roles_of(azure.state, CONSENTED) == {}


def shown(outcome: Outcome) -> set[tuple[str, str, str]]:
    """What an operation did in Azure."""
    return {(it.op, it.type, it.name) for it in outcome.changes if it.type in (IDENTITY, CREDENTIAL, ROLE)}


def quiet(stack: Any) -> None:
    """Nothing differs, from the program or in Azure."""
    preview = stack.operate("preview", "--refresh", "--expect-no-changes")
    assert preview.code == 0, preview.output


def cluster(state: State, name: str) -> dict[str, Any]:
    return next(it for it in state["resources"].values() if it["name"] == name)


def identity(state: State) -> dict[str, Any]:
    (found,) = [it for it in state["resources"].values() if it["type"] == IDENTITY_TYPE]
    return found
