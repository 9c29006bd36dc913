"""The ``crosstenant`` provider: the credentials of one tenant for the package's own resources and functions."""

from __future__ import annotations

import pulumi

from crosstenant.model.credentials.arguments import SECRET_NAMES, camel
from crosstenant.resources.missing_plugin import warn_of_missing_plugin
from crosstenant.resources.outputs import versioned


class Provider(pulumi.ProviderResource):
    """Signs in to one Entra tenant. Most programs get it from ``TenantArgs``; make one yourself to share it.

    Sign-in takes the first of these that is given, and nothing from the environment: client secret, client
    certificate, OIDC token, OIDC token file, OIDC request (GitHub Actions), Azure DevOps service connection, managed
    identity, Azure CLI. Two at once are refused at preview.

    Credentials are kept in the stack's state, encrypted; an OIDC token, file or the Azure CLI leaves none there that
    outlives the run.
    """

    def __init__(
        self,
        resource_name: str,
        *,
        tenant_id: pulumi.Input[str],
        subscription_id: pulumi.Input[str] | None = None,
        environment: pulumi.Input[str] | None = None,
        client_id: pulumi.Input[str] | None = None,
        client_secret: pulumi.Input[str] | None = None,
        client_certificate: pulumi.Input[str] | None = None,
        client_certificate_path: pulumi.Input[str] | None = None,
        client_certificate_password: pulumi.Input[str] | None = None,
        oidc_token: pulumi.Input[str] | None = None,
        oidc_token_file_path: pulumi.Input[str] | None = None,
        oidc_request_url: pulumi.Input[str] | None = None,
        oidc_request_token: pulumi.Input[str] | None = None,
        ado_service_connection_id: pulumi.Input[str] | None = None,
        use_msi: pulumi.Input[bool] | None = None,
        use_cli: pulumi.Input[bool] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """
        :param resource_name: The provider's name in the stack.
        :param tenant_id: UUID of the tenant.
        :param subscription_id: UUID of a subscription of the tenant. It selects the Azure CLI's account, where that has
            several.
        :param environment: ``public`` (default), ``usgovernment`` or ``china``.
        :param client_id: Client ID (UUID) of the application that signs in; for a managed identity, of a
            user-assigned one.
        :param client_secret: Its secret. Secret.
        :param client_certificate: Its certificate with private key, a PKCS#12 file in base64. Secret.
        :param client_certificate_path: Path of its certificate with private key (PEM or PKCS#12).
        :param client_certificate_password: Password of the certificate. Secret.
        :param oidc_token: A federated token for the application. Secret.
        :param oidc_token_file_path: Path of a file that holds such a token; read again for each sign-in.
        :param oidc_request_url: Where to ask for a token (``ACTIONS_ID_TOKEN_REQUEST_URL`` on GitHub).
        :param oidc_request_token: The bearer token for that request (``ACTIONS_ID_TOKEN_REQUEST_TOKEN``). Secret.
        :param ado_service_connection_id: UUID of an Azure DevOps service connection with workload identity
            federation; takes ``oidc_request_token`` (``SYSTEM_ACCESSTOKEN``) with it.
        :param use_msi: Sign in as the machine's managed identity; it can only reach its own tenant.
        :param use_cli: Sign in as the Azure CLI's user (the default when no credential is given).
        :param opts: Resource options.
        """
        arguments: dict[str, pulumi.Input[str] | None] = {
            "tenantId": tenant_id,
            "subscriptionId": subscription_id,
            "environment": environment,
            "clientId": client_id,
            "clientSecret": client_secret,
            "clientCertificate": client_certificate,
            "clientCertificatePath": client_certificate_path,
            "clientCertificatePassword": client_certificate_password,
            "oidcToken": oidc_token,
            "oidcTokenFilePath": oidc_token_file_path,
            "oidcRequestUrl": oidc_request_url,
            "oidcRequestToken": oidc_request_token,
            "adoServiceConnectionId": ado_service_connection_id,
            "useMsi": _as_text(use_msi),
            "useCli": _as_text(use_cli),
        }
        for name in map(camel, SECRET_NAMES):
            if (value := arguments[name]) is not None:
                arguments[name] = pulumi.Output.secret(value)
        given = {name: value for name, value in arguments.items() if value is not None}
        warn_of_missing_plugin()
        super().__init__("crosstenant", resource_name, given, versioned(opts))


def _as_text(flag: pulumi.Input[bool] | None) -> pulumi.Input[str] | None:
    # The engine keeps provider arguments as strings.
    return None if flag is None else pulumi.Output.from_input(flag).apply(lambda value: "true" if value else "false")
