"""A chain made by hand, as Microsoft's guide has it, and the command that adopts it.

https://learn.microsoft.com/azure/container-registry/authenticate-aks-cross-tenant
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from crosstenant.model.consent import MICROSOFT_GRAPH, USER_READ
from crosstenant.sandbox.world import seed
from crosstenant.sandbox.world.directory_documents import new_application, new_password, new_service_principal
from crosstenant.sandbox.world.state import State, now
from crosstenant.sandbox.world.times import timestamp
from lib.checkout import VENV
from lib.stack import Outcome, Stack, run
from tests.engine.engine_world import Azure

Json = dict[str, Any]

APP = "a0000000-0000-4000-8000-000000000b01"
APPLICATION = "a0000000-0000-4000-8000-000000000b0e"
HOME = "a0000000-0000-4000-8000-000000000b0d"
FOREIGN = "b0000000-0000-4000-8000-000000000b0d"
ASSIGNMENT = "0c6a4a0e-7a40-4a3e-8a3e-3f1a3c9f1b11"
KEY = "11111111-1111-4111-8111-111111111111"
SECRET = "hand-made-secret-of-the-guide"
CLUSTER_CALLER = "a0000000-0000-4000-8000-0000000000d1"
REGISTRY_CALLER = "b0000000-0000-4000-8000-0000000000d1"
ACR_PULL = "7f951dda-4ed3-4680-a7ca-43fe172d538d"
REPOSITORY_READER = "b93aa761-3e63-49ed-ac28-beffa264f7ac"
ABAC = seed.REGISTRY.replace("fabrikamimages", "fabrikamabac")
CONDITION = """(
 (
  !(ActionMatches{'Microsoft.ContainerRegistry/registries/repositories/content/read'})
  AND
  !(ActionMatches{'Microsoft.ContainerRegistry/registries/repositories/metadata/read'})
 )
 OR
 (
  @Request[Microsoft.ContainerRegistry/registries/repositories:name] StringStartsWith 'backend/'
 )
)"""
"""As the portal's editor writes it."""


def make_application(state: State, owners: Sequence[str] = (CLUSTER_CALLER,)) -> Json:
    """The application with its secret and its home service principal, as the portal makes them, used by the cluster.

    It is single-tenant, has no redirect URI and asks for User.Read.
    """
    moment = now(state)
    application = new_application(
        APPLICATION, APP, seed.CLUSTER_TENANT, "AKS image pull", timestamp(moment), "contoso.onmicrosoft.com"
    )
    application["passwordCredentials"] = [
        new_password(KEY, SECRET, "by hand", timestamp(moment - 60), timestamp(moment + 86400 * 300), 0.0)
    ]
    application["requiredResourceAccess"] = [
        {"resourceAppId": MICROSOFT_GRAPH, "resourceAccess": [{"id": USER_READ, "type": "Scope"}]}
    ]
    application["_owners"] = list(owners)
    principal = new_service_principal(HOME, application, seed.CLUSTER_TENANT, timestamp(moment))
    principal.update(tags=["WindowsAzureActiveDirectoryIntegratedApp"], _owners=list(owners))
    state["applications"][APPLICATION] = application
    state["servicePrincipals"][HOME] = principal
    cluster = state["resources"][seed.CLUSTER.lower()]
    cluster["properties"]["servicePrincipalProfile"] = {"clientId": APP}
    cluster["_credential"] = {"clientId": APP, "secret": SECRET}
    for node in cluster["_nodes"]:
        node.update(clientId=APP, secret=SECRET)
    return application


def make_chain(state: State, registry: str = seed.REGISTRY, role: str = ACR_PULL, condition: str | None = None) -> None:
    """The whole chain: besides, the service principal in the registry's tenant, with an owner, and its pull role."""
    application = make_application(state)
    moment = timestamp(now(state))
    foreign = new_service_principal(FOREIGN, application, seed.REGISTRY_TENANT, moment)
    foreign["_owners"] = ["b0000000-0000-4000-8000-0000000000d3"]
    state["servicePrincipals"][FOREIGN] = foreign
    assign(state, ASSIGNMENT, registry, role, condition)


def end_the_secret(state: State) -> None:
    """The secret has ended, and with it the cluster: its last operation failed."""
    (secret,) = state["applications"][APPLICATION]["passwordCredentials"]
    secret["endDateTime"] = timestamp(now(state) - 60)
    state["resources"][seed.CLUSTER.lower()]["properties"]["provisioningState"] = "Failed"


def assign(state: State, name: str, scope: str, role: str, condition: str | None = None) -> None:
    """A role assignment of that service principal."""
    assignment_id = f"{scope}/providers/Microsoft.Authorization/roleAssignments/{name}"
    subscription = f"/subscriptions/{seed.REGISTRY_SUBSCRIPTION}"
    moment = timestamp(now(state))
    state["roleAssignments"][assignment_id.lower()] = {
        "id": assignment_id,
        "name": name,
        "type": "Microsoft.Authorization/roleAssignments",
        "properties": {
            "roleDefinitionId": f"{subscription}/providers/Microsoft.Authorization/roleDefinitions/{role}",
            "principalId": FOREIGN,
            "principalType": "ServicePrincipal",
            "scope": scope,
            "condition": condition,
            "conditionVersion": "2.0" if condition else None,
            "description": None,
            "delegatedManagedIdentityResourceId": None,
            "createdOn": moment,
            "createdBy": FOREIGN,
            "updatedOn": moment,
            "updatedBy": FOREIGN,
        },
        "_effective_at": 0.0,
    }


class Adopting:
    """The command and the stack that follows it."""

    def __init__(self, azure: Azure, folder: Path) -> None:
        """:param folder: Where the command runs and writes."""
        self.azure = azure
        self.folder = folder

    def adopt(self, *options: str, registry: str = seed.REGISTRY, cluster: str = seed.CLUSTER, **env: str) -> Outcome:
        """``crosstenant adopt`` with the seeded callers' credentials."""
        environ = {
            "CLUSTER_TENANT_ID": seed.CLUSTER_TENANT,
            "CLUSTER_CLIENT_ID": seed.CLUSTER_CALLER_ID,
            "CLUSTER_CLIENT_SECRET": seed.CLUSTER_CALLER_SECRET,
            "REGISTRY_TENANT_ID": seed.REGISTRY_TENANT,
            "REGISTRY_CLIENT_ID": seed.REGISTRY_CALLER_ID,
            "REGISTRY_CLIENT_SECRET": seed.REGISTRY_CALLER_SECRET,
        }
        command = [
            str(VENV / "bin" / "crosstenant"),
            "adopt",
            "--cluster",
            cluster,
            "--registry",
            registry,
            "--name",
            "prod",
            *options,
        ]
        return run(command, cwd=self.folder, env={**self.azure.environ, **environ, **env}, shown="crosstenant adopt")

    @property
    def document(self) -> Json:
        """What it wrote for ``pulumi import``."""
        return json.loads((self.folder / "adopted" / "import.json").read_text())

    @property
    def program(self) -> str:
        """The program that it wrote."""
        return (self.folder / "adopted" / "__main__.py").read_text()

    def import_step(self, stack: Stack) -> Outcome:
        """``pulumi import`` of the document."""
        document = str(self.folder / "adopted" / "import.json")
        return stack.operate("import", "--file", document, "--generate-code=false", "--protect=false")

    def import_into(self, stack: Stack) -> None:
        """The two steps that put the chain into the stack's state, changing nothing."""
        refreshed = stack.operate("refresh", "--run-program")
        assert refreshed.code == 0, refreshed.output
        imported = self.import_step(stack)
        assert imported.code == 0, imported.output
        assert self.azure.writes == []
