"""The requests that Graph answers: method, path below the version, and the function that answers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from crosstenant.sandbox.graph import applications, organization, owners, passwords, service_principals
from crosstenant.sandbox.graph import federated_credentials as federated
from crosstenant.sandbox.graph.directory import APPLICATIONS, SERVICE_PRINCIPALS
from crosstenant.sandbox.graph.request import GraphRequest, Json

Operation = Callable[[GraphRequest], Json | None]
Routes = tuple[tuple[str, str, Operation], ...]


def _owners(kind: str, path: str) -> Routes:
    return (
        ("GET", f"{path}/owners", partial(owners.list_owners, kind=kind)),
        ("POST", f"{path}/owners/$ref", partial(owners.add_owner, kind=kind)),
        ("DELETE", f"{path}/owners/{{owner}}/$ref", partial(owners.remove_owner, kind=kind)),
    )


def _passwords(kind: str, path: str) -> Routes:
    return (
        ("POST", f"{path}/addPassword", partial(passwords.add_password, kind=kind)),
        ("POST", f"{path}/removePassword", partial(passwords.remove_password, kind=kind)),
    )


def _application(path: str) -> Routes:
    credentials = f"{path}/federatedIdentityCredentials"
    return (
        *_owners(APPLICATIONS, path),
        *_passwords(APPLICATIONS, path),
        ("GET", credentials, federated.list_federated),
        ("POST", credentials, federated.create_federated),
        ("GET", f"{credentials}/{{credential}}", federated.get_federated),
        ("PATCH", f"{credentials}/{{credential}}", federated.update_federated),
        ("DELETE", f"{credentials}/{{credential}}", federated.delete_federated),
        ("GET", path, applications.get_application),
        ("PATCH", path, applications.update_application),
        ("DELETE", path, applications.delete_application),
    )


def _service_principal(path: str) -> Routes:
    return (
        *_owners(SERVICE_PRINCIPALS, path),
        *_passwords(SERVICE_PRINCIPALS, path),
        ("GET", path, service_principals.get_service_principal),
        ("PATCH", path, service_principals.update_service_principal),
        ("DELETE", path, service_principals.delete_service_principal),
    )


ROUTES: Final[Routes] = (
    ("GET", "/me", organization.get_me),
    ("GET", "/me/ownedObjects", organization.get_me),
    ("GET", "/organization", organization.list_organizations),
    ("POST", "/directoryObjects/getByIds", organization.get_by_ids),
    ("GET", "/directoryObjects/{object_id}", organization.get_directory_object),
    ("GET", "/applications", applications.list_applications),
    ("POST", "/applications", applications.create_application),
    ("GET", "/servicePrincipals", service_principals.list_service_principals),
    ("POST", "/servicePrincipals", service_principals.create_service_principal),
    # An object has two addresses: its object ID, and its client ID as alternate key.
    *_application("/applications/{object_id}"),
    *_application("/applications(appId='{app_id}')"),
    *_service_principal("/servicePrincipals/{object_id}"),
    *_service_principal("/servicePrincipals(appId='{app_id}')"),
)
