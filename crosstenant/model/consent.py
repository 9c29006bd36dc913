"""The page on which an administrator of the registry tenant consents to the application, and the messages about it.

https://learn.microsoft.com/entra/identity-platform/v2-admin-consent and
https://learn.microsoft.com/entra/identity/enterprise-apps/grant-admin-consent
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from crosstenant.model.clouds import Cloud

DEFAULT_REDIRECT_URI: Final = "https://www.microsoft.com/"
"""The redirect URI of the consent page, by default."""

MICROSOFT_GRAPH: Final = "00000003-0000-0000-c000-000000000000"
"""Client ID of Microsoft Graph in every tenant."""

USER_READ: Final = "e1fe6dd8-ba31-4d61-89e7-88639da4683d"
"""ID of Graph's delegated permission User.Read, the smallest that an application can request. The
consent page may refuse an application without any permission (AADSTS650056, AADSTS90008).
https://learn.microsoft.com/graph/permissions-reference#userread"""


# https://learn.microsoft.com/entra/identity-platform/supported-accounts-validation
MULTI_TENANT: Final = frozenset({"AzureADMultipleOrgs", "AzureADandPersonalMicrosoftAccount"})
"""The sign-in audiences with which another tenant can have a service principal of an application."""


def consent_url(cloud: Cloud, registry_tenant_id: str, client_id: str, redirect_uri: str | None = None) -> str:
    """The admin consent URL: an administrator's consent there creates the service principal in the registry tenant.

    :param cloud: The cloud of both tenants.
    :param registry_tenant_id: UUID of the registry tenant.
    :param client_id: The application's client ID (UUID).
    :param redirect_uri: One of the application's redirect URIs, to which the page redirects at its end. Default: the
        application's first.
    """
    query = {"client_id": client_id}
    if redirect_uri:
        query["redirect_uri"] = redirect_uri
    return f"https://{cloud.login_host}/{registry_tenant_id}/adminconsent?{urlencode(query)}"


@dataclass(frozen=True)
class MissingConsent:
    """The messages while an admin consent is missing; each has the page's address."""

    registry_tenant_id: str
    """UUID of the registry tenant."""
    client_id: str
    """The application's client ID (UUID)."""
    url: str
    """The consent page."""
    withdrawn: bool = False
    """Whether the tenant had consented earlier."""

    def failure(self, waited: str = "") -> str:
        """The error of an update.

        :param waited: The time that the update has waited, ``30 min``; empty if it has not.
        """
        within = f" (waited {waited})" if waited else ""
        effect = "" if self.withdrawn else ", so no role is assigned there and no cluster is touched"
        return f"{self._state()}{within}{effect}: {self._remedy()}"

    def notice(self, seconds: float) -> str:
        """The warning of a preview about the next update.

        :param seconds: The time that the update will wait.
        """
        then = f"waits for up to {seconds:.0f} s" if seconds else "ends there"
        return f"{self._state()}: the update {then}, unless {self._somebody()} opens {self.url} and accepts before that"

    def waiting(self, left: str) -> str:
        """The status line during the wait.

        :param left: The remaining time, ``12 min``.
        """
        return f"waiting up to {left} for {self._somebody()} to open {self.url} and accept"

    def drift(self) -> str:
        """The warning of a refresh."""
        return f"{self._state()}, and no node can pull: {self._remedy()}"

    def _state(self) -> str:
        if self.withdrawn:
            return (
                f"registry tenant {self.registry_tenant_id} has withdrawn its admin consent to application"
                f" {self.client_id} (the service principal there is gone)"
            )
        return f"registry tenant {self.registry_tenant_id} has not given admin consent to application {self.client_id}"

    def _remedy(self) -> str:
        command = "pulumi up --refresh" if self.withdrawn else "pulumi up"
        return f"{self._somebody()} must open {self.url} and accept; then run '{command}' again"

    def _somebody(self) -> str:
        return f"an administrator of tenant {self.registry_tenant_id}"
