"""The inputs and outputs of a ``Consent``."""

from __future__ import annotations

import math
from typing import Final

from crosstenant.plugin import forms
from crosstenant.plugin.secret_dates_fields import SECRET_DATES
from crosstenant.provider_kit.fields import Field, Fields
from crosstenant.provider_kit.values import Plain

# Entra may refuse a new secret for some time: https://learn.microsoft.com/entra/identity-platform/reference-error-codes
# (AADSTS7000215) has the same code for a wrong secret.
DEFAULT_SECRET_SECONDS: Final = 120


def _seconds(name: str, value: Plain) -> str | None:
    # The engine's state can hold neither NaN nor an infinity.
    return None if 0 <= value < math.inf else "must be a number of seconds, 0 for no wait"


DESCRIPTION: Final = (
    "The gate for resources that need another tenant's admin consent: created when an administrator of the provider's "
    "tenant has consented to the application, on the page `consentUrl`. Until then a create waits (`timeoutSeconds`) "
    "or fails with the page's address, and the next update continues where it ended.\n\n"
    "It signs in as the application, whose token names the service principal that the consent has created. The "
    "provider's caller needs no permission in the directory, and nothing is changed or deleted there. A refresh "
    "detects a withdrawn consent as a change of `consented`; the object ID stays, and the next update waits or fails "
    "like a create."
)

_OWN: Final[Fields] = {
    "clientId": Field(
        "string",
        "Client ID (UUID) of the application. Another one replaces the resource.",
        required=True,
        replaces=True,
        compared_as=str.lower,
        refusal=forms.client_id,
    ),
    "secret": Field(
        "string",
        "The application's secret. It goes to the sign-in service of the provider's tenant only. Secret.",
        required=True,
        secret=True,
        refusal=forms.secret,
    ),
    "redirectUri": Field(
        "string",
        "The redirect URI of the consent page: one of the application's redirect URIs. Default: the application's "
        "first.",
    ),
    "timeoutSeconds": Field(
        "number",
        "The seconds for which a create waits for the consent. Default: 0, it fails at once.",
        default=0,
        refusal=_seconds,
    ),
}

INPUTS: Final[Fields] = {
    **_OWN,
    "secretTimeoutSeconds": Field(
        "number",
        f"The seconds for which a create waits until Entra accepts a new secret. Default: {DEFAULT_SECRET_SECONDS}.",
        informs=True,
        refusal=_seconds,
    ),
    **SECRET_DATES,
}

OUTPUTS: Final[Fields] = {
    "objectId": Field(
        "string",
        "Object ID (UUID) of the application's service principal in the provider's tenant.",
        required=True,
    ),
    "consentUrl": Field(
        "string", "The page on which an administrator of the provider's tenant consents.", required=True
    ),
    "consented": Field("boolean", "Whether the tenant knew the application at the last sign-in.", required=True),
}
