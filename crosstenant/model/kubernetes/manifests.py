"""The documents of a cluster as YAML, for people who deploy with Argo CD or Flux. Nothing in it is secret.

Two things differ from what a stack deploys, because these tools apply the same text over and over:

- There is no pull secret in the text, so that no sync empties one that is filled. The refresher creates it by a
  server-side apply, and its Role permits that for this one name.
- The first Job runs again with each sync that changes it, since a Job's template cannot be changed: Argo CD takes it as
  a hook (https://argo-cd.readthedocs.io/en/stable/user-guide/resource_hooks/), Flux replaces it
  (https://fluxcd.io/flux/components/kustomize/kustomizations/#controlling-the-apply-behavior-of-resources).

Service accounts exist already: both tools are told never to prune them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, cast

from crosstenant.model.kubernetes.documents import Document
from crosstenant.model.kubernetes.external_secrets_objects import (
    ExternalSecretsPlan,
    external_secrets_objects,
    pull_template,
)
from crosstenant.model.kubernetes.plan import RefresherConfig, RefresherPlan, content_hash
from crosstenant.model.kubernetes.refresher_objects import refresher_objects, refresher_text, role
from crosstenant.model.kubernetes.yaml_text import yaml_text

_RUN_AGAIN: Final = {
    "argocd.argoproj.io/hook": "Sync",
    "argocd.argoproj.io/hook-delete-policy": "BeforeHookCreation",
    "kustomize.toolkit.fluxcd.io/force": "enabled",
}
_SHARED: Final = {
    "argocd.argoproj.io/sync-options": "Prune=false,ServerSideApply=true",
    "kustomize.toolkit.fluxcd.io/prune": "disabled",
}


def refresher_manifests(plan: RefresherPlan, config: RefresherConfig) -> str:
    """The manifests of the delivery ``refresher``, in the order in which they are applied.

    :param plan: The plan.
    :param config: The refresher's configuration.
    """
    text = config.text()
    objects = refresher_objects(plan, config=text, content_hash=content_hash(refresher_text(), text))
    documents = [objects.namespace, objects.service_account, objects.config_map]
    for it in objects.namespaces:
        documents += [role(plan, it.namespace, may_create=True), it.role_binding]
        documents += [_annotated(patch, _SHARED) for patch in it.service_accounts.values()]
    documents += [_annotated(objects.first_job, _RUN_AGAIN), objects.cron_job]
    return _joined(documents)


def external_secrets_manifests(
    plan: ExternalSecretsPlan, tenant_id: str, client_id: str, login_servers: list[str]
) -> str:
    """The manifests of the delivery ``external-secrets``, in the order in which they are applied.

    :param plan: The plan.
    :param tenant_id: UUID of the registry tenant.
    :param client_id: Client ID (UUID) of the identity.
    :param login_servers: Host of each registry.
    """
    documents: list[Document] = []
    for it in external_secrets_objects(
        plan,
        tenant_id=tenant_id,
        client_id=client_id,
        login_servers=login_servers,
        template=pull_template(login_servers),
    ):
        # Its annotation is for a stack, which waits until the secret is ready.
        documents += [it.service_account, *it.generators, _annotated(it.external_secret, {})]
        documents += [_annotated(patch, _SHARED) for patch in it.service_accounts.values()]
    return _joined(documents)


def _annotated(found: Document, annotations: dict[str, str]) -> Document:
    metadata = cast("dict[str, object]", found["metadata"])
    kept = {name: it for name, it in metadata.items() if name != "annotations"}
    return {**found, "metadata": {**kept, **({"annotations": annotations} if annotations else {})}}


def _joined(documents: Iterable[Document]) -> str:
    return "".join(f"---\n{yaml_text(it)}" for it in documents)
