"""One request to one registry: which registry, and what the one who sends it may do there."""

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
from crosstenant.sandbox.world.state import State, Store


@dataclass(frozen=True)
class ScopedAction:
    """An action of a docker scope: ``repository:hello:pull``."""

    scope_type: str
    name: str
    action: str

    def detail(self) -> list[dict[str, str]]:
        """It as error details name it."""
        return [{"Type": self.scope_type, "Name": self.name, "Action": self.action}]


@dataclass(frozen=True)
class RegistryRequest:
    """A request that has reached a registry through its network rules."""

    state: State
    registry: Registry
    authorization: str
    """The Authorization header, empty when there is none."""

    def granted(self, identity: Identity | None, scope_type: str, name: str, wanted: list[str]) -> list[str]:
        """Those of the wanted actions that the identity has by its role assignments now."""
        object_id = identity.object_id if identity else None
        return granted_actions(self.state, self.registry, object_id, scope_type, name, wanted)

    def refusal(self, right: ScopedAction) -> RegistryRefusal:
        """What somebody hears who signed in and lacks a right.

        Azure's documentation names two answers; the state's ``settings.registry_refuses_with`` picks ``denied`` (403)
        instead of ``unauthorized`` (401).
        """
        if self.state["settings"].get("registry_refuses_with") == "denied":
            return denied(right.detail())
        return unauthorized(right.detail(), self.challenge(right, "insufficient_scope"))

    def require(self, right: ScopedAction | None) -> None:
        """Lets the request go on if it carries this right; with None, if it carries any valid credentials.

        An access token counts for what it was issued with until it expires; a user name and password for the role
        assignments as they stand.

        :raises RegistryRefusal: It does not.
        """
        scheme, _, value = self.authorization.partition(" ")
        if scheme.lower() == "basic":
            identity = with_basic(self.state, self.registry, value)
            if right and not self.granted(identity, right.scope_type, right.name, [right.action]):
                raise self.refusal(right)
            return
        if scheme.lower() != "bearer":
            raise unauthorized(right.detail() if right else None, self.challenge(right))
        try:
            claims = read_token(self.state, self.registry, value.strip(), ACCESS)
        except RegistryRefusal:
            raise unauthorized(right.detail() if right else None, self.challenge(right, "invalid_token")) from None
        if right and not any(
            entry["type"] == right.scope_type and entry["name"] == right.name and right.action in entry["actions"]
            for entry in claims["access"]
        ):
            raise self.refusal(right)

    def challenge(self, right: ScopedAction | None = None, error: str | None = None) -> Mapping[str, str]:
        """The header that tells a client where to get a token, and for what."""
        host = self.registry.login_server
        parts = [f'realm="https://{host}/oauth2/token"', f'service="{host}"']
        if right:
            parts.append(f'scope="{right.scope_type}:{right.name}:{right.action}"')
        if error:
            parts.append(f'error="{error}"')
        return {"Www-Authenticate": f"Bearer {','.join(parts)}"}


@contextmanager
def accept(request: Request) -> Generator[RegistryRequest]:
    """Opens the registry that a request's host names.

    :raises RegistryRefusal: There is none, or its network rules keep the client out.
    """
    store: Store = request.app.state.store
    with store.read() as state:
        registry = find_registry(state, request.headers.get("host", ""))
        check_network(state, registry)
        yield RegistryRequest(state, registry, request.headers.get("authorization", ""))
