"""A sandbox state with an application of the cluster tenant, and the registries' application to ask with it."""

import copy
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import httpx
import jwt

from crosstenant.sandbox.registry.app import make_app
from crosstenant.sandbox.world.directory_documents import new_application, new_password, new_service_principal
from crosstenant.sandbox.world.seed import CLUSTER_TENANT, REGISTRY_GROUP, REGISTRY_SUBSCRIPTION, REGISTRY_TENANT, seed
from crosstenant.sandbox.world.state import State, Store, now
from crosstenant.sandbox.world.times import timestamp

LEGACY = "fabrikamimages.azurecr.io"
ABAC = "fabrikamabac.azurecr.io"

APP = "a0000000-0000-4000-8000-0000000abc01"
PRINCIPAL = "b0000000-0000-4000-8000-0000000abc02"
SECRET = "the-pull-secret-of-the-test"

ACR_PULL = "7f951dda-4ed3-4680-a7ca-43fe172d538d"
ACR_PUSH = "8311e382-0749-4cb8-b61a-304f252e45ec"
ACR_DELETE = "c2f4ef07-c644-48eb-af81-4b1b4947fb11"
REPOSITORY_READER = "b93aa761-3e63-49ed-ac28-beffa264f7ac"
CATALOG_LISTER = "bfdb9389-c9a5-478a-bb2f-ba9ca092c3c7"
READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c"
OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
AKS_CONTRIBUTOR = "ed7f3fbd-7b88-4dd4-9017-9adb7ce333f8"


def registry_id(host: str) -> str:
    name = host.partition(".")[0]
    return f"{REGISTRY_GROUP}/providers/Microsoft.ContainerRegistry/registries/{name}"


def within(*comparisons: str) -> str:
    """A condition that holds a repository reader to names, as the portal writes it."""
    name = "@Request[Microsoft.ContainerRegistry/registries/repositories:name]"
    return (
        "((!(ActionMatches{'Microsoft.ContainerRegistry/registries/repositories/content/read'})"
        " AND !(ActionMatches{'Microsoft.ContainerRegistry/registries/repositories/metadata/read'}))"
        f" OR ({' OR '.join(f'{name} {comparison}' for comparison in comparisons)}))"
    )


class World:
    """The store, the ways to change it, and a client for the registries."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(make_app(store)), follow_redirects=True)

    def add_application(self, app_id: str = APP, secret: str = SECRET, audience: str = "AzureADMultipleOrgs") -> None:
        """An application at home in the cluster tenant, with a secret."""
        with self.store.change() as state:
            time = now(state)
            application = new_application(
                str(uuid.uuid4()), app_id, CLUSTER_TENANT, "pull", timestamp(time), "contoso.onmicrosoft.com"
            )
            application["signInAudience"] = audience
            start, end = timestamp(time - 60), timestamp(time + 86400)
            application["passwordCredentials"] = [new_password(str(uuid.uuid4()), secret, "pull", start, end, 0.0)]
            state["applications"][application["id"]] = application

    def add_principal(self, tenant: str = REGISTRY_TENANT, object_id: str = PRINCIPAL, app_id: str = APP) -> None:
        """The application's service principal in a tenant."""
        with self.store.change() as state:
            application = next(one for one in state["applications"].values() if one["appId"] == app_id)
            principal = new_service_principal(object_id, application, tenant, timestamp(now(state)))
            principal["_graph_permissions"] = []
            principal["_usable_at"] = 0.0
            state["servicePrincipals"][object_id] = principal

    def assign(
        self,
        role: str,
        scope: str,
        condition: str | None = None,
        principal_id: str = PRINCIPAL,
        effective_at: float = 0.0,
    ) -> str:
        """A role assignment; the key of its document."""
        name = str(uuid.uuid4())
        document: dict[str, Any] = {
            "id": f"{scope}/providers/Microsoft.Authorization/roleAssignments/{name}",
            "name": name,
            "type": "Microsoft.Authorization/roleAssignments",
            "properties": {
                "roleDefinitionId": (
                    f"/subscriptions/{REGISTRY_SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{role}"
                ),
                "principalId": principal_id,
                "principalType": "ServicePrincipal",
                "scope": scope,
                "condition": condition,
                "conditionVersion": "2.0" if condition else None,
            },
            "_effective_at": effective_at,
        }
        with self.store.change() as state:
            state["roleAssignments"][document["id"].lower()] = document
        return document["id"].lower()

    @contextmanager
    def application(self) -> Iterator[dict[str, Any]]:
        with self.store.change() as state:
            yield next(one for one in state["applications"].values() if one["appId"] == APP)

    @contextmanager
    def registry(self, host: str) -> Iterator[dict[str, Any]]:
        """A registry's properties, to be changed."""
        with self.store.change() as state:
            yield state["resources"][registry_id(host).lower()]["properties"]

    def set(self, **settings: object) -> None:
        with self.store.change() as state:
            state["settings"].update(settings)

    def wait(self, seconds: float) -> None:
        with self.store.change() as state:
            state["clock"]["ahead_seconds"] += seconds

    async def token(
        self, host: str, *scopes: str, username: str = APP, password: str = SECRET, **parameters: str
    ) -> httpx.Response:
        """The token service's answer to basic credentials."""
        query: list[tuple[str, str | int | float | bool | None]] = [
            ("service", host),
            *(("scope", scope) for scope in scopes),
            *parameters.items(),
        ]
        return await self.client.get(f"https://{host}/oauth2/token", params=query, auth=(username, password))

    async def access(self, host: str, *scopes: str) -> list[dict[str, Any]]:
        """What the token opens that the basic credentials get."""
        answer = await self.token(host, *scopes)
        assert answer.status_code == 200, answer.text
        return claims(answer.json()["access_token"])["access"]

    async def get(self, host: str, path: str, token: str = "", method: str = "GET", **headers: str) -> httpx.Response:
        given = {"Authorization": f"Bearer {token}"} if token else {}
        return await self.client.request(method, f"https://{host}{path}", headers={**given, **headers})

    async def pull(self, host: str, repository: str, reference: str = "1.0") -> httpx.Response:
        """A manifest as a node fetches it: a token first, the manifest with it."""
        answer = await self.token(host, f"repository:{repository}:pull")
        if answer.status_code != 200:
            return answer
        return await self.get(host, f"/v2/{repository}/manifests/{reference}", answer.json()["access_token"])


def claims(token: str) -> dict[str, Any]:
    return jwt.decode(token, options={"verify_signature": False})


def refusal(answer: httpx.Response) -> tuple[int, str, str]:
    [error] = answer.json()["errors"]
    return answer.status_code, error["code"], error["message"]


AUTHENTICATION_REQUIRED = (
    401,
    "UNAUTHORIZED",
    "authentication required, visit https://aka.ms/acr/authorization for more information.",
)
NOT_REGISTERED = (401, "UNAUTHORIZED", "Application not registered with AAD.")
WRONG_SECRET = (401, "UNAUTHORIZED", "Invalid clientid or client secret.")
DENIED = (403, "DENIED", "requested access to the resource is denied")


def open_world(folder: Path) -> World:
    """A fresh sandbox state in a folder."""
    return World(Store(folder / "state.json", lambda: copy.deepcopy(_seed())))


@lru_cache(maxsize=1)
def _seed() -> State:
    # Making the signing key is what takes time.
    return seed()
