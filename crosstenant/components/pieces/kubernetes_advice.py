"""Advice about an object in a cluster that the provider or the API server refuses."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final, cast

from crosstenant.components.pieces.hooks import Advise, Failure
from crosstenant.model.kubernetes.documents import Document
from crosstenant.model.matched_texts.kubernetes_texts import (
    ACCESS_FORBIDDEN,
    CLUSTER_UNREACHABLE,
    FIELD_CONFLICT,
    NAMESPACE_MISSING,
)
from crosstenant.model.shell_words import shell_word

_PAGE: Final = "docs/federated.md"


def kubernetes_advice(cluster: str, document: Document) -> Advise:
    """Advice about the failures of one object.

    :param cluster: The cluster's name in the stack.
    :param document: The object, or the part of one.
    """
    kind = str(document["kind"])
    metadata = cast("Mapping[str, object]", document["metadata"])
    name, namespace = str(metadata["name"]), str(metadata.get("namespace", ""))

    async def advise(failure: Failure) -> str | None:
        if CLUSTER_UNREACHABLE.is_in(failure.error):
            return _unreachable(cluster, failure.operation)
        if kind == "ServiceAccount" and FIELD_CONFLICT.is_in(failure.error):
            return _pull_secrets_of_another(cluster, name, namespace, document)
        missing, forbidden = NAMESPACE_MISSING.search(failure.error), ACCESS_FORBIDDEN.search(failure.error)
        if missing:
            return (
                f"cluster '{cluster}' has no namespace '{missing['name']}', and namespaces whose pods pull must exist:"
                f" 'kubectl create namespace {shell_word(missing['name'])}', or correct its name; then 'pulumi up'"
                " again"
            )
        if forbidden:
            return (
                f"the kubeconfig of cluster '{cluster}' signs in as '{forbidden['user']}', who may not"
                f" {forbidden['verb']} {forbidden['resource']} there: {_PAGE}, 'Permissions', says what it needs"
            )
        if kind == "Job" and failure.operation != "delete":
            return (
                f"the refresher's first run in cluster '{cluster}' did not succeed. If no sentence of its own is in the"
                f" error, 'kubectl -n {namespace} describe job {name}' says why no pod was made (a ResourceQuota, Pod"
                f" Security or another admission policy) or ran. {_PAGE}, 'When the refresher fails', has the causes;"
                " 'pulumi up' runs it again"
            )
        return None

    return advise


def _unreachable(cluster: str, operation: str) -> str:
    if operation == "delete":
        return (
            f"the API server of cluster '{cluster}' does not answer to the kubeconfig in the state. If the cluster was"
            " deleted or built again, run the same command with the environment variable"
            " PULUMI_K8S_DELETE_UNREACHABLE=true, which takes its objects out of the state; those of every cluster that"
            " does not answer, so look after the others first. If it is there, start it, or write a valid kubeconfig"
            f" with 'pulumi up' ({_PAGE}, 'A cluster that is gone')"
        )
    return (
        f"the API server of cluster '{cluster}' does not answer to its kubeconfig: has the kubeconfig expired, is it of"
        " a cluster that was built again, is the cluster stopped, may this machine reach it (private cluster,"
        " authorized IP ranges)? 'kubectl get namespaces' with the same kubeconfig shows it; then 'pulumi up' again"
    )


def _pull_secrets_of_another(cluster: str, name: str, namespace: str, document: Document) -> str:
    secrets = cast("list[Mapping[str, str]]", document.get("imagePullSecrets", []))
    patch = json.dumps({"imagePullSecrets": [{"name": "OTHER"}, *secrets]})
    return (
        f"service account '{name}' in namespace '{namespace}' of cluster '{cluster}' has imagePullSecrets by another"
        " hand, and Kubernetes lets one client own the whole list. Remove the account from service_accounts, and name"
        f" both secrets by that hand: kubectl -n {namespace} patch serviceaccount {name} -p '{patch}'. Or have pods"
        " name the pull secret themselves"
    )
