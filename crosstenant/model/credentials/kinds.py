"""Each kind of credential as a class, whose fields are its arguments under their own names.

A new kind is one class here, one function in ``azure/sign_in/credentials.py`` and, where it has arguments of its own,
their entries in ``arguments.py``.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

from crosstenant.model.credentials.arguments import ARGUMENTS, camel
from crosstenant.model.outside_text import python_string


@dataclass(frozen=True)
class Credential:
    """A credential for a tenant. The fields of each kind are arguments; ``repr`` hides the secret ones."""

    told_by: ClassVar[str]
    """The argument that identifies the kind."""
    sign_in: ClassVar[str]
    """The kind of sign-in, for the documentation."""
    left_in_state: ClassVar[str]
    """The part that the stack's state keeps, for the documentation."""
    uses_oidc: ClassVar[bool] = False
    """Whether the azuread and azure-native providers need ``use_oidc``."""
    azure_native_refusal: ClassVar[str] = ""
    """Why the azure-native provider cannot use this kind, and what to do; empty if it can."""
    job_variables: ClassVar[Mapping[str, str]] = {}
    """Arguments whose value differs in each job, with the variable that holds it."""

    @classmethod
    def argument_names(cls) -> tuple[str, ...]:
        """Its arguments, including the one that identifies it."""
        names = tuple(it.name for it in dataclasses.fields(cls))
        return names if cls.told_by in names else (*names, cls.told_by)

    @classmethod
    def required_names(cls) -> tuple[str, ...]:
        """Its required arguments."""
        return tuple(it.name for it in dataclasses.fields(cls) if it.default is dataclasses.MISSING)

    @property
    def blamed(self) -> str:
        """The argument that a message names when a sign-in fails and no other argument explains it."""
        return self.told_by

    @property
    def caller(self) -> str:
        """The caller, for a sentence: ``application 1f...`` or ``the Azure CLI's user``."""
        return f"application {self.values()['client_id']}"

    def values(self) -> dict[str, Any]:
        """Its arguments that have a value, by name."""
        own = {it.name: getattr(self, it.name) for it in dataclasses.fields(self)}
        if ARGUMENTS[self.told_by].flag:
            own[self.told_by] = True
        return {name: value for name, value in own.items() if value is not None}

    def secrets(self) -> list[str]:
        """Values that must not appear in any text."""
        return [value for name, value in self.values().items() if ARGUMENTS[name].secret]

    def program(self, prefix: str) -> dict[str, str]:
        """Its arguments as a Python program writes them, without secrets and without values that differ in each job.

        :param prefix: The tenant's name in the stack's configuration, ``cluster``.
        """
        return {name: self._expression(prefix, name, value) for name, value in self.values().items()}

    def secret_settings(self, prefix: str) -> list[str]:
        """Names of the secret values of the stack's configuration that ``program`` reads.

        :param prefix: As for ``program``.
        """
        return [
            camel(f"{prefix}_{name}")
            for name in self.values()
            if ARGUMENTS[name].secret and name not in self.job_variables
        ]

    def _expression(self, prefix: str, name: str, value: Any) -> str:
        if name in self.job_variables:
            return f"os.environ[{python_string(self.job_variables[name].format(PREFIX=prefix.upper()))}]"
        if ARGUMENTS[name].secret:
            return f"config.require_secret({python_string(camel(f'{prefix}_{name}'))})"
        return "True" if value is True else python_string(value)


@dataclass(frozen=True)
class ClientSecret(Credential):
    """An application's client ID and secret."""

    told_by: ClassVar[str] = "client_secret"
    sign_in: ClassVar[str] = "client secret"
    left_in_state: ClassVar[str] = "the secret"

    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True)
class InlineCertificate(Credential):
    """An application's client ID and certificate, whose PKCS#12 file is an argument itself, in base64.

    https://www.pulumi.com/registry/packages/azuread/installation-configuration (`clientCertificate`)
    """

    told_by: ClassVar[str] = "client_certificate"
    sign_in: ClassVar[str] = "certificate, without a file"
    left_in_state: ClassVar[str] = "the certificate with its key, and its password"
    azure_native_refusal: ClassVar[str] = (
        "the azure-native provider, which assigns roles in this tenant, reads a certificate from a file only: write it"
        " to a file ('base64 -d') and give client_certificate_path instead of client_certificate"
    )

    client_id: str
    client_certificate: str = field(repr=False)
    client_certificate_password: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class ClientCertificate(Credential):
    """An application's client ID and certificate, a file with its private key."""

    told_by: ClassVar[str] = "client_certificate_path"
    sign_in: ClassVar[str] = "certificate"
    left_in_state: ClassVar[str] = "its path and password"

    client_id: str
    client_certificate_path: str
    client_certificate_password: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class OidcToken(Credential):
    """An application's client ID and a federated token, until the token expires."""

    told_by: ClassVar[str] = "oidc_token"
    sign_in: ClassVar[str] = "federated token"
    left_in_state: ClassVar[str] = "the token; it has expired by the next run"
    uses_oidc: ClassVar[bool] = True
    # The variable that the commands read it from.
    job_variables: ClassVar[Mapping[str, str]] = {"oidc_token": "{PREFIX}_OIDC_TOKEN"}

    client_id: str
    oidc_token: str = field(repr=False)


@dataclass(frozen=True)
class OidcTokenFile(Credential):
    """An application's client ID and a token file that another process renews; each sign-in reads it again."""

    told_by: ClassVar[str] = "oidc_token_file_path"
    sign_in: ClassVar[str] = "federated token, read again each time"
    left_in_state: ClassVar[str] = "the path"
    uses_oidc: ClassVar[bool] = True

    client_id: str
    oidc_token_file_path: str


@dataclass(frozen=True)
class AzurePipelines(Credential):
    """An application's client ID and the Azure DevOps service connection that is federated with it.

    https://learn.microsoft.com/azure/devops/pipelines/release/configure-workload-identity
    """

    told_by: ClassVar[str] = "ado_service_connection_id"
    sign_in: ClassVar[str] = "Azure Pipelines"
    left_in_state: ClassVar[str] = "the request token; it has expired by the next run"
    uses_oidc: ClassVar[bool] = True
    # azure-native asks for a token as GitHub Actions answers it, GET with an audience; Azure DevOps wants a POST that
    # names the service connection: pulumi/pulumi-azure-native, provider/pkg/provider/auth_azidentity.go.
    azure_native_refusal: ClassVar[str] = (
        "the azure-native provider, which assigns roles in this tenant, cannot ask Azure Pipelines for a token: give"
        " oidc_token instead of ado_service_connection_id and oidc_request_token (an AzureCLI@2 task with"
        " addSpnToEnvironment has it as idToken), or oidc_token_file_path"
    )
    job_variables: ClassVar[Mapping[str, str]] = {
        "oidc_request_url": "SYSTEM_OIDCREQUESTURI",
        "oidc_request_token": "SYSTEM_ACCESSTOKEN",
    }

    client_id: str
    ado_service_connection_id: str
    oidc_request_token: str = field(repr=False)
    """The job's ``System.AccessToken``."""
    oidc_request_url: str
    """The job's ``SYSTEM_OIDCREQUESTURI``."""


@dataclass(frozen=True)
class GitHubActions(Credential):
    """An application's client ID and the address at which a GitHub Actions job requests its ID token.

    https://docs.github.com/actions/reference/security/oidc
    """

    told_by: ClassVar[str] = "oidc_request_url"
    sign_in: ClassVar[str] = "GitHub Actions"
    left_in_state: ClassVar[str] = "the request token; it has expired by the next run"
    uses_oidc: ClassVar[bool] = True
    job_variables: ClassVar[Mapping[str, str]] = {
        "oidc_request_url": "ACTIONS_ID_TOKEN_REQUEST_URL",
        "oidc_request_token": "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
    }

    client_id: str
    oidc_request_url: str
    """The job's ``ACTIONS_ID_TOKEN_REQUEST_URL``."""
    oidc_request_token: str = field(repr=False)
    """The job's ``ACTIONS_ID_TOKEN_REQUEST_TOKEN``."""


@dataclass(frozen=True)
class ManagedIdentity(Credential):
    """The machine's managed identity, which works in its own tenant only."""

    told_by: ClassVar[str] = "use_msi"
    sign_in: ClassVar[str] = "the machine's managed identity; only for its own tenant"
    left_in_state: ClassVar[str] = "nothing"

    client_id: str | None = None
    """Client ID of a user-assigned identity; ``None`` for the system-assigned one."""

    @property
    def caller(self) -> str:
        """The identity, for a sentence."""
        return f"managed identity {self.client_id}" if self.client_id else "the machine's managed identity"


@dataclass(frozen=True)
class AzureCli(Credential):
    """The user (or application) of ``az login``, with a token for this tenant."""

    told_by: ClassVar[str] = "use_cli"
    sign_in: ClassVar[str] = "the Azure CLI's user"
    left_in_state: ClassVar[str] = "nothing"

    @property
    def blamed(self) -> str:
        """The tenant: a person who cannot sign in is usually a member of another."""
        return "tenant_id"

    @property
    def caller(self) -> str:
        """The person, for a sentence."""
        return "the Azure CLI's user"

    def program(self, prefix: str) -> dict[str, str]:
        """Nothing: it is the default of a program."""
        del prefix
        return {}


KINDS: Final[tuple[type[Credential], ...]] = (
    ClientSecret,
    InlineCertificate,
    ClientCertificate,
    OidcToken,
    OidcTokenFile,
    AzurePipelines,
    GitHubActions,
    ManagedIdentity,
    AzureCli,
)
"""Every kind. Of those with ``uses_oidc`` the azuread and azure-native providers use the first possible one."""


@dataclass(frozen=True)
class AppCredential:
    """An application's client ID with one of its secrets; ``repr`` hides the secret."""

    client_id: str
    """UUID."""
    secret: str = field(repr=False)
