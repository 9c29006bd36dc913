"""What others change in the two tenants, outside the stack."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from crosstenant.sandbox.world import drift, role_drift, seed
from crosstenant.sandbox.world.state import State

CLUSTERS: Final = ("aks-prod", "aks-000")
"""The names of the chain's clusters, in the order of their waves."""
REGISTRY: Final = "fabrikamimages"
_WIDER: Final = "AcrPush"

Make = Callable[[State, str], object]
"""Makes a change, given the client ID of the application; LookupError where there is nothing to change."""


@dataclass(frozen=True)
class Drift:
    """A change, and what must come of it."""

    name: str
    make: Make
    stops: tuple[str, ...] = ()
    """The clusters whose nodes cannot pull until the repair. A change that stops none explains no refused pull."""
    resets: tuple[str, ...] = ()
    """The clusters that the repair has to reset."""
    is_seen: bool = True
    """Whether the preview has to show it."""
    undo: Make | None = None
    """The same person undoes it after the night: the stack does not see it."""


def _remove_secret(number: int) -> Make:
    """Removes one of two secrets, in the order of their ends."""

    def make(state: State, client_id: str) -> None:
        found = drift.application(state, client_id)["passwordCredentials"]
        if len(found) < 2:
            raise LookupError("there is one secret")
        drift.remove_secret(state, client_id, sorted(found, key=lambda it: it["endDateTime"])[number]["keyId"])

    return make


def _remove_wider_role(state: State, client_id: str) -> None:
    own = {it["id"] for it in state["servicePrincipals"].values() if it["appId"] == client_id}
    wider = role_drift.role_definition_id(seed.REGISTRY_SUBSCRIPTION, _role_id(_WIDER))
    for key, it in list(state["roleAssignments"].items()):
        properties: dict[str, Any] = it["properties"]
        if properties["principalId"] in own and properties["roleDefinitionId"] == wider:
            del state["roleAssignments"][key]


def _role_id(name: str) -> str:
    return next(it.id for it in role_drift.BUILT_IN.values() if it.name == name)


def _reset(cluster: str) -> Drift:
    return Drift(
        f"cluster {cluster} is reset to its old application",
        lambda state, _: drift.reset_cluster(state, cluster),
        stops=(cluster,),
        resets=(cluster,),
    )


DRIFTS: Final = (
    Drift(
        "the role assignment is deleted",
        lambda state, client_id: drift.remove_role_assignment(state, REGISTRY, client_id),
        stops=CLUSTERS,
    ),
    Drift(
        "a wider role is assigned",
        lambda state, client_id: role_drift.add_role(state, REGISTRY, client_id, _WIDER),
        is_seen=False,
        undo=_remove_wider_role,
    ),
    Drift(
        "the service principal in the registry tenant is disabled",
        lambda state, client_id: drift.disable_service_principal(state, seed.REGISTRY_TENANT, client_id),
        stops=CLUSTERS,
    ),
    Drift(
        "the service principal in the registry tenant is deleted",
        lambda state, client_id: drift.delete_service_principal(state, seed.REGISTRY_TENANT, client_id),
        stops=CLUSTERS,
    ),
    Drift(
        "the service principal in the cluster tenant is disabled",
        lambda state, client_id: drift.disable_service_principal(state, seed.CLUSTER_TENANT, client_id),
    ),
    Drift(
        "the application is set to single-tenant",
        lambda state, client_id: drift.set_audience(state, client_id, "AzureADMyOrg"),
        stops=CLUSTERS,
    ),
    Drift(
        "the redirect URI is changed",
        lambda state, client_id: drift.set_redirect_uri(state, client_id, "https://elsewhere.example/"),
    ),
    Drift("the application is deleted", drift.delete_application, stops=CLUSTERS, resets=CLUSTERS),
    Drift("all secrets are removed", drift.remove_secret, stops=CLUSTERS, resets=CLUSTERS),
    Drift("the current secret is removed", _remove_secret(-1), stops=CLUSTERS, resets=CLUSTERS),
    Drift("the previous secret is removed", _remove_secret(0)),
    *map(_reset, CLUSTERS),
)
