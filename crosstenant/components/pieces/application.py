"""A multi-tenant application and its service principal in its own tenant."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_azuread as azuread

from crosstenant.components.arguments.application_details import ApplicationDetails
from crosstenant.components.pieces.hooks import Advise, on_error
from crosstenant.components.pieces.missing_rights import refuse_without_directory
from crosstenant.components.pieces.namesake_warning import warn_of_namesakes
from crosstenant.components.pieces.ownership_advice import of_owner
from crosstenant.components.pieces.refusal_advice import (
    application_advice,
    may_not_write_application,
    of_tenant,
    own_service_principal_advice,
)
from crosstenant.components.tenant import TenantProviders
from crosstenant.model.consent import MICROSOFT_GRAPH, USER_READ


@dataclass(frozen=True)
class ApplicationSpec:
    """An application whose description is checked."""

    display_name: str
    is_named: bool
    """Whether the program gives the display name."""
    owners: list[pulumi.Input[str]] | None
    details: ApplicationDetails
    redirect_uri: str
    for_consent: bool
    """Whether it requests a permission, without which the consent page may refuse it."""


@dataclass(frozen=True)
class MultiTenantApplication:
    """The resources."""

    application: azuread.Application
    service_principal: azuread.ServicePrincipal
    """In the application's own tenant."""


def declare_application(
    name: str, spec: ApplicationSpec, component: pulumi.Resource, providers: TenantProviders
) -> MultiTenantApplication:
    """Declares both, children of ``component``.

    :param name: Prefix of their names.
    :param spec: The application.
    :param component: The component that they belong to.
    :param providers: The providers of the application's tenant.
    """
    owned = pulumi.ResourceOptions(
        parent=component, provider=providers.azuread, replacement_trigger=providers.tenant_id
    )
    owners = spec.owners
    if owners is None:
        caller = azuread.get_client_config_output(
            opts=pulumi.InvokeOutputOptions(parent=component, provider=providers.azuread)
        )
        owners = [caller.object_id]
        # Another caller of the next update must not change the application.
        owned = pulumi.ResourceOptions.merge(owned, pulumi.ResourceOptions(ignore_changes=["owners"]))

    def advised(
        child: str,
        advise: Advise,
        before: list[pulumi.ResourceHook] | None = None,
        after: list[pulumi.ResourceHook] | None = None,
    ) -> pulumi.ResourceOptions:
        advice = of_tenant(providers, of_owner(providers, advise))
        return pulumi.ResourceOptions(
            hooks=pulumi.ResourceHookBinding(
                before_create=before, after_create=after, on_error=on_error(child, component, advice)
            )
        )

    own_name = f"{name}-application"
    check = refuse_without_directory(
        own_name, "applications", may_not_write_application(providers), component, providers
    )
    warned = warn_of_namesakes(own_name, component, providers)
    application = azuread.Application(
        own_name,
        display_name=spec.display_name,
        sign_in_audience="AzureADMultipleOrgs",
        owners=owners,
        service_management_reference=spec.details.service_management_reference,
        notes=spec.details.notes,
        tags=spec.details.tags,
        web=azuread.ApplicationWebArgs(redirect_uris=[spec.redirect_uri]),
        required_resource_accesses=_for_consent() if spec.for_consent else None,
        opts=pulumi.ResourceOptions.merge(
            pulumi.ResourceOptions.merge(
                owned,
                advised(own_name, application_advice(providers), [*check, *warned.before_create], warned.after_create),
            ),
            # A component that is renamed must not rename its application.
            pulumi.ResourceOptions(ignore_changes=None if spec.is_named else ["display_name"]),
        ),
    )
    own_principal = f"{name}-cluster-service-principal"
    service_principal = azuread.ServicePrincipal(
        own_principal,
        client_id=application.client_id,
        owners=owners,
        # Without use_existing: a replacement that a user asks for would take the present one over as the new one,
        # and then delete it as the old one. It is the clusters' whole identity.
        opts=pulumi.ResourceOptions.merge(
            pulumi.ResourceOptions.merge(
                owned, advised(own_principal, own_service_principal_advice(own_principal, providers, component))
            ),
            pulumi.ResourceOptions(
                # Entra deletes it with its application; a missing one does not stop that.
                deleted_with=application,
                # Its name before 1.0.
                aliases=[pulumi.Alias(name=f"{name}-home-service-principal")],
            ),
        ),
    )
    return MultiTenantApplication(application, service_principal)


def _for_consent() -> list[azuread.ApplicationRequiredResourceAccessArgs]:
    permission = azuread.ApplicationRequiredResourceAccessResourceAccessArgs(id=USER_READ, type="Scope")
    return [
        azuread.ApplicationRequiredResourceAccessArgs(resource_app_id=MICROSOFT_GRAPH, resource_accesses=[permission])
    ]
