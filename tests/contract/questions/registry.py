"""The docker token flow of a registry: plain, and in ABAC mode. Both registries have the image hello:1.0."""

from __future__ import annotations

from typing import Any

from tests.contract.caller import ARM
from tests.contract.question import Replies, question, refused, states
from tests.contract.replies import Reply, claims
from tests.contract.world import App, World

_ABSENT = "contract/no-such-repository"


def _token(world: World, registry: str, app: App, scope: str, secret: str | None = None) -> tuple[Reply, str]:
    """The token service's answer with the actions in the token, and the token."""
    host = world.login_server(registry)
    reply = world.send(
        "GET",
        f"https://{host}/oauth2/token",
        params={"service": host, "scope": scope},
        auth=(app.client_id, app.secret if secret is None else secret),
    )
    if reply.status != 200:
        return reply, ""
    token = reply.body["access_token"]
    return reply.showing(access=claims(token).get("access")), token


def _get(world: World, registry: str, path: str, token: str) -> Reply:
    accept = (
        "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, "
        "application/vnd.docker.distribution.manifest.list.v2+json, "
        "application/vnd.docker.distribution.manifest.v2+json"
    )
    address = f"https://{world.login_server(registry)}/v2/{path}"
    reply = world.send("GET", address, headers={"Authorization": f"Bearer {token}", "Accept": accept})
    return reply.pick()


def _flow(world: World, registry: str, app: App, repository: str, path: str, action: str = "pull") -> list[Reply]:
    """A token, and what it opens."""
    reply, token = _token(world, registry, app, f"repository:{repository}:{action}")
    return [reply, _get(world, registry, path, token)] if token else [reply]


def _patient_flow(world: World, registry: str, repository: str, path: str) -> list[Reply]:
    """The same, when the role assignment of this run has taken effect."""
    found: list[Reply] = []

    def ask() -> Reply:
        found[:] = _flow(world, registry, world.pulling, repository, path)
        return found[-1]

    world.patiently(ask, lambda reply: reply.status not in (401, 403))
    return found


def _actions(reply: Reply) -> list[Any]:
    body = reply.body if isinstance(reply.body, dict) else {}
    return [action for entry in body.get("access") or [] for action in entry["actions"]]


_GRANTED = states(
    "the token has the action pull; 200 for the manifest",
    lambda it: len(it) == 2 and _actions(it[0]) == ["pull"] and it[1].status == 200,
)
_NOTHING = states(
    "a token without any action; 401 UNAUTHORIZED for the manifest",
    lambda it: len(it) == 2 and not _actions(it[0]) and (it[1].status, it[1].code) == (401, "UNAUTHORIZED"),
)


@question(
    "registry-challenge",
    "GET /v2/ without credentials",
    states(
        "401 with a Bearer challenge that names realm and service",
        lambda it: it[0].status == 401 and {"realm=", "service="} <= _challenge(it[0]),
    ),
)
def challenge(world: World) -> Reply:
    return world.send("GET", f"https://{world.login_server(world.estate.registry)}/v2/")


def _challenge(reply: Reply) -> set[str]:
    header = reply.headers.get("www-authenticate", "")
    return {name for name in ("realm=", "service=") if name in header and header.startswith("Bearer ")}


@question(
    "registry-manifest-challenge",
    "a manifest without credentials",
    states("401 with the scope in the challenge", lambda it: it[0].status == 401 and 'scope="' in _header(it[0])),
)
def manifest_challenge(world: World) -> Reply:
    return world.send("GET", f"https://{world.login_server(world.estate.registry)}/v2/hello/manifests/1.0")


def _header(reply: Reply) -> str:
    return reply.headers.get("www-authenticate", "")


@question("registry-pull-with-role", "token and manifest with AcrPull", _GRANTED)
def pull_with_role(world: World) -> Replies:
    return _patient_flow(world, world.estate.registry, "hello", "hello/manifests/1.0")


@question("registry-pull-without-role", "token and manifest without a role", _NOTHING)
def pull_without_role(world: World) -> Replies:
    return _flow(world, world.estate.registry, world.roleless, "hello", "hello/manifests/1.0")


@question(
    "registry-token-wrong-secret",
    "a token for a wrong secret",
    refused(401, "UNAUTHORIZED", "Invalid clientid or client secret"),
)
def token_wrong_secret(world: World) -> Reply:
    return _token(world, world.estate.registry, world.pulling, "repository:hello:pull", "not-the-secret")[0]


@question(
    "registry-token-no-service-principal",
    "a token for an application without a service principal in the registry tenant",
    refused(401, "UNAUTHORIZED", "Application not registered with AAD"),
)
def token_no_service_principal(world: World) -> Reply:
    return _token(world, world.estate.registry, world.absent, "repository:hello:pull")[0]


@question(
    "registry-unknown-repository",
    "token and manifest of a repository that does not exist, with AcrPull",
    refused(404, "MANIFEST_UNKNOWN"),
)
def unknown_repository(world: World) -> Replies:
    return _patient_flow(world, world.estate.registry, _ABSENT, f"{_ABSENT}/manifests/1.0")


@question(
    "registry-unknown-repository-tags",
    "the tags of a repository that does not exist, with AcrPull",
    refused(404, "NAME_UNKNOWN"),
)
def unknown_repository_tags(world: World) -> Replies:
    return _patient_flow(world, world.estate.registry, _ABSENT, f"{_ABSENT}/tags/list")


@question(
    "registry-tags-with-pull",
    "the tags of a repository, with a token for pull",
    states("200", lambda it: it[-1].status == 200),
)
def tags_with_pull(world: World) -> Replies:
    return _patient_flow(world, world.estate.registry, "hello", "hello/tags/list")


@question(
    "registry-tags-with-metadata-read",
    "the tags of a repository, with AcrPull and a token for metadata_read",
    states("200", lambda it: it[-1].status == 200),
)
def tags_with_metadata_read(world: World) -> Replies:
    return _flow(world, world.estate.registry, world.pulling, "hello", "hello/tags/list", "metadata_read")


@question("registry-abac-with-reader", "token and manifest in ABAC mode, with Repository Reader", _GRANTED)
def abac_with_reader(world: World) -> Replies:
    return _patient_flow(world, world.estate.abac_registry, "hello", "hello/manifests/1.0")


@question("registry-abac-with-acr-pull", "token and manifest in ABAC mode, with AcrPull", _NOTHING)
def abac_with_acr_pull(world: World) -> Replies:
    return _flow(world, world.estate.abac_registry, world.roleless, "hello", "hello/manifests/1.0")


@question(
    "registry-abac-outside-condition",
    "token and manifest in ABAC mode, of a repository that the condition does not name",
    _NOTHING,
)
def abac_outside_condition(world: World) -> Replies:
    return _flow(world, world.estate.abac_registry, world.pulling, _ABSENT, f"{_ABSENT}/manifests/1.0")


def _exchange(world: World, token: str, **changed: str) -> Reply:
    host = world.login_server(world.estate.registry)
    form = {"grant_type": "access_token", "service": host, "access_token": token, **changed}
    return world.send("POST", f"https://{host}/oauth2/exchange", data=form)


@question(
    "registry-exchange-granted",
    "the exchange of the registry tenant's token for a refresh token",
    states("200 with refresh_token", lambda it: it[0].status == 200 and it[0].body["refreshToken"] is True),
)
def exchange_granted(world: World) -> Reply:
    reply = _exchange(world, world.token(world.b, ARM))
    return reply.showing(refreshToken=bool(reply.body.get("refresh_token")))


@question(
    "registry-exchange-other-tenant",
    "the exchange of the cluster tenant's token for a refresh token",
    refused(401, "UNAUTHORIZED"),
)
def exchange_other_tenant(world: World) -> Reply:
    return _exchange(world, world.token(world.a, ARM))


_ACR = "https://containerregistry.azure.net"


@question(
    "registry-exchange-of-the-kubelet",
    "the exchange of a token for registries with the grant type of the kubelet's provider, "
    "access_token_refresh_token, and without a refresh token",
    states("200; the refresh token lives three hours", lambda it: it[0].status == 200 and it[0].body["minutes"] == 180),
)
def exchange_of_the_kubelet(world: World) -> Reply:
    return _life(_exchange(world, world.token(world.b, _ACR), grant_type="access_token_refresh_token"))


@question(
    "registry-exchange-tenant-field",
    "the exchange of the registry tenant's token, with the cluster tenant in the field tenant",
    states("200", lambda it: it[0].status == 200),
)
def exchange_tenant_field(world: World) -> Reply:
    return _life(_exchange(world, world.token(world.b, _ACR), tenant=world.a.id))


def _life(reply: Reply) -> Reply:
    if reply.status != 200:
        return reply
    found = claims(reply.body["refresh_token"])
    return reply.showing(minutes=round((found["exp"] - found["iat"]) / 60))
