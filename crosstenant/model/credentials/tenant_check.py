"""The checks of a tenant's arguments, and the credential that they give: for programs, plugin and commands.

The checks concern the form only; the sign-in happens when something of the tenant is used. A value that is neither text
nor a boolean is not known yet, and passes. No message repeats a value, which may be a secret in the wrong place.
"""

from __future__ import annotations

import base64
import dataclasses
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from crosstenant.model.arm_id import is_uuid
from crosstenant.model.clouds import cloud_named
from crosstenant.model.credentials.arguments import ARGUMENTS
from crosstenant.model.credentials.kinds import (
    KINDS,
    AzureCli,
    AzurePipelines,
    Credential,
    InlineCertificate,
)
from crosstenant.model.uuids import read_uuid

Spelling = Callable[[str], str]
"""The spelling of an argument's name for the reader of a message."""


def as_in_python(name: str) -> str:
    """The spelling of a Python program."""
    return name


REFRESH_FIRST: Final = "run 'pulumi refresh --run-program' first: this provider is not in the state"
"""Stands for a tenant's ID in the import document that ``crosstenant adopt`` writes. The document is read before the
program, so that only this value can say what to do."""

_LONGEST_PATH: Final = 1024
_LONGEST_NAME: Final = 255
_DER_SEQUENCE: Final = b"0"
_UUIDS: Final = {
    "tenant_id": "'az account show --query tenantId'",
    "subscription_id": "'az account show --query id'",
    "client_id": "its page in the Entra admin center, or 'az ad app list'",
}


UUID_ARGUMENTS: Final = (*_UUIDS, "ado_service_connection_id")
"""Names of the arguments that are UUIDs."""


@dataclass(frozen=True)
class Problem:
    """One mistake."""

    argument: str
    """The wrong argument, under its Python name."""
    reason: str
    """What is wrong and what to do, to follow the argument's name."""


def given_arguments(values: Mapping[str, Any]) -> dict[str, Any]:
    """The tenant's arguments that have a value: ``None`` and an empty string count as omitted.

    A UUID is in its one spelling, so that another one in the program changes no provider.

    :param values: Arguments by their Python names; other names are ignored.
    """
    return {
        name: (read_uuid(value) or value) if name in UUID_ARGUMENTS and isinstance(value, str) else value
        for name, value in values.items()
        if name in ARGUMENTS and value is not None and not (isinstance(value, str) and not value)
    }


def check_tenant_arguments(given: Mapping[str, Any], spelled: Spelling = as_in_python) -> list[Problem]:
    """What is wrong with a tenant's arguments.

    :param given: From ``given_arguments``.
    :param spelled: The spelling of an argument's name for the reader.
    """
    return check_identity(given) or check_credential(given, spelled)


def check_identity(given: Mapping[str, Any]) -> list[Problem]:
    """What is wrong with a tenant's IDs, cloud and flags, checked one by one.

    :param given: From ``given_arguments``.
    """
    problems: list[Problem] = []
    if given.get("tenant_id") == REFRESH_FIRST:
        return [Problem("tenant_id", f"is not known: {REFRESH_FIRST}")]
    if "tenant_id" not in given:
        problems.append(Problem("tenant_id", f"is missing: give the tenant's UUID ({_UUIDS['tenant_id']})"))
    problems += [
        Problem(name, f"must be a UUID: give the ID, not a name or a domain ({where})")
        for name, where in _UUIDS.items()
        if isinstance(given.get(name), str) and not is_uuid(given[name])
    ]
    environment = given.get("environment")
    if isinstance(environment, str):
        try:
            cloud_named(environment)
        except ValueError as error:
            problems.append(Problem("environment", str(error)))
    problems += [
        Problem(name, "must be true or false")
        for name, value in given.items()
        if ARGUMENTS[name].flag and isinstance(value, str) and as_flag(value) is None
    ]
    return problems


def check_credential(given: Mapping[str, Any], spelled: Spelling = as_in_python) -> list[Problem]:
    """What is wrong with the credential: the first problem, or nothing.

    :param given: From ``given_arguments``.
    :param spelled: The spelling of an argument's name for the reader.
    """
    told = _told(given)
    if len(told) > 1:
        first, second = told[0].told_by, told[1].told_by
        return [
            Problem(
                second, f"is given together with {spelled(first)}: keep one kind of credential and remove the other"
            )
        ]
    kind = told[0] if told else AzureCli
    for name in given:
        whole = _whole_of(name)
        if whole and name not in kind.argument_names():
            return [Problem(whole.told_by, f"is missing: {spelled(name)} needs it")]
    if kind is AzureCli:
        return _without_credential(given, spelled)
    if kind is InlineCertificate and not _is_inline_pkcs12(given[kind.told_by]):
        return [Problem(kind.told_by, "must be a PKCS#12 file in base64 ('base64 -w0 cert.pfx'), which PEM is not")]
    missing = next((name for name in kind.required_names() if name not in given), None)
    if missing == "client_id":
        about = spelled(kind.told_by)
        return [Problem(missing, f"is missing: give the client ID of the application that {about} belongs to")]
    return [Problem(missing, f"is missing: {spelled(kind.told_by)} needs it")] if missing else _misplaced(given)


def _misplaced(given: Mapping[str, Any]) -> list[Problem]:
    # Those who use an address or a path name it in their messages, azuread too: a token in its place would be shown.
    address = given.get("oidc_request_url")
    if isinstance(address, str) and not address.lower().startswith("https://"):
        return [Problem("oidc_request_url", "must be an https address: give what the job's own variable holds")]
    return [
        Problem(name, "must be the path of a file, not its content")
        for name in ("client_certificate_path", "oidc_token_file_path")
        if isinstance(given.get(name), str) and _is_no_path(given[name])
    ]


def _is_no_path(value: str) -> bool:
    # No usual file system has longer names, and base64 is longer than a path.
    return "\n" in value or len(value) > _LONGEST_PATH or max(map(len, re.split(r"[/\\]", value))) > _LONGEST_NAME


def _is_inline_pkcs12(value: object) -> bool:
    if not isinstance(value, str):
        return True
    try:
        # Line breaks are base64's own; the sign-in and azuread pass over them, and azuread over nothing else.
        data = base64.b64decode(value.replace("\r", "").replace("\n", ""), validate=True)
    except ValueError:
        return False
    return data[:1] == _DER_SEQUENCE


def _whole_of(name: str) -> type[Credential] | None:
    """The kind that an argument belongs to without identifying it."""
    if name == "client_id" or any(kind.told_by == name for kind in KINDS):
        return None
    return next((kind for kind in reversed(KINDS) if name in kind.argument_names()), None)


def _without_credential(given: Mapping[str, Any], spelled: Spelling) -> list[Problem]:
    choice = f"add one of {', '.join(spelled(kind.told_by) for kind in KINDS if kind is not AzureCli)}"
    if "client_id" in given:
        remedy = f"{choice}, or omit {spelled('client_id')} to sign in as the Azure CLI's user"
        return [Problem("client_id", f"is given without a credential: {remedy}")]
    if as_flag(given.get("use_cli")) is False:
        return [Problem("use_cli", f"is false and no other credential is given: {choice}")]
    return []


def kind_of(given: Mapping[str, Any]) -> type[Credential]:
    """The kind of credential that checked arguments give.

    :param given: From ``given_arguments``, with nothing wrong about them.
    """
    told = _told(given)
    return told[0] if told else AzureCli


def credential_of(given: Mapping[str, Any]) -> Credential:
    """The credential that checked arguments give.

    :param given: From ``given_arguments``, with nothing wrong about them.
    """
    kind = kind_of(given)
    return kind(**{it.name: given[it.name] for it in dataclasses.fields(kind) if it.name in given})


def with_job_address(given: Mapping[str, Any], environ: Mapping[str, str]) -> dict[str, Any]:
    """``given``, with the address at which an Azure Pipelines job asks for a token, where it is omitted.

    Azure Pipelines sets the address for every step, but not the token; the address is the same for every tenant.

    :param given: From ``given_arguments``.
    :param environ: The job's environment.
    """
    address = environ.get(AzurePipelines.job_variables["oidc_request_url"])
    if AzurePipelines.told_by in given and "oidc_request_url" not in given and address:
        return {**given, "oidc_request_url": address}
    return dict(given)


def as_flag(value: object) -> bool | None:
    """A flag as a boolean: the engine keeps it as the string ``"true"``. ``None`` for any other value."""
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(value.lower()) if isinstance(value, str) else None


def _told(given: Mapping[str, Any]) -> list[type[Credential]]:
    told = [
        kind
        for kind in KINDS
        if kind.told_by in given and not (ARGUMENTS[kind.told_by].flag and as_flag(given[kind.told_by]) is False)
    ]
    # An argument that identifies one kind may be a part of another.
    return [kind for kind in told if not any(kind.told_by in it.argument_names() for it in told if it is not kind)]
