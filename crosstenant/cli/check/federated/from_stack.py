"""The chains without a secret that a Pulumi stack declares, read from its state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, cast

from crosstenant.cli.check.federated.chain import FederatedChain, FederatedCluster
from crosstenant.cli.check.stack_state import APPLICATION, StackState, shown, state_of
from crosstenant.model.arm_id import CLUSTER_TYPE, IDENTITY_TYPE, REGISTRY_TYPE, parse_arm_id
from crosstenant.model.modes import PullDelivery

Json = dict[str, Any]

COMPONENT: Final = "crosstenant:index:FederatedPull"
_IDENTITY: Final = "azure-native:managedidentity:UserAssignedIdentity"
_CREDENTIAL: Final = "azure-native:managedidentity:FederatedIdentityCredential"
_KUBERNETES: Final = "kubernetes:"


@dataclass(frozen=True)
class FederatedStackChain:
    """One chain of a stack."""

    chain: FederatedChain
    kubeconfigs: tuple[str, ...]
    """The kubeconfigs of its clusters, if secrets are requested. Secret."""


def federated_chains_of(export: Json) -> list[FederatedStackChain]:
    """Every chain without a secret in a stack's state: one for each component that has made its identity.

    :param export: From ``export_stack``.
    """
    state = state_of(export)
    found = [_chain(state, component) for component in state.components(COMPONENT)]
    return [it for it in found if it is not None]


def _chain(state: StackState, component: Json) -> FederatedStackChain | None:
    children = state.children(component)
    outputs = cast("Json", component.get("outputs") or {})
    client_id = str(outputs.get("clientId") or "")
    credentials = [it for it in children if it["type"] == _CREDENTIAL]
    identities = [str(it["id"]) for it in children if it["type"] == _IDENTITY]
    # An identity that the stack did not make is known by its credentials.
    identities += [str(it["id"]).rpartition("/federatedIdentityCredentials/")[0] for it in credentials]
    made = next((it for it in children if it["type"] in (_IDENTITY, _CREDENTIAL, APPLICATION)), None)
    if made is None or not (identities or client_id):
        return None
    tenant = state.tenant(made)
    other = _other_tenant(state, tenant["tenantId"])
    cluster_tenant, registry_tenant = (other, tenant["tenantId"]) if identities else (tenant["tenantId"], other)
    chain = FederatedChain(
        identity_id=parse_arm_id(identities[0], IDENTITY_TYPE) if identities else None,
        cluster_tenant_id=cluster_tenant,
        registry_tenant_id=registry_tenant,
        clusters=_clusters(outputs),
        registries=tuple(parse_arm_id(str(it["registryId"]), REGISTRY_TYPE) for it in _listed(outputs, "registries")),
        environment=str(tenant.get("environment") or "public"),
        client_id=client_id,
        delivery=_delivery(children),
        is_all_of_identity=True,
    )
    return FederatedStackChain(chain, _kubeconfigs(state, children))


def _clusters(outputs: Json) -> tuple[FederatedCluster, ...]:
    return tuple(
        FederatedCluster(parse_arm_id(str(it["clusterId"]), CLUSTER_TYPE), tuple(map(str, it.get("subjects") or ())))
        for it in _listed(outputs, "clusters")
    )


def _delivery(children: list[Json]) -> PullDelivery | None:
    """What was deployed into a cluster; none where another tool deploys it."""
    kinds = {str(it["type"]).rpartition(":")[2] for it in children}
    if "ACRAccessToken" in kinds:
        return PullDelivery.EXTERNAL_SECRETS
    return PullDelivery.REFRESHER if "CronJob" in kinds else None


def _kubeconfigs(state: StackState, children: list[Json]) -> tuple[str, ...]:
    providers = {str(it["provider"]): state.provider(it) for it in children if it["type"].startswith(_KUBERNETES)}
    texts = [shown(it["inputs"].get("kubeconfig")) for it in providers.values()]
    return tuple(dict.fromkeys(it for it in texts if it))


def _other_tenant(state: StackState, tenant_id: str) -> str:
    """The tenant of the package's own provider that is not this one; empty if there is none."""
    return next((it for it in state.tenants() if it != tenant_id), "")


def _listed(outputs: Json, name: str) -> list[Json]:
    found: object = outputs.get(name)
    return cast("list[Json]", found) if isinstance(found, list) else []
