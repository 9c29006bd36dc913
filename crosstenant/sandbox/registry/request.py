"""One request to a registry, for the functions that answer it: the registry, and what the client may do there."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from starlette.requests import Request

from crosstenant.sandbox.registry.login_server import Registry, check_network, find_registry
from crosstenant.sandbox.registry.permissions import granted_actions
from crosstenant.sandbox.registry.refusals import RegistryRefusal, denied, unauthorized
from crosstenant.sandbox.registry.sign_in import with_basic
from crosstenant.sandbox.registry.tokens import ACCESS, Identity, read_token
from crosstenant.sandbox.world.open_questions import REGISTRY_REFUSES_WITH
from crosstenant.sandbox.world.state import State, Store


@dataclass(frozen=True)
class ScopedAction:
    """An action of a docker scope: ``repository:hello:pull``."""

    scope_type: str
    name: str
    action: str

    def detail(self) -> list[dict[str, str]]:
        """The action in the form of error details."""
        return [{"Type": self.scope_type, "Name": self.name, "Action": self.action}]


@dataclass(frozen=True)
class RegistryRequest:
    """A request that the registry's network rules admit."""

    state: State
    registry: Registry
    authorization: str
    """The Authorization header; empty without one."""

    def granted(self, identity: Identity | None, scope_type: str, name: str, wanted: list[str]) -> list[str]:
        """The requested actions that the identity has by its role assignments now."""
        object_id = identity.object_id if identity else None
        return granted_actions(self.state, self.registry, object_id, scope_type, name, wanted)

    def refusal(self, needed: ScopedAction) -> RegistryRefusal:
        """The refusal for a client that is signed in and lacks a permission.

        Azure documents two answers: an open question.
        """
        if REGISTRY_REFUSES_WITH.answer(self.state) == "denied":
            return denied(needed.detail())
        return unauthorized(needed.detail(), self.challenge(needed, "insufficient_scope"))

    def require(self, needed: ScopedAction | None) -> None:
        """Checks that the client may do an action; with None, that it has any valid credentials.

        An access token permits the actions that it was issued with until it expires; a user name and password permit
        what the role assignments permit now.

        :raises RegistryRefusal: The client is not signed in, or lacks the permission.
        """
        scheme, _, value = self.authorization.partition(" ")
        if scheme.lower() == "basic":
            identity = with_basic(self.state, self.registry, value)
            if needed and not self.granted(identity, needed.scope_type, needed.name, [needed.action]):
                raise self.refusal(needed)
            return
        if scheme.lower() != "bearer":
            raise unauthorized(needed.detail() if needed else None, self.challenge(needed))
        try:
            claims = read_token(self.state, self.registry, value.strip(), ACCESS)
        except RegistryRefusal:
            raise unauthorized(needed.detail() if needed else None, self.challenge(needed, "invalid_token")) from None
        if needed and not any(
            entry["type"] == needed.scope_type and entry["name"] == needed.name and needed.action in entry["actions"]
            for entry in claims["access"]
        ):
            raise self.refusal(needed)

    def challenge(self, needed: ScopedAction | None = None, error: str | None = None) -> Mapping[str, str]:
        """The header that tells a client where to get a token, and for which scope."""
        host = self.registry.login_server
        parts = [f'realm="https://{host}/oauth2/token"', f'service="{host}"']
        if needed:
            parts.append(f'scope="{needed.scope_type}:{needed.name}:{needed.action}"')
        if error:
            parts.append(f'error="{error}"')
        return {"Www-Authenticate": f"Bearer {','.join(parts)}"}


@contextmanager
def accept(request: Request) -> Generator[RegistryRequest]:
    """Opens the registry that a request's Host header names.

    :raises RegistryRefusal: The registry does not exist, or its network rules exclude the client's address.
    """
    store: Store = request.app.state.store
    with store.read() as state:
        registry = find_registry(state, request.headers.get("host", ""))
        check_network(state, registry)
        yield RegistryRequest(state, registry, request.headers.get("authorization", ""))
