"""The application's service principal in the registry tenant, from the stack or from an administrator's consent."""

from __future__ import annotations

import pulumi
import pulumi_azuread as azuread
from pulumi.resource_hooks import ResourceHookArgs, ResourceHookBinding

from crosstenant.components.pieces.hooks import before_create, on_error
from crosstenant.components.pieces.missing_rights import refuse_without_directory
from crosstenant.components.pieces.planned import planned
from crosstenant.components.pieces.refusal_advice import (
    may_not_make_service_principals,
    of_tenant,
    service_principal_advice,
)
from crosstenant.components.pieces.replaceable import replaceable
from crosstenant.components.tenant import TenantProviders
from crosstenant.model.consent import MULTI_TENANT
from crosstenant.resources.consent import FORMER_TYPE, Consent
from crosstenant.resources.internal_functions import service_principal_obstacle


def registry_service_principal(
    name: str, client_id: pulumi.Input[str], component: pulumi.Resource, providers: TenantProviders
) -> azuread.ServicePrincipal:
    """Declares the service principal; an impossible one fails at preview, before the azuread provider tries it.

    :param name: The resource's name.
    :param client_id: Client ID (UUID) of the application.
    :param component: The component that it belongs to.
    :param providers: The providers of the registry tenant.
    """
    invoked = pulumi.InvokeOptions(parent=component, provider=providers.crosstenant)

    async def refuse_what_cannot_work(created: ResourceHookArgs) -> None:
        known = (created.new_inputs or {}).get("clientId")
        asked = isinstance(known, str) and not await _becomes_multi_tenant(client_id)
        obstacle = await service_principal_obstacle(str(known) if asked else None, invoked)
        if obstacle:
            raise pulumi.RunError(obstacle)

    return azuread.ServicePrincipal(
        name,
        client_id=client_id,
        opts=pulumi.ResourceOptions(
            parent=component,
            provider=providers.azuread,
            replacement_trigger=providers.tenant_id,
            # The check before it is a call of this provider, which must not wait for its turn behind the check.
            depends_on=[providers.crosstenant],
            hooks=ResourceHookBinding(
                # Only before a creation: a caller that only reads an existing service principal needs fewer
                # permissions.
                before_create=[
                    *refuse_without_directory(
                        name, "servicePrincipals", may_not_make_service_principals(providers), component, providers
                    ),
                    *before_create(name, refuse_what_cannot_work),
                ],
                on_error=on_error(
                    name, component, of_tenant(providers, service_principal_advice(name, providers, component))
                ),
            ),
            # A service principal that was made by hand may have owners, which the azuread provider keeps if none are
            # named.
            ignore_changes=["owners"],
        ),
    )


async def _becomes_multi_tenant(client_id: pulumi.Input[str]) -> bool:
    """Whether this program makes the application multi-tenant before its service principal: Azure does not say so yet
    in a preview, and for some time after the change."""
    application = await planned(client_id, "sign_in_audience")
    if application is None:
        return False
    if application.value is None:
        return pulumi.runtime.is_dry_run()
    return application.value in MULTI_TENANT


def consented_to(
    name: str,
    client_id: pulumi.Input[str],
    secret: pulumi.Input[str],
    *,
    secret_made_at: pulumi.Input[str] | None,
    secret_expires_at: pulumi.Input[str] | None,
    secret_timeout_seconds: int | None,
    redirect_uri: str | None,
    timeout_seconds: int | None,
    component: pulumi.Resource,
    providers: TenantProviders,
) -> Consent:
    """Declares the gate that opens when an administrator of the registry tenant consents.

    :param name: The component's name.
    :param client_id: Client ID (UUID) of the application.
    :param secret: Its secret.
    :param secret_made_at: When the secret was made, if the program says.
    :param secret_expires_at: When it ends, if the program says.
    :param secret_timeout_seconds: How long to wait until Entra knows it, if the program says.
    :param redirect_uri: The redirect URI of the consent page.
    :param timeout_seconds: The seconds for which an update waits.
    :param component: The component that it belongs to.
    :param providers: The providers of the registry tenant.
    """
    return Consent(
        f"{name}-consent",
        client_id=client_id,
        secret=secret,
        secret_made_at=secret_made_at,
        secret_expires_at=secret_expires_at,
        secret_timeout_seconds=secret_timeout_seconds,
        redirect_uri=redirect_uri,
        timeout_seconds=timeout_seconds,
        # A record: the service principal is the administrator's, and stays.
        opts=replaceable(
            pulumi.ResourceOptions(
                parent=component,
                provider=providers.crosstenant,
                replacement_trigger=providers.tenant_id,
                aliases=[pulumi.Alias(name=f"{name}-registry-service-principal", type_=FORMER_TYPE)],
            )
        ),
    )
