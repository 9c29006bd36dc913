"""One request to Azure Resource Manager, for the functions that answer it, and its answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from crosstenant.sandbox.arm import sources
from crosstenant.sandbox.arm.refusals import ArmRefusal, invalid_content
from crosstenant.sandbox.arm.roles.effective_roles import effective_roles, is_allowed
from crosstenant.sandbox.entra.tokens import Caller
from crosstenant.sandbox.kubernetes.command_job import CommandJob
from crosstenant.sandbox.world.state import State

Json = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """The answer to a request."""

    status: int
    body: Any = None
    """A JSON document; None for an answer without a body."""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    seconds: float = 0.0
    """How long the client waits for the answer."""
    begins: CommandJob | None = None
    """The run-command that begins before the client has the answer."""


@dataclass(frozen=True)
class ArmRequest:
    """A request that has been authenticated and authorized."""

    state: State
    time: float
    """The sandbox's time, in seconds since the epoch."""
    caller: Caller
    parts: Mapping[str, str]
    """The named parts of the path: ``subscription``, ``group``, ``name`` ..."""
    query: Mapping[str, str]
    """The query parameters, by lower-case name."""
    headers: Mapping[str, str]
    """The headers, by lower-case name."""
    api_version: str
    scope: str
    """The ARM ID that the request is about, as the caller spelled it."""
    content: object
    """The body as JSON; None without a body."""

    @property
    def body(self) -> Json:
        """The body as an object.

        :raises ArmRefusal: The body has another type (400).
        """
        content = self.content
        if isinstance(content, dict):
            return cast(Json, content)
        raise invalid_content("Required JSON object is missing.")

    def part(self, name: str) -> str:
        """One of ``parts``, by name."""
        return self.parts[name]

    def may(self, action: str, scope: str, attributes: Mapping[str, str] | None = None) -> bool:
        """Whether the caller may do an action at a scope."""
        return is_allowed(self.state, scope, self.caller.object_id, self.time, action, attributes)

    def require(self, action: str, scope: str, attributes: Mapping[str, str] | None = None) -> None:
        """Checks that the caller may do an action at a scope.

        :raises ArmRefusal: The caller may not (403).
        """
        if not self.may(action, scope, attributes):
            unmet = " or an ABAC condition not fulfilled" if self._has_role_for(action, scope) else ""
            raise ArmRefusal(
                403,
                "AuthorizationFailed",
                f"The client '{self.caller.client_id}' with object id '{self.caller.object_id}' does not have "
                f"authorization{unmet} to perform action '{action}' over scope '{scope or '/'}' or the scope is "
                "invalid. If access was recently granted, please refresh your credentials.",
                source=sources.AUTHORIZATION_FAILED,
            )

    def require_at_all(self, action: str, scope: str) -> None:
        """Checks that the caller may do an action at a scope, with or without a condition.

        The condition itself is not checked: its attributes are not known yet.

        :raises ArmRefusal: The caller may not (403).
        """
        if not self._has_role_for(action, scope):
            self.require(action, scope)

    def readable(self, documents: list[Json], action: str) -> list[Json]:
        """The ``documents`` that the caller may read with ``action``.

        Azure answers a list with the resources on which the caller has a role, and refuses the list to a caller
        without any role in the scope.

        :raises ArmRefusal: The caller has no role in the request's scope (403).
        """
        found = [one for one in documents if self.may(action, one["id"])]
        if not found and not self._has_some_right():
            self.require(action, self.scope)
        return found

    def _has_role_for(self, action: str, scope: str) -> bool:
        roles = effective_roles(self.state, scope, self.caller.object_id, self.time)
        return any(role.names(action) for role in roles)

    def _has_some_right(self) -> bool:
        below = f"{self.scope.lower().rstrip('/')}/"
        mine = self.caller.object_id.lower()
        return bool(effective_roles(self.state, self.scope, mine, self.time)) or any(
            one["properties"]["principalId"].lower() == mine and one["properties"]["scope"].lower().startswith(below)
            for one in self.state["roleAssignments"].values()
        )
