"""The forms of arguments that several resources and functions take."""

from __future__ import annotations

from crosstenant.model.arm_id import CLUSTER_TYPE, REGISTRY_TYPE, is_uuid, parse_arm_id
from crosstenant.provider_kit.values import Plain


def compared_id(arm_id: str) -> str:
    """What is compared of an ARM ID, in which case, a trailing slash and white space at the ends do not count."""
    return arm_id.strip().removesuffix("/").lower()


def cluster_id(name: str, value: Plain) -> str | None:
    """The ARM ID of an AKS cluster."""
    return _not_an_id(value, CLUSTER_TYPE)


def registry_id(name: str, value: Plain) -> str | None:
    """The ARM ID of a container registry."""
    return _not_an_id(value, REGISTRY_TYPE)


def client_id(name: str, value: Plain) -> str | None:
    """An application's client ID."""
    # The message does not repeat the value: with mixed-up arguments it is the secret.
    return None if is_uuid(value) else "must be a UUID: give the application's client ID, not its name"


def key_id(name: str, value: Plain) -> str | None:
    """The key ID of an application's secret."""
    # Nor does this one, for the same reason.
    return None if is_uuid(value) else "must be a UUID: give the secret's key ID, not its value or its description"


def secret(name: str, value: Plain) -> str | None:
    """The value of an application's secret."""
    return None if value.strip() else "is empty: give the value of one of the application's secrets"


def _not_an_id(value: Plain, resource_type: str) -> str | None:
    try:
        parse_arm_id(value, resource_type)
    except ValueError as error:
        return str(error)
    return None
