"""Federated identity credentials of applications.

https://learn.microsoft.com/graph/api/resources/federatedidentitycredentials-overview. Sign-in knows a new one, or new
values, after ``settings.lag.federatedCredential`` seconds.
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
_CHANGEABLE: Final = ("issuer", "subject", "audiences", "description")
_MOST: Final = 20


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
    credentials: list[Json] = application["_federatedIdentityCredentials"]
    if any(other["name"] == request.body["name"] for other in credentials):
        raise GraphRefusal(
            409,
            "Request_MultipleObjectsWithSameKeyValue",
            f"FederatedIdentityCredential with name {request.body['name']} already exists.",
            source=sources.FEDERATED_CREDENTIAL_EXISTS,
        )
    if len(credentials) >= _MOST:
        raise bad_request(
            f"The limit of {_MOST} federated identity credentials of an application is reached.",
            source=sources.TOO_MANY_FEDERATED_CREDENTIALS,
        )
    given = {name: request.body.get(name) for name in (*_NEEDED, "description")}
    _check(credentials, given)
    credential = {"id": str(uuid.uuid4()), **given, "_usable_at": _usable_at(request)}
    credentials.append(credential)
    return one(request, _KIND, credential)


def update_federated(request: GraphRequest) -> None:
    """``PATCH /applications/{id}/federatedIdentityCredentials/{id}``: everything but the name."""
    application = find_to_change(request, APPLICATIONS)
    credential = _credential(request, application)
    changes = {name: request.body[name] for name in _CHANGEABLE if name in request.body}
    others = [one for one in application["_federatedIdentityCredentials"] if one is not credential]
    _check(others, {**credential, **changes})
    credential.update(changes, _usable_at=_usable_at(request))


def delete_federated(request: GraphRequest) -> None:
    """``DELETE /applications/{id}/federatedIdentityCredentials/{id}``."""
    application = find_to_change(request, APPLICATIONS)
    application["_federatedIdentityCredentials"].remove(_credential(request, application))


def _check(others: list[Json], given: Json) -> None:
    if len(given["audiences"]) != 1:
        raise bad_request(
            "Invalid value specified for property 'audiences' of resource 'FederatedIdentityCredential'.",
            source=sources.FEDERATED_AUDIENCES,
        )
    if any((one["issuer"], one["subject"]) == (given["issuer"], given["subject"]) for one in others):
        raise GraphRefusal(
            400,
            "InvalidFederatedIdentityCredentialValue",
            "The combination of issuer and subject must be unique for the application. Issuer"
            f" {given['issuer']} and Subject: {given['subject']} already exist. paramName:"
            f" FederatedIdentityCredential.Subject, paramValue: {given['subject']}, objectType:"
            " Microsoft.Online.DirectoryServices.Application",
            source=sources.FEDERATED_SUBJECT_EXISTS,
        )


def _usable_at(request: GraphRequest) -> float:
    return request.time + float(request.state["settings"]["lag"].get("federatedCredential", 0))


def _credential(request: GraphRequest, application: Json) -> Json:
    wanted = request.path["credential"]
    for credential in application["_federatedIdentityCredentials"]:
        if wanted in (credential["id"], credential["name"].lower()):
            return credential
    raise not_found(wanted)
