"""What ``crosstenant adopt`` says of a chain: there, missing, different, or in the way."""

import dataclasses
from pathlib import Path

import pytest
from click.testing import CliRunner

from crosstenant.cli.adopt import commands
from crosstenant.cli.adopt.condition_reading import repositories_of
from crosstenant.cli.adopt.findings import State, findings, hand_made_secrets
from crosstenant.cli.adopt.live_chain import ChainError
from crosstenant.model.consent import MICROSOFT_GRAPH, USER_READ
from crosstenant.model.modes import RoleAssignmentMode
from crosstenant.model.repository_condition import repository_condition
from tests.cli import adopted

USER_READ_ACCESS = [{"resourceAppId": MICROSOFT_GRAPH, "resourceAccess": [{"id": USER_READ, "type": "Scope"}]}]
DISABLED = adopted.principal(adopted.REGISTRY_PRINCIPAL, accountEnabled=False)
PORTAL = (
    "((!(ActionMatches{'Microsoft.ContainerRegistry/registries/repositories/content/read'})\n AND \n"
    " !(ActionMatches{'Microsoft.ContainerRegistry/registries/repositories/metadata/read'}))\n OR \n"
    " (@Request[Microsoft.ContainerRegistry/registries/repositories:name] StringEquals 'hello'\n"
    " OR @Request[Microsoft.ContainerRegistry/registries/repositories:name] StringStartsWith 'backend/'))"
)


def said(chain, link, *, consented=False):
    return [(it.state, it.text) for it in findings(chain, consented=consented) if it.link == link]


def one(chain, link, **options):
    (only,) = said(chain, link, **options)
    return only


def test_a_chain_as_this_package_makes_it_is_found_and_only_its_secret_is_new():
    states = [(it.link, it.state) for it in findings(adopted.chain(), consented=False)]
    assert states == [
        ("cluster", State.FOUND),
        ("application", State.FOUND),
        ("cluster service principal", State.FOUND),
        ("registry service principal", State.FOUND),
        ("registry", State.FOUND),
        ("role assignment", State.FOUND),
        ("secret", State.MISSING),
    ]


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"signInAudience": "AzureADMyOrg"}, "its sign-in audience AzureADMyOrg becomes AzureADMultipleOrgs"),
        ({"web": {"redirectUris": []}}, "it gets redirect URI https://www.microsoft.com/"),
        (
            {"web": {"redirectUris": ["https://www.microsoft.com"]}},
            "its redirect URI https://www.microsoft.com becomes https://www.microsoft.com/",
        ),
        (
            {"web": {"redirectUris": ["https://a.example/x", "https://b.example/"]}},
            "its redirect URI https://a.example/x, https://b.example/ becomes https://a.example/x",
        ),
        ({"requiredResourceAccess": USER_READ_ACCESS}, "it no longer asks for 1 API permission"),
        (
            {"description": "made by hand", "spa": {"redirectUris": ["https://c.example/"]}},
            "other properties are reset: description, single-page redirect URIs",
        ),
    ],
)
def test_what_the_component_changes_on_the_application_is_told(changes, text):
    state, told = one(adopted.chain(application=adopted.application(**changes)), "application")
    assert state is State.DIFFERS
    assert told.endswith(f": {text}")


def test_the_consented_way_keeps_user_read_and_asks_for_it_where_it_is_not_asked_for():
    asking = adopted.chain(application=adopted.application(requiredResourceAccess=USER_READ_ACCESS))
    assert one(asking, "application", consented=True)[0] is State.FOUND
    silent = one(adopted.chain(), "application", consented=True)
    assert silent[0] is State.DIFFERS
    assert silent[1].endswith("it asks for Microsoft Graph's User.Read")


def test_another_redirect_uri_and_tags_are_no_difference():
    kept = adopted.application(web={"redirectUris": ["https://contoso.example/done"]}, tags=["team:images"])
    assert one(adopted.chain(application=kept), "application")[0] is State.FOUND


def test_a_caller_that_does_not_own_the_application_is_told_how_to():
    states = said(adopted.chain(caller_must_own=adopted.CLUSTER_PRINCIPAL), "application")
    assert states[1][0] is State.STOPS
    assert f"--id {adopted.APPLICATION} --owner-object-id {adopted.CLUSTER_PRINCIPAL}" in states[1][1]


def test_the_cluster_of_another_application_moves():
    other = adopted.cluster(client_id=adopted.CLUSTER_PRINCIPAL, cluster_id=f"{adopted.CLUSTER}-2")
    states = said(adopted.chain(clusters=(adopted.cluster(), other)), "cluster")
    assert [state for state, _ in states] == [State.FOUND, State.DIFFERS]
    assert states[1][1].endswith(
        f"acts as application {adopted.CLUSTER_PRINCIPAL}; the first update resets it to {adopted.APP}"
    )


def test_a_stopped_cluster_stops_the_first_update():
    states = said(adopted.chain(clusters=(adopted.cluster(power_state="Stopped"),)), "cluster")
    assert states[1][0] is State.STOPS
    assert "az aks start -g rg-clusters -n aks-prod" in states[1][1]


def test_a_failed_cluster_stops_the_first_update_unless_its_credential_is_the_cause():
    failed = adopted.chain(clusters=(adopted.cluster(provisioning_state="Failed"),))
    assert said(failed, "cluster")[1][0] is State.STOPS
    cured = said(dataclasses.replace(failed, dead_credentials={adopted.CLUSTER: "its secret has expired"}), "cluster")
    reason = "its provisioning state is Failed, because its secret has expired"
    assert cured[1:] == [(State.DIFFERS, f"{reason}: the reset of the first update repairs it")]


def test_a_chain_that_ends_in_the_clusters_tenant_lacks_the_rest():
    partial = adopted.chain(
        registry_principal=None, registry_principal_id="", registries=(adopted.registry(None),), cluster_principal=None
    )
    assert one(partial, "cluster service principal")[0] is State.MISSING
    assert one(partial, "registry service principal")[0] is State.MISSING
    assert "consent page" in one(partial, "registry service principal", consented=True)[1]
    assert one(partial, "role assignment") == (State.MISSING, "AcrPull on fabrikamimages: the first update makes it")


def test_a_disabled_service_principal_is_enabled_or_left_to_its_administrator():
    disabled = adopted.chain(registry_principal=DISABLED)
    state, text = one(disabled, "registry service principal")
    assert state is State.DIFFERS
    assert "the first update enables it" in text
    states = said(disabled, "registry service principal", consented=True)
    assert [state for state, _ in states] == [State.FOUND, State.STOPS]


def test_roles_beside_the_pull_role_are_named_and_left():
    group = adopted.REGISTRY.split("/providers/")[0]
    wider = adopted.assignment(adopted.BY_HAND, group, "8e3af657-a8ff-443c-a75c-2fe8c4bcb635")
    states = said(adopted.chain(registries=(adopted.registry(adopted.DERIVED, wider),)), "role assignment")
    assert [state for state, _ in states] == [State.FOUND, State.BESIDE]
    assert states[1][1].startswith(f"Owner on {group} reaches fabrikamimages too ({adopted.BY_HAND})")


def test_acr_pull_on_an_abac_registry_is_no_pull_role():
    ignored = adopted.registry(None, adopted.assignment(adopted.BY_HAND), mode=RoleAssignmentMode.ABAC)
    states = said(adopted.chain(registries=(ignored,)), "role assignment")
    assert states[0][0] is State.MISSING
    assert states[0][1].startswith("Container Registry Repository Reader on fabrikamimages")
    assert "the registry ignores it in its mode" in states[1][1]


def test_secrets_made_by_hand_stay_and_are_named():
    password = {"keyId": adopted.BY_HAND, "displayName": "by hand", "endDateTime": "2027-01-01T00:00:00Z"}
    chain = adopted.chain(application=adopted.application(passwordCredentials=[password]))
    states = said(chain, "secret")
    assert [state for state, _ in states] == [State.MISSING, State.BESIDE]
    assert states[1][1].startswith(f"'by hand' {adopted.BY_HAND}, which ends 2027-01-01T00:00:00Z")
    assert hand_made_secrets(chain) == [adopted.BY_HAND]


@pytest.mark.parametrize("condition", [PORTAL, repository_condition(["hello"], ["backend/"])])
def test_a_condition_on_repositories_is_understood_however_it_is_laid_out(condition):
    assert repositories_of(condition) == (["hello"], ["backend/"])


@pytest.mark.parametrize(
    "condition",
    [
        PORTAL.replace("content/read", "content/write"),
        PORTAL.replace("'hello'", "'Hello'"),
        PORTAL.replace("'backend/'", "'backend'"),
        f"{PORTAL} AND @Environment[isPrivateLink] BoolEquals true",
        PORTAL.replace(" OR @Request", " AND @Request"),
        "@Resource[Microsoft.ContainerRegistry/registries:name] StringEquals 'x'",
    ],
)
def test_a_condition_that_says_anything_else_is_not_adopted(condition):
    pull = adopted.assignment(adopted.BY_HAND, role=adopted.READER, condition=condition)
    chain = adopted.chain(registries=(adopted.registry(pull, mode=RoleAssignmentMode.ABAC),))
    with pytest.raises(ChainError, match="would be lost"):
        findings(chain, consented=False)


def test_a_condition_in_other_words_is_written_anew():
    pull = adopted.assignment(adopted.BY_HAND, role=adopted.READER, condition=PORTAL, description="by hand")
    state, text = one(
        adopted.chain(registries=(adopted.registry(pull, mode=RoleAssignmentMode.ABAC),)), "role assignment"
    )
    assert state is State.DIFFERS
    assert text.endswith(": its description goes; its condition is rewritten with the same meaning")


def test_an_answer_of_another_form_is_told_as_everywhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    without_id = adopted.chain(application={"displayName": "AKS image pull"})

    async def read(*_: object) -> object:
        return without_id

    monkeypatch.setattr(commands, "read_chain", read)
    options = ["--cluster", adopted.CLUSTER, "--registry", adopted.REGISTRY, "--out", str(tmp_path / "out")]
    tenants = ["--cluster-tenant-id", adopted.TENANT_A, "--registry-tenant-id", adopted.TENANT_B]
    result = CliRunner().invoke(commands.adopt, [*options, *tenants])
    assert result.exit_code == 1
    assert result.output == (
        f"Error: reading the chain of {adopted.CLUSTER}: the answer has another form than is documented (KeyError:"
        " 'appId'); look for a proxy or a firewall that answers in Azure's place (HTTPS_PROXY, NO_PROXY), or update"
        " this package\n"
    )
    assert not (tmp_path / "out").exists()
