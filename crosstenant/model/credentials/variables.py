"""The environment variables that would change a tenant's sign-in in spite of its arguments.

The azuread and azure-native providers read a variable for each argument that they are not given, prefer some kinds of
credential to others, and have the same environment for both tenants. This table is what a preview refuses, and
docs/rights.md lists it. Checked are the program's environment and the plugin's: with the Automation API a workspace may
have variables that the program, which runs in another process, does not see.

What azuread reads and prefers: hashicorp/terraform-provider-azuread, internal/provider, and hashicorp/go-azure-sdk,
sdk/auth/auth.go; azure-native: pulumi/pulumi-azure-native, provider/pkg/provider/auth_azidentity.go, and below it
Azure/azure-sdk-for-go, sdk/azidentity/confidential_client.go, and AzureAD/microsoft-authentication-library-for-go,
apps/confidential/confidential.go. The package's own sign-in reads none of them. A flag
(``ARM_USE_OIDC``, ``ARM_USE_DEFAULT_AZURE_CREDENTIAL``) is not here, because the providers are given each flag.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, cast

from crosstenant.model.credentials.kinds import (
    KINDS,
    AzureCli,
    AzurePipelines,
    ClientCertificate,
    ClientSecret,
    Credential,
    GitHubActions,
    InlineCertificate,
    ManagedIdentity,
    OidcToken,
    OidcTokenFile,
)
from crosstenant.model.credentials.tenant_check import kind_of

Reader = Literal["azuread", "azure-native"]
"""A provider that reads variables; the package's own reads none."""

Kinds = tuple[type[Credential], ...]


def _any(value: str) -> bool:
    return True


@dataclass(frozen=True)
class Variable:
    """One environment variable, and the kinds of credential that it would change."""

    name: str
    effect: str
    """What it would do, to follow "it", for messages and the documentation."""
    azuread: Kinds = ()
    """The kinds with which it changes what azuread does."""
    azure_native: Kinds = ()
    """The kinds with which it changes what azure-native does."""
    unless: str = ""
    """The argument that prevents it, if there is one."""
    acts: Callable[[str], bool] = _any
    """Whether a value, which is not empty, does anything."""
    behind: str = ""
    """A variable that, where it is set, is read in its place."""

    @property
    def refusal(self) -> str:
        """Why a preview ends, in a sentence without its subject's argument."""
        return (
            f"the environment variable {self.name} would reach the providers of both tenants and override what is given"
            f" here (it {self.effect}): unset it, and give each tenant its own credential in its arguments"
        )

    def kinds(self, reader: Reader) -> Kinds:
        """The kinds with which it changes what a provider does.

        :param reader: The provider.
        """
        return self.azuread if reader == "azuread" else self.azure_native


def _all_but(*kinds: type[Credential]) -> Kinds:
    return tuple(kind for kind in KINDS if kind not in kinds)


_NO_CERTIFICATE: Final = _all_but(InlineCertificate, ClientCertificate)
_NO_SECRET: Final = _all_but(ClientSecret, InlineCertificate, ClientCertificate)
_NO_APPLICATION: Final = (ManagedIdentity, AzureCli)
_IN_ITS_PLACE: Final = "is used in place of the given credential"
_SAME: Final = "must hold what the arguments give, or the sign-in fails"
_SELECTS: Final = "selects the identity"
_HOST: Final = "names the host that credentials are sent to"


def _is_region(value: str) -> bool:
    return value.lower() != "disablemsalforceregion"


def _names_tenants(value: str) -> bool:
    return bool(_tenants(value))


def _is_malformed(value: str) -> bool:
    return _tenants(value) is None


def _tenants(value: str) -> list[str] | None:
    """What azure-native's decoder makes of it, for which ``null`` is an empty list; ``None`` if it fails."""
    try:
        found: object = json.loads(value)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, list):
        return [] if found is None else None
    items = cast(list[object], found)
    texts = [it for it in items if isinstance(it, str)]
    return texts if len(texts) == len(items) else None


def _but(default: str) -> Callable[[str], bool]:
    return lambda value: value != default


VARIABLES: Final = (
    # The metadata host replaces the hosts of `environment`, the one of the sign-in included.
    Variable("ARM_METADATA_HOSTNAME", _HOST, KINDS, KINDS),
    # The region stands before the host of the sign-in, as it is. The second counts where the first is not set.
    Variable("AZURE_REGIONAL_AUTHORITY_NAME", _HOST, (), _all_but(*_NO_APPLICATION), acts=_is_region),
    Variable(
        "MSAL_FORCE_REGION",
        _HOST,
        (),
        _all_but(*_NO_APPLICATION),
        acts=_is_region,
        behind="AZURE_REGIONAL_AUTHORITY_NAME",
    ),
    # The credentials of a federated token and of a managed identity are not given the list.
    Variable(
        "ARM_AUXILIARY_TENANT_IDS",
        "lets the credential get tokens of further tenants",
        (),
        (ClientSecret, ClientCertificate, AzureCli),
        acts=_names_tenants,
    ),
    Variable(
        "ARM_AUXILIARY_TENANT_IDS", "must be a JSON list of texts, or the sign-in fails", (), KINDS, acts=_is_malformed
    ),
    Variable("ARM_CLIENT_ID_FILE_PATH", _SELECTS, (ManagedIdentity,), unless="client_id"),
    Variable("ARM_CLIENT_ID_FILE_PATH", _SAME, _all_but(AzureCli)),
    Variable("ARM_CLIENT_SECRET_FILE_PATH", _SAME, (ClientSecret,)),
    Variable("ARM_CLIENT_SECRET_FILE_PATH", _IN_ITS_PLACE, _NO_SECRET),
    # The bytes of a certificate are preferred to a path, the given one too.
    Variable("ARM_CLIENT_CERTIFICATE", _IN_ITS_PLACE, _all_but(InlineCertificate)),
    Variable("ARM_CLIENT_CERTIFICATE_PATH", _IN_ITS_PLACE, _NO_CERTIFICATE, _NO_CERTIFICATE),
    Variable(
        "ARM_CLIENT_CERTIFICATE_PASSWORD",
        "opens the certificate",
        (InlineCertificate, ClientCertificate),
        (ClientCertificate,),
        unless="client_certificate_password",
    ),
    Variable("ARM_CLIENT_SECRET", _IN_ITS_PLACE, _NO_SECRET, _NO_SECRET),
    # azure-native's own library finds the endpoint by itself. That of azuread takes any answer for the token.
    Variable(
        "ARM_MSI_ENDPOINT",
        "names the address that gives the token",
        (ManagedIdentity,),
        acts=_but("http://169.254.169.254/metadata/identity/oauth2/token"),
    ),
    Variable("ARM_CLIENT_ID", _SELECTS, (ManagedIdentity,), (ManagedIdentity,), unless="client_id"),
    # azuread takes the two together only if they agree; azure-native prefers the token.
    Variable(
        "ARM_OIDC_TOKEN", _IN_ITS_PLACE, (OidcTokenFile, AzurePipelines, GitHubActions), (OidcTokenFile, GitHubActions)
    ),
    Variable("ARM_OIDC_TOKEN_FILE_PATH", _IN_ITS_PLACE, (OidcToken, AzurePipelines, GitHubActions), (GitHubActions,)),
    Variable(
        "ARM_OIDC_AUDIENCE",
        "asks for a token with another audience",
        (),
        (GitHubActions,),
        acts=_but("api://AzureADTokenExchange"),
    ),
    Variable("ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID", _IN_ITS_PLACE, (GitHubActions,)),
    Variable("ARM_OIDC_AZURE_SERVICE_CONNECTION_ID", _IN_ITS_PLACE, (GitHubActions,)),
)
"""Every such variable."""


def overriding_variable(given: Mapping[str, Any], reader: Reader, environ: Mapping[str, str]) -> Variable | None:
    """The first variable that is set and would change the sign-in of a provider, if there is one.

    :param given: The tenant's arguments, from ``given_arguments``, with nothing wrong about them.
    :param reader: The provider.
    :param environ: The environment that provider plugins inherit.
    """
    kind = kind_of(given)

    def acts(it: Variable) -> bool:
        value = environ.get(it.name, "")
        effective = bool(value) and not environ.get(it.behind) and it.acts(value)
        return effective and kind in it.kinds(reader) and it.unless not in given

    return next((it for it in VARIABLES if acts(it)), None)
