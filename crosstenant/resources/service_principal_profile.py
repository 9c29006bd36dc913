"""The AKS credential of one cluster: which application it is, and with which secret it signs in."""

from __future__ import annotations

from typing import Any

import pulumi

from crosstenant._version import VERSION
from crosstenant.resources.outputs import output_of


class ServicePrincipalProfile(pulumi.CustomResource):
    """Makes an AKS cluster use an application of its own tenant as its service principal, and keeps it so.

    Changing it *resets the cluster's credential*: AKS cordons, drains and reimages every node, which takes from
    minutes to well over an hour, and the application becomes the cluster's whole cloud identity. It therefore happens
    only when the cluster's client ID differs or the secret changed, after the secret has been proved to sign in.
    https://learn.microsoft.com/azure/aks/update-credentials

    A cluster that does not exist yet only has its credential recorded: declare it with this resource's
    ``service_principal_profile``, and it is created with the credential.

    A cluster with a managed identity is refused: it cannot return to a service principal. It pulls with an image pull
    secret instead.

    Azure never returns a cluster's secret, so a secret replaced behind Pulumi's back cannot be seen; another client ID
    can, and shows as drift.
    """

    def __init__(
        self,
        resource_name: str,
        *,
        cluster_id: str,
        client_id: pulumi.Input[str],
        secret: pulumi.Input[str],
        abandon_on_delete: pulumi.Input[bool] | None = None,
        wait_for_principal_seconds: pulumi.Input[float] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """
        :param resource_name: The resource's name in the stack.
        :param cluster_id: ARM ID of the cluster, as a plain string: the cluster may take its credential from this
            resource, and would otherwise wait for itself. Another ID replaces the resource.
        :param client_id: The application's client ID (UUID). It needs a service principal in the cluster's tenant.
        :param secret: The application's secret, 190 bytes at most. Secret.
        :param abandon_on_delete: Let go of the cluster when this resource is deleted, even if it still uses the
            application. Default: deleting is refused then, since the cluster would lose its identity.
        :param wait_for_principal_seconds: How long to wait until Entra accepts a secret or service principal that was
            just made, 0 to 3600 seconds; 300 by default.
        :param opts: Resource options; the provider is one of the cluster's tenant. ``custom_timeouts`` bound the
            reset, 90 minutes by default.
        """
        arguments: dict[str, Any] = {
            "clusterId": cluster_id,
            "clientId": client_id,
            "secret": pulumi.Output.secret(secret),
            "abandonOnDelete": abandon_on_delete,
            "waitForPrincipalSeconds": wait_for_principal_seconds,
            "applied": None,
            "nodePools": None,
            "provisioningState": None,
            "resetAt": None,
            "servicePrincipalProfile": None,
        }
        opts = pulumi.ResourceOptions.merge(pulumi.ResourceOptions(version=VERSION), opts)
        super().__init__("crosstenant:index:ServicePrincipalProfile", resource_name, arguments, opts)

    @property
    def cluster_id(self) -> pulumi.Output[str]:
        """ARM ID of the cluster."""
        return output_of(self, "clusterId")

    @property
    def client_id(self) -> pulumi.Output[str]:
        """Client ID of the application that the cluster uses."""
        return output_of(self, "clientId")

    @property
    def applied(self) -> pulumi.Output[str]:
        """Whether the cluster has the credential: ``true``; ``pending`` where it did not exist when last looked at;
        ``failed`` or ``unknown`` where the next update makes sure."""
        return output_of(self, "applied")

    @property
    def node_pools(self) -> pulumi.Output[list[str] | None]:
        """Names of the cluster's node pools when it was last looked at; none before it exists."""
        return output_of(self, "nodePools")

    @property
    def provisioning_state(self) -> pulumi.Output[str | None]:
        """The cluster's provisioning state when it was last looked at; none before it exists."""
        return output_of(self, "provisioningState")

    @property
    def reset_at(self) -> pulumi.Output[str | None]:
        """UTC time of the last reset that this resource made; none if it has made none."""
        return output_of(self, "resetAt")

    @property
    def service_principal_profile(self) -> pulumi.Output[dict[str, str]]:
        """``clientId`` and ``secret``, as azure-native's ``ManagedCluster`` takes them. Secret."""
        return output_of(self, "servicePrincipalProfile")
