"""The providers of a tenant: what each is told, when it is made, and what cannot be."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pulumi
import pulumi_azure_native
import pulumi_azuread
import pytest
from pulumi.runtime import mocks, rpc

from crosstenant.components.argument_error import ArgumentError
from crosstenant.components.arguments.tenant_args import TenantArgs
from crosstenant.components.tenant import TenantProviders
from crosstenant.model.credentials.arguments import ARGUMENTS
from crosstenant.resources.internal_functions import SignInProblem
from crosstenant.resources.provider import Provider
from tests.certificate_files import PASSWORD, SHA1_ONLY, pem_file, pkcs12_file

TENANT = "a0000000-0000-4000-8000-00000000000a"
APP = "a0000000-0000-4000-8000-0000000000c1"
SUBSCRIPTION = "a0000000-0000-4000-8000-0000000000a1"
AZUREAD, NATIVE, OWN = (f"pulumi:providers:{it}" for it in ("azuread", "azure-native", "crosstenant"))


class Engine(mocks.Mocks):
    """Notes what is declared; everybody signs in."""

    def __init__(self) -> None:
        self.declared: dict[str, dict[str, Any]] = {}
        self.secret: set[tuple[str, str]] = set()

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str, dict[Any, Any]]:
        self.declared[args.typ] = {name: self._plain(args.typ, name, it) for name, it in args.inputs.items()}
        return args.name, dict(args.inputs)

    def _plain(self, declared: str, name: str, value: Any) -> Any:
        if isinstance(value, dict) and rpc._special_sig_key in value:
            self.secret.add((declared, name))
            return value["value"]
        return value

    def call(self, args: mocks.MockCallArgs) -> Any:  # its declared type is not what Pulumi takes
        assert args.token == "crosstenant:index:checkSignIn"
        return {"argument": "", "problem": ""}


@pytest.fixture
def declare(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Callable[[], object]], dict[str, dict[str, Any]]]]:
    """Runs a program; the inputs of what it declares, by type."""
    for name in ("ARM_CLIENT_ID", "ARM_CLIENT_SECRET", "SYSTEM_OIDCREQUESTURI"):
        monkeypatch.delenv(name, raising=False)

    def run(program: Callable[[], object]) -> dict[str, dict[str, Any]]:
        engine = Engine()
        mocks.set_mocks(engine)

        @pulumi.runtime.test
        def ran() -> None:
            program()

        ran()
        secrets = {it.camel_name for it in ARGUMENTS.values() if it.secret}
        clear = {
            (provider, name)
            for provider, inputs in engine.declared.items()
            for name in secrets.intersection(inputs)
            if (provider, name) not in engine.secret
        }
        assert clear == set(), "secrets in clear"
        return engine.declared

    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield run
    asyncio.set_event_loop(None)
    loop.close()


def use(*providers: pulumi.ProviderResource) -> None:
    """Providers are made when they are first used."""
    assert all(providers)


def all_three(**tenant: Any) -> Callable[[], object]:
    def program() -> None:
        args = TenantArgs(tenant_id=TENANT, **tenant)
        providers = TenantProviders("it", args, default_subscription_id=SUBSCRIPTION)
        use(providers.azuread, providers.azure_native, providers.crosstenant)

    return program


KINDS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {}),
    ({"client_id": APP, "client_secret": "s"}, {"clientId": APP, "clientSecret": "s"}),
    (
        {"client_id": APP, "client_certificate_path": "c", "client_certificate_password": "p"},
        {"clientId": APP, "clientCertificatePath": "c", "clientCertificatePassword": "p"},
    ),
    ({"client_id": APP, "oidc_token": "t"}, {"clientId": APP, "oidcToken": "t"}),
    ({"client_id": APP, "oidc_token_file_path": "f"}, {"clientId": APP, "oidcTokenFilePath": "f"}),
    (
        {"client_id": APP, "oidc_request_url": "https://u", "oidc_request_token": "t"},
        {"clientId": APP, "oidcRequestUrl": "https://u", "oidcRequestToken": "t"},
    ),
    ({"use_msi": True, "client_id": APP}, {"clientId": APP}),
]


def test_another_spelling_of_a_uuid_is_the_same_provider(declare: Any):
    shouted = TenantArgs(
        tenant_id=f" {TENANT.upper()}", client_id=pulumi.Output.from_input(APP.upper()), client_secret="s"
    )

    def program() -> None:
        default = f"{{{SUBSCRIPTION.upper()}}}"
        providers = TenantProviders("it", shouted, default_subscription_id=default)
        use(providers.azuread, providers.azure_native, providers.crosstenant)

    assert declare(program) == declare(all_three(client_id=APP, client_secret="s"))


@pytest.mark.parametrize(("tenant", "credential"), KINDS)
def test_all_providers_sign_in_with_the_one_credential(
    declare: Any, tenant: dict[str, Any], credential: dict[str, Any]
):
    declared = declare(all_three(**tenant))
    oidc = str(any("oidc" in name for name in tenant)).lower()
    msi, cli = str("use_msi" in tenant).lower(), str(not tenant).lower()
    common = {"environment": "public", "tenantId": TENANT, **credential}
    # Each flag is given, or a variable would switch it on.
    flags = {"useOidc": oidc, "useMsi": msi}
    assert declared[AZUREAD] == {**common, **flags, "useCli": cli, "useAksWorkloadIdentity": "false"}
    native = {**common, **flags, "useDefaultAzureCredential": "false", "subscriptionId": SUBSCRIPTION}
    assert declared[NATIVE] == native
    flags = {"useMsi": "true"} if "use_msi" in tenant else {"useCli": "true"} if not tenant else {}
    assert declared[OWN] == {**common, "subscriptionId": SUBSCRIPTION, **flags}


def test_variable_that_only_azure_native_reads_is_refused_where_roles_are_assigned(
    declare: Any, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("ARM_AUXILIARY_TENANT_IDS", f'["{TENANT}"]')

    def program() -> None:
        providers = TenantProviders("it", TenantArgs(tenant_id=TENANT, subscription_id=SUBSCRIPTION))
        use(providers.azuread, providers.crosstenant)
        with pytest.raises(ArgumentError, match="variable ARM_AUXILIARY_TENANT_IDS would reach") as refused:
            use(providers.azure_native)
        assert refused.value.property_path == "tenant"

    assert set(declare(program)) == {AZUREAD, OWN}


def test_variable_that_only_azuread_reads_is_refused_unless_that_one_is_ready_made(
    declare: Any, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("ARM_CLIENT_CERTIFICATE", "planted")

    def program() -> None:
        with pytest.raises(ArgumentError, match="variable ARM_CLIENT_CERTIFICATE would reach"):
            TenantProviders("it", TenantArgs(tenant_id=TENANT))
        mine = pulumi_azuread.Provider("mine", tenant_id=TENANT)
        tenant = TenantArgs(tenant_id=TENANT, subscription_id=SUBSCRIPTION)
        use(TenantProviders("it", tenant, azuread=mine).azure_native)

    assert NATIVE in declare(program)


@pytest.mark.parametrize("tenant", [{}, {"client_id": APP, "client_secret": "s"}, {"use_msi": True}])
def test_subscription_of_the_environment_is_not_taken_for_the_tenants(
    declare: Any, monkeypatch: pytest.MonkeyPatch, tenant: dict[str, Any]
):
    # It is one for both tenants, so of the wrong one for at least one of them.
    monkeypatch.setenv("ARM_SUBSCRIPTION_ID", "b0000000-0000-4000-8000-0000000000b1")

    def program() -> None:
        providers = TenantProviders("it", cast("TenantArgs", {"tenant_id": TENANT, **tenant}))
        use(providers.azuread, providers.crosstenant)
        with pytest.raises(
            ArgumentError, match=r"is missing: .*ARM_SUBSCRIPTION_ID.*default_subscription_id"
        ) as refused:
            use(providers.azure_native)
        assert refused.value.property_path == "tenant.subscription_id"

    assert set(declare(program)) == {AZUREAD, OWN}


def test_given_subscription_is_handed_on_in_spite_of_the_environment(declare: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ARM_SUBSCRIPTION_ID", "b0000000-0000-4000-8000-0000000000b1")
    assert declare(all_three())[NATIVE]["subscriptionId"] == SUBSCRIPTION


def test_empty_oidc_token_does_not_turn_the_azure_cli_into_oidc(declare: Any):
    assert declare(all_three(oidc_token="")) == declare(all_three())


PIPELINES = {"client_id": APP, "ado_service_connection_id": "connection", "oidc_request_token": "t"}


def test_azure_pipelines_signs_in_all_but_azure_native(declare: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SYSTEM_OIDCREQUESTURI", "https://job")

    def program() -> None:
        providers = TenantProviders("it", cast("TenantArgs", {"tenant_id": TENANT, **PIPELINES}))
        use(providers.azuread, providers.crosstenant)
        with pytest.raises(ArgumentError, match="cannot ask Azure Pipelines for a token: give oidc_token") as refused:
            use(providers.azure_native)
        assert refused.value.property_path == "tenant.ado_service_connection_id"

    declared = declare(program)
    assert declared[AZUREAD]["adoPipelineServiceConnectionId"] == "connection"
    assert declared[AZUREAD]["useOidc"] == "true"
    assert declared[OWN]["adoServiceConnectionId"] == "connection"
    assert declared[AZUREAD]["oidcRequestUrl"] == declared[OWN]["oidcRequestUrl"] == "https://job"
    assert NATIVE not in declared


def test_provider_is_made_when_first_used_and_once(declare: Any):
    def program() -> None:
        providers = TenantProviders("it", TenantArgs(tenant_id=TENANT))
        assert providers.crosstenant is providers.crosstenant

    assert list(declare(program)) == [OWN]


def test_default_subscription_may_come_from_another_resource(declare: Any):
    def program() -> None:
        later = pulumi.Output.from_input(SUBSCRIPTION)
        providers = TenantProviders("it", TenantArgs(tenant_id=TENANT), default_subscription_id=later)
        use(providers.azure_native, providers.crosstenant)

    declared = declare(program)
    assert declared[NATIVE]["subscriptionId"] == SUBSCRIPTION
    assert "subscriptionId" not in declared[OWN], (
        "unknown in a preview, it would keep the provider from checking anything"
    )


def test_ready_made_providers_are_handed_on_and_nothing_of_their_credential_is_asked(
    declare: Any, monkeypatch: pytest.MonkeyPatch
):
    # It would be refused beside a tenant whose providers are made here.
    monkeypatch.setenv("ARM_CLIENT_SECRET", "planted")

    def program() -> None:
        azuread = pulumi_azuread.Provider("mine", tenant_id=TENANT)
        native = pulumi_azure_native.Provider("mine", tenant_id=TENANT)
        own = Provider("mine", tenant_id=TENANT)
        providers = TenantProviders.ready_made(
            TENANT.upper(), azuread=azuread, azure_native=native, crosstenant=own, environment="china"
        )
        assert (providers.azuread, providers.azure_native, providers.crosstenant) == (azuread, native, own)
        assert (providers.tenant_id, providers.cloud.name, providers.subscription_id) == (TENANT, "china", None)

    assert len(declare(program)) == 3


def test_ready_made_azure_native_is_asked_for_where_it_is_needed(declare: Any):
    def program() -> None:
        azuread, own = pulumi_azuread.Provider("mine"), Provider("mine", tenant_id=TENANT)
        with pytest.raises(ArgumentError, match=r"ready_made: azure_native: is missing"):
            use(TenantProviders.ready_made(TENANT, azuread=azuread, crosstenant=own).azure_native)
        with pytest.raises(ArgumentError, match=r"ready_made: azuread: is missing"):
            use(TenantProviders.ready_made(TENANT, crosstenant=own).azuread)
        with pytest.raises(ArgumentError, match=r"ready_made: tenant_id: must be a UUID: give the ID"):
            TenantProviders.ready_made("contoso", azuread=azuread, crosstenant=own)

    declare(program)


@pytest.mark.parametrize(
    ("data", "azuread", "azure_native"),
    [
        (pkcs12_file(*SHA1_ONLY), "", ""),
        (
            pkcs12_file(),
            "",
            "the azure-native provider reads PKCS#12 with a MAC of SHA-1 only, and the file's is of SHA-256",
        ),
        (
            pem_file(),
            "the azuread provider reads PKCS#12 only, and the file is PEM",
            "the azure-native provider reads PEM",
        ),
    ],
)
def test_certificate_that_a_provider_cannot_read_is_refused_for_that_provider_only(
    declare: Any, tmp_path: Path, data: bytes, azuread: str, azure_native: str
):
    path = tmp_path / "cert.file"
    path.write_bytes(data)
    args = TenantArgs(
        tenant_id=TENANT, client_id=APP, client_certificate_path=str(path), client_certificate_password=PASSWORD
    )
    providers: list[tuple[Callable[[TenantProviders], Any], str]] = [
        (lambda it: it.azuread, azuread),
        (lambda it: it.azure_native, azure_native),
        (lambda it: it.crosstenant, ""),
    ]
    for provider, reason in providers:

        def program(provider: Any = provider) -> None:
            use(provider(TenantProviders("it", args, default_subscription_id=SUBSCRIPTION)))

        if not reason:
            declare(program)
            continue
        with pytest.raises(ArgumentError) as caught:
            declare(program)
        message = str(caught.value)
        assert message.startswith(f"TenantProviders 'it': tenant.client_certificate_path: cannot be used: {reason}")
        assert "-certpbe PBE-SHA1-3DES -keypbe PBE-SHA1-3DES -macalg sha1" in message
        assert PASSWORD not in message


@pytest.mark.parametrize("text", ["token", "token\n", " token"])
def test_white_space_in_a_token_file_is_a_warning_where_azure_native_reads_it(
    declare: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
):
    path = tmp_path / "token"
    path.write_text(text)
    warnings: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", warnings.append)
    args = TenantArgs(tenant_id=TENANT, client_id=APP, oidc_token_file_path=str(path))

    def program(with_native: bool) -> None:
        providers = TenantProviders("it", args, default_subscription_id=SUBSCRIPTION)
        use(providers.azuread, providers.crosstenant)
        if with_native:
            use(providers.azure_native)

    declare(lambda: program(with_native=False))
    assert warnings == []
    declare(lambda: program(with_native=True))
    assert len(warnings) == (text != "token")
    for warning in warnings:
        assert warning.startswith(
            "TenantProviders 'it': tenant.oidc_token_file_path: the file begins or ends with white space."
        )
        assert "AADSTS50027" in warning


@pytest.mark.parametrize("credential", [{}, {"client_id": APP, "client_secret": "planted"}])
def test_azure_native_waits_until_the_sign_in_that_it_would_make_is_known(
    declare: Any, monkeypatch: pytest.MonkeyPatch, credential: dict[str, str]
):
    questions: list[str] = []

    async def answer(_options: pulumi.InvokeOptions, by: str = "") -> None:
        questions.append(by)

    monkeypatch.setattr("crosstenant.components.tenant.sign_in_problem", answer)
    args = TenantArgs(tenant_id=TENANT, **credential)  # type: ignore[typeddict-item]
    declare(lambda: use(TenantProviders("it", args, default_subscription_id=SUBSCRIPTION).azure_native))
    assert questions == ["azure-native"]


def test_problem_of_the_environment_names_the_tenant_alone(declare: Any):
    def program() -> None:
        providers = TenantProviders("it", TenantArgs(tenant_id=TENANT))
        with pytest.raises(ArgumentError, match=r"^TenantProviders 'it': tenant: the environment variable"):
            providers._unless_refused(SignInProblem("", "the environment variable ARM_CLIENT_SECRET would reach"))

    declare(program)


def test_file_that_does_not_exist_is_left_to_the_sign_in(declare: Any, tmp_path: Path):
    for name in ("client_certificate_path", "oidc_token_file_path"):
        for path in (str(tmp_path / "none"), str(tmp_path), "no\0ne"):
            declare(all_three(client_id=APP, **{name: path}))
