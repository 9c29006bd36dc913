"""The providers of a tenant: made from its one description, or ready-made."""

import os
from functools import cached_property
from typing import Any

import pulumi
import pulumi_azure_native
import pulumi_azuread

from crosstenant.components.arguments.arg_path import ArgPath
from crosstenant.components.arguments.declared_form import checked
from crosstenant.components.arguments.one_managed_identity import of_one_tenant
from crosstenant.components.arguments.tenant_args import TenantArgs, check_files, check_tenant, check_variables
from crosstenant.components.arguments.uuid_arguments import one_spelling
from crosstenant.components.pieces.kept_order import keep_order_in_transforms
from crosstenant.model.clouds import Cloud
from crosstenant.model.credentials.arguments import CREDENTIAL_ARGUMENTS, IMPLIED, SECRET_NAMES
from crosstenant.model.credentials.kinds import AzureCli, AzurePipelines, InlineCertificate, ManagedIdentity
from crosstenant.model.credentials.tenant_check import UUID_ARGUMENTS, given_arguments, kind_of, with_job_address
from crosstenant.model.modes import AzureEnvironmentText
from crosstenant.resources.internal_functions import SignInProblem, SignsIn, sign_in_problem
from crosstenant.resources.provider import Provider


class TenantProviders:
    """The providers of one tenant. Each is made at its first use, because every explicit provider is a process.

    Pass it to a component's ``cluster_providers`` or ``registry_providers``, instead of ``cluster_tenant`` or
    ``registry_tenant``, to share providers between components. ``TenantProviders.ready_made`` takes providers that
    your program makes itself. For Python programs only: other languages describe the tenant to each component.
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
        :param default_subscription_id: UUID of the subscription, if the tenant has none.
        :param azuread: A ready-made provider for Microsoft Entra ID, signed in to this tenant.
        :param azure_native: A ready-made provider for Azure Resource Manager, signed in to this tenant.
        :param crosstenant: A ready-made provider for this package's own resources, signed in to this tenant.
        :param opts: Resource options of the providers made here.
        :raises ArgumentError: The tenant's description is wrong; the message names the property and the remedy.
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
        :param default_subscription_id: UUID of the subscription, if the tenant has none.
        :param opts: Resource options of the providers.
        :raises ArgumentError: The tenant's description is wrong; the message names the property and the remedy.
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
        keep_order_in_transforms()
        self._at, self._name = at, name
        self.cloud: Cloud = check_tenant(at, tenant, credentials=None in self._ready_made)
        given = with_job_address(given_arguments(tenant), os.environ)
        self.tenant_id: str = given["tenant_id"]
        # Another tenant is another provider: what is in the former tenant is removed with the former sign-in.
        self._opts = pulumi.ResourceOptions.merge(
            opts or pulumi.ResourceOptions(), pulumi.ResourceOptions(replacement_trigger=self.tenant_id)
        )
        self.subscription_id: pulumi.Input[str] | None = given.get("subscription_id") or (
            None if default_subscription_id is None else one_spelling(default_subscription_id)
        )
        if self._ready_made[0] is None:
            check_variables(at, given, "azuread")
        self._given = given
        self._kind = kind_of(given)
        self.uses_managed_identity: bool = self._kind is ManagedIdentity
        if self.uses_managed_identity and None in self._ready_made:
            of_one_tenant(at, self.tenant_id)
        self._credential: dict[str, Any] = {
            it.name: given.get(it.name) for it in CREDENTIAL_ARGUMENTS if it.name not in (IMPLIED, "use_msi")
        }

    @classmethod
    def ready_made(
        cls,
        tenant_id: str,
        *,
        crosstenant: Provider,
        azuread: pulumi_azuread.Provider | None = None,
        azure_native: pulumi_azure_native.Provider | None = None,
        environment: AzureEnvironmentText | None = None,
    ) -> "TenantProviders":
        """Providers that the program makes itself, without a description of their sign-in.

        :param tenant_id: UUID of the tenant that all of them sign in to.
        :param crosstenant: For this package's own resources.
        :param azuread: For Microsoft Entra ID; a ``FederatedPull`` with a managed identity needs none.
        :param azure_native: For Azure Resource Manager; a cluster tenant without ``cluster_role_assignments`` needs
            none.
        :param environment: The tenant's cloud. Default: ``public``.
        :raises ArgumentError: The tenant ID or the cloud is wrong.
        """
        return _ReadyMade(tenant_id, azuread, crosstenant, azure_native, environment)

    @property
    def signed_in_with(self) -> str:
        """The argument with which the providers sign in: ``CrossTenantPull 'prod': cluster_tenant.client_secret``."""
        argument = "tenant_id" if self._kind is AzureCli else self._kind.told_by
        return f"{self._at.component}: {(self._at / argument).path}"

    def default_to(self, subscription_id: pulumi.Input[str] | None) -> None:
        """For this package's components: the subscription of the first one that shares these providers, if they have
        none of their own.

        :param subscription_id: UUID of the component's own subscription, if it has one.
        """
        if self.subscription_id is None:
            self.subscription_id = subscription_id

    @cached_property
    def azuread(self) -> pulumi_azuread.Provider:
        """The tenant's provider for Microsoft Entra ID."""
        if self._ready_made[0]:
            return self._ready_made[0]
        check_files(self._at, self._given, "azuread")
        credential = self._inputs()
        credential["ado_pipeline_service_connection_id"] = credential.pop(AzurePipelines.told_by)
        return pulumi_azuread.Provider(
            f"{self._name}-azuread",
            environment=self.cloud.name,
            tenant_id=self._signed_in_tenant_id("azuread"),
            use_oidc=self._kind.uses_oidc,
            use_msi=self.uses_managed_identity,
            use_cli=self._kind is AzureCli,
            # Otherwise a variable switches it on: an explicit false is preferred to ARM_USE_AKS_WORKLOAD_IDENTITY.
            use_aks_workload_identity=False,
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
        # Only here, because a tenant in which no role is assigned has no such provider.
        check_variables(self._at, self._given, "azure-native")
        check_files(self._at, self._given, "azure-native")
        if self.subscription_id is None:
            # azure-native would take ARM_SUBSCRIPTION_ID, or the subscription of the Azure CLI's current account, which
            # may be of the other tenant.
            raise (self._at / "subscription_id").error(
                "is missing: the azure-native provider, which assigns roles in this tenant, needs the subscription and"
                " would take another tenant's from the environment (ARM_SUBSCRIPTION_ID, the Azure CLI's current"
                " account): give it, or pass default_subscription_id to TenantProviders"
            )
        credential = self._inputs()
        del credential[AzurePipelines.told_by], credential[InlineCertificate.told_by]
        return pulumi_azure_native.Provider(
            f"{self._name}-azure-native",
            environment=self.cloud.name,
            tenant_id=self._signed_in_tenant_id("azure-native"),
            subscription_id=self.subscription_id,
            use_oidc=self._kind.uses_oidc,
            use_msi=self.uses_managed_identity,
            # ARM_USE_DEFAULT_AZURE_CREDENTIAL would be preferred to every credential, in both tenants.
            use_default_azure_credential=False,
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
            # It needs no subscription, and with an unknown one a preview could not check anything.
            subscription_id=self.subscription_id if isinstance(self.subscription_id, str) else None,
            use_msi=self.uses_managed_identity or None,
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
        return self._signed_in_tenant_id()

    def once_signed_in(self, text: pulumi.Input[str]) -> pulumi.Output[str]:
        """A text, known only when this package's own provider has signed in: see ``signed_in_tenant_id``.

        :param text: The text, such as an ARM ID that a function is to look up.
        """
        return pulumi.Output.all(self.signed_in_tenant_id, text).apply(lambda known: known[1])

    def _signed_in_tenant_id(self, by: SignsIn = "") -> pulumi.Output[str]:
        options = pulumi.InvokeOptions(provider=self.crosstenant)
        return pulumi.Output.from_input(sign_in_problem(options, by)).apply(self._unless_refused)

    def _inputs(self) -> dict[str, Any]:
        # azuread and azure-native mark only some of them as secret, and would keep an OIDC token in clear.
        return {name: _in_state(name, value) if value is not None else None for name, value in self._credential.items()}

    def _unless_refused(self, problem: SignInProblem | None) -> str:
        if problem is None:
            return self.tenant_id
        raise (self._at / problem.argument if problem.argument else self._at).error(problem.text)


def _in_state(name: str, value: Any) -> Any:
    if name in SECRET_NAMES:
        return pulumi.Output.secret(value)
    return one_spelling(value) if name in UUID_ARGUMENTS else value


class _ReadyMade(TenantProviders):
    """Providers of one tenant that the program made."""

    def __init__(
        self,
        tenant_id: str,
        azuread: pulumi_azuread.Provider | None,
        crosstenant: Provider,
        azure_native: pulumi_azure_native.Provider | None,
        environment: AzureEnvironmentText | None,
    ) -> None:
        tenant = TenantArgs(tenant_id=tenant_id)
        if environment is not None:
            tenant["environment"] = environment
        keep_order_in_transforms()
        self._at = ArgPath("TenantProviders.ready_made")
        tenant = checked(self._at, TenantArgs, tenant)
        self.cloud = check_tenant(self._at, tenant, credentials=False)
        self.tenant_id: str = given_arguments(tenant)["tenant_id"]
        self.subscription_id = None
        self.uses_managed_identity = False
        self._ready_made = (azuread, azure_native, crosstenant)

    @property
    def signed_in_with(self) -> str:
        """What made the providers."""
        return f"{self._at.component}: {self.tenant_id}"

    @cached_property
    def azuread(self) -> pulumi_azuread.Provider:
        """The provider for Microsoft Entra ID, if the program gave one."""
        if self._ready_made[0]:
            return self._ready_made[0]
        raise (self._at / "azuread").error(
            "is missing: it has the application and its service principals in this tenant"
        )

    @cached_property
    def azure_native(self) -> pulumi_azure_native.Provider:
        """The provider for Azure Resource Manager, if the program gave one."""
        if self._ready_made[1]:
            return self._ready_made[1]
        raise (self._at / "azure_native").error("is missing: it assigns the roles in this tenant")
