"""Reasons why the caller cannot create an application or a service principal, known before the request.

Microsoft Graph answers some of them like a replication delay, for which the azuread provider waits nine minutes.
These checks write nothing; Graph decides where they are not certain.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, cast

from crosstenant.azure.sign_in.token_claims import claims_of
from crosstenant.model.clouds import Cloud
from crosstenant.model.matched_texts.registry_texts import SINGLE_TENANT

if TYPE_CHECKING:
    from crosstenant.azure.sign_in.tenant import Tenant

OWNED_BY: Final = "Application.ReadWrite.OwnedBy"
SUFFICIENT: Final = frozenset({"Application.ReadWrite.All", "Directory.ReadWrite.All"})
"""Graph application permissions that make service principals of any application:
https://learn.microsoft.com/graph/api/serviceprincipal-post-serviceprincipals."""

# Directory roles that do so too, as the claim `wids` names them: Global, Application, Cloud Application and Hybrid
# Identity Administrator (https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference).
_ADMINISTRATORS: Final = frozenset(
    {
        "62e90394-69f5-4237-9190-012177145e10",
        "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3",
        "158c047a-c907-4556-b7ef-446551a6b5f7",
        "8ac3fc64-6eca-42ea-9e69-59f4c7b60eb2",
    }
)

# In the token of every application for Microsoft Graph, beside the roles that it has; it is not a directory role:
# https://github.com/microsoftgraph/msgraph-sdk-powershell/issues/1782.
_EVERY_APPLICATION: Final = "0997a1d0-0d1d-4acb-b408-d5ca73121e90"


async def owns_only(tenant: Tenant) -> bool:
    """Whether the caller may write only the applications that it owns, in the directory of its tenant.

    :param tenant: The tenant, with its credential. A person's token does not list such permissions.
    :raises azure.core.exceptions.AzureError: Sign-in failed.
    """
    claims = await _graph_claims(tenant)
    permissions, roles = _texts(claims.get("roles")), _texts(claims.get("wids"))
    return OWNED_BY in permissions and not permissions & SUFFICIENT and not roles & _ADMINISTRATORS


async def may_write_none(tenant: Tenant, collection: Literal["applications", "servicePrincipals"]) -> bool:
    """Whether the caller surely cannot create an application or a service principal in the directory of its tenant.

    Two things have to agree. The token is an application's, and lists neither a Graph permission for them nor a
    directory role; a directory role that somebody defined may be in no token, so Graph must also refuse to list them,
    which a caller that creates them may do. Of a person's token nothing follows: a user may create applications
    without either.

    :param tenant: The tenant, with its credential.
    :param collection: What is to be created.
    :raises azure.core.exceptions.AzureError: Sign-in failed.
    """
    claims = await _graph_claims(tenant)
    if claims.get("idtyp") != "app" or _texts(claims.get("wids")) != {_EVERY_APPLICATION}:
        return False
    if any(it.startswith(("Application.", "Directory.")) for it in _texts(claims.get("roles"))):
        return False
    from crosstenant.azure.directory.graph import Graph

    graph = Graph(tenant)
    try:
        return not await graph.may_list(collection)
    finally:
        await graph.aclose()


async def caller_object_id(tenant: Tenant) -> str:
    """Object ID (UUID) of the caller in the tenant's directory; empty if the token does not have it.

    :param tenant: The tenant, with its credential.
    :raises azure.core.exceptions.AzureError: Sign-in failed.
    """
    return str((await _graph_claims(tenant)).get("oid") or "")


async def is_single_tenant(cloud: Cloud, client_id: str) -> bool:
    """Whether the sign-in page reports that an application is for its own tenant only.

    The page for all tenants reports it without a sign-in
    (https://learn.microsoft.com/entra/identity-platform/reference-error-codes, AADSTS50194). ``False`` for any other
    answer, and without an answer.

    :param cloud: The application's cloud.
    :param client_id: Its client ID (UUID).
    """
    from azure.core import AsyncPipelineClient
    from azure.core.exceptions import AzureError
    from azure.core.pipeline.policies import UserAgentPolicy
    from azure.core.rest import AsyncHttpResponse, HttpRequest

    from crosstenant.azure.connections.transport import AzureTransport

    url = f"https://{cloud.login_host}/common/oauth2/v2.0/authorize"
    query = {"client_id": client_id, "response_type": "code", "scope": "openid", "prompt": "none"}
    # No redirect is followed: it would lead to the application's own address.
    policies: list[Any] = [UserAgentPolicy("crosstenant")]
    client: AsyncPipelineClient[HttpRequest, AsyncHttpResponse] = AsyncPipelineClient(
        "", policies=policies, transport=AzureTransport()
    )
    async with client:
        try:
            answer = await client.send_request(HttpRequest("GET", url, params=query))
        except AzureError:
            return False
    said = f"{answer.headers.get('Location', '')} {answer.content.decode(errors='replace')}"
    return SINGLE_TENANT.is_in(said)


async def _graph_claims(tenant: Tenant) -> dict[str, Any]:
    """What the caller's token for Microsoft Graph says of it; nothing where it cannot be read."""
    token = await tenant.credential().get_token(f"https://{tenant.cloud.graph_host}/.default")
    return claims_of(token.token) or {}


def _texts(value: object) -> set[str]:
    return {str(item) for item in cast("list[object]", value)} if isinstance(value, list) else set()
