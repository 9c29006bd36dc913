"""The program to paste: the component, with arguments that keep the present chain."""

from __future__ import annotations

import json
from collections.abc import Iterable

from crosstenant.azure.clusters.cluster_state import ClusterState
from crosstenant.azure.sign_in.tenant import Tenant
from crosstenant.cli.adopt.condition_reading import repositories_of
from crosstenant.cli.adopt.differences import Json, redirect_uri_of
from crosstenant.cli.adopt.live_chain import LiveChain, LiveRegistry
from crosstenant.model.arm_id import CLUSTER_TYPE, REGISTRY_TYPE, parse_arm_id
from crosstenant.model.clouds import PUBLIC
from crosstenant.model.credentials.kinds import ClientCertificate, Credential, InlineCertificate, OidcToken
from crosstenant.model.names import role_assignment_name
from crosstenant.model.outside_text import python_string

_EXPORTS = {
    "clientId": "client_id",
    "registries": "registries",
    "secretExpiresAt": "secret_expires_at",
}


def program(chain: LiveChain, name: str, cluster_tenant: Tenant, registry_tenant: Tenant, *, consented: bool) -> str:
    """The source of a whole ``__main__.py``, in ASCII.

    :param chain: The chain.
    :param name: The component's name.
    :param cluster_tenant: The cluster tenant, for its ID and kind of credential; secrets are left to the stack's
        configuration.
    :param registry_tenant: The registry tenant, likewise.
    :param consented: Whether the program uses consent mode.
    """
    arguments = [
        *_tenant("cluster", cluster_tenant),
        *_tenant("registry", registry_tenant),
        "registries=[",
        *_indented(line for registry in chain.registries for line in _registry(chain, registry)),
        "],",
        "clusters=[",
        *_indented(line for cluster in chain.clusters for line in _cluster(cluster)),
        "],",
        f"display_name={python_string(str(chain.application['displayName']))},",
    ]
    arguments += [f"{name}={text}," for name, text in _details(chain.application).items()]
    redirect_uri = redirect_uri_of(chain.application)
    if redirect_uri:
        arguments.append(f"redirect_uri={python_string(redirect_uri)},")
    if consented:
        arguments.append('registry_service_principal="consented",')
    body = "\n".join(arguments)
    head = ['"""An application that clusters pull images with, as `crosstenant adopt` found it."""', ""]
    if "os.environ" in body:
        head += ["import os", ""]
    head += [
        "import pulumi",
        "",
        "from crosstenant import ClusterArgs, CrossTenantPull, CrossTenantPullArgs, RegistryArgs, TenantArgs",
        "",
    ]
    if "config." in body:
        head += ["config = pulumi.Config()", ""]
    call = [
        "pull = CrossTenantPull(",
        f"    {python_string(name)},",
        "    CrossTenantPullArgs(",
        *_indented(arguments, 2),
        "    ),",
        ")",
        "",
    ]
    exports = [f"pulumi.export({python_string(key)}, pull.{attribute})" for key, attribute in _EXPORTS.items()]
    return "\n".join([*head, *call, *exports, ""])


def secret_settings(cluster_tenant: Tenant, registry_tenant: Tenant) -> list[str]:
    """Names of the configuration values, all secret, that the program asks for."""
    sides = (("cluster", cluster_tenant), ("registry", registry_tenant))
    return [setting for side, tenant in sides for setting in _credential(side, tenant).secret_settings(side)]


def _tenant(side: str, tenant: Tenant) -> list[str]:
    fields = {"tenant_id": python_string(tenant.tenant_id)}
    if tenant.cloud is not PUBLIC:
        fields["environment"] = python_string(tenant.cloud.name)
    fields |= _credential(side, tenant).program(side)
    lines = [f"{name}={value}," for name, value in fields.items()]
    return [f"{side}_tenant=TenantArgs(", *_indented(lines), "),"]


def _details(application: Json) -> dict[str, str]:
    names = {"service_management_reference": "serviceManagementReference", "notes": "notes"}
    found = {name: str(application.get(graph) or "") for name, graph in names.items()}
    details = {name: python_string(text) for name, text in found.items() if text.strip()}
    tags = [str(it) for it in application.get("tags") or ()]
    if tags:
        details["tags"] = f"[{', '.join(map(python_string, tags))}]"
    return details


def _credential(side: str, tenant: Tenant) -> Credential:
    credential = tenant.credentials
    # Roles are assigned in the registry tenant, by azure-native: it cannot sign in as this command did.
    if side == "registry" and isinstance(credential, InlineCertificate):
        return ClientCertificate(credential.client_id, "registry.pfx", credential.client_certificate_password)
    if side == "registry" and credential.azure_native_refusal:
        return OidcToken(credential.values()["client_id"], "")
    return credential


def _cluster(cluster: ClusterState) -> list[str]:
    cluster_id = python_string(str(parse_arm_id(cluster.cluster_id, CLUSTER_TYPE)))
    return ["ClusterArgs(", *_indented([f"cluster_id={cluster_id},"]), "),"]


def _registry(chain: LiveChain, registry: LiveRegistry) -> list[str]:
    registry_id = str(parse_arm_id(registry.state.registry_id, REGISTRY_TYPE))
    fields = {"registry_id": python_string(registry_id)}
    if registry.pull:
        derived = role_assignment_name(registry_id, chain.registry_principal_id, registry.state.pull_role.guid)
        if registry.pull.name.lower() != derived:
            fields["role_assignment_name"] = python_string(registry.pull.name)
        repositories, prefixes = repositories_of(registry.pull.condition) or ([], [])
        if repositories:
            fields["repositories"] = json.dumps(repositories)
        if prefixes:
            fields["repository_prefixes"] = json.dumps(prefixes)
    return ["RegistryArgs(", *_indented(f"{name}={value}," for name, value in fields.items()), "),"]


def _indented(lines: Iterable[str], levels: int = 1) -> list[str]:
    return [f"{'    ' * levels}{line}" for line in lines]
