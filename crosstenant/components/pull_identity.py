"""The identity that pulls: an application of the cluster's tenant, its service principal there and its secret."""

from datetime import datetime, timezone

import pulumi
import pulumi_azuread as azuread
from typing_extensions import NotRequired, TypedDict

from crosstenant.components.pieces.arguments import checked
from crosstenant.components.pieces.pull_secret import PullSecret
from crosstenant.components.pieces.secret_plan import SecretArgs, plan_secrets
from crosstenant.components.tenant import TenantArgs, TenantProviders
from crosstenant.model.consent import DEFAULT_REDIRECT_URI, MICROSOFT_GRAPH, USER_READ, consent_url
from crosstenant.model.docker_config import docker_config


class PullIdentityArgs(TypedDict):
    """The application that clusters of one tenant pull as."""

    tenant: TenantArgs
    """The clusters' tenant, which owns the application."""

    display_name: NotRequired[str]
    """The application's display name. Default: the component's name."""

    owners: NotRequired[list[pulumi.Input[str]]]
    """Object IDs (UUIDs) of the application's owners. Default: whoever creates it, and later changes by others are
    left alone. A caller with ``Application.ReadWrite.OwnedBy`` has to be among them."""

    redirect_uri: NotRequired[str]
    """Where the consent page goes when it is done. Default: ``https://www.microsoft.com/``."""

    for_consent: NotRequired[bool]
    """Have the application ask for a permission, Microsoft Graph's ``User.Read``, without which another tenant's
    consent page may refuse it (AADSTS650056, AADSTS90008). It is never used. Default: the application asks for
    nothing."""

    secret: NotRequired[SecretArgs]
    """When the secret is replaced, and for how long each is good."""


class PullIdentity(pulumi.ComponentResource):
    """A multi-tenant application with a secret, which may become the service principal of AKS clusters in its own
    tenant and pull from registries of others.

    The secret belongs to the application, not to one tenant's service principal, so that both tenants accept it.
    """

    client_id: pulumi.Output[str]
    """The application's client ID (UUID), the same in every tenant."""

    application_object_id: pulumi.Output[str]
    """The application's object ID (UUID)."""

    service_principal_id: pulumi.Output[str]
    """Object ID (UUID) of its service principal in its own tenant."""

    secret: pulumi.Output[str]
    """The application's secret. Secret."""

    secret_expires_at: pulumi.Output[str]
    """When the secret ends: a UTC time."""

    next_rotation_at: pulumi.Output[str | None]
    """When the next update makes a new secret: a UTC time; nothing unless ``rotate_every_days`` is given."""

    def __init__(
        self,
        name: str,
        args: PullIdentityArgs,
        opts: pulumi.ResourceOptions | None = None,
        *,
        cluster_providers: TenantProviders | None = None,
    ) -> None:
        """
        :param name: The component's name; its children are named after it.
        :param args: The application and its tenant.
        :param opts: Resource options.
        :param cluster_providers: Ready-made providers of the tenant, in place of those made from ``args["tenant"]``.
        :raises ArgumentError: An argument is wrong; the text names it and the remedy.
        """
        super().__init__("crosstenant:index:PullIdentity", name, {}, opts)
        owner = f"PullIdentity '{name}'"
        args = checked(owner, "", PullIdentityArgs, args)
        child = pulumi.ResourceOptions(parent=self)
        providers = cluster_providers or TenantProviders(
            f"{name}-cluster-tenant", args["tenant"], component=owner, opts=child
        )
        now = datetime.now(timezone.utc)
        plan = plan_secrets(owner, args.get("secret") or SecretArgs(), now)
        self._cloud = providers.cloud
        self._redirect_uri = args.get("redirect_uri") or DEFAULT_REDIRECT_URI

        owned = pulumi.ResourceOptions(parent=self, provider=providers.azuread)
        owners = args.get("owners")
        if owners is None:
            caller = azuread.get_client_config_output(
                opts=pulumi.InvokeOutputOptions(parent=self, provider=providers.azuread)
            )
            owners = [caller.object_id]
            # Whoever runs the next update is no reason to change the application.
            owned = pulumi.ResourceOptions.merge(owned, pulumi.ResourceOptions(ignore_changes=["owners"]))

        application = azuread.Application(
            f"{name}-application",
            display_name=args.get("display_name") or name,
            sign_in_audience="AzureADMultipleOrgs",
            owners=owners,
            web=azuread.ApplicationWebArgs(redirect_uris=[self._redirect_uri]),
            required_resource_accesses=_for_consent() if args.get("for_consent") else None,
            opts=owned,
        )
        home = azuread.ServicePrincipal(
            f"{name}-home-service-principal", client_id=application.client_id, owners=owners, opts=owned
        )
        secret = PullSecret(name, plan, application, owner=owner, parent=self, provider=providers.azuread, now=now)

        self.client_id = application.client_id
        self.application_object_id = application.object_id
        self.service_principal_id = home.object_id
        # Known only once the home service principal is there: without it no secret signs in to its tenant. That it is
        # to be made again makes no other secret, so this waits for its URN, which a preview knows.
        self.secret = pulumi.Output.secret(pulumi.Output.all(secret.value, home.urn).apply(lambda it: it[0]))
        self.secret_expires_at = secret.expires_at
        self.next_rotation_at = pulumi.Output.from_input(plan.next_rotation_at)
        self.register_outputs(
            {
                "clientId": self.client_id,
                "applicationObjectId": self.application_object_id,
                "servicePrincipalId": self.service_principal_id,
                "secret": self.secret,
                "secretExpiresAt": self.secret_expires_at,
                "nextRotationAt": self.next_rotation_at,
            }
        )

    def consent_url(self, registry_tenant_id: str) -> pulumi.Output[str]:
        """The page on which an administrator of ``registry_tenant_id`` (UUID) consents to the application."""
        return self.client_id.apply(
            lambda client_id: consent_url(self._cloud, registry_tenant_id, client_id, self._redirect_uri)
        )

    def image_pull_secret(self, login_servers: pulumi.Input[list[str]]) -> pulumi.Output[str]:
        """A docker config document for the given registry hosts: the content of ``.dockerconfigjson``. Secret."""
        return pulumi.Output.secret(
            pulumi.Output.all(login_servers, self.client_id, self.secret).apply(lambda it: docker_config(*it))
        )


def _for_consent() -> list[azuread.ApplicationRequiredResourceAccessArgs]:
    permission = azuread.ApplicationRequiredResourceAccessResourceAccessArgs(id=USER_READ, type="Scope")
    return [
        azuread.ApplicationRequiredResourceAccessArgs(resource_app_id=MICROSOFT_GRAPH, resource_accesses=[permission])
    ]
