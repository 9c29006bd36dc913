"""What to do when Azure refuses a secret, said below Azure's own words."""

from __future__ import annotations

from collections import Counter
from typing import Final

import pulumi
from pulumi.runtime.proto import resource_pb2
from pulumi.runtime.settings import monitor_supports_feature

# https://learn.microsoft.com/graph/api/resources/applicationauthenticationmethodpolicy
_BLOCKED: Final = "CredentialTypeNotAllowedAsPerAppPolicy"
_TOO_LONG: Final = "CredentialInvalidLifetimeAsPerAppPolicy"
_GONE: Final = "No password credential found with keyId"

_names: Counter[str] = Counter()


def secret_advice(error: str) -> str | None:
    """What to do about an error of azuread's ``ApplicationPassword``; nothing for those that say it themselves.

    :param error: The error as Pulumi shows it.
    """
    if _BLOCKED in error:
        return (
            "the app management policy of the clusters' tenant forbids new secrets, and a cluster cannot sign in"
            " without one: an administrator of that tenant has to exempt this application (a policy of its own,"
            " assigned to it, takes the place of the tenant's)"
        )
    if _TOO_LONG in error:
        return (
            "the app management policy of the clusters' tenant lets no secret last that long: shorten"
            " secret.rotate_every_days or secret.margin_days, or give an earlier secret.end_date; write the policy's"
            " days to secret.lifetime_cap_days to hear of it at preview; or have an administrator of that tenant exempt"
            " this application"
        )
    if _GONE in error:
        return (
            "the secret to be removed is gone already, so somebody else removed it: 'pulumi up --refresh' takes note of"
            " that and goes on"
        )
    return None


def advising(name: str, resource: pulumi.Resource) -> pulumi.ResourceHookBinding | None:
    """Hooks for the options of an ``ApplicationPassword`` that print the advice after its error.

    :param name: The component's name.
    :param resource: The component, which the advice is shown for.
    :returns: Nothing for a Pulumi CLI that knows no such hooks.
    """
    if not monitor_supports_feature(resource_pb2.RESOURCE_MONITOR_FEATURE_ERROR_HOOKS):
        return None

    def advise(failure: pulumi.ErrorHookArgs) -> bool:
        advice = secret_advice(failure.errors[0]) if failure.errors else None
        if advice:
            pulumi.log.error(advice, resource)
        return False

    # A second hook of one name is an error, and two components may have one name under different parents.
    _names[name] += 1
    number = "" if _names[name] == 1 else f"-{_names[name]}"
    return pulumi.ResourceHookBinding(on_error=[pulumi.ErrorHook(f"{name}-secret-advice{number}", advise)])
