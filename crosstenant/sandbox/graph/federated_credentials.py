"""Federated identity credentials of applications.

https://learn.microsoft.com/graph/api/resources/federatedidentitycredentials-overview
"""

from __future__ import annotations

import uuid
from typing import Final

from crosstenant.sandbox.graph import sources
from crosstenant.sandbox.graph.directory import APPLICATIONS, find, find_to_change
from crosstenant.sandbox.graph.queries import many, one
from crosstenant.sandbox.graph.refusals import GraphRefusal, bad_request, not_found
from crosstenant.sandbox.graph.request import GraphRequest, Json

_KIND: Final = "federatedIdentityCredentials"
_NEEDED: Final = ("name", "issuer", "subject", "audiences")


def list_federated(request: GraphRequest) -> Json:
    """``GET /applications/{id}/federatedIdentityCredentials``."""
    request.may_read()
    return many(request, _KIND, find(request, APPLICATIONS)["_federatedIdentityCredentials"])


def get_federated(request: GraphRequest) -> Json:
    """``GET /applications/{id}/federatedIdentityCredentials/{id}``."""
    request.may_read()
    return one(request, _KIND, _credential(request, find(request, APPLICATIONS)))


def create_federated(request: GraphRequest) -> Json:
    """``POST /applications/{id}/federatedIdentityCredentials``."""
    application = find_to_change(request, APPLICATIONS)
    for name in _NEEDED:
        if not request.body.get(name):
            raise bad_request(f"Property '{name}' is required but was not specified.", source=sources.MISSING_PROPERTY)
    credentials = application["_federatedIdentityCredentials"]
    if any(other["name"] == request.body["name"] for other in credentials):
        raise GraphRefusal(
            409,
            "Request_MultipleObjectsWithSameKeyValue",
            f"FederatedIdentityCredential with name {request.body['name']} already exists.",
            source=sources.FEDERATED_CREDENTIAL_EXISTS,
        )
    given = {name: request.body.get(name) for name in (*_NEEDED, "description")}
    credential = {"id": str(uuid.uuid4()), **given}
    credentials.append(credential)
    return one(request, _KIND, credential)


def delete_federated(request: GraphRequest) -> None:
    """``DELETE /applications/{id}/federatedIdentityCredentials/{id}``."""
    application = find_to_change(request, APPLICATIONS)
    application["_federatedIdentityCredentials"].remove(_credential(request, application))


def _credential(request: GraphRequest, application: Json) -> Json:
    wanted = request.path["credential"]
    for credential in application["_federatedIdentityCredentials"]:
        if wanted in (credential["id"], credential["name"].lower()):
            return credential
    raise not_found(wanted)
