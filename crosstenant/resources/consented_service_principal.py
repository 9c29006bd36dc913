"""The service principal of an application that an administrator of the registry's tenant made by consenting."""

from __future__ import annotations

from typing import Any

import pulumi

from crosstenant._version import VERSION
from crosstenant.resources.outputs import output_of


class ConsentedServicePrincipal(pulumi.CustomResource):
    """Looks up the service principal of an application in the provider's tenant, by signing in as the application.

    The deployment needs no right in the directory of that tenant. Nothing is ever changed or deleted there. Before the
    consent nothing is found, which is no error: every later preview and update looks again. A refresh sees a service
    principal that is gone or made anew.
    """

    def __init__(
        self,
        resource_name: str,
        *,
        client_id: pulumi.Input[str],
        secret: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """
        :param resource_name: The resource's name in the stack.
        :param client_id: The application's client ID (UUID). Another one replaces the resource.
        :param secret: The application's secret; it goes to the tenant's sign-in service alone. Secret.
        :param opts: Resource options; the provider is one of the registry's tenant.
        """
        arguments: dict[str, Any] = {
            "clientId": client_id,
            "secret": pulumi.Output.secret(secret),
            "objectId": None,
            "exists": None,
        }
        opts = pulumi.ResourceOptions.merge(pulumi.ResourceOptions(version=VERSION), opts)
        super().__init__("crosstenant:index:ConsentedServicePrincipal", resource_name, arguments, opts)

    @property
    def object_id(self) -> pulumi.Output[str]:
        """Object ID (UUID) of the service principal; empty before the consent."""
        return output_of(self, "objectId")

    @property
    def exists(self) -> pulumi.Output[bool]:
        """Whether the tenant knew the application, when it was last looked at."""
        return output_of(self, "exists")
