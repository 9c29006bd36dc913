"""The managed identity that pulls for the clusters: one that the stack makes, or one that exists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi.resource_hooks import ResourceHook, ResourceHookBinding
from pulumi_azure_native import managedidentity

from crosstenant.components.arguments.arg_path import ArgPath
from crosstenant.components.arguments.federated_identity_args import IdentitySpec, no_credentials_in
from crosstenant.components.pieces.hooks import on_error
from crosstenant.components.pieces.identity_advice import credential_advice, identity_advice, may_not_write
from crosstenant.components.pieces.missing_rights import refuse_without_actions
from crosstenant.components.pieces.planned import unknown_text
from crosstenant.components.pieces.refusal_advice import of_tenant
from crosstenant.components.pieces.trusting_identity import CredentialSpec, TrustingIdentity
from crosstenant.components.tenant import TenantProviders
from crosstenant.model.arm_id import IDENTITY_TYPE, ArmId, parse_arm_id
from crosstenant.model.federation import has_credentials, identity_name
from crosstenant.resources.internal_functions import PresentIdentity, present_identity

# https://learn.microsoft.com/azure/role-based-access-control/permissions/identity
_WRITE_IDENTITY: Final = f"{IDENTITY_TYPE}/write"
_WRITE_CREDENTIAL: Final = f"{IDENTITY_TYPE}/federatedIdentityCredentials/write"


def managed_identity(
    name: str,
    spec: IdentitySpec,
    component: pulumi.Resource,
    providers: TenantProviders,
    *,
    cluster_tenant_id: str,
) -> TrustingIdentity:
    """Declares the identity, a child of ``component``, or reads the one that exists.

    :param name: The component's name.
    :param spec: The identity's arguments.
    :param component: The component that it belongs to.
    :param providers: The providers of the registry tenant.
    :param cluster_tenant_id: UUID of the cluster tenant, whose issuers it trusts.
    """
    found = (
        _existing(spec, spec.existing.parsed, component, providers)
        if spec.existing
        else _made(name, spec, component, providers)
    )

    def declare(
        resource_name: str, credential: CredentialSpec, options: pulumi.ResourceOptions
    ) -> managedidentity.FederatedIdentityCredential:
        return managedidentity.FederatedIdentityCredential(
            resource_name,
            federated_identity_credential_resource_name=credential.azure_name,
            resource_name_=found.name,
            resource_group_name=found.resource_group,
            issuer=credential.issuer,
            subject=credential.subject,
            audiences=[credential.audience],
            opts=options,
        )

    def refuse(resource_name: str) -> list[ResourceHook]:
        return refuse_without_actions(
            resource_name,
            lambda _: found.scope,
            [_WRITE_CREDENTIAL],
            lambda scope: may_not_write(providers, "create federated credentials", scope),
            component,
            providers,
        )

    return TrustingIdentity(
        called="the identity",
        client_id=found.client_id,
        principal_id=found.principal_id,
        present=found.present,
        providers=providers,
        provider=providers.azure_native,
        advice=lambda it: credential_advice(it, providers, component, cluster_tenant_id),
        refuse=refuse,
        kept_name="federatedIdentityCredentialResourceName",
        declare=declare,
        consent_url=pulumi.Output.from_input(None),
    )


@dataclass(frozen=True)
class _Identity:
    resource_group: pulumi.Input[str]
    name: pulumi.Input[str]
    client_id: pulumi.Output[str]
    principal_id: pulumi.Output[str]
    present: pulumi.Output[PresentIdentity]
    scope: pulumi.Output[str | None]
    """ARM ID of what permits its credentials to be written, before this update; none where it is not known."""


def _made(name: str, spec: IdentitySpec, component: pulumi.Resource, providers: TenantProviders) -> _Identity:
    azure_name = spec.name or identity_name(name, pulumi.get_stack())
    resource_name = f"{name}-identity"
    scope = pulumi.Output.all(providers.subscription_id, spec.resource_group).apply(_group_id)
    check = refuse_without_actions(
        resource_name,
        lambda _: scope,
        [_WRITE_IDENTITY, _WRITE_CREDENTIAL],
        lambda group: may_not_write(providers, "create identities", group),
        component,
        providers,
    )
    identity = managedidentity.UserAssignedIdentity(
        resource_name,
        resource_group_name=spec.resource_group,
        resource_name_=azure_name,
        location=spec.location,
        opts=pulumi.ResourceOptions(
            parent=component,
            provider=providers.azure_native,
            replacement_trigger=providers.tenant_id,
            hooks=ResourceHookBinding(
                before_create=check,
                on_error=on_error(
                    resource_name,
                    component,
                    of_tenant(providers, identity_advice(resource_name, providers, component)),
                ),
            ),
            # A component that is renamed must not make another identity.
            ignore_changes=None if spec.name else ["resourceName"],
        ),
    )

    def still_there(known: Sequence[str | None]) -> str:
        made, made_name, subscription_id = known
        try:
            parsed = parse_arm_id(str(made), IDENTITY_TYPE)
        except ValueError:  # An ID of Pulumi's mocks, in a test of somebody's program.
            return str(made_name)
        _in_subscription(spec.at / "resource_group", parsed, subscription_id)
        return str(made_name)

    return _Identity(
        resource_group=spec.resource_group,
        # The default subscription is another one where another registry comes first.
        name=pulumi.Output.all(identity.id, identity.name, providers.subscription_id).apply(still_there),
        client_id=identity.client_id,
        principal_id=identity.principal_id,
        present=_to_be_made(spec, azure_name, component, providers),
        scope=scope,
    )


def _existing(
    spec: IdentitySpec, given: ArmId | pulumi.Output[ArmId], component: pulumi.Resource, providers: TenantProviders
) -> _Identity:
    at = spec.at / "id"
    parsed = pulumi.Output.from_input(given)
    waiting = pulumi.Output.all(parsed, providers.signed_in_tenant_id, providers.subscription_id).apply(
        lambda known: str(_in_subscription(at, known[0], known[2]))
    )

    def permitted(found: PresentIdentity) -> PresentIdentity:
        if not found.is_known:
            return found
        if not found.exists:
            raise at.error("there is no such identity: check the ID, or give resource_group instead to have one made")
        if found.tenant_id != providers.tenant_id:
            raise at.error(
                f"the identity belongs to tenant {found.tenant_id}, and it must belong to the registry tenant,"
                f" {providers.tenant_id}, whose registries it pulls from"
            )
        if not has_credentials(found.location):
            raise at.error(no_credentials_in(found.location))
        return found

    found = _present(waiting, at, component, providers, must_exist=True).apply(permitted)
    return _Identity(
        # azure-native compares names with their case, and would replace the credentials for another spelling of the ID.
        resource_group=parsed.apply(lambda it: it.in_lower_case.resource_group),
        name=parsed.apply(lambda it: it.in_lower_case.name),
        client_id=found.apply(lambda it: it.client_id if it.is_known else unknown_text()),
        principal_id=found.apply(lambda it: it.principal_id if it.is_known else unknown_text()),
        present=found,
        scope=parsed.apply(str),
    )


def _to_be_made(
    spec: IdentitySpec, azure_name: str, component: pulumi.Resource, providers: TenantProviders
) -> pulumi.Output[PresentIdentity]:
    at = spec.at / "location"
    if providers.subscription_id is None:
        # Ready-made providers: Azure's own refusal has advice.
        return pulumi.Output.from_input(PresentIdentity())
    identity_id = pulumi.Output.all(
        providers.subscription_id, spec.resource_group, providers.signed_in_tenant_id
    ).apply(lambda known: str(ArmId(known[0], known[1], IDENTITY_TYPE, (azure_name,))))

    def permitted(found: PresentIdentity) -> PresentIdentity:
        location = spec.location or found.location
        if not has_credentials(location):
            raise at.error(no_credentials_in(location))
        return found

    return _present(identity_id, at, component, providers, must_exist=False).apply(permitted)


def _present(
    identity_id: pulumi.Output[str],
    at: ArgPath,
    component: pulumi.Resource,
    providers: TenantProviders,
    *,
    must_exist: bool,
) -> pulumi.Output[PresentIdentity]:
    invoked = pulumi.InvokeOptions(parent=component, provider=providers.crosstenant)
    return present_identity(identity_id, invoked, at.error, must_exist=must_exist)


def _group_id(known: Sequence[str | None]) -> str | None:
    subscription_id, group = known
    # Ready-made providers do not tell their subscription.
    return str(ArmId(subscription_id, group)) if subscription_id and group else None


def _in_subscription(at: ArgPath, identity: ArmId, subscription_id: str | None) -> ArmId:
    # azure-native makes a credential in its own subscription, whatever the identity's.
    if subscription_id is not None and identity.subscription_id != subscription_id:
        raise at.error(
            f"the identity is in subscription {identity.subscription_id}, and the registry tenant's providers are in"
            f" {subscription_id}: set subscription_id of the registry tenant to the identity's"
        )
    return identity
