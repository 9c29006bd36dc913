"""The document for ``pulumi import --file`` and the program that ``crosstenant adopt`` writes.

Whether Pulumi takes the document, and whether names, types and parents are the component's, is tested on the engine.
"""

import pytest

from crosstenant.azure.sign_in.tenant import Tenant
from crosstenant.cli.adopt.import_document import import_document
from crosstenant.cli.adopt.program import program, secret_settings
from crosstenant.model.clouds import CHINA
from crosstenant.model.credentials.kinds import (
    AzureCli,
    AzurePipelines,
    ClientCertificate,
    ClientSecret,
    GitHubActions,
    InlineCertificate,
    ManagedIdentity,
    OidcToken,
    OidcTokenFile,
)
from crosstenant.model.credentials.tenant_check import REFRESH_FIRST, check_tenant_arguments
from crosstenant.model.modes import RoleAssignmentMode
from crosstenant.model.repository_condition import repository_condition
from tests.cli import adopted

A, B = adopted.tenant(adopted.TENANT_A), adopted.tenant(adopted.TENANT_B)
SECRET = "never-to-be-written"


def document(chain=None, *, consented=False):
    return import_document(chain or adopted.chain(), "prod", adopted.TENANT_B, consented=consented)["resources"]


def with_ids(resources):
    return [(it["name"], it["id"], it["provider"]) for it in resources if "id" in it]


def source(chain=None, cluster_tenant=A, registry_tenant=B, *, consented=False):
    text = program(chain or adopted.chain(), "prod", cluster_tenant, registry_tenant, consented=consented)
    compile(text, "__main__.py", "exec")
    return text


def test_every_object_is_imported_through_its_own_tenants_provider():
    assert with_ids(document()) == [
        ("prod-application", f"/applications/{adopted.APPLICATION}", "prod-cluster-tenant-azuread"),
        (
            "prod-cluster-service-principal",
            f"/servicePrincipals/{adopted.CLUSTER_PRINCIPAL}",
            "prod-cluster-tenant-azuread",
        ),
        (
            "prod-registry-service-principal",
            f"/servicePrincipals/{adopted.REGISTRY_PRINCIPAL}",
            "prod-registry-tenant-azuread",
        ),
        ("prod-fabrikamimages-pull-role", adopted.DERIVED.assignment_id, "prod-registry-tenant-azure-native"),
        ("prod-aks-prod-profile", adopted.CLUSTER, "prod-cluster-tenant-crosstenant"),
    ]


@pytest.mark.parametrize("consented", [False, True])
def test_parents_and_providers_stand_in_the_document_under_names_of_their_own(consented):
    resources = document(consented=consented)
    names = [it["name"] for it in resources]
    assert len(set(names)) == len(names)
    assert {it["parent"] for it in resources if "parent" in it} <= set(names)
    assert {it["provider"] for it in resources if "provider" in it} <= set(names)


def test_the_document_holds_no_credential_and_ends_the_import_where_the_providers_are_not_in_the_state():
    providers = [it for it in document() if it["type"] == "pulumi:providers:crosstenant"]
    assert [it["inputs"] for it in providers] == [{"tenantId": REFRESH_FIRST}] * 2
    assert all("inputs" not in it for it in document() if it not in providers)
    (problem,) = check_tenant_arguments({"tenant_id": REFRESH_FIRST})
    assert problem.reason == f"is not known: {REFRESH_FIRST}"


def test_in_consent_mode_the_consent_is_imported_as_given_and_no_service_principal():
    resources = document(consented=True)
    (consent,) = [it for it in resources if it["type"] == "crosstenant:index:Consent"]
    given = {"clientId": adopted.APP, "redirectUri": "https://www.microsoft.com/", "timeoutSeconds": 0}
    assert (consent["name"], consent["id"]) == ("prod-consent", f"{adopted.TENANT_B}/{adopted.APP}")
    assert consent["inputs"] == given
    assert consent["outputs"] == {**given, "objectId": adopted.REGISTRY_PRINCIPAL, "consented": True}
    assert "prod-registry-tenant-azuread" not in [it["name"] for it in resources]


def test_what_is_missing_is_left_to_the_first_update():
    partial = adopted.chain(
        registry_principal=None, registry_principal_id="", registries=(adopted.registry(None),), cluster_principal=None
    )
    assert [name for name, _, _ in with_ids(document(partial))] == ["prod-application", "prod-aks-prod-profile"]
    assert [name for name, _, _ in with_ids(document(partial, consented=True))] == [
        "prod-application",
        "prod-aks-prod-profile",
    ]


def test_an_id_in_another_spelling_is_written_as_the_program_has_it():
    shouted = adopted.cluster(cluster_id=adopted.CLUSTER.replace("resourceGroups", "resourcegroups"))
    chain = adopted.chain(clusters=(shouted,))
    assert with_ids(document(chain))[-1][1] == adopted.CLUSTER
    assert f'cluster_id="{adopted.CLUSTER}",' in source(chain)


def test_the_program_keeps_what_stands():
    by_hand = adopted.assignment(adopted.BY_HAND)
    chain = adopted.chain(
        application=adopted.application(
            displayName='Pull "prod" für Ämter',
            web={"redirectUris": ["https://contoso.example/done"]},
            serviceManagementReference="96524024-75b0-497b-ab38-0381399a6aaa",
            notes='Ask "team A"\nfirst.',
            tags=["production", "aks"],
        ),
        registries=(adopted.registry(by_hand),),
    )
    text = source(chain)
    assert '    "prod",\n' in text
    assert 'display_name="Pull \\"prod\\" f\\xfcr \\xc4mter",' in text
    assert 'redirect_uri="https://contoso.example/done",' in text
    assert 'service_management_reference="96524024-75b0-497b-ab38-0381399a6aaa",' in text
    assert 'notes="Ask \\"team A\\"\\nfirst.",' in text
    assert 'tags=["production", "aks"],' in text
    assert f'role_assignment_name="{adopted.BY_HAND}",' in text
    assert "registry_service_principal" not in text


def test_the_program_leaves_to_the_defaults_what_they_say():
    text = source(adopted.chain(application=adopted.application(web={"redirectUris": []})))
    assert "role_assignment_name" not in text, "the name is the one that the component derives"
    assert "redirect_uri" not in text
    assert [it for it in ("service_management_reference", "notes", "tags") if it in text] == []
    assert "environment" not in text
    assert "config" not in text


def test_the_program_limits_what_the_condition_limited():
    condition = repository_condition(["hello"], ["backend/"])
    pull = adopted.assignment(adopted.BY_HAND, role=adopted.READER, condition=condition)
    text = source(adopted.chain(registries=(adopted.registry(pull, mode=RoleAssignmentMode.ABAC),)), consented=True)
    assert 'repositories=["hello"],' in text
    assert 'repository_prefixes=["backend/"],' in text
    assert 'registry_service_principal="consented",' in text


@pytest.mark.parametrize(
    ("credentials", "lines", "setting"),
    [
        (AzureCli(), [], None),
        (
            ClientSecret(adopted.APP, SECRET),
            [f'client_id="{adopted.APP}",', 'client_secret=config.require_secret("clusterClientSecret"),'],
            "clusterClientSecret",
        ),
        (
            InlineCertificate(adopted.APP, SECRET),
            ['client_certificate=config.require_secret("clusterClientCertificate"),'],
            "clusterClientCertificate",
        ),
        (ClientCertificate(adopted.APP, "cert.pfx"), ['client_certificate_path="cert.pfx",'], None),
        (
            ClientCertificate(adopted.APP, "cert.pfx", SECRET),
            ['client_certificate_password=config.require_secret("clusterClientCertificatePassword"),'],
            "clusterClientCertificatePassword",
        ),
        (OidcToken(adopted.APP, SECRET), ['oidc_token=os.environ["CLUSTER_OIDC_TOKEN"],', "import os\n"], None),
        (OidcTokenFile(adopted.APP, "/run/token"), ['oidc_token_file_path="/run/token",'], None),
        (
            GitHubActions(adopted.APP, "https://token", SECRET),
            ['oidc_request_token=os.environ["ACTIONS_ID_TOKEN_REQUEST_TOKEN"],'],
            None,
        ),
        (
            AzurePipelines(adopted.APP, "connection", SECRET, "https://token"),
            ['ado_service_connection_id="connection",', 'oidc_request_token=os.environ["SYSTEM_ACCESSTOKEN"],'],
            None,
        ),
        (ManagedIdentity(), ["use_msi=True,"], None),
    ],
)
def test_the_program_signs_in_as_the_command_did_and_holds_no_secret(credentials, lines, setting):
    tenant = adopted.tenant(adopted.TENANT_A, credentials)
    text = source(cluster_tenant=tenant)
    assert all(line in text for line in lines), text
    assert SECRET not in text
    assert secret_settings(tenant, B) == ([setting] if setting else [])


def test_the_program_names_another_cloud():
    text = source(cluster_tenant=Tenant(adopted.TENANT_A, CHINA), registry_tenant=Tenant(adopted.TENANT_B, CHINA))
    assert text.count('environment="china",') == 2


def test_program_signs_azure_native_in_with_a_token_where_the_command_had_a_service_connection():
    pipelines = AzurePipelines(adopted.APP, "connection", SECRET, "https://token")
    text = source(registry_tenant=adopted.tenant(adopted.TENANT_B, pipelines))
    assert 'oidc_token=os.environ["REGISTRY_OIDC_TOKEN"],' in text
    assert "connection" not in text


def test_program_signs_azure_native_in_with_a_certificates_file_where_the_command_had_the_certificate_itself():
    tenant = adopted.tenant(adopted.TENANT_B, InlineCertificate(adopted.APP, SECRET, "planted-password"))
    text = source(registry_tenant=tenant)
    assert 'client_certificate_path="registry.pfx",' in text
    assert 'client_certificate_password=config.require_secret("registryClientCertificatePassword"),' in text
    assert [it for it in (SECRET, "planted-password", "client_certificate=") if it in text] == []
