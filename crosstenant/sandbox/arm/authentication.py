"""Authentication: the caller of a request, and the tenant of its token, which must be the subscription's."""

from __future__ import annotations

from typing import Any

from crosstenant.sandbox.arm import sources
from crosstenant.sandbox.arm.ids import is_uuid
from crosstenant.sandbox.arm.refusals import ArmRefusal, subscription_not_found
from crosstenant.sandbox.entra.refusals import TokenRefusal
from crosstenant.sandbox.entra.tokens import ARM_AUDIENCE, Caller, verify
from crosstenant.sandbox.world.clouds import Cloud, cloud_of
from crosstenant.sandbox.world.state import State

Json = dict[str, Any]


def authenticate(state: State, authorization: str | None, subscription_id: str | None) -> Caller:
    """Reads the caller's token and checks that it is for the subscription's tenant.

    :param authorization: The ``Authorization`` header.
    :param subscription_id: The subscription in the path, if any.
    :raises ArmRefusal: The token is missing or invalid, or the subscription does not exist or is of another tenant.
    """
    subscription: Json | None = None
    if subscription_id is not None:
        if not is_uuid(subscription_id):
            raise ArmRefusal(
                400,
                "InvalidSubscriptionId",
                f"The provided subscription identifier '{subscription_id}' is malformed or invalid.",
                source=sources.INVALID_SUBSCRIPTION_ID,
            )
        subscription = state["subscriptions"].get(subscription_id.lower())
    tenant_id = subscription["_tenant"] if subscription else "common"
    cloud = cloud_of(state)
    try:
        caller = verify(state, authorization, ARM_AUDIENCE)
    except TokenRefusal as error:
        described = error.message
        if error.code == "AuthenticationFailed":
            described = "The authentication failed because of missing 'Authorization' header."
        raise ArmRefusal(
            error.status,
            error.code,
            error.message,
            headers=_challenge(cloud, tenant_id, described),
            source=error.source,
        ) from None
    if subscription_id is not None and subscription is None:
        raise subscription_not_found(subscription_id)
    if subscription is not None and caller.tenant_id != tenant_id:
        raise ArmRefusal(
            401,
            "InvalidAuthenticationTokenTenant",
            f"The access token is from the wrong issuer '{cloud.issuer}{caller.tenant_id}/'. It must match "
            f"the tenant '{cloud.issuer}{tenant_id}/' associated with this subscription. Please use the "
            f"authority (URL) 'https://{cloud.arm_authority}/{tenant_id}' to get the token. Note, if the subscription "
            "is transferred to another tenant there is no impact to the services, but information about new tenant "
            "could take time to propagate (up to an hour). If you just transferred your subscription and see this "
            "error message, please try back later.",
            headers=_challenge(
                cloud,
                tenant_id,
                "The access token is from the wrong issuer. It must match the tenant associated with this "
                "subscription. Please use correct authority to get the token.",
            ),
            source=sources.INVALID_AUTHENTICATION_TOKEN_TENANT,
        )
    return caller


def _challenge(cloud: Cloud, tenant_id: str, described: str) -> dict[str, str]:
    """The header from which clients learn a subscription's tenant."""
    authority = f"https://{cloud.arm_authority}/{tenant_id}"
    return {
        "WWW-Authenticate": (
            f'Bearer authorization_uri="{authority}", error="invalid_token", error_description="{described}"'
        )
    }
