"""The admin consent page, asked without a session.

The sandbox has no users, and counts a request as an administrator's click: only refusals can be compared.
"""

from __future__ import annotations

import uuid
from urllib.parse import urlencode

from tests.contract.caller import LOGIN
from tests.contract.question import question, refused
from tests.contract.replies import Reply
from tests.contract.world import World

_REDIRECT = "https://www.microsoft.com/"


def _page(world: World, tenant: str, client_id: str) -> Reply:
    query = urlencode({"client_id": client_id, "redirect_uri": _REDIRECT})
    return world.send("GET", f"{LOGIN}/{tenant}/adminconsent?{query}")


@question("consent-unknown-tenant", "the consent page of a tenant that does not exist", refused(400, "AADSTS90002"))
def unknown_tenant(world: World) -> Reply:
    return _page(world, str(uuid.uuid4()), world.absent.client_id)


@question(
    "consent-unknown-application",
    "the consent page for an application that does not exist",
    refused(400, "AADSTS700016"),
)
def unknown_application(world: World) -> Reply:
    return _page(world, world.b.id, str(uuid.uuid4()))


@question(
    "consent-unlisted-redirect",
    "the consent page with a redirect URI that the application does not list",
    refused(400, "AADSTS50011"),
)
def unlisted_redirect(world: World) -> Reply:
    return _page(world, world.b.id, world.absent.client_id)


@question(
    "consent-without-permissions",
    "the consent page for an application that requests no permission",
    refused(400, "AADSTS650056"),
)
def without_permissions(world: World) -> Reply:
    app = world.application("consent", web={"redirectUris": [_REDIRECT]})
    return _page(world, world.b.id, app.client_id)
