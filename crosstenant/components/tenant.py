"""A tenant, described once: the package makes every provider of that tenant from it."""

import os
from collections.abc import Mapping
from functools import cached_property

import pulumi
import pulumi_azure_native
import pulumi_azuread
from typing_extensions import NotRequired, TypedDict

from crosstenant.components.argument_error import ArgumentError
from crosstenant.components.pieces.arguments import checked
from crosstenant.model.arm_id import is_uuid
from crosstenant.model.clouds import PUBLIC, Cloud, cloud_named
from crosstenant.resources.functions import SignInProblem, sign_in_problem
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

    environment: NotRequired[str]
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
    """Where to ask for a federated token: ``ACTIONS_ID_TOKEN_REQUEST_URL`` in GitHub Actions."""

    oidc_request_token: NotRequired[pulumi.Input[str]]
    """Bearer token of that request: ``ACTIONS_ID_TOKEN_REQUEST_TOKEN`` in GitHub Actions. Secret."""

    use_msi: NotRequired[bool]
    """Sign in as the machine's managed identity. It reaches its own tenant only, so at most one of the two can."""


class TenantProviders:
    """The providers of one tenant, each made when first used: every explicit provider is one more process to start.

    Pass one to a component's ``cluster_providers`` or ``registry_providers`` to share providers between components,
    or with your own providers in it.
    """

    def __init__(
        self,
        name: str,
        tenant: TenantArgs,
        *,
        default_subscription_id: str | None = None,
        azuread: pulumi_azuread.Provider | None = None,
        azure_native: pulumi_azure_native.Provider | None = None,
        crosstenant: Provider | None = None,
        owner: str = "",
        path: str = "tenant",
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """
        :param name: Prefix of the providers' names, ``prod-registry-tenant``.
        :param tenant: The tenant; its credentials are for those providers that you do not pass.
        :param default_subscription_id: UUID of the subscription to use when the tenant names none.
        :param azuread: A ready-made provider for Microsoft Entra ID, signed in to this tenant.
        :param azure_native: A ready-made provider for Azure Resource Manager, signed in to this tenant.
        :param crosstenant: A ready-made provider for this package's own resources, signed in to this tenant.
        :param owner: The component's type and name, for messages.
        :param path: The component's argument that holds the tenant, likewise.
        :param opts: Resource options of the providers made here.
        :raises ArgumentError: The tenant is described wrongly; the text names the property and the remedy.
        """
        self._owner, self._path = owner or f"tenant '{name}'", path
        tenant = checked(self._owner, path, TenantArgs, tenant)
        self._name = name
        self._tenant = tenant
        self._given = (azuread, azure_native, crosstenant)
        self._opts = opts
        self.cloud: Cloud = check_tenant(self._owner, path, tenant, credentials=None in self._given)
        self.tenant_id = tenant["tenant_id"].lower()
        self.subscription_id = tenant.get("subscription_id") or default_subscription_id

    @cached_property
    def azuread(self) -> pulumi_azuread.Provider:
        """The tenant's provider for Microsoft Entra ID."""
        tenant, oidc = self._tenant, self._uses_oidc
        return self._given[0] or pulumi_azuread.Provider(
            f"{self._name}-azuread",
            environment=self.cloud.name,
            tenant_id=self.signed_in_tenant_id,
            client_id=tenant.get("client_id"),
            client_secret=tenant.get("client_secret"),
            client_certificate_path=tenant.get("client_certificate_path"),
            client_certificate_password=tenant.get("client_certificate_password"),
            oidc_token=tenant.get("oidc_token"),
            oidc_token_file_path=tenant.get("oidc_token_file_path"),
            oidc_request_url=tenant.get("oidc_request_url"),
            oidc_request_token=tenant.get("oidc_request_token"),
            use_oidc=oidc,
            use_msi=tenant.get("use_msi", False),
            use_cli=self._uses_cli,
            opts=self._opts,
        )

    @cached_property
    def azure_native(self) -> pulumi_azure_native.Provider:
        """The tenant's provider for Azure Resource Manager."""
        tenant = self._tenant
        return self._given[1] or pulumi_azure_native.Provider(
            f"{self._name}-azure-native",
            environment=self.cloud.name,
            tenant_id=self.signed_in_tenant_id,
            subscription_id=self.subscription_id,
            client_id=tenant.get("client_id"),
            client_secret=tenant.get("client_secret"),
            client_certificate_path=tenant.get("client_certificate_path"),
            client_certificate_password=tenant.get("client_certificate_password"),
            oidc_token=tenant.get("oidc_token"),
            oidc_token_file_path=tenant.get("oidc_token_file_path"),
            oidc_request_url=tenant.get("oidc_request_url"),
            oidc_request_token=tenant.get("oidc_request_token"),
            use_oidc=self._uses_oidc,
            use_msi=tenant.get("use_msi", False),
            opts=self._opts,
        )

    @cached_property
    def crosstenant(self) -> Provider:
        """The tenant's provider for this package's own resources and functions."""
        tenant = self._tenant
        return self._given[2] or Provider(
            f"{self._name}-crosstenant",
            environment=self.cloud.name,
            tenant_id=self.tenant_id,
            subscription_id=self.subscription_id,
            client_id=tenant.get("client_id"),
            client_secret=tenant.get("client_secret"),
            client_certificate_path=tenant.get("client_certificate_path"),
            client_certificate_password=tenant.get("client_certificate_password"),
            oidc_token=tenant.get("oidc_token"),
            oidc_token_file_path=tenant.get("oidc_token_file_path"),
            oidc_request_url=tenant.get("oidc_request_url"),
            oidc_request_token=tenant.get("oidc_request_token"),
            use_msi=tenant.get("use_msi"),
            use_cli=True if self._uses_cli else None,
            opts=self._opts,
        )

    @cached_property
    def signed_in_tenant_id(self) -> pulumi.Output[str]:
        """The tenant's ID, once this package's own provider has signed in to it.

        With wrong credentials each provider of the tenant fails, but only this one says which argument is wrong: what
        takes the ID from here waits for it.
        """
        options = pulumi.InvokeOptions(provider=self.crosstenant)
        return pulumi.Output.from_input(sign_in_problem(options)).apply(self._unless_refused)

    def _unless_refused(self, problem: SignInProblem | None) -> str:
        if problem is None:
            return self.tenant_id
        raise ArgumentError(self._owner, f"{self._path}.{problem.argument}", problem.text)

    @property
    def _uses_oidc(self) -> bool:
        return any(key in self._tenant for key in _OIDC)

    @property
    def _uses_cli(self) -> bool:
        return not credential_kinds(self._tenant)


_OIDC = ("oidc_token", "oidc_token_file_path", "oidc_request_url")
_KINDS = {
    "client_secret": ("client_secret",),
    "client_certificate_path": ("client_certificate_path",),
    "oidc": _OIDC,
    "use_msi": ("use_msi",),
}


def credential_kinds(tenant: TenantArgs) -> list[str]:
    """The kinds of credential that ``tenant`` gives, by the argument that tells; none means the Azure CLI."""
    return [kind for kind, keys in _KINDS.items() if any(tenant.get(key) for key in keys)]


def check_tenant(
    owner: str,
    path: str,
    tenant: TenantArgs,
    *,
    credentials: bool = True,
    environ: Mapping[str, str] = os.environ,
) -> Cloud:
    """Checks one tenant's description; returns its cloud.

    :param owner: The component's type and name, for the message.
    :param path: The argument that holds the tenant, ``registry_tenant``.
    :param tenant: The tenant.
    :param credentials: Whether its credentials will be used (they are not when all providers are ready-made).
    :param environ: The environment that provider plugins inherit.
    :raises ArgumentError: Something is wrong; the text names the property and the remedy.
    """
    if not is_uuid(tenant.get("tenant_id", "")):
        found = tenant.get("tenant_id", "")
        raise ArgumentError(
            owner,
            f"{path}.tenant_id",
            f"'{found}' is not a tenant ID: write the directory's UUID ('az account show --query tenantId')",
        )
    subscription = tenant.get("subscription_id")
    if subscription and not is_uuid(subscription):
        raise ArgumentError(
            owner, f"{path}.subscription_id", f"'{subscription}' is not a UUID: write the ID, not a name"
        )
    try:
        cloud = cloud_named(tenant.get("environment") or PUBLIC.name)
    except ValueError as error:
        raise ArgumentError(owner, f"{path}.environment", str(error)) from None
    if credentials:
        _check_credentials(owner, path, tenant, environ)
    return cloud


def _check_credentials(owner: str, path: str, tenant: TenantArgs, environ: Mapping[str, str]) -> None:
    kinds = credential_kinds(tenant)
    if len(kinds) > 1:
        raise ArgumentError(owner, path, f"two kinds of credential are given ({' and '.join(kinds)}): keep one")
    if kinds and kinds != ["use_msi"] and not tenant.get("client_id"):
        raise ArgumentError(owner, f"{path}.client_id", "is missing: the application that the credential belongs to")
    client_id = tenant.get("client_id")
    if isinstance(client_id, str) and client_id and not is_uuid(client_id):
        raise ArgumentError(
            owner,
            f"{path}.client_id",
            f"'{client_id}' is no client ID: write the application's UUID, not its name (its page in the Entra admin"
            " center, or 'az ad app list')",
        )
    if tenant.get("client_id") and not kinds:
        raise ArgumentError(
            owner,
            path,
            "client_id is given without a credential: add client_secret, client_certificate_path or an oidc_* argument,"
            " or remove it to sign in with the Azure CLI",
        )
    if "oidc_request_url" in tenant and "oidc_request_token" not in tenant:
        raise ArgumentError(owner, f"{path}.oidc_request_token", "is missing: oidc_request_url needs it")
    leaking = [name for name in _variables_read_by_providers(kinds) if environ.get(name)]
    if leaking:
        raise ArgumentError(
            owner,
            path,
            f"the environment variable {leaking[0]} would reach the providers of both tenants and override what is"
            " given here: unset it, and give each tenant its own credential in its arguments",
        )


def _variables_read_by_providers(kinds: list[str]) -> list[str]:
    # azuread and azure-native fall back to ARM_* for each argument that is not set, and prefer a certificate over a
    # secret: https://www.pulumi.com/registry/packages/azuread/installation-configuration/
    variables = ["ARM_CLIENT_ID_FILE_PATH", "ARM_CLIENT_SECRET_FILE_PATH"]
    if kinds != ["client_certificate_path"]:
        variables += ["ARM_CLIENT_CERTIFICATE", "ARM_CLIENT_CERTIFICATE_PATH"]
    if kinds != ["client_secret"]:
        variables += ["ARM_CLIENT_SECRET"]
    if kinds in ([], ["use_msi"]):
        variables += ["ARM_CLIENT_ID"]
    return variables
