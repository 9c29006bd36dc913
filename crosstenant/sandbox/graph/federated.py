"""Federated identity credentials of applications.

https://learn.microsoft.com/graph/api/resources/federatedidentitycredentials-overview
"""

from __future__ import annotations

import uuid
from typing import Final

from crosstenant.sandbox.graph.call import Call, GraphError, Json, bad_request, not_found
from crosstenant.sandbox.graph.directory import APPLICATIONS, find, find_to_change
from crosstenant.sandbox.graph.queries import many, one

_KIND: Final = "federatedIdentityCredentials"
_NEEDED: Final = ("name", "issuer", "subject", "audiences")


def list_federated(call: Call) -> Json:
    """``GET /applications/{id}/federatedIdentityCredentials``."""
    call.may_read()
    return many(call, _KIND, find(call, APPLICATIONS)["_federatedIdentityCredentials"])


def get_federated(call: Call) -> Json:
    """``GET /applications/{id}/federatedIdentityCredentials/{id}``."""
    call.may_read()
    return one(call, _KIND, _credential(call, find(call, APPLICATIONS)))


def create_federated(call: Call) -> Json:
    """``POST /applications/{id}/federatedIdentityCredentials``."""
    application = find_to_change(call, APPLICATIONS)
    for name in _NEEDED:
        if not call.body.get(name):
            raise bad_request(f"Property '{name}' is required but was not specified.")
    credentials = application["_federatedIdentityCredentials"]
    if any(other["name"] == call.body["name"] for other in credentials):
        raise GraphError(
            409,
            "Request_MultipleObjectsWithSameKeyValue",
            f"FederatedIdentityCredential with name {call.body['name']} already exists.",
        )
    given = {name: call.body.get(name) for name in (*_NEEDED, "description")}
    credential = {"id": str(uuid.uuid4()), **given}
    credentials.append(credential)
    return one(call, _KIND, credential)


def delete_federated(call: Call) -> None:
    """``DELETE /applications/{id}/federatedIdentityCredentials/{id}``."""
    application = find_to_change(call, APPLICATIONS)
    application["_federatedIdentityCredentials"].remove(_credential(call, application))


def _credential(call: Call, application: Json) -> Json:
    wanted = call.path["credential"]
    for credential in application["_federatedIdentityCredentials"]:
        if wanted in (credential["id"], credential["name"].lower()):
            return credential
    raise not_found(wanted)
