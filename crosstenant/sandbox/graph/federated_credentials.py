"""Federated identity credentials of applications.

https://learn.microsoft.com/graph/api/resources/federatedidentitycredentials-overview. Sign-in knows a new one, or new
values, after ``settings.lag.federatedCredential`` seconds.
"""

from __future__ import annotations

import re
import uuid
from typing import Final

from crosstenant.sandbox.graph import sources
from crosstenant.sandbox.graph.directory import (
    APPLICATIONS,
    check_length,
    check_properties,
    find,
    find_to_change,
)
from crosstenant.sandbox.graph.queries import many, one
from crosstenant.sandbox.graph.refusals import GraphRefusal, bad_request, not_found
from crosstenant.sandbox.graph.request import GraphRequest, Json
from crosstenant.sandbox.world.addresses import split_address

_KIND: Final = "federatedIdentityCredentials"
_NEEDED: Final = ("name", "issuer", "subject", "audiences")
_CHANGEABLE: Final = ("issuer", "subject", "audiences", "description")
_PROPERTIES: Final = (*_NEEDED, "description")
_MOST: Final = 20
_LONGEST: Final = 600
# https://learn.microsoft.com/graph/api/resources/federatedidentitycredential: 120 characters, URL-friendly.
_NAME: Final = re.compile(r"[A-Za-z0-9._~-]{1,120}")


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
    given = {name: request.body.get(name) for name in _PROPERTIES}
    _check_form(request.body, given)
    _check_name(str(given["name"]))
    credentials: list[Json] = application["_federatedIdentityCredentials"]
    if any(other["name"] == given["name"] for other in credentials):
        raise GraphRefusal(
            409,
            "Request_MultipleObjectsWithSameKeyValue",
            f"FederatedIdentityCredential with name {given['name']} already exists.",
            source=sources.FEDERATED_CREDENTIAL_EXISTS,
        )
    if len(credentials) >= _MOST:
        raise bad_request(
            f"The limit of {_MOST} federated identity credentials of an application is reached.",
            source=sources.TOO_MANY_FEDERATED_CREDENTIALS,
        )
    _check_unique(credentials, given)
    credential = {"id": str(uuid.uuid4()), **given, "_usable_at": _usable_at(request)}
    credentials.append(credential)
    return one(request, _KIND, credential)


def update_federated(request: GraphRequest) -> None:
    """``PATCH /applications/{id}/federatedIdentityCredentials/{id}``: everything but the name."""
    application = find_to_change(request, APPLICATIONS)
    credential = _credential(request, application)
    changes = {name: request.body[name] for name in _CHANGEABLE if name in request.body}
    given = {**credential, **changes}
    _check_form(request.body, given)
    _check_unique([one for one in application["_federatedIdentityCredentials"] if one is not credential], given)
    credential.update(changes, _usable_at=_usable_at(request))


def delete_federated(request: GraphRequest) -> None:
    """``DELETE /applications/{id}/federatedIdentityCredentials/{id}``."""
    application = find_to_change(request, APPLICATIONS)
    application["_federatedIdentityCredentials"].remove(_credential(request, application))


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise GraphRefusal(
            400,
            "InvalidFederatedIdentityCredentialValue",
            "The specified Name value is not a valid URI last segment. paramName: FederatedIdentityCredential.Name, "
            f"paramValue: {name}, objectType: Microsoft.Online.DirectoryServices.Application",
            source=sources.FEDERATED_NAME,
        )


def _check_form(body: Json, given: Json) -> None:
    check_properties(dict.fromkeys(_PROPERTIES), body)
    for name in _NEEDED:
        if not given[name]:
            raise bad_request(f"Property '{name}' is required but was not specified.", source=sources.MISSING_PROPERTY)
    for name in ("issuer", "subject", "description"):
        check_length("FederatedIdentityCredential", given, name, _LONGEST)
    if not split_address(given["issuer"]).hostname:
        raise bad_request(
            "Invalid value specified for property 'issuer' of resource 'FederatedIdentityCredential'.",
            source=sources.FEDERATED_ISSUER,
        )
    if len(given["audiences"]) != 1 or not 0 < len(given["audiences"][0]) <= _LONGEST:
        raise bad_request(
            "Invalid value specified for property 'audiences' of resource 'FederatedIdentityCredential'.",
            source=sources.FEDERATED_AUDIENCES,
        )


def _check_unique(others: list[Json], given: Json) -> None:
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
