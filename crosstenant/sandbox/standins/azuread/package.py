"""The azuread provider: its configuration, and the sign-in that it does before anything else."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from crosstenant.errors import OperatorError
from crosstenant.provider_kit.dispatch import Package, Served
from crosstenant.provider_kit.fields import Field, Fields
from crosstenant.provider_kit.resource import Failure, Properties
from crosstenant.sandbox.standins.azure_cli import CliSignIn, azure_cli
from crosstenant.sandbox.standins.azuread.application import Application
from crosstenant.sandbox.standins.azuread.application_federated_identity_credential import (
    ApplicationFederatedIdentityCredential,
)
from crosstenant.sandbox.standins.azuread.application_password import ApplicationPassword
from crosstenant.sandbox.standins.azuread.credential import azuread_credential
from crosstenant.sandbox.standins.azuread.functions import GetApplication, GetClientConfig, GetServicePrincipal
from crosstenant.sandbox.standins.azuread.graph import Graph
from crosstenant.sandbox.standins.azuread.managed_identity import EndpointSignIn
from crosstenant.sandbox.standins.azuread.service_principal import ServicePrincipal
from crosstenant.sandbox.standins.azuread.tokens import AzureadSignIn
from crosstenant.sandbox.standins.certificate_file import UnreadableFile, read_as_azuread
from crosstenant.sandbox.standins.clouds import AZUREAD_ENVIRONMENTS, Cloud, cloud_of_metadata
from crosstenant.sandbox.standins.http import Http, Sleep
from crosstenant.sandbox.standins.schema import package_schema
from crosstenant.sandbox.standins.settings import Settings
from crosstenant.sandbox.standins.signin import SignInFailure
from crosstenant.sandbox.standins.unknown import unknown_arguments

VERSION = "6.11.1"
RESOURCES = (Application, ApplicationFederatedIdentityCredential, ApplicationPassword, ServicePrincipal)
FUNCTIONS = (GetApplication, GetClientConfig, GetServicePrincipal)

# Secret are the three that the real SDK wraps, and that Pulumi's bridge marks when it checks the arguments:
# https://github.com/pulumi/pulumi-terraform-bridge, pkg/tfbridge/provider.go.
CONFIG: Fields = {
    "adoPipelineServiceConnectionId": Field("string"),
    "clientCertificate": Field("string"),
    "clientCertificatePassword": Field("string", secret=True),
    "clientCertificatePath": Field("string"),
    "clientId": Field("string", secret=True),
    "clientIdFilePath": Field("string"),
    "clientSecret": Field("string", secret=True),
    "clientSecretFilePath": Field("string"),
    "disableTerraformPartnerId": Field("boolean"),
    "environment": Field("string"),
    "metadataHost": Field("string"),
    "msiEndpoint": Field("string"),
    "oidcRequestToken": Field("string"),
    "oidcRequestUrl": Field("string"),
    "oidcToken": Field("string"),
    "oidcTokenFilePath": Field("string"),
    "partnerId": Field("string"),
    "tenantId": Field("string"),
    "useAksWorkloadIdentity": Field("boolean"),
    "useCli": Field("boolean"),
    "useMsi": Field("boolean"),
    "useOidc": Field("boolean"),
}


class Azuread(Package):
    """The package."""

    secret_config = frozenset(name for name, argument in CONFIG.items() if argument.secret)

    def schema(self) -> str:
        """The part of the package schema that this stand-in serves."""
        resources = {resource.token: resource.schema for resource in RESOURCES}
        functions = {function.token: function.schema for function in FUNCTIONS}
        return package_schema("azuread", VERSION, CONFIG, resources, functions)

    async def check_config(self, config: Properties) -> tuple[Properties, list[Failure]]:
        """Takes the arguments that there are as they are: the real provider checks them when it is configured."""
        return config, unknown_arguments("azuread", config, CONFIG)

    async def configure(self, config: Properties) -> Served:
        """Signs in; a provider that cannot sign in serves nothing.

        :raises OperatorError: Entra refused, or the settings name no usable credential.
        """
        graph = await sign_in(Settings(config), Http())
        return Served.of([resource(graph) for resource in RESOURCES], [function(graph) for function in FUNCTIONS])


def azuread_cloud(settings: Settings) -> Cloud:
    """The cloud that the settings name.

    :raises OperatorError: The provider does not know the name.
    """
    environment = settings.text("environment", "ARM_ENVIRONMENT").lower()
    if environment not in AZUREAD_ENVIRONMENTS:
        raise OperatorError(f'unable to determine environment: "{environment}" is not an environment of this provider')
    return AZUREAD_ENVIRONMENTS[environment]


async def sign_in(settings: Settings, http: Http, sleep: Sleep = asyncio.sleep) -> Graph:
    """The Graph of the tenant that the settings name, with a token.

    :param sleep: How to wait between tries.
    """
    named = azuread_cloud(settings)
    cloud = await cloud_of_metadata(settings, http) or named
    credential = azuread_credential(settings)
    prefix = "building client: unable to obtain access token: "
    if credential.method == "msi":
        endpoint = settings.text("msiEndpoint", "ARM_MSI_ENDPOINT")
        if not endpoint:
            could_not = f"{prefix}could not configure MSI Authorizer"
            raise OperatorError(f"{could_not}: no managed identity endpoint on this machine")
        by_endpoint = EndpointSignIn(http, cloud, credential, endpoint, sleep)
        return await _signed_in(Graph(http, by_endpoint, cloud, sleep=sleep), prefix)
    if credential.method == "cli":
        if not settings.flag("useCli", "ARM_USE_CLI", default=True):
            raise OperatorError(f"{prefix}no Authorizer could be configured, please check your configuration")
        az = azure_cli(settings)
        if az is None:
            raise OperatorError(
                f"{prefix}could not configure AzureCli Authorizer: could not parse Azure CLI version: launching Azure"
                ' CLI: exec: "az": executable file not found in $PATH'
            )
        in_cloud_shell = settings.environ.get("AZUREPS_HOST_ENVIRONMENT", "").startswith("cloud-shell/")
        account = () if in_cloud_shell else ("--tenant", credential.tenant_id)
        by_cli = CliSignIn(http, cloud, credential, az=az, environ=settings.environ, account=account)
        return await _signed_in(Graph(http, by_cli, cloud, sleep=sleep), f"{prefix}running Azure CLI: exit status 1: ")
    missing = [name for name in ("tenant_id", "client_id") if not getattr(credential, name)]
    if missing:
        raise OperatorError(f"{prefix}{missing[0]} must be configured to authenticate with a {credential.method}")
    if credential.method == "certificate":
        try:
            signer = read_as_azuread(credential.certificate_data(), credential.certificate_password)
        except UnreadableFile as error:
            could_not = f"{prefix}could not configure ClientCertificate Authorizer: could not decode PKCS#12 archive: "
            raise OperatorError(f"{could_not}{error}") from None
        credential = replace(credential, signer=signer)
    by_credential = AzureadSignIn(http, cloud, credential, sleep)
    return await _signed_in(Graph(http, by_credential, cloud, sleep=sleep), prefix)


async def _signed_in(graph: Graph, prefix: str) -> Graph:
    try:
        await graph.claims()
    except SignInFailure as error:
        raise OperatorError(f"{prefix}{error}") from None
    return graph
