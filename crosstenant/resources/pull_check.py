"""A live proof that the application can pull from a registry of the other tenant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pulumi

from crosstenant._version import VERSION
from crosstenant.resources.outputs import output_of


class PullCheck(pulumi.CustomResource):
    """Signs in to a registry as a cluster would, and asks for the right to pull.

    It speaks the registry's docker token flow with the application's own credential, waits while the grant
    propagates, and says which link is missing when the answer stays no. A refresh repeats it, so that a lost right is
    drift. The secret is sent to nothing but the login server that ARM reports for the registry, and only if that is a
    registry host of the tenant's cloud.
    """

    def __init__(
        self,
        resource_name: str,
        *,
        registry_id: pulumi.Input[str],
        client_id: pulumi.Input[str],
        secret: pulumi.Input[str],
        repository: pulumi.Input[str] | None = None,
        reference: pulumi.Input[str] | None = None,
        mode: pulumi.Input[str] | None = None,
        timeout_seconds: pulumi.Input[int] | None = None,
        triggers: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """
        :param resource_name: The resource's name in the stack.
        :param registry_id: ARM ID of the registry. Another ID replaces the resource.
        :param client_id: The application's client ID (UUID).
        :param secret: The application's secret. Secret.
        :param repository: A repository to prove, ``backend/api``; without it the right to pull is asked for in general.
        :param reference: A tag or digest in that repository, whose manifest must then be there.
        :param mode: ``require`` (default), ``warn``, or ``skip`` for runners that cannot reach the registry.
        :param timeout_seconds: How long to wait for a new grant, in seconds; 300 by default.
        :param triggers: Values whose change repeats the check, such as role assignment IDs.
        :param opts: Resource options; the provider is one of the registry's tenant.
        """
        arguments: dict[str, Any] = {
            "registryId": registry_id,
            "clientId": client_id,
            "secret": pulumi.Output.secret(secret),
            "repository": repository,
            "reference": reference,
            "mode": mode,
            "timeoutSeconds": timeout_seconds,
            "triggers": triggers,
            "loginServer": None,
            "result": None,
            "grantedActions": None,
            "manifestDigest": None,
        }
        opts = pulumi.ResourceOptions.merge(pulumi.ResourceOptions(version=VERSION), opts)
        super().__init__("crosstenant:index:PullCheck", resource_name, arguments, opts)

    @property
    def login_server(self) -> pulumi.Output[str]:
        """The registry's host, ``fabrikamimages.azurecr.io``."""
        return output_of(self, "loginServer")

    @property
    def result(self) -> pulumi.Output[str]:
        """What was proved, or why not: ``pulled``, ``signed in``, ``skipped`` or ``refused: ...``."""
        return output_of(self, "result")

    @property
    def granted_actions(self) -> pulumi.Output[Sequence[str]]:
        """The actions that the registry granted, ``pull``."""
        return output_of(self, "grantedActions")

    @property
    def manifest_digest(self) -> pulumi.Output[str | None]:
        """Digest of the manifest that was found, where a reference was given."""
        return output_of(self, "manifestDigest")
