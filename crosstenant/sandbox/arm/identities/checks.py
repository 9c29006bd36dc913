"""The checks of a write of a federated credential, and their refusals.

https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations, which lists status and text
of each; the limits are the same for applications.
"""

from __future__ import annotations

import math
import re
from typing import Any, Final, cast

from crosstenant.sandbox.arm import sources
from crosstenant.sandbox.arm.refusals import ArmRefusal
from crosstenant.sandbox.arm.request import ArmRequest
from crosstenant.sandbox.world.addresses import split_address

Json = dict[str, Any]

MOST: Final = 20
_LONGEST: Final = 600
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{2,119}")
_REGIONS_WITHOUT: Final = ("malaysiasouth", "newzealandnorth")


def parent_not_found() -> ArmRefusal:
    """The identity of a credential does not exist."""
    return ArmRefusal(
        404,
        "NotFound",
        "The parent user-assigned identity does not exist.",
        source=sources.IDENTITY_NOT_FOUND,
    )


def check_location(identity: Json) -> None:
    """Checks that the identity's region has federated credentials.

    :raises ArmRefusal: It has none (405).
    """
    if identity["location"] in _REGIONS_WITHOUT:
        raise ArmRefusal(
            405,
            "MethodNotAllowed",
            "The request format was unexpected: Support for federated identity credentials not enabled.",
            source=sources.NO_CREDENTIALS_IN_REGION,
        )


def check_name(name: str) -> None:
    """Checks the name of a credential.

    :raises ArmRefusal: It has another form (400).
    """
    if not _NAME.fullmatch(name):
        raise ArmRefusal(
            400,
            "BadRequest",
            f"Federated Identity Credential name '{name}' is invalid.",
            source=sources.CREDENTIAL_NAME,
        )


def check_content(properties: Json) -> Json:
    """Checks the properties of a credential, and returns those that Azure keeps.

    :param properties: The ``properties`` of the body.
    :raises ArmRefusal: One is missing or invalid (400).
    """
    issuer, subject, given = (properties.get(name) for name in ("issuer", "subject", "audiences"))
    if not issuer or not subject or not isinstance(given, list):
        raise ArmRefusal(
            400,
            "BadRequest",
            "Federated Identity Credential from HTTP body has empty properties",
            source=sources.CREDENTIAL_EMPTY,
        )
    audiences = cast("list[object]", given)
    if len(audiences) != 1:
        raise ArmRefusal(
            400,
            "BadRequest",
            "Federated identity credentials must have exactly 1 audience.",
            source=sources.CREDENTIAL_AUDIENCE,
        )
    address = split_address(str(issuer))
    if address.scheme != "https" or not address.hostname or not _fits(issuer, subject, *audiences):
        raise ArmRefusal(
            400,
            "BadRequest",
            "Federated Identity Credential is invalid: the issuer must be an https address, and issuer, subject and "
            f"audience must have 1 to {_LONGEST} characters.",
            source=sources.CREDENTIAL_FORM,
        )
    return {"issuer": str(issuer), "subject": str(subject), "audiences": [str(audiences[0])]}


def _fits(*texts: object) -> bool:
    return all(0 < len(str(text)) <= _LONGEST for text in texts)


def check_not_writing(request: ArmRequest, identity: Json) -> None:
    """Checks that no other write of the identity's credentials is running.

    :raises ArmRefusal: One is (409).
    """
    if identity.get("_writing_until", 0.0) > request.time:
        raise ArmRefusal(
            409,
            "ConcurrentFederatedIdentityCredentialsWritesForSingleManagedIdentity",
            "Too many Federated Identity Credentials are written concurrently for the managed identity "
            f"'{str(identity['id']).lower()}'. Concurrent Federated Identity Credentials writes under the same managed "
            "identity are not supported.",
            source=sources.CONCURRENT_CREDENTIALS,
        )


def check_rate(request: ArmRequest, identity: Json) -> None:
    """Checks that the identity's last write is long enough ago: ``settings.identity.seconds_between_writes``.

    :raises ArmRefusal: It is not (429).
    """
    pause = float(request.state["settings"].get("identity", {}).get("seconds_between_writes", 0))
    left = identity.get("_written_at", -pause) + pause - request.time
    if left > 0:
        raise ArmRefusal(
            429,
            "TooManyRequests",
            "The request was throttled: too many writes of federated identity credentials.",
            headers={"Retry-After": str(math.ceil(left))},
            source=sources.CREDENTIALS_THROTTLED,
        )


def check_room(credentials: list[Json], found: Json | None, given: Json) -> None:
    """Checks that the identity can have this credential besides its others.

    :param found: The credential of the same name, which the write replaces.
    :param given: The values to write.
    :raises ArmRefusal: Another has the same issuer and subject, or there are too many (400).
    """
    for other in credentials:
        if other is not found and (other["issuer"], other["subject"]) == (given["issuer"], given["subject"]):
            raise ArmRefusal(
                400,
                "BadRequest",
                "Issuer and subject combination already exists for this Managed Identity.",
                source=sources.CREDENTIAL_EXISTS,
            )
    if found is None and len(credentials) >= MOST:
        raise ArmRefusal(
            400,
            "BadRequest",
            f"Too many federated identity credentials: the limit of a managed identity is {MOST}.",
            source=sources.TOO_MANY_CREDENTIALS,
        )
