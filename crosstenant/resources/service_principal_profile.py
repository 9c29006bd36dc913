"""The AKS credential of one cluster: its application and secret."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

from crosstenant.model.modes import (
    CredentialState,
    NodePullCoverage,
    NodePullCoverageText,
    WhenStopped,
    WhenStoppedText,
)
from crosstenant.resources.outputs import choice_of, output_of, versioned
from crosstenant.resources.service_principal_credential import ServicePrincipalCredential


class ServicePrincipalProfile(pulumi.CustomResource):
    """Gives an AKS cluster an application of its own tenant as its service principal.

    Changing it *resets the cluster's credential*: AKS cordons, drains and reimages every node, which takes from
    minutes to well over an hour, and the application becomes the cluster's whole cloud identity. It therefore happens
    only when the cluster's client ID differs or the secret changed, after the secret has been proved to sign in.
    https://learn.microsoft.com/azure/aks/update-credentials

    A cluster that does not exist is refused, unless ``created_by_this_stack`` is set: then the credential is recorded,
    and the cluster, declared with this resource's ``service_principal_profile``, is created with it.

    A cluster with a managed identity is refused: it cannot return to a service principal. It pulls with an image pull
    secret instead.

    Azure never returns a cluster's secret: another client ID is detected, as drift; another secret only with
    ``node_pull_image``, and when the registry no longer accepts it.
    """

    def __init__(
        self,
        resource_name: str,
        *,
        cluster_id: pulumi.Input[str],
        client_id: pulumi.Input[str],
        secret: pulumi.Input[str],
        secret_key_id: pulumi.Input[str] | None = None,
        abandon_on_delete: pulumi.Input[bool] | None = None,
        created_by_this_stack: pulumi.Input[bool] | None = None,
        wait_for_principal_seconds: pulumi.Input[float] | None = None,
        secret_made_at: pulumi.Input[str] | None = None,
        secret_expires_at: pulumi.Input[str] | None = None,
        wave: pulumi.Input[float] | None = None,
        waves: pulumi.Input[Mapping[str, pulumi.Input[str]]] | None = None,
        max_parallel_resets: pulumi.Input[float] | None = None,
        when_stopped: pulumi.Input[WhenStoppedText] | None = None,
        reset_days: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
        reset_start: pulumi.Input[str] | None = None,
        reset_duration_minutes: pulumi.Input[float] | None = None,
        reset_in_maintenance: pulumi.Input[bool] | None = None,
        reset_not_before: pulumi.Input[str] | None = None,
        repair_failed: pulumi.Input[bool] | None = None,
        previous_secret_key_id: pulumi.Input[str] | None = None,
        previous_secret_expires_at: pulumi.Input[str] | None = None,
        expiry_warning_days: pulumi.Input[float] | None = None,
        node_pull_image: pulumi.Input[str] | None = None,
        node_pull_coverage: pulumi.Input[NodePullCoverageText] | None = None,
        node_pull_namespace: pulumi.Input[str] | None = None,
        node_pull_timeout_seconds: pulumi.Input[float] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """
        :param resource_name: The resource's name in the stack.
        :param cluster_id: ARM ID of the cluster. For a cluster that takes its credential from this resource it must be
            a text that the program writes: the cluster's own output would wait for itself. Another ID replaces the
            resource.
        :param client_id: The application's client ID (UUID). It needs a service principal in the cluster's tenant.
        :param secret: The application's secret, 190 bytes at most. Secret.
        :param secret_key_id: Key ID (UUID) of the secret, ``PullIdentity.secret_key_id``. With it previews and
            ``crosstenant check`` notice when the application no longer has the secret. It never causes a reset.
        :param abandon_on_delete: Allow the deletion of this resource even if the cluster still uses the application.
            Default: the deletion is refused then, because the cluster would lose its identity.
        :param created_by_this_stack: Allow a cluster that does not exist yet, because the program creates it with
            ``service_principal_profile``. Default: such a cluster is refused, as a wrong ID would be.
        :param wait_for_principal_seconds: How long to wait until Entra accepts a secret or service principal that was
            just made, 0 to 3600 seconds; 300 by default.
        :param secret_made_at: When the secret was made, a UTC time: a refusal of a secret that is minutes old then says
            to run again. Another time changes nothing.
        :param secret_expires_at: When the secret ends, a UTC time: until then the answer that it has expired is taken
            for a lag of Entra. Another time changes nothing.
        :param wave: The wave of the cluster, for messages: a whole number from 0. The order itself comes from
            ``depends_on``. Another wave changes nothing.
        :param waves: The names of the clusters of each wave, separated by a comma and a space, by the wave's number,
            ``{"0": "canary", "1": "one, two"}``: for messages. Other waves change nothing.
        :param max_parallel_resets: How many clusters of this application are reset at the same time at most; the others
            wait, and do not begin after a failure. Another number changes nothing. Default: no limit of its own.
        :param when_stopped: ``refuse`` (default) refuses a stopped cluster; ``skip`` lets it wait for its start.
        :param reset_days: Days of the week on which the reset window opens, in UTC, ``saturday``; every day by default.
        :param reset_start: When the reset window opens: a time of day in UTC, ``22:00``. Outside of the window a reset
            waits, as long as the cluster's present credential works.
        :param reset_duration_minutes: How long the reset window stays open, in minutes; it may go on after midnight.
        :param reset_in_maintenance: Take the cluster's own maintenance configuration as the reset window.
        :param reset_not_before: The UTC time, ``2026-01-31T22:00:00Z``, until which a reset waits.
        :param repair_failed: Reset a cluster in provisioning state Failed although nothing shows that its credential is
            the cause.
        :param previous_secret_key_id: Key ID (UUID) of the application's previous secret, which stays valid
            (``PullIdentity.previous_secret_key_id``): a cluster waits with that secret only.
        :param previous_secret_expires_at: When the previous secret ends, a UTC time: a window holds no reset after it.
        :param expiry_warning_days: Days before the end of a waiting cluster's secret from which runs warn; 30 by
            default.
        :param node_pull_image: An image, by its full reference with a tag or digest, that the cluster's own nodes must
            pull: a refresh asks them, as a ``NodePullCheck`` does. If the registry does not accept their credential,
            the next update asks again, and resets the cluster if that is still so.
        :param node_pull_coverage: Which nodes pull it: ``each-node-pool`` (default) or ``each-node``.
        :param node_pull_namespace: The namespace of the pods that pull it; ``default`` by default.
        :param node_pull_timeout_seconds: How long the nodes have for it, in seconds, 10 to 480; 180 by default.
        :param opts: Resource options; the provider is one of the cluster's tenant. ``custom_timeouts`` bound the
            reset, 90 minutes by default.
        """
        arguments: dict[str, Any] = {
            "clusterId": cluster_id,
            "clientId": client_id,
            "secret": pulumi.Output.secret(secret),
            "secretKeyId": secret_key_id,
            "abandonOnDelete": abandon_on_delete,
            "createdByThisStack": created_by_this_stack,
            "waitForPrincipalSeconds": wait_for_principal_seconds,
            "secretMadeAt": secret_made_at,
            "secretExpiresAt": secret_expires_at,
            "wave": wave,
            "waves": waves,
            "maxParallelResets": max_parallel_resets,
            "whenStopped": when_stopped,
            "resetDays": reset_days,
            "resetStart": reset_start,
            "resetDurationMinutes": reset_duration_minutes,
            "resetInMaintenance": reset_in_maintenance,
            "resetNotBefore": reset_not_before,
            "repairFailed": repair_failed,
            "previousSecretKeyId": previous_secret_key_id,
            "previousSecretExpiresAt": previous_secret_expires_at,
            "expiryWarningDays": expiry_warning_days,
            "nodePullImage": node_pull_image,
            "nodePullCoverage": node_pull_coverage,
            "nodePullNamespace": node_pull_namespace,
            "nodePullTimeoutSeconds": node_pull_timeout_seconds,
            "credentialState": None,
            "clusterClientId": None,
            "pendingOperation": None,
            "nodePools": None,
            "provisioningState": None,
            "resetAt": None,
            "waitsFor": None,
            "nodesRefused": None,
            "servicePrincipalProfile": None,
        }
        super().__init__("crosstenant:index:ServicePrincipalProfile", resource_name, arguments, versioned(opts))

    @property
    def cluster_id(self) -> pulumi.Output[str]:
        """ARM ID of the cluster."""
        return output_of(self, "clusterId")

    @property
    def client_id(self) -> pulumi.Output[str]:
        """Client ID of the application that the cluster uses."""
        return output_of(self, "clientId")

    @property
    def secret(self) -> pulumi.Output[str]:
        """The application's secret. Secret."""
        return output_of(self, "secret")

    @property
    def secret_key_id(self) -> pulumi.Output[str | None]:
        """Key ID (UUID) of the secret, if the program gave one."""
        return output_of(self, "secretKeyId")

    @property
    def abandon_on_delete(self) -> pulumi.Output[bool]:
        """Whether this resource may be deleted while the cluster still uses the application."""
        return output_of(self, "abandonOnDelete")

    @property
    def created_by_this_stack(self) -> pulumi.Output[bool | None]:
        """Whether the cluster may not exist yet."""
        return output_of(self, "createdByThisStack")

    @property
    def wait_for_principal_seconds(self) -> pulumi.Output[float]:
        """How long to wait until Entra accepts a secret or service principal that was just made, in seconds."""
        return output_of(self, "waitForPrincipalSeconds")

    @property
    def secret_made_at(self) -> pulumi.Output[str | None]:
        """Not recorded: none."""
        return output_of(self, "secretMadeAt")

    @property
    def secret_expires_at(self) -> pulumi.Output[str | None]:
        """Not recorded: none."""
        return output_of(self, "secretExpiresAt")

    @property
    def wave(self) -> pulumi.Output[float | None]:
        """Not recorded: none."""
        return output_of(self, "wave")

    @property
    def waves(self) -> pulumi.Output[Mapping[str, str] | None]:
        """Not recorded: none."""
        return output_of(self, "waves")

    @property
    def max_parallel_resets(self) -> pulumi.Output[float | None]:
        """Not recorded: none."""
        return output_of(self, "maxParallelResets")

    @property
    def when_stopped(self) -> pulumi.Output[WhenStopped | None]:
        """``refuse`` or ``skip``; not recorded: none."""
        return output_of(self, "whenStopped")

    @property
    def reset_days(self) -> pulumi.Output[Sequence[str] | None]:
        """Not recorded: none."""
        return output_of(self, "resetDays")

    @property
    def reset_start(self) -> pulumi.Output[str | None]:
        """Not recorded: none."""
        return output_of(self, "resetStart")

    @property
    def reset_duration_minutes(self) -> pulumi.Output[float | None]:
        """Not recorded: none."""
        return output_of(self, "resetDurationMinutes")

    @property
    def reset_in_maintenance(self) -> pulumi.Output[bool | None]:
        """Not recorded: none."""
        return output_of(self, "resetInMaintenance")

    @property
    def reset_not_before(self) -> pulumi.Output[str | None]:
        """Not recorded: none."""
        return output_of(self, "resetNotBefore")

    @property
    def repair_failed(self) -> pulumi.Output[bool | None]:
        """Not recorded: none."""
        return output_of(self, "repairFailed")

    @property
    def previous_secret_key_id(self) -> pulumi.Output[str | None]:
        """Not recorded: none."""
        return output_of(self, "previousSecretKeyId")

    @property
    def previous_secret_expires_at(self) -> pulumi.Output[str | None]:
        """Not recorded: none."""
        return output_of(self, "previousSecretExpiresAt")

    @property
    def expiry_warning_days(self) -> pulumi.Output[float | None]:
        """Not recorded: none."""
        return output_of(self, "expiryWarningDays")

    @property
    def node_pull_image(self) -> pulumi.Output[str | None]:
        """Not recorded: none."""
        return output_of(self, "nodePullImage")

    @property
    def node_pull_coverage(self) -> pulumi.Output[NodePullCoverage | None]:
        """Not recorded: none, whether ``each-node-pool`` or ``each-node``."""
        return output_of(self, "nodePullCoverage")

    @property
    def node_pull_namespace(self) -> pulumi.Output[str | None]:
        """Not recorded: none."""
        return output_of(self, "nodePullNamespace")

    @property
    def node_pull_timeout_seconds(self) -> pulumi.Output[float | None]:
        """Not recorded: none."""
        return output_of(self, "nodePullTimeoutSeconds")

    @property
    def nodes_refused(self) -> pulumi.Output[str | None]:
        """Where the registry did not accept the credential of the cluster's nodes: which nodes, and its words."""
        return output_of(self, "nodesRefused")

    @property
    def credential_state(self) -> pulumi.Output[CredentialState]:
        """Whether the cluster has the credential: ``applied``; ``pending`` where it did not exist when last read;
        ``failed`` or ``unknown`` where the next update resets again if necessary; ``waiting`` where it keeps the
        credential that it has, until the program lets it be reset."""
        return choice_of(self, "credentialState", CredentialState)

    @property
    def cluster_client_id(self) -> pulumi.Output[str | None]:
        """The client ID that the cluster had when last read, ``msi`` for a managed identity."""
        return output_of(self, "clusterClientId")

    @property
    def node_pools(self) -> pulumi.Output[Sequence[str] | None]:
        """Names of the cluster's node pools when last read; none before it exists."""
        return output_of(self, "nodePools")

    @property
    def provisioning_state(self) -> pulumi.Output[str | None]:
        """The cluster's provisioning state when last read; none before it exists."""
        return output_of(self, "provisioningState")

    @property
    def reset_at(self) -> pulumi.Output[str | None]:
        """UTC time of the last reset that this resource made; none if it has made none."""
        return output_of(self, "resetAt")

    @property
    def waits_for(self) -> pulumi.Output[str | None]:
        """What the reset waits for, in a sentence; none where the cluster does not wait."""
        return output_of(self, "waitsFor")

    @property
    def pending_operation(self) -> pulumi.Output[str | None]:
        """Address of a reset that was still running when this resource stopped waiting for it, or a word that says why
        there is none. Secret."""
        return output_of(self, "pendingOperation")

    @property
    def service_principal_profile(self) -> pulumi.Output[ServicePrincipalCredential]:
        """The credential, as azure-native's ``ManagedCluster`` takes it. Secret."""
        return output_of(self, "servicePrincipalProfile").apply(
            lambda it: ServicePrincipalCredential(client_id=it["clientId"], secret=it["secret"])
        )
