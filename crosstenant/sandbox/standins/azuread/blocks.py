"""The members of the object inputs, as far as the stand-in serves them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, Union, cast

from crosstenant.provider_kit.values import Plain

Members = Mapping[str, Union["Members", None]]
"""By schema name; an object's own members, or those of each object in a list."""


def _plain(*names: str) -> dict[str, None]:
    return dict.fromkeys(names)


BLOCKS: Final[Members] = {
    "api": {
        **_plain("knownClientApplications", "mappedClaimsEnabled", "requestedAccessTokenVersion"),
        "oauth2PermissionScopes": _plain(
            "adminConsentDescription",
            "adminConsentDisplayName",
            "enabled",
            "id",
            "type",
            "userConsentDescription",
            "userConsentDisplayName",
            "value",
        ),
    },
    "appRoles": _plain("allowedMemberTypes", "description", "displayName", "enabled", "id", "value"),
    "publicClient": _plain("redirectUris"),
    "requiredResourceAccesses": {"resourceAccesses": _plain("id", "type"), **_plain("resourceAppId")},
    "samlSingleSignOn": _plain("relayState"),
    "singlePageApplication": _plain("redirectUris"),
    "web": {
        **_plain("homepageUrl", "logoutUrl", "redirectUris"),
        "implicitGrant": _plain("accessTokenIssuanceEnabled", "idTokenIssuanceEnabled"),
    },
}
"""By the input that holds them."""


def unknown_members(path: str, value: Plain, members: Members) -> Iterator[str]:
    """The paths of the members that are not in the table, ``web.redirectUri``.

    :param path: The path of ``value``.
    :param value: An object or a list of objects; anything else has no members.
    :param members: The table.
    """
    if isinstance(value, list):
        for index, item in enumerate(cast("list[Plain]", value)):
            yield from unknown_members(f"{path}[{index}]", item, members)
    elif isinstance(value, dict):
        for name, item in cast("dict[str, Plain]", value).items():
            if name not in members:
                if item is not None and not name.startswith("__"):  # The engine's own.
                    yield f"{path}.{name}"
            elif inner := members[name]:
                yield from unknown_members(f"{path}.{name}", item, inner)
