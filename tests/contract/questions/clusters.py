"""A cluster's credential: its read, and its reset. They need a cluster that is deleted afterwards."""

from __future__ import annotations

from tests.contract.caller import ARM
from tests.contract.question import Replies, question, refused, states
from tests.contract.replies import Reply
from tests.contract.world import AKS_CONTRIBUTOR, World

_PROFILE = "properties.servicePrincipalProfile"


def _cluster(world: World) -> str:
    assert world.estate.cluster
    return world.estate.cluster


def _reset(world: World, cluster: str, client_id: str, secret: str) -> Reply:
    address = f"{ARM}{cluster}/resetServicePrincipalProfile"
    return world.call("POST", address, world.a, {"clientId": client_id, "secret": secret})


def _settled(world: World) -> Reply:
    """Waits until no operation runs on the cluster."""

    def settled(reply: Reply) -> bool:
        state = str((reply.body.get("properties") or {}).get("provisioningState"))
        return reply.status >= 400 or state in ("Succeeded", "Failed", "Canceled")

    ask = lambda: world.call("GET", ARM + _cluster(world), world.a)  # noqa: E731
    return world.patiently(ask, settled, world.estate.reset_patience)


@question(
    "cluster-get",
    "a cluster with a service principal, as a read shows it",
    states(
        "200; the client ID is there, and the secret is not",
        lambda it: it[0].status == 200 and it[0].body[f"{_PROFILE}.secret"] in ("(absent)", None),
    ),
    need="cluster",
)
def get(world: World) -> Reply:
    reply = world.call("GET", ARM + _cluster(world), world.a)
    if reply.status == 200:
        world.names.name(reply.body["location"], "region")
        world.names.name(reply.body["properties"]["servicePrincipalProfile"]["clientId"], "former-client")
    return reply.pick(
        "id",
        "type",
        "properties.provisioningState",
        "properties.powerState",
        f"{_PROFILE}.clientId",
        f"{_PROFILE}.secret",
    )


@question(
    "cluster-reset-wrong-secret",
    "a reset with a wrong secret",
    refused(400, "ServicePrincipalValidationClientError", "AADSTS7000215"),
    need="cluster",
)
def reset_wrong_secret(world: World) -> Replies:
    return _followed(world, _reset(world, _cluster(world), world.pulling.client_id, "not-the-secret"))


@question(
    "cluster-reset-unknown-application",
    "a reset to an application that has no service principal in the cluster tenant",
    refused(400, "ServicePrincipalNotFound"),
    need="cluster",
)
def reset_unknown_application(world: World) -> Replies:
    reply = _reset(world, _cluster(world), "00000000-0000-4000-8000-0000000000ff", "any-secret")
    return _followed(world, reply)


@question(
    "cluster-reset",
    "a reset with the right secret, its operation until the end, and the cluster after it",
    states(
        "202 with Azure-AsyncOperation and Location; the operation is InProgress, then Succeeded; Location ends with "
        "200 or 204; the client ID is the new one",
        lambda it: (
            it[0].status == 202
            and {"azure-asyncoperation", "location"} <= set(it[0].headers)
            and [poll.body["status"] for poll in it[1:3]] == ["InProgress", "Succeeded"]
            and it[3].status in (200, 204)
            and it[4].body["isTheNewClient"] is True
        ),
    ),
    need="cluster",
)
def reset(world: World) -> Replies:
    begun, *followed = _followed(world, _begin_reset(world))
    if "location" in begun.headers:
        followed.append(world.call("GET", begun.headers["location"], world.a))
    cluster = _settled(world)
    found = cluster.pick(f"{_PROFILE}.clientId", "properties.provisioningState")
    shown = found.showing(
        isTheNewClient=found.body.get(f"{_PROFILE}.clientId") == world.pulling.client_id,
        provisioningState=found.body.get("properties.provisioningState"),
    )
    return [begun, *followed, shown]


def _begin_reset(world: World) -> Reply:
    _settled(world)
    app = world.pulling
    world.reset_begun = _reset(world, _cluster(world), app.client_id, app.secret)
    return world.reset_begun


@question(
    "cluster-operation-with-cluster-role-only",
    "the operation of that reset, read with a role on the cluster alone",
    states("200", lambda it: it[-1].status == 200),
    need="cluster",
)
def operation_with_cluster_role_only(world: World) -> Replies:
    started = world.reset_begun or _begin_reset(world)
    address = started.headers.get("azure-asyncoperation")
    if not address:
        return [started]
    app = world.pulling
    world.assign(_cluster(world), AKS_CONTRIBUTOR, app.principals[world.a.id])
    token = world.sign_in(world.a.id, app.client_id, app.secret).body["access_token"]
    read = world.patiently(
        lambda: world.call("GET", ARM + _cluster(world), world.a, token=token), lambda reply: reply.status == 200
    )
    return [read.pick("type"), world.call("GET", address, world.a, token=token).pick("status")]


@question(
    "cluster-reset-managed-identity",
    "a reset of a cluster with a managed identity",
    refused(400, "BadRequest", "not allowed on MSI cluster"),
    need="managed identity cluster",
)
def reset_managed_identity(world: World) -> Reply:
    assert world.estate.managed_identity_cluster
    app = world.pulling
    return _reset(world, world.estate.managed_identity_cluster, app.client_id, app.secret)


def _followed(world: World, begun: Reply) -> list[Reply]:
    """The answer to a reset, and the first and the last one of the operation that it began, if it began one."""
    address = begun.headers.get("azure-asyncoperation")
    if begun.status != 202 or not address:
        return [begun]
    first = world.call("GET", address, world.a)
    world.estate.hasten()
    last = world.patiently(
        lambda: world.call("GET", address, world.a),
        lambda reply: reply.status >= 400 or reply.body.get("status") in ("Succeeded", "Failed", "Canceled"),
        world.estate.reset_patience,
    )
    return [begun, first, last]


@question(
    "cluster-oidc-issuer",
    "the OIDC issuer of a cluster, and its discovery document",
    states(
        "200; the address has the cluster tenant's ID and a closing slash, and the document names the same",
        lambda it: it[0].status == 200 and it[0].body == {"enabled": True, "tenant": True, "slash": True, "same": True},
    ),
    need="managed identity cluster",
)
def oidc_issuer(world: World) -> Reply:
    reply = world.call("GET", f"{ARM}{world.estate.managed_identity_cluster}", world.a)
    profile = reply.body["properties"]["oidcIssuerProfile"]
    issuer = str(profile.get("issuerURL", ""))
    world.names.name(issuer, "issuer")
    document = world.send("GET", f"{issuer}.well-known/openid-configuration").body
    return reply.showing(
        enabled=profile["enabled"],
        tenant=f"/{world.a.id}/" in issuer,
        slash=issuer.endswith("/"),
        same=document["issuer"] == issuer,
    )
