"""The inputs that say when a secret was made and when it ends; they change nothing."""

from __future__ import annotations

from typing import Final

from crosstenant.model.secret_dates import SecretDates
from crosstenant.provider_kit.fields import Field, Fields
from crosstenant.provider_kit.resource import Properties

SECRET_DATES: Final[Fields] = {
    "secretMadeAt": Field(
        "string",
        "When the secret was made, a UTC time: a refusal of a secret that is minutes old then says to run again. "
        "Another time changes nothing.",
        informs=True,
    ),
    "secretExpiresAt": Field(
        "string",
        "When the secret ends, a UTC time: until then the answer that it has expired is taken for a lag of Entra. "
        "Another time changes nothing.",
        informs=True,
    ),
}


def secret_dates(inputs: Properties) -> SecretDates:
    """The dates of the secret in ``inputs``."""
    return SecretDates.read(inputs.get("secretMadeAt"), inputs.get("secretExpiresAt"))


def without_dates(inputs: Properties) -> Properties:
    """The inputs as they stand in outputs: the dates are not there, so that a refresh has nothing to add."""
    return {name: value for name, value in inputs.items() if name not in SECRET_DATES}
