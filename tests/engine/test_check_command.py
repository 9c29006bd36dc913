"""``crosstenant check`` of a stack that is up: what it reads from the stack, and what it finds."""

from __future__ import annotations

import json
import shlex

from crosstenant.sandbox.world import drift, role_drift, seed
from tests.engine.drift_world import LEGACY, Deployed
from tests.engine.registry_stacks import give_role


def options(deployed: Deployed) -> tuple[str, ...]:
    return ("--stack", "test", "--cwd", str(deployed.project))


def test_a_stack_is_all_that_the_person_on_call_has_to_name(deployed: Deployed):
    whole = deployed.check(*options(deployed), "--with-secret", "--json")
    assert whole.code == 0, whole.output
    report = json.loads(whole.output)
    assert report["clientId"] == deployed.client_id
    assert (report["clusterTenantId"], report["registryTenantId"]) == (seed.CLUSTER_TENANT, seed.REGISTRY_TENANT)
    assert [it["object"] for it in report["links"] if it["link"] == "pull"] == ["fabrikamabac", "fabrikamimages"]
    assert {it["finding"] for it in report["links"] if it["link"] == "pull"} == {
        "fetched the manifest of hello, 1.0, and a layer"
    }
    assert deployed.cluster
    assert deployed.cluster["_credential"]["secret"] not in whole.output


def test_what_no_refresh_sees_is_named(deployed: Deployed):
    app = deployed.client_id
    (ours,) = [it["keyId"] for it in drift.application(deployed.azure.state, app)["passwordCredentials"]]
    deployed.azure.change(lambda state: role_drift.add_role(state, LEGACY, app, "AcrPush"))
    deployed.azure.change(lambda state: drift.reset_cluster(state, seed.CLUSTER, app))
    noted = deployed.check(*options(deployed))
    assert noted.code == 0, noted.output
    assert noted.says("AcrPull; beside it AcrPush", "remove the roles that a pull does not need")
    assert noted.says("the application has 1 more"), "a secret made by hand"

    # The application still has a secret that is good, but it is not the stack's.
    deployed.azure.change(lambda state: drift.remove_secret(state, app, ours))
    broken = deployed.check(*options(deployed), "--with-secret")
    assert broken.code == 1, broken.output
    assert broken.says("does not sign in", "The chain is broken: secret")


def test_a_cluster_that_kept_a_replaced_secret_is_named_and_repaired_by_an_update(deployed: Deployed):
    secret = next(it["urn"] for it in deployed.stack.resources() if it["type"].endswith(":ApplicationPassword"))
    replaced = deployed.stack.operate("up", "--target-replace", secret)
    assert replaced.code == 0, replaced.output

    broken = deployed.check(*options(deployed))
    assert broken.code == 1, broken.output
    assert broken.says(
        "acts as the application with secret", "which was removed", "The chain is broken: cluster aks-prod"
    )

    # The plain update gives the cluster the new secret.
    deployed.up()
    whole = deployed.check(*options(deployed))
    assert whole.code == 0, whole.output


def test_a_role_assigned_by_the_printed_command_is_the_stacks_own(deployed: Deployed):
    azure, app = deployed.azure, deployed.client_id
    azure.change(lambda state: drift.remove_role_assignment(state, LEGACY, app))
    broken = deployed.check(*options(deployed))
    assert broken.code == 1, broken.output
    flat = " ".join(broken.output.split())
    command = shlex.split(flat[flat.index("az role assignment create") :].partition("'")[0])
    given = dict(zip(command[4::2], command[5::2], strict=True))
    assert (given["--assignee-principal-type"], given["--role"]) == ("ServicePrincipal", "AcrPull")
    # What the Azure CLI puts (tests/clients/az): the assignment has the name that it is given.
    scope, principal, name = given["--scope"], given["--assignee-object-id"], given["--name"]
    azure.change(lambda state: give_role(state, scope, principal, name=name))
    before = len(azure.writes)
    done = deployed.up("--refresh")
    assert [it for it in done.changes if it.is_infrastructure] == []
    assert azure.writes[before:] == []


def test_the_consented_way_needs_no_right_in_the_registries_directory(consented: Deployed):
    def take_rights(state):
        drift.service_principal(state, seed.REGISTRY_TENANT, seed.REGISTRY_CALLER_ID)["_graph_permissions"] = []

    consented.azure.change(take_rights)
    assert consented.check(*options(consented)).code == 2
    assert consented.check(*options(consented), "--with-secret").code == 0

    app = consented.client_id
    consented.azure.change(lambda state: drift.delete_service_principal(state, seed.REGISTRY_TENANT, app))
    gone = consented.check(*options(consented), "--with-secret")
    assert gone.code == 1, gone.output
    assert gone.says("adminconsent", "service principal of the application (registry tenant)")
