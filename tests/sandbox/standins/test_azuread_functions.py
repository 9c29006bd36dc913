"""The azuread stand-in's functions, and its sign-in."""

import pytest

from crosstenant.errors import OperatorError
from crosstenant.sandbox.standins.azuread.functions import GetApplication, GetClientConfig, GetServicePrincipal
from crosstenant.sandbox.standins.azuread.package import Azuread, sign_in
from crosstenant.sandbox.standins.settings import Settings
from crosstenant.sandbox.world.seed import (
    CLUSTER_CALLER_ID,
    CLUSTER_OWNER_ID,
    CLUSTER_TENANT,
    REGISTRY_CALLER_ID,
    REGISTRY_OWNER_ID,
    REGISTRY_TENANT,
)
from tests.sandbox.standins.standin_world import credential


async def test_client_config_is_read_from_the_token(graph, http):
    found, failures = await GetClientConfig(graph).call({})
    assert failures == []
    assert found["clientId"] == CLUSTER_OWNER_ID
    assert found["tenantId"] == CLUSTER_TENANT
    assert found["objectId"] == CLUSTER_OWNER_ID[:-2] + "d3"
    assert http.sent == []


@pytest.mark.parametrize(
    "args",
    [
        {"clientId": CLUSTER_CALLER_ID},
        {"objectId": CLUSTER_CALLER_ID[:-2] + "d1"},
        {"displayName": "pulumi-clusters"},
    ],
)
async def test_service_principal_is_found(graph, http, args):
    found, failures = await GetServicePrincipal(graph).call(args)
    assert failures == []
    assert found["id"] == f"/servicePrincipals/{CLUSTER_CALLER_ID[:-2]}d1"
    assert found["clientId"] == CLUSTER_CALLER_ID
    assert found["applicationTenantId"] == CLUSTER_TENANT
    assert [method for method, _, _ in http.sent] == ["GET"]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"clientId": REGISTRY_CALLER_ID}, f'No service principal found for client ID: "{REGISTRY_CALLER_ID}"'),
        ({"objectId": REGISTRY_CALLER_ID}, f'Service principal with object ID "{REGISTRY_CALLER_ID}" was not found'),
        ({"displayName": "nobody"}, "No service principals found matching filter"),
    ],
)
async def test_missing_service_principal_is_told(graph, args, message):
    with pytest.raises(OperatorError) as caught:
        await GetServicePrincipal(graph).call(args)
    assert message in str(caught.value)


async def test_one_key_must_be_given(graph):
    for function in (GetServicePrincipal(graph), GetApplication(graph)):
        assert (await function.call({}))[1] != []
        assert (await function.call({"clientId": CLUSTER_CALLER_ID, "displayName": "x"}))[1] != []


async def test_application_is_found_by_client_id(graph, store):
    with store.change() as state:
        (found,) = (it for it in state["applications"].values() if it["appId"] == CLUSTER_CALLER_ID)
        found["web"]["redirectUris"] = ["https://www.microsoft.com/"]
    found, _ = await GetApplication(graph).call({"clientId": CLUSTER_CALLER_ID})
    assert found["displayName"] == "pulumi-clusters"
    # Unlike the resource, the function gives its objects in lists.
    assert [it["redirectUris"] for it in found["webs"]] == [["https://www.microsoft.com/"]]
    assert found["singlePageApplications"] == []
    with pytest.raises(OperatorError, match="No applications found"):
        await GetApplication(graph).call({"clientId": REGISTRY_CALLER_ID})


async def test_each_field_falls_back_to_its_variable(http):
    """One tenant's variables leak into another tenant's provider: the reason for setting every field."""
    environ = {"ARM_CLIENT_ID": REGISTRY_OWNER_ID, "ARM_CLIENT_SECRET": "sandbox-registry-tenant-owner-secret"}
    graph = await sign_in(Settings({"tenantId": REGISTRY_TENANT}, environ), http)
    assert (await graph.claims())["appid"] == REGISTRY_OWNER_ID
    config = {**credential("cluster", "owner"), "clientId": ""}
    with pytest.raises(OperatorError, match="AADSTS700016"):
        await sign_in(Settings(config, environ), http)


@pytest.mark.parametrize(
    ("config", "environ", "message"),
    [
        (
            {**credential("cluster", "owner"), "clientSecret": "wrong"},
            {},
            "clientCredentialsToken: received HTTP status 401 with response: AADSTS7000215",
        ),
        ({"tenantId": CLUSTER_TENANT}, {}, 'exec: "az": executable file not found in $PATH'),
        ({"tenantId": CLUSTER_TENANT, "useCli": "false"}, {}, "no Authorizer could be configured"),
        ({"tenantId": CLUSTER_TENANT, "useMsi": "true"}, {}, "could not configure MSI Authorizer"),
        ({"clientId": CLUSTER_CALLER_ID, "clientSecret": "x"}, {}, "tenant_id must be configured"),
        ({"environment": "mars"}, {}, '"mars" is not an environment'),
        ({**credential("cluster", "owner"), "useOidc": "true", "clientSecret": ""}, {}, "an OIDC token"),
        (credential("cluster", "owner"), {"ARM_CLIENT_CERTIFICATE_PATH": "/nowhere.pfx"}, "reading /nowhere.pfx"),
    ],
)
async def test_sign_in_fails_plainly(http, config, environ, message):
    with pytest.raises(OperatorError) as caught:
        await sign_in(Settings(config, environ), http)
    assert message in str(caught.value)
    assert credential("cluster", "owner")["clientSecret"] not in str(caught.value)


async def test_schema_lists_what_is_served():
    schema = __import__("json").loads(Azuread().schema())
    assert sorted(schema["resources"]) == [
        "azuread:index/application:Application",
        "azuread:index/applicationFederatedIdentityCredential:ApplicationFederatedIdentityCredential",
        "azuread:index/applicationPassword:ApplicationPassword",
        "azuread:index/servicePrincipal:ServicePrincipal",
    ]
    password = schema["resources"]["azuread:index/applicationPassword:ApplicationPassword"]
    assert password["requiredInputs"] == ["applicationId"]
    assert password["properties"]["value"] == {"type": "string", "secret": True}
