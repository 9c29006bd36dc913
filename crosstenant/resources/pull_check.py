"""A live proof that the application can pull from a registry of the other tenant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pulumi

from crosstenant.model.modes import PullCheckMode, PullCheckModeText, PullResult
from crosstenant.resources.outputs import choice_of, output_of, versioned


class PullCheck(pulumi.CustomResource):
    """Signs in to a registry like a cluster, and requests a token for a pull.

    It uses the registry's docker token flow with the application's own credential, waits for the replication of the
    role assignment, and names the missing link if the registry still refuses. A refresh repeats it, so that a lost
    permission is drift. The secret is sent only to the login server that ARM reports for the registry, and only if that
    is a registry host of the tenant's cloud.
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
        filled_later: pulumi.Input[bool] | None = None,
        granted_repositories: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
        mode: pulumi.Input[PullCheckModeText] | None = None,
        timeout_seconds: pulumi.Input[float] | None = None,
        triggers: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
        secret_made_at: pulumi.Input[str] | None = None,
        secret_expires_at: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """
        :param resource_name: The resource's name in the stack.
        :param registry_id: ARM ID of the registry. Another ID replaces the resource.
        :param client_id: The application's client ID (UUID). Another one replaces the resource.
        :param secret: The application's secret. Secret.
        :param repository: A repository to prove, ``backend/api``, which must exist; without it the check names a
            repository that need not exist.
        :param reference: A tag or digest in that repository, whose manifest and first layer are fetched.
        :param filled_later: Whether the repository gets its first image later, so that it may be absent.
        :param granted_repositories: Repositories to which the role assignment is limited: an update warns of those that
            do not exist.
        :param mode: ``require`` (default), ``warn``, or ``skip`` for runners that cannot reach the registry.
        :param timeout_seconds: How long to wait for a new role assignment, in seconds; 300 by default.
        :param triggers: Values whose change repeats the check, such as role assignment IDs.
        :param secret_made_at: When the secret was made, a UTC time: a refusal of a secret that is minutes old then says
            to run again. Another time changes nothing.
        :param secret_expires_at: When the secret ends, a UTC time: until then the answer that it has expired is taken
            for a lag of Entra. Another time changes nothing.
        :param opts: Resource options; the provider is one of the registry tenant.
        """
        arguments: dict[str, Any] = {
            "registryId": registry_id,
            "clientId": client_id,
            "secret": pulumi.Output.secret(secret),
            "repository": repository,
            "reference": reference,
            "filledLater": filled_later,
            "grantedRepositories": granted_repositories,
            "mode": mode,
            "timeoutSeconds": timeout_seconds,
            "triggers": triggers,
            "secretMadeAt": secret_made_at,
            "secretExpiresAt": secret_expires_at,
            "loginServer": None,
            "result": None,
            "notProved": None,
            "grantedActions": None,
            "manifestDigest": None,
            "refusal": None,
            "refusalReason": None,
        }
        super().__init__("crosstenant:index:PullCheck", resource_name, arguments, versioned(opts))

    @property
    def registry_id(self) -> pulumi.Output[str]:
        """ARM ID of the registry."""
        return output_of(self, "registryId")

    @property
    def client_id(self) -> pulumi.Output[str]:
        """Client ID (UUID) of the application that pulls."""
        return output_of(self, "clientId")

    @property
    def secret(self) -> pulumi.Output[str]:
        """The application's secret. Secret."""
        return output_of(self, "secret")

    @property
    def repository(self) -> pulumi.Output[str | None]:
        """The repository of the check; none if the program omits it."""
        return output_of(self, "repository")

    @property
    def reference(self) -> pulumi.Output[str | None]:
        """The tag or digest of the check; none if the program omits it."""
        return output_of(self, "reference")

    @property
    def filled_later(self) -> pulumi.Output[bool | None]:
        """Whether the repository may be absent; none if the program omits it."""
        return output_of(self, "filledLater")

    @property
    def granted_repositories(self) -> pulumi.Output[Sequence[str] | None]:
        """Not recorded: none."""
        return output_of(self, "grantedRepositories")

    @property
    def mode(self) -> pulumi.Output[PullCheckMode]:
        """What a refusal does: ``require``, ``warn`` or ``skip``."""
        return choice_of(self, "mode", PullCheckMode)

    @property
    def timeout_seconds(self) -> pulumi.Output[float]:
        """How long the check waits for a new role assignment, in seconds."""
        return output_of(self, "timeoutSeconds")

    @property
    def triggers(self) -> pulumi.Output[Sequence[str] | None]:
        """Values whose change repeats the check."""
        return output_of(self, "triggers")

    @property
    def secret_made_at(self) -> pulumi.Output[str | None]:
        """Not recorded: none."""
        return output_of(self, "secretMadeAt")

    @property
    def secret_expires_at(self) -> pulumi.Output[str | None]:
        """Not recorded: none."""
        return output_of(self, "secretExpiresAt")

    @property
    def login_server(self) -> pulumi.Output[str | None]:
        """The registry's host, ``fabrikamimages.azurecr.io``; none with mode ``skip``."""
        return output_of(self, "loginServer")

    @property
    def result(self) -> pulumi.Output[PullResult]:
        """The result: ``pulled``, ``granted``, ``signed in``, ``skipped``, ``not checked`` or ``refused``."""
        return choice_of(self, "result", PullResult)

    @property
    def not_proved(self) -> pulumi.Output[str | None]:
        """What the result leaves open, in a sentence; none where an image was pulled, or nothing was proved."""
        return output_of(self, "notProved")

    @property
    def granted_actions(self) -> pulumi.Output[Sequence[str] | None]:
        """The actions on the repository that the registry's token lists, ``pull``."""
        return output_of(self, "grantedActions")

    @property
    def manifest_digest(self) -> pulumi.Output[str | None]:
        """Digest of the manifest, for a check with a reference."""
        return output_of(self, "manifestDigest")

    @property
    def refusal(self) -> pulumi.Output[str | None]:
        """If ``result`` is ``refused``: what is missing, who can repair it and how, in a sentence."""
        return output_of(self, "refusal")

    @property
    def refusal_reason(self) -> pulumi.Output[str | None]:
        """If ``result`` is ``refused``: the missing link in a few words, ``role missing``."""
        return output_of(self, "refusalReason")
