"""A tenant, described once: the package makes every provider of that tenant from it."""

import os
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import pulumi
import pulumi_azure_native
import pulumi_azuread
from typing_extensions import NotRequired, TypedDict

from crosstenant.components.arguments.arg_path import ArgPath
from crosstenant.components.arguments.declared_form import checked
from crosstenant.model.clouds import PUBLIC, Cloud, cloud_named
from crosstenant.model.credentials.arguments import CREDENTIAL_ARGUMENTS, IMPLIED, SECRET_NAMES
from crosstenant.model.credentials.kinds import AzureCli, AzurePipelines, ManagedIdentity
from crosstenant.model.credentials.tenant_check import (
    check_credential,
    check_identity,
    given_arguments,
    kind_of,
    overriding_variables,
    with_job_address,
)
from crosstenant.model.modes import AzureEnvironmentText
from crosstenant.resources.internal_functions import SignInProblem, sign_in_problem
from crosstenant.resources.provider import Provider


class TenantArgs(TypedDict):
    """One Entra tenant and how to sign in to it.

    Give one kind of credential: a client ID with a secret, a certificate, an OIDC token, file or request; or
    ``use_msi``; or nothing, for the Azure CLI's user (``az login --tenant ID``). ``ARM_*`` variables are for one
    tenant only and would reach both, so credentials are never taken from them; those that the azuread and azure-native
    providers would read by themselves are refused.
    """

    tenant_id: str
    """UUID of the tenant."""

    subscription_id: NotRequired[str]
    """UUID of the subscription. Default: the one in the tenant's first cluster or registry ID."""

    environment: NotRequired[AzureEnvironmentText]
    """The Azure cloud: ``public`` (default), ``usgovernment`` or ``china``; the same for both tenants."""

    client_id: NotRequired[pulumi.Input[str]]
    """Client ID (UUID) of the application that runs the deployment in this tenant."""

    client_secret: NotRequired[pulumi.Input[str]]
    """Its secret. Secret; kept encrypted in the stack's state: prefer OIDC, which leaves nothing that lasts."""

    client_certificate_path: NotRequired[str]
    """Path of its certificate with private key, PKCS#12."""

    client_certificate_password: NotRequired[pulumi.Input[str]]
    """Password of the certificate file. Secret."""

    oidc_token: NotRequired[pulumi.Input[str]]
    """A federated token for the application. Secret."""

    oidc_token_file_path: NotRequired[str]
    """Path of a file with a federated token, read anew for each sign-in."""

    oidc_request_url: NotRequired[pulumi.Input[str]]
    """Where to ask for a federated token: ``ACTIONS_ID_TOKEN_REQUEST_URL`` in GitHub Actions; omit it in Azure
    Pipelines."""

    oidc_request_token: NotRequired[pulumi.Input[str]]
    """Bearer token of that request: ``ACTIONS_ID_TOKEN_REQUEST_TOKEN`` in GitHub Actions, ``System.AccessToken`` in
    Azure Pipelines. Secret."""

    ado_service_connection_id: NotRequired[str]
    """ID (UUID) of the Azure DevOps service connection that is federated with the application. For a cluster tenant
    without ``cluster_role_assignments``: the azure-native provider, which assigns roles, cannot sign in so."""

    use_msi: NotRequired[bool]
    """Sign in as the machine's managed identity. It reaches its own tenant only, so at most one of the two can."""


class TenantProviders:
    """The providers of one tenant, each made when first used: every explicit provider is one more process to start.

    Pass one to a component's ``cluster_providers`` or ``registry_providers``, in place of ``cluster_tenant`` or
    ``registry_tenant``, to share providers between components. ``TenantProviders.ready_made`` holds providers that
    your program makes itself. For Python programs: other languages describe the tenant to each component.
    """

    def __init__(
        self,
        name: str,
        tenant: TenantArgs,
        *,
        default_subscription_id: pulumi.Input[str] | None = None,
        azuread: pulumi_azuread.Provider | None = None,
        azure_native: pulumi_azure_native.Provider | None = None,
        crosstenant: Provider | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """
        :param name: Prefix of the providers' names, ``prod-registry-tenant``.
        :param tenant: The tenant; its credentials are for those providers that you do not pass.
        :param default_subscription_id: UUID of the subscription to use when the tenant names none.
        :param azuread: A ready-made provider for Microsoft Entra ID, signed in to this tenant.
        :param azure_native: A ready-made provider for Azure Resource Manager, signed in to this tenant.
        :param crosstenant: A ready-made provider for this package's own resources, signed in to this tenant.
        :param opts: Resource options of the providers made here.
        :raises ArgumentError: The tenant is described wrongly; the text names the property and the remedy.
        """
        at = ArgPath(f"TenantProviders '{name}'") / "tenant"
        self._ready_made = (azuread, azure_native, crosstenant)
        self._describe(at, name, checked(at, TenantArgs, tenant), default_subscription_id, opts)

    @classmethod
    def of_component(
        cls,
        at: ArgPath,
        name: str,
        tenant: TenantArgs,
        default_subscription_id: pulumi.Input[str] | None,
        opts: pulumi.ResourceOptions | None,
    ) -> "TenantProviders":
        """For this package's components, which have checked the form of the tenant already.

        :param at: The component's argument that holds the tenant.
        :param name: Prefix of the providers' names.
        :param tenant: The tenant.
        :param default_subscription_id: UUID of the subscription to use when the tenant names none.
        :param opts: Resource options of the providers.
        :raises ArgumentError: The tenant is described wrongly; the text names the property and the remedy.
        """
        providers = cls.__new__(cls)
        providers._ready_made = (None, None, None)
        providers._describe(at, name, tenant, default_subscription_id, opts)
        return providers

    def _describe(
        self,
        at: ArgPath,
        name: str,
        tenant: TenantArgs,
        default_subscription_id: pulumi.Input[str] | None,
        opts: pulumi.ResourceOptions | None,
    ) -> None:
        self._at, self._name, self._opts = at, name, opts
        self.cloud: Cloud = check_tenant(at, tenant, credentials=None in self._ready_made)
        self.tenant_id = tenant["tenant_id"].lower()
        self.subscription_id: pulumi.Input[str] | None = tenant.get("subscription_id") or default_subscription_id
        given = with_job_address(given_arguments(tenant), os.environ)
        self._kind = kind_of(given)
        self._credential: dict[str, Any] = {
            it.name: given.get(it.name) for it in CREDENTIAL_ARGUMENTS if it.name not in (IMPLIED, "use_msi")
        }

    @classmethod
    def ready_made(
        cls,
        tenant_id: str,
        *,
        azuread: pulumi_azuread.Provider,
        crosstenant: Provider,
        azure_native: pulumi_azure_native.Provider | None = None,
        environment: AzureEnvironmentText | None = None,
    ) -> "TenantProviders":
        """Providers that the program makes itself: nothing of how they sign in is repeated here.

        :param tenant_id: UUID of the tenant that all of them sign in to.
        :param azuread: For Microsoft Entra ID.
        :param crosstenant: For this package's own resources.
        :param azure_native: For Azure Resource Manager; a cluster tenant without ``cluster_role_assignments`` needs
            none.
        :param environment: The tenant's cloud. Default: ``public``.
        :raises ArgumentError: The tenant ID or the cloud is wrong.
        """
        return _ReadyMade(tenant_id, azuread, crosstenant, azure_native, environment)

    @cached_property
    def azuread(self) -> pulumi_azuread.Provider:
        """The tenant's provider for Microsoft Entra ID."""
        if self._ready_made[0]:
            return self._ready_made[0]
        credential = self._inputs()
        credential["ado_pipeline_service_connection_id"] = credential.pop(AzurePipelines.told_by)
        return pulumi_azuread.Provider(
            f"{self._name}-azuread",
            environment=self.cloud.name,
            tenant_id=self.signed_in_tenant_id,
            use_oidc=self._kind.uses_oidc,
            use_msi=self._kind is ManagedIdentity,
            use_cli=self._kind is AzureCli,
            opts=self._opts,
            **credential,
        )

    @cached_property
    def azure_native(self) -> pulumi_azure_native.Provider:
        """The tenant's provider for Azure Resource Manager."""
        if self._ready_made[1]:
            return self._ready_made[1]
        if self._kind.azure_native_refusal:
            raise (self._at / self._kind.told_by).error(self._kind.azure_native_refusal)
        credential = self._inputs()
        del credential[AzurePipelines.told_by]
        return pulumi_azure_native.Provider(
            f"{self._name}-azure-native",
            environment=self.cloud.name,
            tenant_id=self.signed_in_tenant_id,
            subscription_id=self.subscription_id,
            use_oidc=self._kind.uses_oidc,
            use_msi=self._kind is ManagedIdentity,
            opts=self._opts,
            **credential,
        )

    @cached_property
    def crosstenant(self) -> Provider:
        """The tenant's provider for this package's own resources and functions."""
        return self._ready_made[2] or Provider(
            f"{self._name}-crosstenant",
            environment=self.cloud.name,
            tenant_id=self.tenant_id,
            subscription_id=self.subscription_id,
            use_msi=True if self._kind is ManagedIdentity else None,
            use_cli=True if self._kind is AzureCli else None,
            opts=self._opts,
            **self._inputs(),
        )

    @cached_property
    def signed_in_tenant_id(self) -> pulumi.Output[str]:
        """The tenant's ID, once this package's own provider has signed in to it.

        With wrong credentials each provider of the tenant fails, but only this one says which argument is wrong: what
        takes the ID from here waits for it.
        """
        options = pulumi.InvokeOptions(provider=self.crosstenant)
        return pulumi.Output.from_input(sign_in_problem(options)).apply(self._unless_refused)

    def _inputs(self) -> dict[str, Any]:
        # azuread and azure-native mark only some of them as secret, and would keep an OIDC token in clear.
        return {
            name: pulumi.Output.secret(value) if value is not None and name in SECRET_NAMES else value
            for name, value in self._credential.items()
        }

    def _unless_refused(self, problem: SignInProblem | None) -> str:
        if problem is None:
            return self.tenant_id
        raise (self._at / problem.argument).error(problem.text)


class _ReadyMade(TenantProviders):
    """Providers of one tenant that the program made."""

    def __init__(
        self,
        tenant_id: str,
        azuread: pulumi_azuread.Provider,
        crosstenant: Provider,
        azure_native: pulumi_azure_native.Provider | None,
        environment: AzureEnvironmentText | None,
    ) -> None:
        tenant = TenantArgs(tenant_id=tenant_id)
        if environment is not None:
            tenant["environment"] = environment
        self._at = ArgPath("TenantProviders.ready_made")
        tenant = checked(self._at, TenantArgs, tenant)
        self.cloud = check_tenant(self._at, tenant, credentials=False)
        self.tenant_id = tenant_id.lower()
        self.subscription_id = None
        self._ready_made = (azuread, azure_native, crosstenant)

    @cached_property
    def azure_native(self) -> pulumi_azure_native.Provider:
        """The provider for Azure Resource Manager, if the program gave one."""
        if self._ready_made[1]:
            return self._ready_made[1]
        raise (self._at / "azure_native").error("is missing: it assigns the roles in this tenant")


def check_tenant(
    at: ArgPath, tenant: TenantArgs, *, credentials: bool = True, environ: Mapping[str, str] = os.environ
) -> Cloud:
    """Checks one tenant's description; returns its cloud.

    :param at: The argument that holds the tenant, ``registry_tenant``.
    :param tenant: The tenant.
    :param credentials: Whether its credentials will be used (they are not when all providers are ready-made).
    :param environ: The environment that provider plugins inherit.
    :raises ArgumentError: Something is wrong; the text names the property and the remedy.
    """
    given = given_arguments(tenant)
    problems = check_identity(given)
    if credentials and not problems:
        problems = check_credential(with_job_address(given, environ))
    if problems:
        raise (at / problems[0].argument).error(problems[0].reason)
    overriding = [name for name in overriding_variables(given) if environ.get(name)] if credentials else []
    if overriding:
        raise at.error(
            f"the environment variable {overriding[0]} would reach the providers of both tenants and override what is"
            " given here: unset it, and give each tenant its own credential in its arguments"
        )
    return cloud_named(tenant.get("environment") or PUBLIC.name)
