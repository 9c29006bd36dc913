"""The registry's side on the real engine: roles by mode, and what stands in the way of a service principal."""

from __future__ import annotations

from pathlib import Path

from crosstenant.sandbox.world import drift, seed
from crosstenant.sandbox.world.faults import new_fault
from crosstenant.sandbox.world.open_questions import ROLE_ASSIGNMENT_SCOPE
from lib.stack import Stack
from tests.both_answers import both_answers
from tests.engine.engine_world import Azure
from tests.engine.registry_stacks import (
    CHECK,
    HEAD,
    ROLE,
    follow_imports,
    give_role,
    give_service_principal,
    of_type,
    outputs,
    permissions,
    rewrite,
    roles_of,
)

PRINCIPAL = "b0000000-0000-4000-8000-0000000000f1"
SUBSCRIPTION = f"/subscriptions/{seed.REGISTRY_SUBSCRIPTION}"
DEFINITIONS = f"{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions"
NAME = "@Request[Microsoft.ContainerRegistry/registries/repositories:name]"
ASSIGNMENTS = "/providers/Microsoft.Authorization/roleAssignments/"

MODES = (
    HEAD
    + f"""
pull = CrossTenantPull(
    "modes",
    CrossTenantPullArgs(
        cluster_tenant=tenant("cluster"),
        registry_tenant=tenant("registry"),
        registries=[
            RegistryArgs(
                registry_id="{seed.REGISTRY}", pull_check=PullCheckOptions(repository="hello", reference="1.0")
            ),
            RegistryArgs(
                registry_id="{seed.ABAC_REGISTRY}", repositories=["hello"], repository_prefixes=["backend/"]
            ),
        ],
    ),
)
pulumi.export("principal", pull.registry_service_principal_id)
pulumi.export("pullResults", [it.pull_result for it in pull.registries])
"""
)

BY_HAND = (
    HEAD
    + f"""
RegistryAccess(
    "byhand",
    RegistryAccessArgs(
        tenant=tenant("registry"),
        client_id="{seed.OLD_CLUSTER_APP_ID}",
        secret=a_secret("{seed.OLD_CLUSTER_SECRET}"),
        registries=[RegistryArgs(registry_id="{seed.REGISTRY}")],
    ),
)
"""
)


def test_each_registry_gets_the_role_of_its_mode_and_follows_it(make_stack, azure: Azure):
    def slow(state):
        state["settings"]["lag"].update(servicePrincipal=2, roleAssignment=2)
        # As Resource Manager answers while the new principal has not reached its directory.
        state["faults"].append(
            new_fault(
                {
                    "service": "arm",
                    "method": "PUT",
                    "path": "fabrikamabac.*roleAssignments",
                    "status": 400,
                    "code": "PrincipalNotFound",
                    "message": "Principal does not exist in the directory.",
                }
            )
        )

    azure.change(slow)
    stack = make_stack(MODES)
    up = stack.operate("up")
    assert up.code == 0, up.output
    shown = outputs(stack)
    assert shown["pullResults"] == ["pulled", "granted"]
    roles = roles_of(azure.state, shown["principal"])
    assert {name: it["roleDefinitionId"] for name, it in roles.items()} == {
        "fabrikamimages": f"{DEFINITIONS}/7f951dda-4ed3-4680-a7ca-43fe172d538d",
        "fabrikamabac": f"{DEFINITIONS}/b93aa761-3e63-49ed-ac28-beffa264f7ac",
    }
    assert {it["principalType"] for it in roles.values()} == {"ServicePrincipal"}
    assert roles["fabrikamimages"]["condition"] is None
    assert roles["fabrikamabac"]["conditionVersion"] == "2.0"
    condition = roles["fabrikamabac"]["condition"]
    assert f"({NAME} StringEqualsIgnoreCase 'hello' OR {NAME} StringStartsWithIgnoreCase 'backend/')" in condition
    puts = [it for it in azure.requests if it["method"] == "PUT" and "fabrikamabac" in it["path"]]
    assert [it["status"] for it in puts] == [400, 201]

    azure.change(lambda state: drift.registry_mode(state, "fabrikamimages", "abac"))
    preview = stack.operate("preview")
    assert preview.code == 0, preview.output
    changes = [(it.op, it.type, it.name) for it in preview.changes]
    role, check = "modes-fabrikamimages-pull-role", "modes-fabrikamimages-pull-check"
    assert changes == [
        ("create-replacement", ROLE, role),
        ("replace", ROLE, role),
        ("update", CHECK, check),
        ("delete-replaced", ROLE, role),
    ]

    before = len(azure.writes)
    repaired = stack.operate("up")
    assert repaired.code == 0, repaired.output
    assert [it.split()[0] for it in azure.writes[before:]] == ["PUT", "DELETE"], "the new one before the old one goes"
    roles = roles_of(azure.state, shown["principal"])
    assert roles["fabrikamimages"]["roleDefinitionId"].endswith("b93aa761-3e63-49ed-ac28-beffa264f7ac")
    assert stack.operate("preview", "--refresh", "--expect-no-changes").code == 0


@both_answers(ROLE_ASSIGNMENT_SCOPE)
def test_registry_written_with_other_letter_case_has_no_drift(make_stack, azure: Azure):
    azure.change(lambda state: drift.set_audience(state, seed.OLD_CLUSTER_APP_ID, "AzureADMultipleOrgs"))
    stack = make_stack(BY_HAND.replace("fabrikamimages", "FABRIKAMIMAGES"))
    up = stack.operate("up")
    assert up.code == 0, up.output
    (role,) = of_type(stack, ROLE)
    assert role["outputs"]["scope"].lower() == seed.REGISTRY.lower()
    again = stack.operate("preview", "--refresh", "--expect-no-changes")
    assert again.code == 0, again.output
    gone = stack.operate("destroy")
    assert gone.code == 0, gone.output
    assert role["outputs"]["name"] not in str(azure.state["roleAssignments"])


def test_repositories_of_a_registry_wide_registry_are_refused_at_preview(make_stack, azure: Azure):
    program = MODES.replace(
        'pull_check=PullCheckOptions(repository="hello", reference="1.0")', 'repositories=["hello"]'
    )
    preview = make_stack(program).operate("preview")
    assert preview.code != 0
    assert preview.says("registries[0].repositories", "registry-wide", "remove repositories")
    assert azure.writes == []


def test_rights_that_can_never_do_are_refused_at_preview(quickstart: Stack, azure: Azure):
    permissions(azure, "Application.ReadWrite.OwnedBy")
    preview = quickstart.operate("preview")
    assert preview.code != 0
    assert preview.says(seed.REGISTRY_CALLER_ID, "Application.ReadWrite.OwnedBy", "Application.ReadWrite.All")
    assert preview.says("registry_service_principal of CrossTenantPull", "'consented'")
    assert azure.writes == []


def test_a_caller_without_rights_in_the_directory_reads_what_to_do(make_stack, azure: Azure):
    permissions(azure)
    azure.change(lambda state: drift.set_audience(state, seed.OLD_CLUSTER_APP_ID, "AzureADMultipleOrgs"))
    up = make_stack(BY_HAND).operate("up")
    assert up.code != 0
    assert up.says("Authorization_RequestDenied", "Cloud Application Administrator", "'consented'")
    assert up.seconds < 110, "it was waited for"


def test_what_exists_already_is_named_and_can_be_taken_over(make_stack, azure: Azure, tmp_path: Path):
    stack = make_stack(BY_HAND)
    single = stack.operate("preview")
    assert single.code != 0
    assert single.says(seed.OLD_CLUSTER_APP_ID, "is single-tenant", "AzureADMultipleOrgs")
    assert single.seconds < 110, "it was waited for"
    assert azure.writes == []

    azure.change(lambda state: give_service_principal(state, seed.OLD_CLUSTER_APP_ID, PRINCIPAL))
    name = "c0ffee00-0000-4000-8000-000000000001"
    azure.change(lambda state: give_role(state, seed.REGISTRY, PRINCIPAL, name=name))
    exists = stack.operate("up")
    assert exists.code != 0
    assert exists.says(f"/servicePrincipals/{PRINCIPAL}", "'consented'")

    # The command that the message gives, as it is.
    follow_imports(stack, exists)

    without_id = {"service": "arm", "method": "PUT", "path": "roleAssignments", "status": 409}
    words = {"code": "RoleAssignmentExists", "message": "The role assignment already exists."}
    azure.change(lambda state: state["faults"].append(new_fault({**without_id, **words})))
    nameless = stack.operate("up")
    command = f"'az role assignment list --scope {seed.REGISTRY} --assignee {PRINCIPAL}'"
    assert nameless.says(f"which Azure's answer omits: list it, {command}, and give the registry its name"), (
        nameless.output
    )

    duplicate = stack.operate("up")
    assert duplicate.code != 0
    assert duplicate.says(f"{seed.REGISTRY}{ASSIGNMENTS}{name}", f"role_assignment_name='{name}'")
    rewrite(
        tmp_path,
        BY_HAND.replace(
            f'registry_id="{seed.REGISTRY}"', f'registry_id="{seed.REGISTRY}", role_assignment_name="{name}"'
        ),
    )
    taken = stack.operate("up")
    assert taken.code == 0, taken.output
    assert [(it.op, it.type) for it in taken.changes] == [("import", ROLE), ("create", CHECK)]
    refused = f"PUT {seed.REGISTRY}{ASSIGNMENTS}{_derived(azure)}"
    assert azure.writes == [refused, refused], "refused twice, and nothing else"
    assert len(of_type(stack, ROLE)) == 1
    # What is there needs no right to make it.
    permissions(azure, "Application.ReadWrite.OwnedBy")
    assert stack.operate("preview", "--refresh", "--expect-no-changes").code == 0

    # It is removed by hand: Pulumi's own error for what it is to import names no argument.
    azure.change(lambda state: state["roleAssignments"].pop(f"{seed.REGISTRY}{ASSIGNMENTS}{name}".lower()))
    gone = stack.operate("preview", "--refresh")
    assert gone.code != 0
    assert gone.says("registries[0].role_assignment_name: there is no role assignment", "omit role_assignment_name")
    rewrite(tmp_path, BY_HAND)
    own = stack.operate("up", "--refresh")
    assert own.code == 0, own.output
    assert stack.operate("preview", "--refresh", "--expect-no-changes").code == 0


def _derived(azure: Azure) -> str:
    put = next(it for it in azure.requests if it["method"] == "PUT")
    assert put["status"] == 409
    return put["path"].rsplit("/", 1)[-1]
