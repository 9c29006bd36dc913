import base64
import json

import jwt
import pytest

from crosstenant.sandbox.entra.assertions import federated_token
from crosstenant.sandbox.entra.clients import authenticate
from crosstenant.sandbox.entra.consent import consent
from crosstenant.sandbox.entra.refusals import SignInRefusal, TokenRefusal
from crosstenant.sandbox.entra.tokens import ARM_AUDIENCE, issue, verify
from crosstenant.sandbox.world.directory_documents import new_password
from crosstenant.sandbox.world.drift import application, set_audience
from crosstenant.sandbox.world.seed import (
    CLUSTER_CALLER_ID,
    CLUSTER_CALLER_SECRET,
    CLUSTER_TENANT,
    FEDERATION_AUDIENCE,
    GITHUB_ISSUER,
    GITHUB_SUBJECT,
    REGISTRY_CALLER_ID,
    REGISTRY_CALLER_SECRET,
    REGISTRY_TENANT,
)

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@pytest.fixture
async def sign_in(client_for):
    async with client_for("login") as client:

        async def post(tenant=CLUSTER_TENANT, path="oauth2/v2.0/token", **changed):
            form = {
                "grant_type": "client_credentials",
                "client_id": CLUSTER_CALLER_ID,
                "client_secret": CLUSTER_CALLER_SECRET,
                "scope": "https://management.azure.com/.default",
                **changed,
            }
            return await client.post(f"/{tenant}/{path}", data={key: value for key, value in form.items() if value})

        yield post


def refusal(answer):
    body = answer.json()
    code = body["error_description"].split(":")[0]
    assert body["error_codes"] == [int(code.removeprefix("AADSTS"))]
    assert f"Trace ID: {body['trace_id']} Correlation ID: {body['correlation_id']}" in body["error_description"]
    return answer.status_code, body["error"], code


async def test_token_has_the_claims_of_its_tenant_and_verifies_with_the_published_key(sign_in, client_for):
    answer = await sign_in()
    assert answer.json()["token_type"] == "Bearer"
    assert answer.json()["expires_in"] == 3599
    async with client_for("login") as client:
        keys = (await client.get(f"/{CLUSTER_TENANT}/discovery/v2.0/keys")).json()["keys"]
        assert (await client.get("/common/discovery/keys")).json()["keys"] == keys
    token = answer.json()["access_token"]
    assert jwt.get_unverified_header(token)["kid"] == keys[0]["kid"]
    claims = jwt.decode(token, jwt.PyJWK(keys[0]).key, algorithms=["RS256"], audience="https://management.azure.com/")
    assert claims["iss"] == f"https://sts.windows.net/{CLUSTER_TENANT}/"
    assert (claims["tid"], claims["appid"]) == (CLUSTER_TENANT, CLUSTER_CALLER_ID)
    assert claims["oid"] == "a0000000-0000-4000-8000-0000000000d1"
    assert claims["exp"] - claims["iat"] == 3599
    assert "roles" not in claims


async def test_graph_token_carries_the_application_permissions(sign_in):
    answer = await sign_in(scope="https://graph.microsoft.com/.default")
    claims = jwt.decode(answer.json()["access_token"], options={"verify_signature": False})
    assert (claims["aud"], claims["roles"]) == ("https://graph.microsoft.com", ["Application.ReadWrite.OwnedBy"])


async def test_first_version_of_the_endpoint_takes_a_resource_and_answers_text(sign_in):
    answer = await sign_in(path="oauth2/token", scope=None, resource="https://management.core.windows.net/")
    assert answer.json()["expires_in"] == "3599"
    assert int(answer.json()["expires_on"]) - int(answer.json()["not_before"]) == 3599
    claims = jwt.decode(answer.json()["access_token"], options={"verify_signature": False})
    assert claims["aud"] == "https://management.core.windows.net/"


async def test_tenant_may_be_named_by_its_domain(sign_in):
    assert (await sign_in(tenant="contoso.onmicrosoft.com")).status_code == 200


async def test_credentials_may_come_in_the_authorization_header(client_for):
    basic = base64.b64encode(f"{CLUSTER_CALLER_ID}:{CLUSTER_CALLER_SECRET}".encode()).decode()
    form = {"grant_type": "client_credentials", "scope": "https://graph.microsoft.com/.default"}
    async with client_for("login") as client:
        headers = {"Authorization": f"Basic {basic}"}
        assert (
            await client.post(f"/{CLUSTER_TENANT}/oauth2/v2.0/token", data=form, headers=headers)
        ).status_code == 200


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"tenant": "nowhere.onmicrosoft.com"}, (400, "invalid_request", "AADSTS90002")),
        ({"client_id": "c0000000-0000-4000-8000-000000000000"}, (400, "unauthorized_client", "AADSTS700016")),
        ({"client_id": None}, (400, "invalid_request", "AADSTS900144")),
        ({"tenant": REGISTRY_TENANT}, (400, "unauthorized_client", "AADSTS700016")),
        ({"client_secret": "wrong"}, (401, "invalid_client", "AADSTS7000215")),
        ({"client_secret": None}, (401, "invalid_client", "AADSTS7000216")),
        ({"scope": None}, (400, "invalid_request", "AADSTS90014")),
        ({"scope": "https://graph.microsoft.com/User.Read"}, (400, "invalid_scope", "AADSTS1002012")),
        ({"scope": "https://a/.default https://b/.default"}, (400, "invalid_scope", "AADSTS70011")),
        ({"scope": "https://example.com/.default"}, (400, "invalid_resource", "AADSTS500011")),
        ({"grant_type": "nonsense"}, (400, "unsupported_grant_type", "AADSTS70003")),
        ({"grant_type": None}, (400, "invalid_request", "AADSTS900144")),
        ({"path": "oauth2/token"}, (400, "invalid_request", "AADSTS90014")),
    ],
)
async def test_refusals_are_coded_as_entra_codes_them(sign_in, changed, expected):
    assert refusal(await sign_in(**changed)) == expected


@pytest.mark.parametrize(
    ("changed", "error", "what"),
    [
        ({"grant_type": "password"}, "unsupported_grant_type", "the grant type 'password'"),
        ({"grant_type": "refresh_token"}, "unsupported_grant_type", "the grant type 'refresh_token'"),
        ({"scope": "https://vault.azure.net/.default"}, "invalid_resource", "the service https://vault.azure.net"),
        (
            {"scope": "https://storage.azure.com//.default"},
            "invalid_resource",
            "the service https://storage.azure.com/",
        ),
        ({"path": "oauth2/v2.0/token/"}, "invalid_request", f"POST /{CLUSTER_TENANT}/oauth2/v2.0/token/"),
    ],
)
async def test_what_entra_has_and_the_sandbox_has_not_is_refused_as_such(sign_in, changed, error, what):
    answer = (await sign_in(**changed)).json()
    assert answer["error"] == error
    assert answer["error_description"].startswith(f"The sandbox does not emulate {what}")
    assert "AADSTS" not in answer["error_description"]


async def test_refusal_names_tenant_and_application(sign_in):
    answer = await sign_in(tenant=REGISTRY_TENANT)
    description = answer.json()["error_description"]
    assert f"Application with identifier '{CLUSTER_CALLER_ID}' was not found in the directory 'Fabrikam'" in description


async def test_expired_secret_is_told_from_a_wrong_one(sign_in, store):
    with store.change() as state:
        application(state, CLUSTER_CALLER_ID)["passwordCredentials"][0]["endDateTime"] = "2024-06-01T00:00:00Z"
    assert refusal(await sign_in()) == (401, "invalid_client", "AADSTS7000222")


async def test_secret_expires_by_the_clock_of_the_sandbox(sign_in, store):
    with store.change() as state:
        credential = new_password("k", "short-lived", None, "2024-01-01T00:00:00Z", "2100-01-01T00:00:00Z", 0)
        application(state, CLUSTER_CALLER_ID)["passwordCredentials"] = [credential]
    assert (await sign_in(client_secret="short-lived")).status_code == 200
    with store.change() as state:
        state["clock"]["ahead_seconds"] = 80 * 366 * 86400
    assert refusal(await sign_in(client_secret="short-lived"))[2] == "AADSTS7000222"


async def test_disabled_service_principal_cannot_sign_in(sign_in, store):
    with store.change() as state:
        state["servicePrincipals"]["a0000000-0000-4000-8000-0000000000d1"]["accountEnabled"] = False
    assert refusal(await sign_in()) == (401, "unauthorized_client", "AADSTS7000112")


async def test_multi_tenant_application_needs_a_service_principal_in_the_other_tenant(sign_in, store):
    with store.change() as state:
        set_audience(state, CLUSTER_CALLER_ID, "AzureADMultipleOrgs")
        application(state, CLUSTER_CALLER_ID)["requiredResourceAccess"] = [{"resourceAppId": "graph"}]
    assert refusal(await sign_in(tenant=REGISTRY_TENANT)) == (401, "invalid_client", "AADSTS7000229")
    with store.change() as state:
        consent(state, REGISTRY_TENANT, CLUSTER_CALLER_ID)
    answer = await sign_in(tenant=REGISTRY_TENANT)
    assert jwt.decode(answer.json()["access_token"], options={"verify_signature": False})["tid"] == REGISTRY_TENANT
    with store.change() as state:
        set_audience(state, CLUSTER_CALLER_ID, "AzureADMyOrg")
    assert refusal(await sign_in(tenant=REGISTRY_TENANT))[2] == "AADSTS700016"


async def test_federated_token_signs_in_where_issuer_subject_and_audience_match(sign_in, store):
    async def attempt(issuer=GITHUB_ISSUER, subject=GITHUB_SUBJECT, audience=FEDERATION_AUDIENCE):
        with store.read() as state:
            assertion = federated_token(state, issuer, subject, audience)
        return await sign_in(client_secret=None, client_assertion=assertion, client_assertion_type=ASSERTION)

    assert (await attempt()).status_code == 200
    assert refusal(await attempt(issuer="https://example.com"))[2] == "AADSTS700211"
    assert refusal(await attempt(audience="api://other"))[2] == "AADSTS700212"
    answer = await attempt(subject="repo:contoso/other:ref:refs/heads/main")
    assert refusal(answer) == (401, "invalid_client", "AADSTS700213")
    assert "subject 'repo:contoso/other:ref:refs/heads/main'" in answer.json()["error_description"]


async def test_federated_token_of_another_signer_is_refused(sign_in):
    claims = {"iss": GITHUB_ISSUER, "sub": GITHUB_SUBJECT, "aud": FEDERATION_AUDIENCE, "exp": 4102444800}
    forged = jwt.encode(claims, "x" * 32, algorithm="HS256")
    answer = await sign_in(client_secret=None, client_assertion=forged, client_assertion_type=ASSERTION)
    assert refusal(answer)[2] == "AADSTS700027"


async def test_discovery_answers_what_msal_asks(client_for):
    async with client_for("login") as client:
        endpoint = f"https://login.microsoftonline.com/{CLUSTER_TENANT}/oauth2/v2.0/authorize"
        answer = await client.get("/common/discovery/instance", params={"authorization_endpoint": endpoint})
        found = answer.json()["tenant_discovery_endpoint"]
        assert found == f"https://login.microsoftonline.com/{CLUSTER_TENANT}/v2.0/.well-known/openid-configuration"
        assert "login.microsoftonline.com" in answer.json()["metadata"][0]["aliases"]
        configuration = (await client.get(found)).json()
        assert configuration["issuer"] == f"https://login.microsoftonline.com/{CLUSTER_TENANT}/v2.0"
        assert configuration["token_endpoint"].endswith(f"/{CLUSTER_TENANT}/oauth2/v2.0/token")
        unknown = await client.get("/nowhere.onmicrosoft.com/v2.0/.well-known/openid-configuration")
        assert refusal(unknown) == (400, "invalid_request", "AADSTS90002")


@pytest.mark.parametrize("name", ["organizations", "common"])
async def test_discovery_without_a_tenant_has_an_issuer_for_each(client_for, name):
    """What the Azure CLI asks for when its caller signs out."""
    async with client_for("login") as client:
        for path, issuer in (
            ("v2.0/", "https://login.microsoftonline.com/{tenantid}/v2.0"),
            ("", "https://sts.windows.net/{tenantid}/"),
        ):
            found = (await client.get(f"/{name}/{path}.well-known/openid-configuration")).json()
            assert found["issuer"] == issuer
            assert found["token_endpoint"] == f"https://login.microsoftonline.com/{name}/oauth2/{path}token"


@pytest.mark.parametrize(
    ("method", "path"), [("POST", f"/{CLUSTER_TENANT}/oauth2/v2.0/devicecode"), ("GET", f"/{CLUSTER_TENANT}/nothing")]
)
async def test_sign_in_that_is_not_emulated_is_refused_in_json(client_for, method, path):
    async with client_for("login") as client:
        answer = await client.request(method, path)
    assert (answer.status_code, answer.json()["error"]) == (404, "invalid_request")
    assert answer.json()["error_description"].startswith(f"The sandbox does not emulate {method} {path}. It signs in ")


async def test_consent_link_makes_the_service_principal_and_returns(client_for, store):
    query = {"client_id": CLUSTER_CALLER_ID, "redirect_uri": "https://www.microsoft.com/"}
    async with client_for("login") as client:

        async def open_link():
            return await client.get(f"/{REGISTRY_TENANT}/adminconsent", params=query)

        assert refusal(await open_link())[2] == "AADSTS700016"
        with store.change() as state:
            set_audience(state, CLUSTER_CALLER_ID, "AzureADMultipleOrgs")
        assert refusal(await open_link())[2] == "AADSTS50011"
        with store.change() as state:
            application(state, CLUSTER_CALLER_ID)["web"]["redirectUris"] = ["https://www.microsoft.com/"]
        assert refusal(await open_link())[2] == "AADSTS650056"
        with store.change() as state:
            application(state, CLUSTER_CALLER_ID)["requiredResourceAccess"] = [{"resourceAppId": "graph"}]
        for _ in range(2):
            answer = await open_link()
            assert answer.status_code == 302
            assert f"tenant={REGISTRY_TENANT}&admin_consent=True" in answer.headers["location"]
    with store.read() as state:
        principals = [one for one in state["servicePrincipals"].values() if one["appId"] == CLUSTER_CALLER_ID]
    assert sorted(one["_tenant"] for one in principals) == [CLUSTER_TENANT, REGISTRY_TENANT]


def test_secret_works_only_once_it_has_replicated(store):
    with store.change() as state:
        application(state, CLUSTER_CALLER_ID)["passwordCredentials"][0]["_usable_at"] = 4102444800
        with pytest.raises(SignInRefusal) as refused:
            authenticate(state, CLUSTER_TENANT, CLUSTER_CALLER_ID, CLUSTER_CALLER_SECRET)
        assert refused.value.code == "AADSTS7000215"
        state["clock"]["ahead_seconds"] = 4102444800
        assert (
            authenticate(state, CLUSTER_TENANT, CLUSTER_CALLER_ID, CLUSTER_CALLER_SECRET)["_tenant"] == CLUSTER_TENANT
        )


def test_token_is_refused_when_forged_expired_or_for_another_service(store):
    with store.change() as state:
        principal = authenticate(state, REGISTRY_TENANT, REGISTRY_CALLER_ID, REGISTRY_CALLER_SECRET)

        def code(header, audience=ARM_AUDIENCE):
            with pytest.raises(TokenRefusal) as refused:
                verify(state, header, audience)
            assert refused.value.status == 401
            return refused.value.code

        good = f"Bearer {issue(state, REGISTRY_TENANT, principal, ARM_AUDIENCE)}"
        assert verify(state, good, ARM_AUDIENCE).client_id == REGISTRY_CALLER_ID
        head, body, signature = good.split(".")
        claims = json.loads(base64.urlsafe_b64decode(body + "=="))
        other = base64.urlsafe_b64encode(json.dumps({**claims, "tid": CLUSTER_TENANT}).encode()).rstrip(b"=").decode()
        assert code(None) == "AuthenticationFailed"
        assert code(f"{head}.{other}.{signature}") == "InvalidAuthenticationToken"
        assert code("Bearer nonsense") == "InvalidAuthenticationToken"
        assert code(good, "https://graph.microsoft.com") == "InvalidAuthenticationToken"
        graph = issue(state, REGISTRY_TENANT, principal, "https://graph.microsoft.com")
        assert code(f"Bearer {graph}") == "InvalidAuthenticationTokenAudience"
        state["clock"]["ahead_seconds"] = 3700
        assert code(good) == "ExpiredAuthenticationToken"


@pytest.mark.parametrize("content_type", [None, "text/plain", "application/json"])
async def test_a_body_that_is_not_declared_as_a_form_has_no_fields(client_for, content_type):
    form = f"grant_type=client_credentials&client_id={CLUSTER_CALLER_ID}&client_secret={CLUSTER_CALLER_SECRET}&scope="
    body = f"{form}https://management.azure.com/.default"
    headers = {"Content-Type": content_type} if content_type else {}
    async with client_for("login") as client:
        answer = await client.post(f"/{CLUSTER_TENANT}/oauth2/v2.0/token", content=body, headers=headers)
        assert refusal(answer) == (400, "invalid_request", "AADSTS900144")
        headers["Content-Type"] = "application/x-www-form-urlencoded; charset=utf-8"
        answer = await client.post(f"/{CLUSTER_TENANT}/oauth2/v2.0/token", content=body, headers=headers)
        assert answer.status_code == 200
        malformed = {"authorization_endpoint": "https://[/common/oauth2/v2.0/authorize"}
        assert (await client.get("/common/discovery/instance", params=malformed)).status_code == 200
