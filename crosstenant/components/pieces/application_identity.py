"""An application of the cluster tenant that pulls for the clusters: with federated credentials, without a secret."""

from __future__ import annotations

import pulumi
import pulumi_azuread as azuread

from crosstenant.components.arguments.application_details import read_details
from crosstenant.components.arguments.federated_identity_args import ApplicationIdentitySpec
from crosstenant.components.arguments.uuid_arguments import one_spelling
from crosstenant.components.pieces.application import ApplicationSpec, declare_application
from crosstenant.components.pieces.identity_advice import application_credential_advice
from crosstenant.components.pieces.ownership_advice import of_owner
from crosstenant.components.pieces.registry_service_principal import registry_service_principal
from crosstenant.components.pieces.trusting_identity import CredentialSpec, TrustingIdentity
from crosstenant.components.tenant import TenantProviders
from crosstenant.model.consent import DEFAULT_REDIRECT_URI, consent_url
from crosstenant.model.modes import ServicePrincipalMode
from crosstenant.resources.internal_functions import PresentIdentity


def application_identity(
    name: str,
    spec: ApplicationIdentitySpec,
    component: pulumi.Resource,
    cluster_tenant: TenantProviders,
    registry_tenant: TenantProviders,
) -> TrustingIdentity:
    """Declares the application and its service principals, children of ``component``.

    :param name: The component's name.
    :param spec: The application's arguments.
    :param component: The component that they belong to.
    :param cluster_tenant: The providers of the application's tenant.
    :param registry_tenant: The providers of the registry tenant.
    """
    declared = declare_application(name, _application(name, spec), component, cluster_tenant)
    application = declared.application
    page = application.client_id.apply(
        lambda it: consent_url(registry_tenant.cloud, registry_tenant.tenant_id, it, DEFAULT_REDIRECT_URI)
    )
    if spec.mode is ServicePrincipalMode.MANAGED:
        principal_id = registry_service_principal(
            f"{name}-registry-service-principal", application.client_id, component, registry_tenant
        ).object_id
    else:
        principal_id = pulumi.Output.all(application.client_id, page).apply(lambda it: _consented(spec, it[0], it[1]))

    def declare(
        resource_name: str, credential: CredentialSpec, options: pulumi.ResourceOptions
    ) -> azuread.ApplicationFederatedIdentityCredential:
        return azuread.ApplicationFederatedIdentityCredential(
            resource_name,
            application_id=application.id,
            display_name=credential.azure_name,
            issuer=credential.issuer,
            subject=credential.subject,
            audiences=[credential.audience],
            opts=options,
        )

    return TrustingIdentity(
        called="the application",
        client_id=application.client_id,
        principal_id=principal_id,
        present=pulumi.Output.from_input(PresentIdentity()),
        providers=cluster_tenant,
        provider=cluster_tenant.azuread,
        advice=lambda _: of_owner(cluster_tenant, application_credential_advice),
        # They need no more than the application does.
        refuse=lambda _: [],
        kept_name="displayName",
        declare=declare,
        consent_url=page,
    )


def _application(name: str, spec: ApplicationIdentitySpec) -> ApplicationSpec:
    reference = spec.service_management_reference
    return ApplicationSpec(
        # Entra lets the applications of two stacks of one program have one name.
        display_name=spec.display_name or f"{name} ({pulumi.get_stack()})",
        is_named=bool(spec.display_name),
        owners=None if spec.owners is None else [one_spelling(it) for it in spec.owners],
        details=read_details(spec.at, service_management_reference=reference, notes=None, tags=None),
        redirect_uri=DEFAULT_REDIRECT_URI,
        for_consent=spec.mode is ServicePrincipalMode.CONSENTED,
    )


def _consented(spec: ApplicationIdentitySpec, client_id: str, page: str) -> str:
    if spec.service_principal_id:
        return spec.service_principal_id
    raise (spec.at / "registry_service_principal_id").error(
        f"is missing: application {client_id} needs the consent of an administrator of the registry tenant. They"
        f" consent at {page} and tell you the object ID of its service principal ('az ad sp show --id {client_id}"
        " --query id'): write it here, and run 'pulumi up' again"
    )
