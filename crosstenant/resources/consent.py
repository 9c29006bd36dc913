"""The gate between the tenants: an administrator's consent in the registry tenant."""

from __future__ import annotations

from typing import Any

import pulumi

from crosstenant.resources.outputs import output_of, versioned

FORMER_TYPE = "crosstenant:index:ConsentedServicePrincipal"
"""What states of before 1.0 call it."""


class Consent(pulumi.CustomResource):
    """Is created once an administrator of the provider's tenant has consented to an application of another tenant.

    Resources that need the consent use its ``object_id``. Until the consent an update waits for ``timeout_seconds``, or
    fails with the address of the consent page; the next update continues where it ended. Previews show all resources
    behind the gate.

    It signs in as the application: the deployment needs no permission in the directory, and changes and deletes nothing
    there. A refresh detects a consent that was withdrawn or given again.
    """

    def __init__(
        self,
        resource_name: str,
        *,
        client_id: pulumi.Input[str],
        secret: pulumi.Input[str],
        redirect_uri: pulumi.Input[str] | None = None,
        timeout_seconds: pulumi.Input[float] | None = None,
        secret_timeout_seconds: pulumi.Input[float] | None = None,
        secret_made_at: pulumi.Input[str] | None = None,
        secret_expires_at: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """
        :param resource_name: The resource's name in the stack.
        :param client_id: The application's client ID (UUID). Another one replaces the resource.
        :param secret: The application's secret; it goes to the tenant's sign-in service only. Secret.
        :param redirect_uri: The redirect URI of the consent page: one of the application's redirect URIs.
            Default: the application's first.
        :param timeout_seconds: The seconds for which an update waits for the consent. Default: 0, it fails at once.
        :param secret_timeout_seconds: The seconds for which an update waits until Entra accepts a new secret. Default:
            120.
        :param secret_made_at: When the secret was made, a UTC time: a refusal of a secret that is minutes old then says
            to run again. Another time changes nothing.
        :param secret_expires_at: When the secret ends, a UTC time: until then the answer that it has expired is taken
            for a lag of Entra. Another time changes nothing.
        :param opts: Resource options; the provider is one of the registry tenant.
        """
        arguments: dict[str, Any] = {
            "clientId": client_id,
            "secret": pulumi.Output.secret(secret),
            "redirectUri": redirect_uri,
            "timeoutSeconds": timeout_seconds,
            "secretTimeoutSeconds": secret_timeout_seconds,
            "secretMadeAt": secret_made_at,
            "secretExpiresAt": secret_expires_at,
            "objectId": None,
            "consentUrl": None,
            "consented": None,
        }
        former = pulumi.ResourceOptions(aliases=[pulumi.Alias(type_=FORMER_TYPE)])
        opts = versioned(pulumi.ResourceOptions.merge(former, opts))
        super().__init__("crosstenant:index:Consent", resource_name, arguments, opts)

    @property
    def client_id(self) -> pulumi.Output[str]:
        """Client ID (UUID) of the application."""
        return output_of(self, "clientId")

    @property
    def secret(self) -> pulumi.Output[str]:
        """The application's secret. Secret."""
        return output_of(self, "secret")

    @property
    def redirect_uri(self) -> pulumi.Output[str | None]:
        """The redirect URI of the consent page; none if the program omits it."""
        return output_of(self, "redirectUri")

    @property
    def timeout_seconds(self) -> pulumi.Output[float]:
        """The seconds for which a create waits for the consent."""
        return output_of(self, "timeoutSeconds")

    @property
    def secret_timeout_seconds(self) -> pulumi.Output[float | None]:
        """The seconds for which an update waits for a new secret; none if the program omits them."""
        return output_of(self, "secretTimeoutSeconds")

    @property
    def secret_made_at(self) -> pulumi.Output[str | None]:
        """Not recorded: none."""
        return output_of(self, "secretMadeAt")

    @property
    def secret_expires_at(self) -> pulumi.Output[str | None]:
        """Not recorded: none."""
        return output_of(self, "secretExpiresAt")

    @property
    def object_id(self) -> pulumi.Output[str]:
        """Object ID (UUID) of the application's service principal in the registry tenant."""
        return output_of(self, "objectId")

    @property
    def consent_url(self) -> pulumi.Output[str]:
        """The page on which an administrator of the registry tenant consents to the application."""
        return output_of(self, "consentUrl")

    @property
    def consented(self) -> pulumi.Output[bool]:
        """Whether the tenant knew the application at the last sign-in."""
        return output_of(self, "consented")
