"""The arguments of a ``PullCheck``: their schema, their defaults, and what is refused at preview."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final, cast

from crosstenant.model.arm_id import REGISTRY_TYPE, is_uuid, parse_arm_id
from crosstenant.model.repository_condition import check_repository
from crosstenant.provider_kit.resource import Failure, Properties
from crosstenant.provider_kit.values import UNKNOWN, Plain

REQUIRE: Final = "require"
WARN: Final = "warn"
SKIP: Final = "skip"
DEFAULTS: Final[Properties] = {"mode": REQUIRE, "timeoutSeconds": 300}

INPUT_PROPERTIES: Final[dict[str, Any]] = {
    "registryId": {
        "type": "string",
        "description": "ARM ID of the registry, in a subscription of the provider's tenant. Another one replaces the "
        "check.",
        "willReplaceOnChanges": True,
    },
    "clientId": {
        "type": "string",
        "description": "Client ID (UUID) of the application that pulls. Another one replaces the check.",
        "willReplaceOnChanges": True,
    },
    "secret": {
        "type": "string",
        "secret": True,
        "description": "The application's secret. It is sent to the registry's own login server, as Azure Resource "
        "Manager reports it and under a registry suffix of the provider's cloud, and nowhere else.",
    },
    "repository": {
        "type": "string",
        "description": "Repository to ask for, `backend/api`. It need not exist as long as there is no `reference`. "
        "Needed where a condition narrows the grant: name one that the condition covers.",
    },
    "reference": {
        "type": "string",
        "description": "Tag or digest in `repository`: with it the manifest is fetched, which proves the whole way.",
    },
    "mode": {
        "type": "string",
        "default": REQUIRE,
        "description": "`require` (default): a pull that is not granted is an error. `warn`: it is a warning, for "
        "runners that cannot always reach the registry. `skip`: nothing is read or sent.",
    },
    "timeoutSeconds": {
        "type": "number",
        "default": 300,
        "description": "How long to try again while a new grant may not have reached the registry yet (default 300).",
    },
    "triggers": {
        "type": "array",
        "items": {"type": "string"},
        "description": "Values whose change repeats the check, such as IDs of role assignments.",
    },
}
REQUIRED_INPUTS: Final = ["registryId", "clientId", "secret"]

_TAG: Final = re.compile(r"\w[\w.-]{0,127}", re.ASCII)
_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}")


def check_inputs(olds: Properties, news: Properties) -> tuple[Properties, list[Failure]]:
    """The inputs with their defaults, and what is wrong with them; ``UNKNOWN`` values pass."""
    given: Properties = {key: value for key, value in news.items() if value is not None}
    inputs: Properties = {**DEFAULTS, **given}
    # An import checks what was read against itself, and what was read has no secret.
    missing = [name for name in REQUIRED_INPUTS if name not in inputs and inputs != olds]
    failures = [
        Failure(name, "is required: " + INPUT_PROPERTIES[name]["description"].split(". ")[0]) for name in missing
    ]
    for name, value in inputs.items():
        rule = _RULES.get(name)
        if rule is None or value is UNKNOWN:
            continue
        try:
            rule(value)
        except ValueError as error:
            failures.append(Failure(name, str(error)))
    if "reference" in inputs and "repository" not in inputs:
        failures.append(Failure("reference", "a tag or digest is one of a repository: give 'repository' as well"))
    return inputs, failures


def _is_registry_id(value: Plain) -> None:
    parse_arm_id(_string(value), REGISTRY_TYPE)


def _is_client_id(value: Plain) -> None:
    # Not repeated: whoever mixes the arguments up has the secret here.
    if not is_uuid(_string(value)):
        raise ValueError("is not a client ID: give the application's client ID, a UUID")


def _is_secret(value: Plain) -> None:
    if not _string(value).strip():
        raise ValueError("is empty: give the value of one of the application's secrets")


def _is_repository(value: Plain) -> None:
    check_repository(_string(value))


def _is_reference(value: Plain) -> None:
    text = _string(value)
    if not _TAG.fullmatch(text) and not _DIGEST.fullmatch(text):
        raise ValueError(f"'{text}' is neither a tag ('1.0') nor a digest ('sha256:' and 64 hexadecimal digits)")


def _is_mode(value: Plain) -> None:
    if value not in (REQUIRE, WARN, SKIP):
        raise ValueError(f"'{value}' is no mode: write '{REQUIRE}', '{WARN}' or '{SKIP}'")


def _is_timeout(value: Plain) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value <= 0:
        raise ValueError(f"'{value}' is no length of time: write a number of seconds above 0")


def _is_triggers(value: Plain) -> None:
    if not isinstance(value, list) or not all(
        isinstance(item, str) or item is UNKNOWN for item in cast("list[Plain]", value)
    ):
        raise ValueError("must be a list of strings")


def _string(value: Plain) -> str:
    if not isinstance(value, str):
        raise ValueError("must be a string")
    return value


_RULES: Final[Mapping[str, Callable[[Plain], None]]] = {
    "registryId": _is_registry_id,
    "clientId": _is_client_id,
    "secret": _is_secret,
    "repository": _is_repository,
    "reference": _is_reference,
    "mode": _is_mode,
    "timeoutSeconds": _is_timeout,
    "triggers": _is_triggers,
}
