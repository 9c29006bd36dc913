"""What the delivery ``external-secrets`` puts into a namespace, for clusters that run the External Secrets Operator.

The operator's generator asks Entra ID with the annotations of a service account of the same namespace, and asks for a
token for Azure Resource Manager: registries that refuse those refuse it
(https://external-secrets.io/latest/api/generator/acr/).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from crosstenant.model.federation import subject
from crosstenant.model.kubernetes.documents import Document, document, pull_secrets_of
from crosstenant.model.kubernetes.plan import PullNamespace

REFRESH_INTERVAL: Final = "1h0m0s"
"""How often the operator renews a pull secret, whose content is valid for about three hours."""

ENVIRONMENT_TYPES: Final = {"public": "PublicCloud", "usgovernment": "USGovernmentCloud", "china": "ChinaCloud"}
"""The operator's name of each cloud, by ``Cloud.name``."""

_READY: Final = {"pulumi.com/waitFor": "condition=Ready"}


@dataclass(frozen=True)
class ExternalSecretsPlan:
    """The delivery to one cluster."""

    name: str
    """Name of the service account, the generators and the ExternalSecret in each namespace: a DNS label."""
    namespaces: tuple[PullNamespace, ...]
    """The namespaces that get a pull secret."""
    environment_type: str = ENVIRONMENT_TYPES["public"]
    """The cloud, one of ``ENVIRONMENT_TYPES``."""

    @property
    def subjects(self) -> tuple[str, ...]:
        """The subjects that need a federated identity credential: one for each namespace."""
        return tuple(subject(it.name, self.name) for it in self.namespaces)


@dataclass(frozen=True)
class ExternalSecretsObjects:
    """What a namespace gets, in the order in which it is made."""

    namespace: PullNamespace
    service_account: Document
    generators: tuple[Document, ...]
    """One ``ACRAccessToken`` for each registry."""
    external_secret: Document
    """It makes the pull secret. Ready means that the exchange worked; whether the role is there, a pull shows."""
    service_accounts: dict[str, Document]
    """By service account: what is applied to it (``ServiceAccountPatch``), so that its pods use the pull secret."""


def external_secrets_objects(
    plan: ExternalSecretsPlan,
    *,
    tenant_id: object,
    client_id: object,
    login_servers: Sequence[object],
    template: object,
) -> tuple[ExternalSecretsObjects, ...]:
    """The documents of each namespace.

    :param plan: The plan.
    :param tenant_id: UUID of the registry tenant.
    :param client_id: Client ID (UUID) of the identity.
    :param login_servers: Host of each registry.
    :param template: ``pull_template`` of the same hosts in the same order, or what becomes it.
    """
    return tuple(
        ExternalSecretsObjects(
            namespace=it,
            service_account=document(
                "v1",
                "ServiceAccount",
                plan.name,
                it.name,
                annotations={
                    "azure.workload.identity/client-id": client_id,
                    "azure.workload.identity/tenant-id": tenant_id,
                },
                automountServiceAccountToken=False,
            ),
            generators=tuple(
                _generator(plan, it, number, tenant_id, server) for number, server in enumerate(login_servers)
            ),
            external_secret=_external_secret(plan, it, len(login_servers), template),
            service_accounts={name: pull_secrets_of(name, it.name, it.secret) for name in it.service_accounts},
        )
        for it in plan.namespaces
    )


def pull_template(login_servers: Sequence[str]) -> str:
    """The pull secret's content with the operator's placeholders: no secret.

    :param login_servers: Host of each registry.
    """
    entries = (_entry(number, server) for number, server in enumerate(login_servers))
    return '{"auths":{' + ",".join(entries) + "}}"


def _entry(number: int, server: str) -> str:
    user, token = f".{_prefix(number)}username", f".{_prefix(number)}password"
    basic = f'{{{{ printf "%s:%s" {user} {token} | b64enc }}}}'
    return f'"{server}":{{"username":"{{{{ {user} }}}}","password":"{{{{ {token} }}}}","auth":"{basic}"}}'


def _prefix(number: int) -> str:
    return f"registry{number}_"


def _generator_name(plan: ExternalSecretsPlan, number: int) -> str:
    return f"{plan.name}-{number}"


def _generator(
    plan: ExternalSecretsPlan, namespace: PullNamespace, number: int, tenant_id: object, server: object
) -> Document:
    return document(
        "generators.external-secrets.io/v1alpha1",
        "ACRAccessToken",
        _generator_name(plan, number),
        namespace.name,
        spec={
            "tenantId": tenant_id,
            "registry": server,
            "environmentType": plan.environment_type,
            # No further audiences: whether Entra ID takes a token with several is not known.
            "auth": {"workloadIdentity": {"serviceAccountRef": {"name": plan.name}}},
        },
    )


def _external_secret(
    plan: ExternalSecretsPlan, namespace: PullNamespace, registries: int, template: object
) -> Document:
    return document(
        "external-secrets.io/v1",
        "ExternalSecret",
        plan.name,
        namespace.name,
        annotations=dict(_READY),
        spec={
            "refreshInterval": REFRESH_INTERVAL,
            "target": {
                "name": namespace.secret,
                "creationPolicy": "Owner",
                "template": {
                    "type": "kubernetes.io/dockerconfigjson",
                    "engineVersion": "v2",
                    "data": {".dockerconfigjson": template},
                },
            },
            "dataFrom": [_source(plan, number) for number in range(registries)],
        },
    )


def _source(plan: ExternalSecretsPlan, number: int) -> Document:
    # Every generator answers with the same two keys: a prefix keeps those of the registries apart.
    return {
        "sourceRef": {
            "generatorRef": {
                "apiVersion": "generators.external-secrets.io/v1alpha1",
                "kind": "ACRAccessToken",
                "name": _generator_name(plan, number),
            }
        },
        "rewrite": [{"regexp": {"source": "^(.*)$", "target": f"{_prefix(number)}$1"}}],
    }
