"""The document that ``pulumi import --file`` takes: the component's children by name, type, parent and provider.

https://www.pulumi.com/docs/iac/guides/migration/import describes it. Components and providers are in it
without an ID, for references. They must be in the state already (``pulumi refresh --run-program`` puts
them there): Pulumi 3.274 would write a provider before the component that it belongs to, and refuse its own state.
"""

from __future__ import annotations

from typing import Any

from crosstenant.cli.adopt.differences import redirect_uri_of
from crosstenant.cli.adopt.live_chain import LiveChain
from crosstenant.model.arm_id import CLUSTER_TYPE, REGISTRY_TYPE, RoleAssignmentId, parse_arm_id
from crosstenant.model.consent import DEFAULT_REDIRECT_URI
from crosstenant.model.credentials.tenant_check import REFRESH_FIRST

Json = dict[str, Any]
"""A JSON object."""

_APPLICATION = "azuread:index/application:Application"
_SERVICE_PRINCIPAL = "azuread:index/servicePrincipal:ServicePrincipal"
_ROLE_ASSIGNMENT = "azure-native:authorization:RoleAssignment"
_CONSENT = "crosstenant:index:Consent"
_PROFILE = "crosstenant:index:ServicePrincipalProfile"


def import_document(chain: LiveChain, name: str, registry_tenant_id: str, *, consented: bool) -> Json:
    """The document for a component ``CrossTenantPull(name, ...)`` at the top of a program.

    :param chain: The chain; the first update creates what is missing.
    :param name: The component's name.
    :param registry_tenant_id: UUID of the registry tenant.
    :param consented: Whether the program uses consent mode.
    """
    identity, access = f"{name}-pull-identity", f"{name}-registry-access"
    cluster_side, registry_side = f"{name}-cluster-tenant", f"{name}-registry-tenant"
    resources: list[Json] = [
        {"type": "crosstenant:index:CrossTenantPull", "name": name, "component": True},
        # Their names are the component's own, which cannot stand for three in one document.
        _component("PullIdentity", identity, name),
        _component("RegistryAccess", access, name),
        *(_provider("crosstenant", tenant, name) for tenant in (cluster_side, registry_side)),
        *(
            _provider("azuread", tenant, name)
            for tenant in ((cluster_side,) if consented else (cluster_side, registry_side))
        ),
        _provider("azure-native", registry_side, name),
        _child(
            _APPLICATION,
            f"{name}-application",
            f"/applications/{chain.application['id']}",
            identity,
            f"{cluster_side}-azuread",
        ),
    ]
    if chain.cluster_principal:
        resources.append(
            _child(
                _SERVICE_PRINCIPAL,
                f"{name}-cluster-service-principal",
                f"/servicePrincipals/{chain.cluster_principal['id']}",
                identity,
                f"{cluster_side}-azuread",
            )
        )
    if chain.registry_principal_id:
        resources.append(
            _consent(f"{name}-consent", chain, registry_tenant_id, access, f"{registry_side}-crosstenant")
            if consented
            else _child(
                _SERVICE_PRINCIPAL,
                f"{name}-registry-service-principal",
                f"/servicePrincipals/{chain.registry_principal_id}",
                access,
                f"{registry_side}-azuread",
            )
        )
    for registry in chain.registries:
        if registry.pull:
            registry_id = parse_arm_id(registry.state.registry_id, REGISTRY_TYPE)
            resources.append(
                _child(
                    _ROLE_ASSIGNMENT,
                    f"{name}-{registry_id.name.lower()}-pull-role",
                    # As the component spells it: Pulumi compares the ID of an import as text.
                    str(RoleAssignmentId(str(registry_id.in_lower_case), registry.pull.name.lower())),
                    access,
                    f"{registry_side}-azure-native",
                )
            )
    for cluster in chain.clusters:
        cluster_id = parse_arm_id(cluster.cluster_id, CLUSTER_TYPE)
        resources.append(
            _child(
                _PROFILE,
                f"{name}-{cluster_id.name.lower()}-profile",
                str(cluster_id),
                name,
                f"{cluster_side}-crosstenant",
            )
        )
    return {"resources": resources}


def _component(kind: str, key: str, name: str) -> Json:
    return {
        "type": f"crosstenant:index:{kind}",
        "name": key,
        "logicalName": name,
        "parent": name,
        "component": True,
    }


def _provider(package: str, tenant: str, parent: str) -> Json:
    entry: Json = {"type": f"pulumi:providers:{package}", "name": f"{tenant}-{package}", "parent": parent}
    # Read only where the provider is not in the state, and then it ends the import before anything is written.
    return entry | {"inputs": {"tenantId": REFRESH_FIRST}} if package == "crosstenant" else entry


def _child(kind: str, name: str, resource_id: str, parent: str, provider: str) -> Json:
    return {"type": kind, "name": name, "id": resource_id, "parent": parent, "provider": provider}


def _consent(name: str, chain: LiveChain, tenant_id: str, parent: str, provider: str) -> Json:
    # There is nothing of this resource in Azure to be read. Given as it would be after its first update, so that the
    # first preview knows the service principal, and does not plan the end of what was granted to it.
    known: Json = {
        "clientId": chain.client_id,
        "redirectUri": redirect_uri_of(chain.application) or DEFAULT_REDIRECT_URI,
        "timeoutSeconds": 0,
    }
    outputs = {**known, "objectId": chain.registry_principal_id, "consented": True}
    entry = _child(_CONSENT, name, f"{tenant_id}/{chain.client_id}", parent, provider)
    return entry | {"inputs": known, "outputs": outputs}
