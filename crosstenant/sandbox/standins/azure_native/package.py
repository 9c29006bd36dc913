"""The azure-native provider: its configuration. It signs in only when something asks Azure."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from crosstenant.errors import OperatorError
from crosstenant.provider_kit.dispatch import Package, Served
from crosstenant.provider_kit.fields import Field, Fields
from crosstenant.provider_kit.resource import Failure, Properties
from crosstenant.sandbox.standins.azure_cli import CliSignIn, azure_cli
from crosstenant.sandbox.standins.azure_native.arm import Arm, Warn, unheard
from crosstenant.sandbox.standins.azure_native.credential import azure_native_credential
from crosstenant.sandbox.standins.azure_native.functions import FUNCTIONS
from crosstenant.sandbox.standins.azure_native.managed_cluster import ManagedCluster
from crosstenant.sandbox.standins.azure_native.managed_identity import FederatedIdentityCredential, UserAssignedIdentity
from crosstenant.sandbox.standins.azure_native.registry import Registry
from crosstenant.sandbox.standins.azure_native.resource_group import ResourceGroup
from crosstenant.sandbox.standins.azure_native.role_assignment import RoleAssignment
from crosstenant.sandbox.standins.azure_native.tokens import NativeSignIn
from crosstenant.sandbox.standins.certificate_file import UnreadableFile, read_as_azure_native
from crosstenant.sandbox.standins.clouds import AZURE_NATIVE_ENVIRONMENTS, Cloud, cloud_of_metadata, in_region
from crosstenant.sandbox.standins.http import Http, Sleep
from crosstenant.sandbox.standins.schema import package_schema
from crosstenant.sandbox.standins.settings import Settings
from crosstenant.sandbox.standins.unknown import unknown_arguments

VERSION = "3.29.0"
RESOURCES = (
    FederatedIdentityCredential,
    ManagedCluster,
    Registry,
    ResourceGroup,
    RoleAssignment,
    UserAssignedIdentity,
)

_KINDS = {
    "certificate": "as a Service Principal using a Client Certificate",
    "oidc": "with OIDC",
    "secret": "as a Service Principal using a Client Secret",
}

# Secret are the three that the real SDK wraps. The engine learns it from the SDK alone: the provider marks nothing.
CONFIG: Fields = {
    "auxiliaryTenantIds": Field("array", items="string"),
    "clientCertificatePassword": Field("string", secret=True),
    "clientCertificatePath": Field("string"),
    "clientId": Field("string", secret=True),
    "clientSecret": Field("string", secret=True),
    "disableInstanceDiscovery": Field("boolean"),
    "disablePulumiPartnerId": Field("boolean"),
    "environment": Field("string"),
    "location": Field("string"),
    "metadataHost": Field("string"),
    "msiEndpoint": Field("string"),
    "oidcRequestToken": Field("string"),
    "oidcRequestUrl": Field("string"),
    "oidcToken": Field("string"),
    "oidcTokenFilePath": Field("string"),
    "partnerId": Field("string"),
    "subscriptionId": Field("string"),
    "tenantId": Field("string"),
    "useDefaultAzureCredential": Field("boolean"),
    "useMsi": Field("boolean"),
    "useOidc": Field("boolean"),
}


class AzureNative(Package):
    """The package."""

    def __init__(self, warn: Warn = unheard) -> None:
        """
        :param warn: Shows warnings.
        """
        self._warn = warn

    def schema(self) -> str:
        """The part of the package schema that this stand-in serves."""
        resources = {resource.token: resource.schema for resource in RESOURCES}
        functions = {function.token: function.schema for function in FUNCTIONS}
        return package_schema("azure-native", VERSION, CONFIG, resources, functions)

    async def check_config(self, config: Properties) -> tuple[Properties, list[Failure]]:
        """Takes the arguments that there are as they are: the real provider checks them when it is configured."""
        return config, unknown_arguments("azure-native", config, CONFIG)

    async def configure(self, config: Properties) -> Served:
        """Makes the resources and functions.

        :raises OperatorError: The settings name no usable credential.
        """
        settings, http = Settings(config), Http()
        arm = prepare(settings, http, await cloud_of_metadata(settings, http))
        arm.warn = self._warn
        return Served.of([resource(arm) for resource in RESOURCES], [function(arm) for function in FUNCTIONS])


def prepare(settings: Settings, http: Http, described: Cloud | None = None, sleep: Sleep = asyncio.sleep) -> Arm:
    """ARM for the subscription and with the credential that the settings name.

    :param described: The cloud that a metadata host describes, if the settings name such a host.
    :param sleep: How to wait between tries.
    """
    environment = settings.text("environment", "ARM_ENVIRONMENT", "AZURE_ENVIRONMENT").lower()
    if environment not in AZURE_NATIVE_ENVIRONMENTS:
        raise OperatorError(
            f"configuration data is not available for Azure environment '{environment}' and ARM_METADATA_HOSTNAME is"
            " not set"
        )
    cloud = described or AZURE_NATIVE_ENVIRONMENTS[environment]
    credential = azure_native_credential(settings)
    subscription = settings.text("subscriptionId", "ARM_SUBSCRIPTION_ID")
    if credential.method == "msi":
        raise OperatorError("ManagedIdentityCredential authentication failed. no managed identity endpoint available")
    if credential.method == "cli":
        az = azure_cli(settings)
        if az is None:
            raise OperatorError("AzureCLICredential: Azure CLI not found on path")
        # Without a subscription the Azure CLI takes its current account, whichever tenant the arguments name.
        account = ("--subscription", subscription) if subscription else ()
        by_cli = CliSignIn(http, cloud, credential, az=az, environ=settings.environ, account=account)
        return Arm(http, by_cli, cloud, subscription, settings.text("location"), sleep)
    required = {"Subscription ID": subscription, "Tenant ID": credential.tenant_id, "Client ID": credential.client_id}
    for name, value in required.items():
        if not value:
            raise OperatorError(f"A {name} must be configured when authenticating {_KINDS[credential.method]}.")
    if credential.method == "certificate":
        try:
            signer = read_as_azure_native(credential.certificate_data(), credential.certificate_password)
        except UnreadableFile as error:
            raise OperatorError(
                "the Client Certificate Path is not a valid pfx file: failed to parse certificate from"
                f" {credential.certificate_path}: {error}"
            ) from None
        credential = replace(credential, signer=signer)
    by_credential = NativeSignIn(http, in_region(cloud, settings.environ), credential, sleep)
    return Arm(http, by_credential, cloud, subscription, settings.text("location"), sleep)
