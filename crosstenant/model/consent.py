"""The page on which an administrator of the registry tenant consents to the application, and what is said of it.

https://learn.microsoft.com/entra/identity-platform/v2-admin-consent and
https://learn.microsoft.com/entra/identity/enterprise-apps/grant-admin-consent
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from crosstenant.model.clouds import Cloud

DEFAULT_REDIRECT_URI: Final = "https://www.microsoft.com/"
"""Where the consent page goes when it is done, if the program does not say."""

MICROSOFT_GRAPH: Final = "00000003-0000-0000-c000-000000000000"
"""Client ID of Microsoft Graph in every tenant."""

USER_READ: Final = "e1fe6dd8-ba31-4d61-89e7-88639da4683d"
"""ID of Graph's delegated permission User.Read, the least that an application can ask for. One that asks for nothing
may be refused on the consent page (AADSTS650056, AADSTS90008).
https://learn.microsoft.com/graph/permissions-reference#userread"""


def consent_url(cloud: Cloud, registry_tenant_id: str, client_id: str, redirect_uri: str | None = None) -> str:
    """The admin consent URL; opening it and accepting makes the service principal in the registry tenant.

    :param cloud: The cloud of both tenants.
    :param registry_tenant_id: UUID of the registry tenant.
    :param client_id: The application's client ID (UUID).
    :param redirect_uri: One of the application's redirect URIs: where the page goes when it is done. Default: the
        application's own.
    """
    query = {"client_id": client_id}
    if redirect_uri:
        query["redirect_uri"] = redirect_uri
    return f"https://{cloud.login_host}/{registry_tenant_id}/adminconsent?{urlencode(query)}"


@dataclass(frozen=True)
class MissingConsent:
    """What is said while a registry tenant's admin consent to an application is missing; every text has the address."""

    registry_tenant_id: str
    """UUID of the registry tenant."""
    client_id: str
    """The application's client ID (UUID)."""
    url: str
    """The consent page."""
    withdrawn: bool = False
    """Whether the tenant had consented before."""

    def failure(self, waited: str = "") -> str:
        """Why an update ends here.

        :param waited: For how long the update has waited, ``30 min``; empty if it has not.
        """
        within = f" (waited {waited})" if waited else ""
        effect = "" if self.withdrawn else ", so no role is assigned there and no cluster is touched"
        return f"{self._state()}{within}{effect}: {self._remedy()}"

    def notice(self, seconds: float) -> str:
        """What a preview says of the update to come.

        :param seconds: For how long the update will wait.
        """
        then = f"waits for up to {seconds:.0f} s" if seconds else "ends there"
        return f"{self._state()}: the update {then}, unless {self._somebody()} opens {self.url} and accepts before that"

    def waiting(self, left: str) -> str:
        """What the status line says during the wait.

        :param left: How long the update still waits, ``12 min``.
        """
        return f"waiting up to {left} for {self._somebody()} to open {self.url} and accept"

    def drift(self) -> str:
        """What a refresh says."""
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
        return f"{self._somebody()} has to open {self.url} and accept; then run '{command}' again"

    def _somebody(self) -> str:
        return f"an administrator of tenant {self.registry_tenant_id}"
