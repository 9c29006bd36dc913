"""A chain made by hand goes into a stack on the real engine, without anything of it made anew."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from crosstenant.sandbox.world import seed
from lib.stack import Outcome, Stack
from tests.engine import adopt_world as world
from tests.engine.adopt_world import Adopting
from tests.engine.engine_world import Azure

APPLICATION = "azuread:index/application:Application"
PRINCIPAL = "azuread:index/servicePrincipal:ServicePrincipal"
PASSWORD = "azuread:index/applicationPassword:ApplicationPassword"
ASSIGNMENT = "azure-native:authorization:RoleAssignment"
CONSENT = "crosstenant:index:Consent"
PULL_CHECK = "crosstenant:index:PullCheck"
PROFILE = "crosstenant:index:ServicePrincipalProfile"


@pytest.fixture
def adopting(azure: Azure, tmp_path: Path) -> Adopting:
    return Adopting(azure, tmp_path)


def planned(outcome: Outcome) -> set[tuple[str, str, tuple[str, ...]]]:
    assert outcome.code == 0, outcome.output
    return {(it.op, it.type, tuple(sorted(it.properties))) for it in outcome.changes}


def in_project(adopting: Adopting, source: str) -> None:
    (adopting.folder / "project" / "__main__.py").write_text(source)


def test_a_chain_made_by_hand_is_adopted_and_rotated(
    adopting: Adopting, azure: Azure, make_stack: Callable[..., Stack]
):
    azure.change(world.make_chain)
    azure.change(world.end_the_secret)
    details = {"serviceManagementReference": "CMDB-4711", "notes": "by hand\n", "tags": ["production", "aks"]}
    azure.change(lambda state: state["applications"][world.APPLICATION].update(details))
    done = adopting.adopt()
    assert done.code == 0, done.output
    assert done.says(
        f"differs application 'AKS image pull', client ID {world.APP}, object ID {world.APPLICATION}:",
        "its sign-in audience AzureADMyOrg becomes AzureADMultipleOrgs",
        "it gets redirect URI https://www.microsoft.com/",
        f"found role assignment AcrPull on fabrikamimages, {world.ASSIGNMENT}",
        f"az ad app credential delete --id {world.APP} --key-id {world.KEY}",
        "its provisioning state is Failed, because the last secret of its application ended at",
    )
    assert azure.writes == []
    stack = make_stack(adopting.program)
    too_early = adopting.import_step(stack)
    assert too_early.code != 0
    assert too_early.says("run 'pulumi refresh --run-program' first")
    adopting.import_into(stack)

    assert planned(stack.operate("preview")) == {
        ("update", APPLICATION, ("requiredResourceAccesses", "signInAudience", "web")),
        ("create", PASSWORD, ()),
        ("create", PULL_CHECK, ()),
        ("update", PROFILE, ("secret", "secretKeyId")),
    }
    up = stack.operate("up")
    assert up.code == 0, up.output
    state = azure.state
    application = state["applications"][world.APPLICATION]
    assert application["signInAudience"] == "AzureADMultipleOrgs"
    assert {name: application[name] for name in details} == details
    assert application["passwordCredentials"][0]["keyId"] == world.KEY
    assert len(application["passwordCredentials"]) == 2
    assert [it for it in state["servicePrincipals"] if it not in seed.seed()["servicePrincipals"]] == [
        world.HOME,
        world.FOREIGN,
    ]
    granted = [
        it["name"] for it in state["roleAssignments"].values() if it["properties"]["principalId"] == world.FOREIGN
    ]
    assert granted == [world.ASSIGNMENT]
    first = state["resources"][seed.CLUSTER.lower()]["_credential"]
    assert first["clientId"] == world.APP
    assert first["secret"] != world.SECRET
    assert len(azure.resets) == 1
    assert stack.operate("preview", "--refresh", "--expect-no-changes").code == 0

    in_project(
        adopting,
        adopting.program.replace("import ClusterArgs,", "import RotationArgs, ClusterArgs,").replace(
            "display_name=", 'rotation=RotationArgs(rotation_trigger="1"),\n        display_name='
        ),
    )
    rotated = stack.operate("up")
    assert rotated.code == 0, rotated.output
    second = azure.state["resources"][seed.CLUSTER.lower()]["_credential"]
    assert second["clientId"] == world.APP
    assert second["secret"] != first["secret"]
    assert len(azure.resets) == 2


def test_an_application_without_a_service_principal_in_the_registry_tenant_gets_one_though_it_was_single_tenant(
    adopting: Adopting, azure: Azure, make_stack: Callable[..., Stack]
):
    azure.change(world.make_application)
    done = adopting.adopt()
    assert done.code == 0, done.output
    assert done.says("its sign-in audience AzureADMyOrg becomes AzureADMultipleOrgs")
    stack = make_stack(adopting.program)
    adopting.import_into(stack)
    preview = planned(stack.operate("preview"))
    assert {it[:2] for it in preview} >= {("update", APPLICATION), ("create", PRINCIPAL), ("create", ASSIGNMENT)}
    up = stack.operate("up")
    assert up.code == 0, up.output
    assert len(azure.resets) == 1


def test_a_consented_chain_with_a_condition_is_adopted(
    adopting: Adopting, azure: Azure, make_stack: Callable[..., Stack]
):
    azure.change(lambda state: world.make_chain(state, world.ABAC, world.REPOSITORY_READER, world.CONDITION))
    azure.change(lambda state: state["applications"][world.APPLICATION].update(signInAudience="AzureADMultipleOrgs"))
    done = adopting.adopt("--registry-service-principal", "consented", registry=world.ABAC)
    assert done.code == 0, done.output
    stack = make_stack(adopting.program)
    adopting.import_into(stack)

    assert planned(stack.operate("preview")) == {
        ("update", APPLICATION, ("web",)),
        ("create", PASSWORD, ()),
        ("update", ASSIGNMENT, ("condition",)),
        ("update", CONSENT, ("secret",)),
        ("create", PULL_CHECK, ()),
        ("update", PROFILE, ("secret", "secretKeyId")),
    }
    up = stack.operate("up")
    assert up.code == 0, up.output
    assert azure.state["servicePrincipals"][world.FOREIGN]["_owners"] != []
    assert len(azure.resets) == 1
    assert stack.operate("preview", "--refresh", "--expect-no-changes").code == 0


def test_a_caller_without_rights_in_the_registrys_directory_names_the_service_principal(
    adopting: Adopting, azure: Azure
):
    azure.change(world.make_chain)
    azure.change(lambda state: state["servicePrincipals"][world.REGISTRY_CALLER].update(_graph_permissions=[]))

    refused = adopting.adopt()
    assert refused.code == 1
    assert refused.says("Authorization_RequestDenied", "--registry-service-principal consented --registry-principal")
    done = adopting.adopt("--registry-service-principal", "consented", "--registry-principal", world.FOREIGN)
    assert done.code == 0, done.output
    assert done.says(f"found registry service principal object ID {world.FOREIGN}: looked up, never changed")
    assert done.says(f"found role assignment AcrPull on fabrikamimages, {world.ASSIGNMENT}")

    again = adopting.adopt()
    assert again.code == 1
    assert again.says("import.json exists already")


def test_a_chain_that_has_only_begun_is_adopted_as_far_as_it_goes(adopting: Adopting, azure: Azure):
    azure.change(lambda state: world.make_application(state, owners=[]))
    done = adopting.adopt()
    assert done.code == 0, done.output
    assert done.says(
        "stops application the caller may change only applications that it owns",
        f"az ad app owner add --id {world.APPLICATION} --owner-object-id {world.CLUSTER_CALLER}",
        "missing registry service principal",
        "missing role assignment AcrPull on fabrikamimages: the first update makes it",
        "first correct what is marked 'stops' above",
    )
    assert [it["id"] for it in adopting.document["resources"] if "id" in it] == [
        f"/applications/{world.APPLICATION}",
        f"/servicePrincipals/{world.HOME}",
        seed.CLUSTER,
    ]


@pytest.mark.parametrize(
    ("change", "options", "words"),
    [
        (None, {"cluster": seed.CLUSTER.replace("aks-prod", "aks-managed")}, ["aks-managed has a managed identity"]),
        (None, {"registry": f"{seed.REGISTRY}gone"}, ["there is no registry", "fabrikamimagesgone"]),
        (None, {"CLUSTER_CLIENT_SECRET": "wrong"}, ["cannot sign in to tenant a0000000", "AADSTS7000215"]),
        (
            lambda state: state["applications"].pop(world.APPLICATION),
            {},
            [f"acts as application {world.APP}, of which only the service principal is left"],
        ),
        (
            lambda state: (
                state["servicePrincipals"][world.HOME].update(appOwnerOrganizationId=seed.REGISTRY_TENANT)
                or state["applications"].pop(world.APPLICATION)
            ),
            {},
            [f"belongs to tenant {seed.REGISTRY_TENANT}: only its own tenant can change it"],
        ),
    ],
    ids=["managed identity", "no registry", "wrong secret", "no application", "another tenant's application"],
)
def test_what_cannot_be_adopted_is_said_in_one_sentence(adopting: Adopting, azure: Azure, change, options, words):
    azure.change(world.make_application)
    if change:
        azure.change(change)
    refused = adopting.adopt(**options)
    assert refused.code == 1
    assert refused.says("Error:", *words), refused.output
    assert "Traceback" not in refused.output
    assert not (adopting.folder / "adopted").exists()
