"""Microsoft Graph: applications, their secrets, and service principals."""

from __future__ import annotations

from tests.contract.caller import GRAPH
from tests.contract.normalise import Json
from tests.contract.question import Replies, question, refused, states
from tests.contract.replies import Reply
from tests.contract.world import World

_PRINCIPALS = f"{GRAPH}/v1.0/servicePrincipals"
_APPLICATIONS = f"{GRAPH}/v1.0/applications"


@question(
    "graph-service-principal-twice",
    "a second service principal of one application in one tenant",
    refused(409, "Request_MultipleObjectsWithSameKeyValue"),
)
def service_principal_twice(world: World) -> Reply:
    return world.call("POST", _PRINCIPALS, world.b, {"appId": world.pulling.client_id})


@question(
    "graph-service-principal-single-tenant",
    "a service principal in the registry tenant, of a single-tenant application of the cluster tenant",
    refused(400, "Request_BadRequest", "does not reference a valid application object"),
)
def service_principal_single_tenant(world: World) -> Reply:
    return world.call("POST", _PRINCIPALS, world.b, {"appId": world.single_tenant.client_id})


@question(
    "graph-service-principal-owner",
    "the service principal of another tenant's application",
    states(
        "200; appOwnerOrganizationId is the application's tenant",
        lambda it: it[-1].status == 200 and it[-1].body["appOwnerOrganizationId"] != "(absent)",
    ),
)
def service_principal_owner(world: World) -> Reply:
    reply = world.call("GET", f"{_PRINCIPALS}/{world.pulling.principals[world.b.id]}", world.b)
    return reply.pick("appId", "appOwnerOrganizationId", "accountEnabled", "servicePrincipalType", "signInAudience")


@question(
    "graph-password-past-end",
    "a secret whose end date is in the past",
    refused(400, "KeyCredentialsInvalidEndDate"),
)
def password_past_end(world: World) -> Reply:
    address = f"{_APPLICATIONS}/{world.pulling.object_id}/addPassword"
    body = {"passwordCredential": {"displayName": "past", "endDateTime": "2020-01-01T00:00:00Z"}}
    reply = world.call("POST", address, world.a, body)
    if reply.status == 200:
        # Named here, because the secret was made against what is stated.
        world.names.hide(world.pulling.client_id, reply.body["secretText"])
    return reply


@question(
    "graph-key-ids-listed",
    "an application's secrets, as a read shows them",
    states(
        "200; the key ID is the one that addPassword answered, and the secret is null",
        lambda it: it[-1].status == 200 and it[-1].body["keyIdIsListed"] and it[-1].body["secretText"] is None,
    ),
)
def key_ids_listed(world: World) -> Reply:
    app = world.pulling

    def credential_of(reply: Reply) -> Json:
        found = [it for it in reply.body.get("passwordCredentials", []) if it["keyId"] == app.key_id]
        return found[0] if found else {}

    ask = lambda: world.call("GET", f"{_APPLICATIONS}/{app.object_id}", world.a)  # noqa: E731
    reply = world.patiently(ask, lambda reply: bool(credential_of(reply)))
    credential = credential_of(reply)
    properties = sorted(credential)
    return reply.showing(
        keyIdIsListed=bool(credential), secretText=credential.get("secretText", "(absent)"), properties=properties
    )


@question(
    "graph-remove-unknown-password",
    "the removal of a secret that the application does not have",
    refused(400, "Request_BadRequest"),
)
def remove_unknown_password(world: World) -> Reply:
    address = f"{_APPLICATIONS}/{world.pulling.object_id}/removePassword"
    return world.call("POST", address, world.a, {"keyId": "00000000-0000-4000-8000-000000000000"})


@question(
    "graph-read-after-write",
    "a new application, read by its ID and listed by its client ID at once",
    # The delay is what the answers show; Graph promises neither.
    states("200 or 404 for the read, 200 for the list", lambda it: it[0].status in (200, 404) and it[1].status == 200),
)
def read_after_write(world: World) -> Replies:
    app = world.application("read-after-write")
    read = world.call("GET", f"{_APPLICATIONS}/{app.object_id}", world.a).pick("appId")
    listed = world.call("GET", f"{_APPLICATIONS}?$filter=appId eq '{app.client_id}'", world.a)
    return [read, listed.showing(listed=len(listed.body.get("value", [])))]
