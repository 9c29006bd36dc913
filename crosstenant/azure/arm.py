"""Plain requests to Azure Resource Manager, where no SDK package is used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from crosstenant.azure.connections.documents import object_in
from crosstenant.azure.sign_in.tenant import Tenant
from crosstenant.model.clouds import CHINA, PUBLIC, US_GOVERNMENT

if TYPE_CHECKING:
    from azure.core.rest import AsyncHttpResponse, HttpRequest
    from azure.mgmt.core import AsyncARMPipelineClient

Json = dict[str, Any]
"""A JSON object."""

_SDK_NAMES: Final = {
    PUBLIC.name: "AZURE_PUBLIC_CLOUD",
    US_GOVERNMENT.name: "AZURE_US_GOVERNMENT",
    CHINA.name: "AZURE_CHINA_CLOUD",
}


def client_settings(tenant: Tenant) -> dict[str, Any]:
    """The settings of every ``azure-mgmt-*`` client: the cloud's host, scope, sign-in, user agent, retries, transport.

    :raises azure.core.exceptions.ClientAuthenticationError: The credential cannot be created.
    """
    from azure.core import AzureClouds

    from crosstenant.azure.connections.retries import BoundedRetryPolicy
    from crosstenant.azure.connections.transport import AzureTransport
    from crosstenant.azure.sign_in.renewed_token import RenewedTokenPolicy

    return {
        # Without it the SDK reads AZURE_SDK_CLOUD_CONF, and fails where that holds another word.
        "cloud_setting": AzureClouds[_SDK_NAMES[tenant.cloud.name]],
        "base_url": f"https://{tenant.cloud.arm_host}",
        "credential_scopes": [tenant.cloud.arm_scope],
        "authentication_policy": RenewedTokenPolicy(tenant.credential(), tenant.cloud.arm_scope),
        "user_agent": "crosstenant",
        "transport": AzureTransport(),
        "retry_policy": BoundedRetryPolicy(),
        # A redirect that is followed (307) repeats the body, which holds the application secret, at another address.
        "permit_redirects": False,
    }


class Arm:
    """Resource Manager of one tenant, with the SDK's sign-in, retries and logging."""

    def __init__(self, tenant: Tenant) -> None:
        """:param tenant: The tenant to sign in to."""
        self._tenant = tenant
        self._client: AsyncARMPipelineClient[HttpRequest, AsyncHttpResponse] | None = None

    async def get(self, path: str, api_version: str | None = None, **query: str) -> Json:
        """Reads one document.

        :param path: An ARM ID or another path below the host, or a whole URL that Resource Manager gave.
        :param api_version: The API version; not for a URL that carries its own.
        :param query: Further query parameters, without their leading ``$``.
        :raises azure.core.exceptions.AzureError: Sign-in failed, or Azure refused or could not be reached, or the URL
            is at another host.
        """
        from azure.core.rest import HttpRequest

        from crosstenant.azure.connections.addresses import must_be_at

        host = self._tenant.cloud.arm_host
        url = must_be_at(host, path, or_region=True) if "://" in path else f"https://{host}/{path.lstrip('/')}"
        params = {f"${name}": value for name, value in query.items()}
        if api_version:
            params["api-version"] = api_version
        response = await self._pipeline().send_request(HttpRequest("GET", url, params=params))
        return object_in(response)

    async def post(self, path: str, api_version: str, body: Json) -> AsyncHttpResponse:
        """Asks for an action. The request is not repeated: an action that Azure may have begun would begin twice.

        :param path: An ARM ID with the action's name.
        :param api_version: The API version.
        :param body: The body.
        :returns: The answer, a refusal too.
        :raises azure.core.exceptions.AzureError: Sign-in failed, or Azure could not be reached.
        """
        from azure.core.rest import HttpRequest

        url = f"https://{self._tenant.cloud.arm_host}/{path.lstrip('/')}"
        request = HttpRequest("POST", url, params={"api-version": api_version}, json=body)
        return await self._pipeline().send_request(request, retry_total=0)

    async def poll(self, url: str) -> AsyncHttpResponse:
        """Reads an address that an answer has named.

        :param url: The address.
        :returns: The answer, a refusal too.
        :raises azure.core.exceptions.AzureError: Sign-in failed, Azure could not be reached, or the address is at
            another host.
        """
        from azure.core.rest import HttpRequest

        from crosstenant.azure.connections.addresses import must_be_at

        host = self._tenant.cloud.arm_host
        return await self._pipeline().send_request(HttpRequest("GET", must_be_at(host, url, or_region=True)))

    async def aclose(self) -> None:
        """Closes the connections."""
        if self._client:
            await self._client.close()
            self._client = None

    def _pipeline(self) -> AsyncARMPipelineClient[HttpRequest, AsyncHttpResponse]:
        if self._client is None:
            from azure.core.pipeline import policies
            from azure.mgmt.core import AsyncARMPipelineClient

            settings = client_settings(self._tenant)
            chain: list[Any] = [
                policies.RequestIdPolicy(),
                policies.UserAgentPolicy(settings["user_agent"]),
                policies.ProxyPolicy(),
                settings["retry_policy"],
                settings["authentication_policy"],
            ]
            self._client = AsyncARMPipelineClient(settings["base_url"], policies=chain, transport=settings["transport"])
        return self._client
