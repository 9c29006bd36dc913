"""Signing in with the ID token of a pipeline's job: GitHub Actions or Azure Pipelines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from azure.core.exceptions import ClientAuthenticationError

from crosstenant.azure.sign_in.closed_credential import ClosedCredential
from crosstenant.model.clouds import Cloud
from crosstenant.model.credentials.kinds import AzurePipelines, GitHubActions

if TYPE_CHECKING:
    from azure.core.credentials import AccessToken


class FederatedCredential(ClosedCredential):
    """Signs in with the ID token of a pipeline's job, fetched anew for each sign-in.

    azure-identity's own ``AzurePipelinesCredential`` fetches it with a blocking client, which would hold up every
    other cluster of the process, and takes the address from the environment; for GitHub Actions it has none.
    """

    def __init__(self, tenant_id: str, cloud: Cloud, job: GitHubActions | AzurePipelines) -> None:
        """
        :param tenant_id: UUID of the tenant.
        :param cloud: Its cloud.
        :param job: The pipeline's job that vouches for the application.
        """
        self._tenant_id = tenant_id
        self._cloud = cloud
        self._job = job

    async def get_token(
        self,
        *scopes: str,
        claims: str | None = None,
        tenant_id: str | None = None,
        enable_cae: bool = False,
        **kwargs: Any,
    ) -> AccessToken:
        """A token for ``scopes``.

        :raises azure.core.exceptions.ClientAuthenticationError: The job got no ID token, or Entra refused it.
        """
        from azure.identity import aio

        from crosstenant.azure.connections.retries import BoundedRetryPolicy
        from crosstenant.azure.connections.transport import AzureTransport

        assertion = await fetch_id_token(self._job)
        async with aio.ClientAssertionCredential(
            self._tenant_id,
            self._job.client_id,
            lambda: assertion,
            authority=self._cloud.login_host,
            transport=AzureTransport(),
            retry_policy_class=BoundedRetryPolicy,
        ) as inner:
            return await inner.get_token(*scopes, claims=claims, tenant_id=tenant_id, enable_cae=enable_cae, **kwargs)

    async def close(self) -> None:
        """Closes nothing: no connection is kept between two sign-ins."""


# The audience that Entra's federated credentials expect, in every cloud that azuread and azure-native sign in to:
# https://learn.microsoft.com/entra/workload-id/workload-identity-federation-create-trust
_AUDIENCE = "api://AzureADTokenExchange"
_NO_ID_TOKEN = "the job's ID token could not be fetched"  # noqa: S105 (a message)


async def fetch_id_token(job: GitHubActions | AzurePipelines) -> str:
    """The job's ID token, from the address that the pipeline gave it.

    :raises azure.core.exceptions.ClientAuthenticationError: The answer has no token; the message says what it has.
    """
    from azure.core import AsyncPipelineClient
    from azure.core.exceptions import AzureError
    from azure.core.pipeline.policies import UserAgentPolicy
    from azure.core.rest import AsyncHttpResponse, HttpRequest

    from crosstenant.azure.connections.retries import BoundedRetryPolicy
    from crosstenant.azure.connections.transport import AzureTransport

    if not (job.oidc_request_token.isascii() and job.oidc_request_token.isprintable()):
        # No header takes it: a line break at the end, for one.
        raise ClientAuthenticationError(
            message=f"{_NO_ID_TOKEN}: oidc_request_token has a line break or another character that no token has; give"
            " only the token"
        )
    headers = {"Authorization": f"Bearer {job.oidc_request_token}", "Accept": "application/json"}
    if isinstance(job, GitHubActions):
        url = _with_query(job.oidc_request_url, {"audience": _AUDIENCE})
        request, key = HttpRequest("GET", url, headers=headers), "value"
    else:
        url = _with_query(
            job.oidc_request_url, {"api-version": "7.1", "serviceConnectionId": job.ado_service_connection_id}
        )
        # Without this header an unaccepted token is answered with a redirect to a sign-in page.
        headers["X-TFS-FedAuthRedirect"] = "Suppress"
        request, key = HttpRequest("POST", url, headers=headers), "oidcToken"
    policies: list[Any] = [UserAgentPolicy("crosstenant"), BoundedRetryPolicy()]
    client: AsyncPipelineClient[HttpRequest, AsyncHttpResponse] = AsyncPipelineClient(
        "", policies=policies, transport=AzureTransport()
    )
    async with client:
        try:
            answer = await client.send_request(request)
        except AzureError as error:
            raise ClientAuthenticationError(
                message=f"the job's ID token could not be fetched: {error.message}"
            ) from None
    token = _text_under(answer.content, key) if answer.status_code == 200 else ""
    if not token:
        hint = (
            "check that the job has 'permissions: id-token: write'"
            if isinstance(job, GitHubActions)
            else "check the service connection's ID and that the job may use it"
        )
        raise ClientAuthenticationError(message=f"{_NO_ID_TOKEN}: HTTP status {answer.status_code}; {hint}")
    return token


def _with_query(url: str, values: dict[str, str]) -> str:
    from urllib.parse import urlencode

    return f"{url}{'&' if '?' in url else '?'}{urlencode(values)}"


def _text_under(content: bytes, key: str) -> str:
    from typing import cast

    from crosstenant.azure.connections.documents import read_json

    try:
        document = read_json(content)
    except ValueError:
        return ""
    found = cast("dict[str, object]", document).get(key) if isinstance(document, dict) else None
    return found if isinstance(found, str) else ""
