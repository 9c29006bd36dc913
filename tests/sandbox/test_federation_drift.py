"""Drift of identities, federated credentials and issuers; and what ``show`` says about them."""

import pytest
from click.testing import CliRunner

from crosstenant.sandbox.cli.commands import sandbox
from crosstenant.sandbox.cli.show import overview
from crosstenant.sandbox.world import federation_drift as drift
from crosstenant.sandbox.world.cluster_issuers import issuer_url, signing_key_pem
from crosstenant.sandbox.world.drift import CLUSTERS, application, resource
from crosstenant.sandbox.world.managed_identities import CREDENTIALS, create
from crosstenant.sandbox.world.seed import CLUSTER_CALLER_ID, GITHUB_ISSUER, IDENTITY_GROUP
from crosstenant.sandbox.world.state import now

TRUST = {"issuer": "https://i/", "subject": "s", "audiences": ["a"]}


@pytest.fixture
def identity(store):
    with store.change() as state:
        made = create(state, IDENTITY_GROUP, "pull", "westeurope")
        made[CREDENTIALS] = [{"name": "aks-one", **TRUST}, {"name": "aks-two", **TRUST}]
        return dict(made)


def credentials(state):
    return [one["name"] for one in state["resources"][f"{IDENTITY_GROUP}/providers/".lower() + TYPE][CREDENTIALS]]


TYPE = "microsoft.managedidentity/userassignedidentities/pull"


def test_credentials_are_deleted_by_name_or_all(store, identity):
    with store.change() as state:
        said = drift.delete_federated_credential(state, "pull", "AKS-ONE")
        assert said == "deleted 1 federated credential(s) of pull"
        assert credentials(state) == ["aks-two"]
        with pytest.raises(LookupError, match="'aks-one' is not among the federated credentials of pull: aks-two"):
            drift.delete_federated_credential(state, "pull", "aks-one")
        drift.delete_federated_credential(state, identity["properties"]["clientId"])
        assert credentials(state) == []
        with pytest.raises(LookupError, match="pull has no federated credential"):
            drift.delete_federated_credential(state, "pull")
        with pytest.raises(LookupError, match="'nosuch' is not among the userAssignedIdentities of the sandbox: pull"):
            drift.delete_federated_credential(state, "nosuch")


def test_credential_changes_only_where_it_is_told(store, identity):
    with store.change() as state:
        said = drift.change_federated_credential(state, identity["id"], "aks-one", subject="other")
        assert said == f"federated credential aks-one of {identity['id']} now trusts other of https://i/ (a)"
        found = resource(state, "Microsoft.ManagedIdentity/userAssignedIdentities", "pull")[CREDENTIALS]
        assert found == [{"name": "aks-one", **TRUST, "subject": "other"}, {"name": "aks-two", **TRUST}]
        drift.change_federated_credential(state, "pull", "aks-two", issuer="https://j/", audience="b")
        assert found[1] == {"name": "aks-two", "issuer": "https://j/", "subject": "s", "audiences": ["b"]}
        with pytest.raises(ValueError, match="give an issuer, a subject or an audience"):
            drift.change_federated_credential(state, "pull", "aks-two")


def test_credentials_of_an_application_are_reached_by_its_client_id(store):
    with store.change() as state:
        drift.change_federated_credential(state, CLUSTER_CALLER_ID, "github", subject="other")
        (found,) = application(state, CLUSTER_CALLER_ID)[CREDENTIALS]
        assert (found["issuer"], found["subject"]) == (GITHUB_ISSUER, "other")
        drift.delete_federated_credential(state, CLUSTER_CALLER_ID)
        assert application(state, CLUSTER_CALLER_ID)[CREDENTIALS] == []


def test_deleted_identity_takes_its_service_principal(store, identity):
    principal = identity["properties"]["principalId"]
    with store.change() as state:
        assert drift.delete_identity(state, "pull") == f"deleted identity pull and its service principal {principal}"
        assert principal not in state["servicePrincipals"]
        assert identity["id"].lower() not in state["resources"]


def test_rebuilt_cluster_has_a_new_issuer_and_key(store):
    with store.change() as state:
        cluster = resource(state, CLUSTERS, "aks-managed")
        before, key = issuer_url(cluster), signing_key_pem(state, cluster)
        said = drift.rebuild_cluster(state, "aks-managed")
        assert issuer_url(cluster) != before
        assert signing_key_pem(state, cluster) != key
        assert said == f"cluster aks-managed was built again, with the OIDC issuer {issuer_url(cluster)}"
        without = drift.rebuild_cluster(state, "aks-prod")
        assert without == "cluster aks-prod was built again; it has no OIDC issuer"


def test_issuer_is_switched_on_once(store):
    with store.change() as state:
        first = drift.enable_issuer(state, "aks-prod")
        assert first == f"cluster aks-prod has the OIDC issuer {issuer_url(resource(state, CLUSTERS, 'aks-prod'))}"
        assert drift.enable_issuer(state, "aks-prod") == first


def test_show_names_identities_whom_they_trust_and_issuers(store, identity):
    with store.change() as state:
        resource(state, "Microsoft.ManagedIdentity/userAssignedIdentities", "pull")[CREDENTIALS][1]["_usable_at"] = (
            now(state) + 60
        )
        shown = overview(state)
        issuer = issuer_url(resource(state, CLUSTERS, "aks-managed"))
    assert "Managed identities" in shown
    assert f"{identity['properties']['clientId']}  in Fabrikam" in shown
    assert "trusts" in shown
    assert "of https://i/ (not yet known to sign-in)" in shown
    assert f"issuer: {issuer}" in shown
    assert "issuer: off" in shown


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["delete-federated-credential", "--identity", "pull"], "deleted 2 federated"),
        (["change-federated-credential", "--identity", "pull", "--name", "aks-one", "--issuer", "https://j/"], "now"),
        (["delete-identity", "--identity", "pull"], "deleted identity pull"),
        (["enable-oidc-issuer", "--cluster", "aks-prod"], "cluster aks-prod has the OIDC issuer https://"),
        (["rebuild-cluster", "--cluster", "aks-managed"], "was built again, with the OIDC issuer https://"),
    ],
)
def test_commands_do_what_they_say(store, identity, words, said):
    done = CliRunner().invoke(sandbox, ["drift", *words, "--state", str(store.path)])
    assert done.exit_code == 0, done.output
    assert said in done.output


@pytest.mark.parametrize("words", [["show", "cluster_signing_keys"], ["show", "--json"]])
def test_keys_of_issuers_are_not_shown(store, words):
    with store.change() as state:
        signing_key_pem(state, resource(state, CLUSTERS, "aks-managed"))
    done = CliRunner().invoke(sandbox, [*words, "--state", str(store.path)])
    assert done.exit_code == 0, done.output
    assert "PRIVATE KEY" not in done.output
